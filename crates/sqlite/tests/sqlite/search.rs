use unlockd_application::ports::{
    OrganizationStore, SortDirection, TextMatch, TextMethod, UserDirectory, UserFilter, UserOrder, UserQuery,
    UserStore, Visibility,
};
use unlockd_domain::UsernameKey;
use unlockd_testkit::fixtures;

use crate::fixture::DatabaseFile;

fn named_like(text: &str) -> UserFilter {
    UserFilter::Username {
        text: TextMatch {
            method: TextMethod::Contains,
            text: text.to_owned(),
        },
        key: UsernameKey::of(text),
        organization_specific_only: true,
    }
}

/// SQLite takes expressions 1,000 levels deep, and a list of conditions is as deep as it is long.
#[tokio::test]
async fn the_largest_filter_that_may_be_asked_for_is_not_too_large() {
    let file = DatabaseFile::new();
    let store = file.open_migrated().await;
    OrganizationStore::create(&store, &fixtures::organization("acme"), None)
        .await
        .unwrap();
    let new = fixtures::named_user("u", "acme", &["u"]);
    UserStore::create(&store, &new).await.unwrap();
    let mut filter = named_like("innermost");
    for level in 0..20 {
        let mut list = vec![filter];
        list.extend((1..10).map(|number| named_like(&format!("{level} {number}"))));
        filter = match level % 3 {
            0 => UserFilter::Or(list),
            1 => UserFilter::And(list),
            _ => UserFilter::Or(vec![UserFilter::Not(Box::new(UserFilter::And(list)))]),
        };
    }
    for filter in [filter, UserFilter::Or(vec![named_like("u"); 200])] {
        for is_wanted in [true, false] {
            let filter = if is_wanted {
                filter.clone()
            } else {
                UserFilter::Not(Box::new(filter.clone()))
            };
            let query = UserQuery {
                visibility: Visibility::Instance,
                filter,
                now: fixtures::now(),
                order: UserOrder::State,
                direction: SortDirection::Descending,
                offset: 0,
                limit: 1_000,
            };
            let page = store.search(&query).await.unwrap();
            assert_eq!(page.total, page.users.len() as u64);
        }
    }
}
