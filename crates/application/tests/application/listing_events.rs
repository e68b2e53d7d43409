use unlockd_application::events::{EventFilterForm, EventPage, ListEventsForm};
use unlockd_application::ports::{RecordedEvent, UserStore};
use unlockd_application::{Caller, EventService, UserService};
use unlockd_domain::{Event, Position, Role, UserEventName};
use unlockd_testkit::{Outage, fixtures};

use crate::forms::violations;
use crate::stage::{Stage, caller, instance_manager, lock, manager, oneself, reason, unlock, update};

/// The users of `here` and `there` are created, locked, unlocked, updated: eight events.
async fn eventful() -> Stage {
    let stage = Stage::new().await;
    for id in ["here", "there"] {
        stage.users.lock_user(&instance_manager(), lock(id)).await.unwrap();
        stage.users.unlock_user(&instance_manager(), unlock(id)).await.unwrap();
        stage
            .users
            .update_user(&instance_manager(), update(id, "{}"))
            .await
            .unwrap();
    }
    stage
}

async fn page(stage: &Stage, caller: &Caller, form: ListEventsForm) -> EventPage {
    let events = &stage.services.events;
    events.list_events(caller, form.parse().unwrap()).await.unwrap()
}

/// Every page of a listing, one after the other.
async fn pages(stage: &Stage, caller: &Caller, form: &ListEventsForm) -> Vec<EventPage> {
    let mut pages = vec![page(stage, caller, form.clone()).await];
    while let Some(page_token) = pages.last().unwrap().next_page_token.clone() {
        let next = ListEventsForm {
            page_token,
            ..form.clone()
        };
        pages.push(page(stage, caller, next).await);
        assert!(pages.len() < 100, "the listing has no end");
    }
    pages
}

fn positions(events: &[RecordedEvent]) -> Vec<u64> {
    events.iter().map(|recorded| recorded.position.get()).collect()
}

fn in_pages_of(page_size: u32, order: i32) -> ListEventsForm {
    ListEventsForm {
        page_size,
        order,
        ..ListEventsForm::default()
    }
}

#[tokio::test]
async fn pages_of_any_size_show_each_event_once_in_both_orders() {
    let stage = eventful().await;
    for page_size in [1, 2, 3, 7, 8, 9] {
        for order in [1, 2] {
            let pages = pages(&stage, &instance_manager(), &in_pages_of(page_size, order)).await;

            let mut shown: Vec<_> = pages.iter().flat_map(|page| positions(&page.events)).collect();
            if order == 2 {
                shown.reverse();
            }
            assert_eq!(shown, (1..=8).collect::<Vec<_>>(), "{page_size} {order}");
            let full = 8_u32.div_ceil(page_size) as usize;
            assert_eq!(pages.len(), full, "no page is empty");
            assert!(pages.iter().all(|page| page.position.get() == 8));
        }
    }
}

#[tokio::test]
async fn events_are_shown_as_they_are_stored() {
    let stage = eventful().await;
    let shown = page(&stage, &manager(), ListEventsForm::default()).await.events;
    let history = stage.store.history(&fixtures::user_id("here")).await.unwrap();
    let shown: Vec<_> = shown.into_iter().map(|recorded| recorded.event).collect();
    let history: Vec<_> = history.into_iter().map(Event::User).collect();
    assert_eq!(shown, history);
}

#[tokio::test]
async fn what_happens_meanwhile_comes_on_later_pages_forward_and_never_backward() {
    let stage = eventful().await;
    let (forward, backward) = (in_pages_of(5, 1), in_pages_of(5, 2));
    let first_forward = page(&stage, &instance_manager(), forward.clone()).await;
    let first_backward = page(&stage, &instance_manager(), backward.clone()).await;
    stage.lock_here().await;

    let next = |form: ListEventsForm, page: &EventPage| ListEventsForm {
        page_token: page.next_page_token.clone().unwrap(),
        ..form
    };
    let forward = page(&stage, &instance_manager(), next(forward, &first_forward)).await;
    let backward = page(&stage, &instance_manager(), next(backward, &first_backward)).await;

    assert_eq!(
        (positions(&forward.events), forward.position.get()),
        (vec![6, 7, 8, 9], 9)
    );
    assert_eq!(positions(&backward.events), [3, 2, 1]);
    assert_eq!(backward.next_page_token, None);
}

#[tokio::test]
async fn each_role_sees_the_events_within_its_reach() {
    let stage = eventful().await;
    for role in Role::ALL.into_iter().filter(|role| *role != Role::IamLoginClient) {
        let shown = page(&stage, &caller(Some(role)), ListEventsForm::default())
            .await
            .events;
        let seen = |organization| {
            let id = fixtures::organization_id(organization);
            shown
                .iter()
                .filter(|recorded| recorded.event.organization() == Some(&id))
                .count()
        };
        let there = if role.is_instance_role() { 4 } else { 0 };
        assert_eq!((seen("here"), seen("there")), (4, there), "{role}");
    }
}

#[tokio::test]
async fn without_a_role_nothing_is_shown_not_even_ones_own_history() {
    let stage = eventful().await;
    for nobody in [
        caller(None),
        caller(Some(Role::IamLoginClient)),
        oneself("here", "here"),
    ] {
        let query = ListEventsForm::default().parse().unwrap();
        let outcome = stage.services.events.list_events(&nobody, query).await;
        assert_eq!(reason(outcome), "PERMISSION_DENIED");
    }
}

