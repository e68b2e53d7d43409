//! `OrganizationStore`.

use unlockd_application::ports::CreateOrganizationError;
use unlockd_domain::{Organization, OrganizationName};

use super::{StoreHarness, arrange};
use crate::fixtures;

/// An id that was never created.
pub async fn an_absent_organization_is_none(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let found = stores.organizations.find(&fixtures::organization_id("nowhere")).await;
    assert_eq!(found.expect("an answer"), None);
}

/// The first one stays as it is.
pub async fn an_organization_id_that_is_taken_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let first = fixtures::organization(arrange::ACME);
    stores.organizations.create(&first, None).await.expect("the first");
    let second = Organization {
        name: OrganizationName::new("another name").expect("a name"),
        created_at: fixtures::timestamp("2030-01-01T00:00:00Z"),
        ..first.clone()
    };
    let refused = stores.organizations.create(&second, None).await;
    assert!(matches!(refused, Err(CreateOrganizationError::IdTaken)), "{refused:?}");
    let found = stores.organizations.find(&first.id).await.expect("an answer");
    assert_eq!(found, Some(first.clone()));
    assert_eq!(stores.organizations.list().await.expect("an answer"), [first]);
}

/// Two organizations may be called the same.
pub async fn organizations_are_listed_by_time_then_by_id(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    assert_eq!(stores.organizations.list().await.expect("an answer"), Vec::new());
    let early = "2020-01-01T00:00:00.000001Z";
    let late = "2020-01-01T00:00:00.000002Z";
    // By bytes capitals come first and what is not ASCII last: not the order of a language.
    let in_order = [("z", early), ("B", late), ("a", late), ("c", late), ("ä", late)].map(|(id, time)| Organization {
        created_at: fixtures::timestamp(time),
        name: OrganizationName::new("the same name").expect("a name"),
        ..fixtures::organization(id)
    });
    for index in [3, 0, 4, 2, 1] {
        stores
            .organizations
            .create(&in_order[index], None)
            .await
            .expect("created");
    }
    assert_eq!(stores.organizations.list().await.expect("an answer"), in_order);
}
