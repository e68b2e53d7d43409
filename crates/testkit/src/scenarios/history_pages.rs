use super::stage::{assert_violates, lock, unlock};
use super::{Event, ListEventsRequest, Operation, Request, Stage, Subject};

/// The numbers of `EventOrder`.
const FORWARD: i32 = 1;
const BACKWARD: i32 = 2;

pub(super) async fn pages_lead_through_the_history_once_in_both_directions(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    for _ in 0..2 {
        stage.managers_change(unlock(&user_id)).await;
        stage.managers_change(lock(&user_id)).await;
    }
    let forward = stage.history(&user_id).await;
    let backward: Vec<_> = forward.iter().rev().cloned().collect();
    for page_size in [1, 2, 3, 6, 7] {
        assert_eq!(walked(stage, of(&user_id, 0, page_size)).await, forward, "{page_size}");
        assert_eq!(
            walked(stage, of(&user_id, FORWARD, page_size)).await,
            forward,
            "{page_size}"
        );
        assert_eq!(
            walked(stage, of(&user_id, BACKWARD, page_size)).await,
            backward,
            "{page_size}"
        );
    }
}

pub(super) async fn what_happens_between_two_pages_moves_nothing(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let token = &stage.world.organization_manager.token;
    let mut sequences = [vec![], vec![]];
    for (order, told) in [FORWARD, BACKWARD].into_iter().zip(&mut sequences) {
        let mut request = of(&user_id, order, 1);
        loop {
            let page = stage.events(token, request.clone()).await;
            told.extend(page.events.iter().map(|event| event.sequence));
            if told.len() == 1 {
                let next = if order == FORWARD { unlock } else { lock };
                stage.managers_change(next(&user_id)).await;
            }
            request.page_token = page.next_page_token;
            if request.page_token.is_none() {
                break;
            }
        }
    }
    assert_eq!(sequences, [vec![1, 2, 3], vec![3, 2, 1]]);
}

pub(super) async fn a_page_token_leads_on_in_its_own_listing_only(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let page = stage
        .events(&stage.world.organization_manager.token, of(&user_id, FORWARD, 1))
        .await;
    let page_token = page.next_page_token;
    assert!(page_token.is_some(), "there is a second page");
    let other_order = of(&user_id, BACKWARD, 1);
    let other_user = of(&stage.world.organization_owner.user_id, FORWARD, 1);
    let other_kinds = ListEventsRequest {
        kinds: vec!["user.locked".to_owned()],
        ..of(&user_id, FORWARD, 1)
    };
    for other in [other_order, other_user, other_kinds] {
        let page_token = page_token.clone();
        let request = Request::ListEvents(ListEventsRequest { page_token, ..other });
        assert_violates(&stage.managers_refusal(request).await, &["page_token"]);
    }

    // Another page size is the same listing.
    let rest = ListEventsRequest {
        page_token,
        ..of(&user_id, FORWARD, 1_000)
    };
    let rest = stage.events(&stage.world.organization_manager.token, rest).await;
    assert_eq!(
        (rest.events.len(), rest.events[0].sequence, rest.next_page_token),
        (1, 2, None)
    );
}

pub(super) async fn a_page_has_100_events_unless_another_number_is_given(stage: &Stage<'_>) {
    let user_id = stage.active_user().await;
    let subject = Subject {
        user_id: user_id.clone(),
        ..stage.unknown()
    };
    for _ in 0..100 {
        stage.managers_change(Operation::UpdateUser.request(&subject)).await;
    }
    let token = &stage.world.organization_manager.token;
    for (page_size, length, is_last) in [(0, 100, false), (100, 100, false), (101, 101, true), (1_000, 101, true)] {
        let page = stage.events(token, of(&user_id, FORWARD, page_size)).await;
        assert_eq!((page.events.len(), page.next_page_token.is_none()), (length, is_last));
        let last = page.events.last().expect("there are events");
        assert!(page.position >= last.position, "{} is before {last:?}", page.position);
    }
}

/// The events of all pages.
async fn walked(stage: &Stage<'_>, mut request: ListEventsRequest) -> Vec<Event> {
    let mut events = Vec::new();
    loop {
        let page = stage
            .events(&stage.world.organization_manager.token, request.clone())
            .await;
        assert!(page.events.len() <= request.page_size as usize);
        events.extend(page.events);
        match page.next_page_token {
            Some(token) => request.page_token = Some(token),
            None => return events,
        }
    }
}

fn of(user_id: &str, order: i32, page_size: u32) -> ListEventsRequest {
    ListEventsRequest {
        user_id: Some(user_id.to_owned()),
        order,
        page_size,
        ..ListEventsRequest::default()
    }
}