#[tokio::test]
async fn a_filter_narrows_what_is_seen_and_never_widens_it() {
    let stage = eventful().await;
    let filtered = |filter| ListEventsForm {
        filter,
        ..ListEventsForm::default()
    };
    let of_user = |id: &str| {
        filtered(EventFilterForm {
            user_id: id.to_owned(),
            ..EventFilterForm::default()
        })
    };
    let of_organization = |id: &str| {
        filtered(EventFilterForm {
            organization_id: id.to_owned(),
            ..EventFilterForm::default()
        })
    };
    let of_actor = filtered(EventFilterForm {
        actor_id: "caller".to_owned(),
        ..EventFilterForm::default()
    });
    let of_kinds = filtered(EventFilterForm {
        kinds: vec!["user.locked".to_owned(), "user.updated".to_owned()],
        ..EventFilterForm::default()
    });
    let between = |after, before| {
        filtered(EventFilterForm {
            after: Some(Ok(after)),
            before: Some(Ok(before)),
            ..EventFilterForm::default()
        })
    };
    let second = std::time::Duration::from_secs(1);
    let later = fixtures::now().saturating_add(second);
    for (form, of_instance, of_manager) in [
        (of_user("there"), 4, 0),
        (of_user("nobody"), 0, 0),
        (of_organization("there"), 4, 0),
        (of_organization("here"), 4, 4),
        (of_actor, 6, 3),
        (of_kinds, 4, 2),
        (between(fixtures::earliest(), later), 8, 4),
        (between(fixtures::now(), later), 0, 0),
        (between(fixtures::earliest(), fixtures::now()), 0, 0),
    ] {
        let seen = page(&stage, &instance_manager(), form.clone()).await.events;
        assert_eq!(seen.len(), of_instance, "{form:?}");
        let seen = page(&stage, &manager(), form.clone()).await.events;
        assert_eq!(seen.len(), of_manager, "{form:?}");
    }
}

#[tokio::test]
async fn a_page_token_goes_with_its_own_filter_and_order() {
    let stage = eventful().await;
    let form = in_pages_of(2, 1);
    let page_token = page(&stage, &instance_manager(), form.clone())
        .await
        .next_page_token
        .unwrap();
    let with = |filter, order| ListEventsForm {
        filter,
        order,
        page_token: page_token.clone(),
        page_size: 7,
    };
    let same = with(EventFilterForm::default(), 0);
    assert_eq!(
        positions(&page(&stage, &instance_manager(), same).await.events),
        [3, 4, 5, 6, 7, 8]
    );
    let text = |text: &str| text.to_owned();
    let others = [
        EventFilterForm {
            user_id: text("here"),
            ..EventFilterForm::default()
        },
        EventFilterForm {
            organization_id: text("here"),
            ..EventFilterForm::default()
        },
        EventFilterForm {
            actor_id: text("here"),
            ..EventFilterForm::default()
        },
        EventFilterForm {
            kinds: vec![text(UserEventName::Locked.as_str())],
            ..EventFilterForm::default()
        },
        EventFilterForm {
            after: Some(Ok(fixtures::earliest())),
            ..EventFilterForm::default()
        },
        EventFilterForm {
            before: Some(Ok(fixtures::earliest())),
            ..EventFilterForm::default()
        },
    ];
    let mut forms: Vec<_> = others.into_iter().map(|filter| with(filter, 1)).collect();
    forms.push(with(EventFilterForm::default(), 2));
    for form in forms {
        let problem = "must go with the filters and the order that it was given out for".to_owned();
        assert_eq!(violations(form.parse()), [(text("page_token"), problem)]);
    }
}

#[tokio::test]
async fn a_page_token_of_kinds_goes_with_the_same_kinds_in_any_order() {
    let stage = eventful().await;
    let form = |kinds: [&str; 2], page_token: Option<String>| ListEventsForm {
        filter: EventFilterForm {
            kinds: kinds.map(str::to_owned).to_vec(),
            ..EventFilterForm::default()
        },
        page_size: 1,
        page_token: page_token.unwrap_or_default(),
        ..ListEventsForm::default()
    };
    let first = page(&stage, &instance_manager(), form(["user.locked", "user.updated"], None)).await;
    let token = first.next_page_token;
    let second = page(
        &stage,
        &instance_manager(),
        form(["user.updated", "user.locked"], token),
    )
    .await;
    assert!(second.events[0].position > first.events[0].position);
}

#[tokio::test]
async fn a_caller_with_a_foreign_page_token_sees_no_more_than_without() {
    let stage = eventful().await;
    let form = in_pages_of(3, 1);
    let page_token = page(&stage, &instance_manager(), form.clone())
        .await
        .next_page_token
        .unwrap();
    let stolen = ListEventsForm { page_token, ..form };
    let seen = page(&stage, &manager(), stolen).await.events;
    let here = fixtures::organization_id("here");
    assert!(seen.iter().all(|recorded| recorded.event.organization() == Some(&here)));
}

#[tokio::test]
async fn an_empty_history_has_one_empty_page() {
    let (services, _, _) = unlockd_testkit::Services::in_memory();
    for order in [1, 2] {
        let query = in_pages_of(3, order).parse().unwrap();
        let page = services.events.list_events(&instance_manager(), query).await.unwrap();
        assert_eq!((page.events, page.next_page_token), (Vec::new(), None));
        assert_eq!(page.position, Position::START);
    }
}

#[tokio::test]
async fn a_store_that_is_lost_is_said_to_be_unavailable() {
    let stage = Stage::new().await;
    stage.store.set_outage(Some(Outage::ConnectionsLost));
    let query = ListEventsForm::default().parse().unwrap();
    let outcome = stage.services.events.list_events(&manager(), query).await;
    assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
}
