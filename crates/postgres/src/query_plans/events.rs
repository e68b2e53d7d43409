use unlockd_application::ports::{EventFilter, EventOrder, EventRange, Visibility};
use unlockd_domain::{EventName, Position, UserEventName};
use unlockd_testkit::fixtures;

use super::{LargeDatabase, assert_uses};
use crate::event_store::push_events;

#[tokio::test]
async fn histories_are_read_from_indexes_in_both_directions() {
    let Some(mut database) = LargeDatabase::create().await else {
        return;
    };
    let all = EventFilter::all(Visibility::Instance);
    let of_organization = EventFilter {
        organization: Some(fixtures::organization_id("o7")),
        ..all.clone()
    };
    let within_reach = EventFilter::all(Visibility::Organizations(vec![fixtures::organization_id("o7")]));
    let by_actor = EventFilter {
        actor: Some(fixtures::user_id("u7")),
        ..all.clone()
    };
    let of_user = EventFilter {
        user_id: Some(fixtures::user_id("u7")),
        kinds: [UserEventName::Created, UserEventName::Updated]
            .map(EventName::User)
            .to_vec(),
        ..all.clone()
    };
    for (index, filter, is_in_order) in [
        ("user_events_pkey", &all, true),
        ("user_events_organization_idx", &of_organization, true),
        ("user_events_organization_idx", &within_reach, true),
        ("user_events_actor_idx", &by_actor, true),
        ("user_events_user_key", &of_user, false),
    ] {
        for (order, after) in [(EventOrder::Forward, 100_000), (EventOrder::Backward, 0)] {
            let range = EventRange {
                after: Position::new(after).unwrap(),
                up_to: Position::new(200_000).unwrap(),
                order,
                limit: 101,
            };
            let plan = database.plan(|sql| push_events(sql, filter, &range)).await;
            assert_uses(index, &plan);
            assert!(!is_in_order || !plan.contains("Sort"), "{index}:\n{plan}");
        }
    }
}
