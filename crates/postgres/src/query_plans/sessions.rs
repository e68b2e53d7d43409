use unlockd_application::ports::{SessionQuery, SessionVisibility, SortDirection};
use unlockd_testkit::fixtures;

use super::{LargeDatabase, assert_uses};
use crate::session_query::{push_count, push_page};

fn all() -> SessionQuery {
    SessionQuery {
        visibility: SessionVisibility::Instance,
        ids: None,
        user_id: None,
        now: fixtures::now(),
        direction: SortDirection::Descending,
        offset: 0,
        limit: 100,
    }
}

#[tokio::test]
async fn lists_of_sessions_run_on_indexes() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    let restricted = |organizations: &[&str]| SessionVisibility::Restricted {
        organizations: organizations.iter().map(|id| fixtures::organization_id(id)).collect(),
        user_id: fixtures::user_id("u7"),
        fingerprint_id: Some("f4711".to_owned()),
    };

    for (indexes, query) in [
        (
            &["sessions_pkey"][..],
            SessionQuery {
                ids: Some(vec![fixtures::session_id("s4711"), fixtures::session_id("s4712")]),
                ..all()
            },
        ),
        (
            &["sessions_user_id_idx"],
            SessionQuery {
                user_id: Some(fixtures::user_id("u4712")),
                ..all()
            },
        ),
        (
            &[
                "sessions_creator_user_id_idx",
                "sessions_user_id_idx",
                "sessions_fingerprint_id_idx",
            ],
            SessionQuery {
                visibility: restricted(&[]),
                ..all()
            },
        ),
    ] {
        for plan in [
            database.plan(|sql| push_page(sql, &query)).await,
            database.plan(|sql| push_count(sql, &query)).await,
        ] {
            for index in indexes {
                assert_uses(index, &plan);
            }
        }
    }
    // So many are found that a page of them is soon full; counting them is another matter.
    let within_organizations = SessionQuery {
        visibility: restricted(&["o7", "o8"]),
        ..all()
    };
    let plan = database.plan(|sql| push_count(sql, &within_organizations)).await;
    assert_uses("sessions_organization_id_idx", &plan);
    let plan = database.plan(|sql| push_page(sql, &within_organizations)).await;
    assert_uses("sessions_created_idx", &plan);

    for direction in [SortDirection::Ascending, SortDirection::Descending] {
        let plan = database
            .plan(|sql| push_page(sql, &SessionQuery { direction, ..all() }))
            .await;
        assert_uses("sessions_created_idx", &plan);
        assert!(!plan.contains("Sort"), "{plan}");
    }
}
