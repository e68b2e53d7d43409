use unlockd_application::ports::{EventFilter, EventOrder, EventRange, Visibility};
use unlockd_domain::{EventName, Position, UserEventName};
use unlockd_testkit::fixtures;

use super::{Seeded, assert_in_order_of};
use crate::event_store::push_events;

/// The hundred events of each of 1,000 users, a hundred of whom are also the actors.
const EVENTS: &str = "
    INSERT INTO users (id, organization_id, state, sequence, created_at, changed_at)
    SELECT printf('user %05d', n), 'organization ' || (n % 10), 'active', 100, n, n + 99000 FROM numbers WHERE n < 1000;
    INSERT INTO user_events (user_id, sequence, position, kind, organization_id, actor_user_id, occurred_at)
    SELECT printf('user %05d', n % 1000), n / 1000 + 1, n + 1, 'user.updated', 'organization ' || (n % 10),
           printf('user %05d', n % 100), n
    FROM numbers;
";

fn organizations(numbers: impl IntoIterator<Item = u32>) -> Visibility {
    let id = |number| fixtures::organization_id(&format!("organization {number}"));
    Visibility::Organizations(numbers.into_iter().map(id).collect())
}

#[tokio::test]
async fn events_come_from_an_index_in_their_order() {
    let all = EventFilter::all(Visibility::Instance);
    let some = EventFilter::all(organizations([3, 4]));
    let user_id = Some(fixtures::user_id("user 00012"));
    let organization = Some(fixtures::organization_id("organization 3"));
    let (by_user, by_actor, by_organization) = (
        "user_events_user_key",
        "user_events_actor_idx",
        "user_events_organization_idx",
    );
    let lists = [
        (all.clone(), "INTEGER PRIMARY KEY"),
        (
            EventFilter {
                kinds: [UserEventName::Locked, UserEventName::Unlocked]
                    .map(EventName::User)
                    .to_vec(),
                ..all.clone()
            },
            "INTEGER PRIMARY KEY",
        ),
        (
            EventFilter {
                after: Some(fixtures::earliest()),
                before: Some(fixtures::now()),
                ..all.clone()
            },
            "INTEGER PRIMARY KEY",
        ),
        (
            EventFilter {
                organization: organization.clone(),
                ..all.clone()
            },
            by_organization,
        ),
        (
            EventFilter {
                organization: organization.clone(),
                ..some.clone()
            },
            by_organization,
        ),
        (EventFilter::all(organizations([3])), by_organization),
        (some.clone(), by_organization),
        (
            EventFilter {
                actor: user_id.clone(),
                ..all.clone()
            },
            by_actor,
        ),
        (
            EventFilter {
                actor: user_id.clone(),
                organization: organization.clone(),
                ..some.clone()
            },
            by_actor,
        ),
        (
            EventFilter {
                user_id: user_id.clone(),
                ..all.clone()
            },
            by_user,
        ),
        (
            EventFilter {
                user_id: user_id.clone(),
                actor: user_id,
                organization,
                ..some
            },
            by_user,
        ),
    ];
    let seeded = Seeded::new(EVENTS).await;
    for with_statistics in [false, true] {
        if with_statistics {
            seeded.analyze().await;
        }
        for (filter, index) in &lists {
            for order in [EventOrder::Forward, EventOrder::Backward] {
                let range = EventRange {
                    after: Position::START,
                    up_to: Position::new(100_000).unwrap(),
                    order,
                    limit: 100,
                };
                let plan = seeded.plan(|sql| push_events(sql, filter, &range)).await;
                let what = format!("{filter:?}, {order:?}, {with_statistics}");
                if filter.user_id.is_some() {
                    // A page of the events with a sequence and one of those without are merged; each comes from the index
                    // in its order, so that no more than two pages are sorted.
                    assert_eq!(plan.matches("TEMP B-TREE").count(), 2, "{what}:\n{plan}");
                    assert_in_order_of(index, &plan.replace("TEMP B-TREE", "merge"), &what);
                } else {
                    assert_in_order_of(index, &plan, &what);
                }
            }
        }
    }
}
