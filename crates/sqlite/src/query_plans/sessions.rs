use unlockd_application::ports::{SessionQuery, SessionVisibility, SortDirection};
use unlockd_domain::SessionId;
use unlockd_testkit::fixtures;

use super::{Seeded, assert_in_order_of, assert_no_full_scan};
use crate::session_store::{push_page, push_total};

/// A session of each of 100,000 users, that one of ten log-in pages has begun; every second one ends by itself.
const SESSIONS: &str = "
    INSERT INTO users (id, organization_id, state, sequence, created_at, changed_at)
    SELECT printf('user %05d', n), 'organization ' || (n % 10), 'active', 1, n, n FROM numbers;
    INSERT INTO sessions (id, token_digest, creator_user_id, identity_login_name, named_at, user_id, organization_id,
                          password_checked_at, metadata, fingerprint_id, user_agent, created_at, changed_at, sequence,
                          expires_at)
    SELECT printf('session %05d', n * 7919 % 100000), CAST(printf('%032d', n) AS BLOB), 'page ' || (n % 10), 'name', n,
           printf('user %05d', n), 'organization ' || (n % 10), n, '{}', 'browser ' || (n % 50000), '{}', n, n, 1,
           iif(n % 2 = 0, n + 2000000000000000, NULL)
    FROM numbers;
";

fn restricted(organizations: &[&str]) -> SessionVisibility {
    SessionVisibility::Restricted {
        organizations: organizations.iter().map(|id| fixtures::organization_id(id)).collect(),
        user_id: fixtures::user_id("user 00012"),
        fingerprint_id: Some("browser 12".to_owned()),
    }
}

fn query(visibility: SessionVisibility) -> SessionQuery {
    SessionQuery {
        visibility,
        ids: None,
        user_id: None,
        now: fixtures::now(),
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 100,
    }
}

fn two_ids() -> Vec<SessionId> {
    ["session 00012", "session 00013"].map(fixtures::session_id).to_vec()
}

#[tokio::test]
async fn sessions_of_all_and_of_one_user_come_from_an_index_in_their_order() {
    let of_user = |visibility| SessionQuery {
        user_id: Some(fixtures::user_id("user 00012")),
        ..query(visibility)
    };
    let lists = [
        (query(SessionVisibility::Instance), "sessions_created_idx"),
        (of_user(SessionVisibility::Instance), "sessions_user_id_idx"),
        (of_user(restricted(&["organization 3"])), "sessions_user_id_idx"),
    ];
    let seeded = Seeded::new(SESSIONS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (list, index) in &lists {
            for direction in [SortDirection::Ascending, SortDirection::Descending] {
                let query = SessionQuery {
                    direction,
                    ..list.clone()
                };
                let plan = seeded.plan(|sql| push_page(sql, &query)).await;
                assert_in_order_of(index, &plan, &format!("{query:?}, {with_statistics}"));
            }
        }
    }
}

#[tokio::test]
async fn the_few_sessions_that_somebody_may_see_or_names_are_found_by_indexes() {
    let named = |visibility| SessionQuery {
        ids: Some(two_ids()),
        ..query(visibility)
    };
    let by_id = "sqlite_autoindex_sessions_1 (id=?)";
    let (by_creator, by_user, by_fingerprint) = (
        "sessions_creator_user_id_idx (creator_user_id=?)",
        "sessions_user_id_idx (user_id=?)",
        "sessions_fingerprint_id_idx (fingerprint_id=?)",
    );
    let by_organization = "sessions_organization_id_idx (organization_id=?)";
    let lists = [
        (query(restricted(&[])), vec![by_id, by_creator, by_user, by_fingerprint]),
        (
            query(restricted(&["organization 3", "organization 4"])),
            vec![by_id, by_creator, by_user, by_fingerprint, by_organization],
        ),
        (named(SessionVisibility::Instance), vec![by_id]),
        (named(restricted(&["organization 3"])), vec![by_id]),
    ];
    let seeded = Seeded::new(SESSIONS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (query, indexes) in &lists {
            let page = seeded.plan(|sql| push_page(sql, query)).await;
            let total = seeded.plan(|sql| push_total(sql, query)).await;
            for plan in [page, total] {
                let what = format!("{query:?}, {with_statistics}");
                let searches = plan.lines().filter(|step| step.starts_with("SEARCH")).count();
                assert!(
                    searches == indexes.len() && indexes.iter().all(|index| plan.contains(index)),
                    "{what}, not by {indexes:?}:\n{plan}"
                );
                assert_no_full_scan(&plan, &what, "none");
            }
        }
    }
}
