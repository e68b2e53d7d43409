//! From what a wire brings to questions about events.

use unlockd_application::events::{EventFilterForm, ListEvents, ListEventsForm, WatchEventsForm};
use unlockd_application::ports::EventOrder;
use unlockd_domain::{
    Event, EventName, PolicyEventName, Position, PositionOutOfRange, Timestamp, TimestampOutOfRange, UserEventName,
};
use unlockd_testkit::fixtures;

use crate::forms::{fields, violations};

fn list(filter: EventFilterForm) -> Result<ListEvents, unlockd_application::Error> {
    let form = ListEventsForm {
        filter,
        ..ListEventsForm::default()
    };
    form.parse()
}

fn wrong() -> EventFilterForm {
    EventFilterForm {
        user_id: "u".repeat(201),
        organization_id: "\0".to_owned(),
        actor_id: "a".repeat(201),
        kinds: ["user.locked", "user.vanished", ""].map(str::to_owned).to_vec(),
        after: Some(Err(TimestampOutOfRange)),
        before: Some(Err(TimestampOutOfRange)),
    }
}

#[test]
fn without_anything_the_first_100_events_are_listed() {
    let query = list(EventFilterForm::default()).unwrap();
    assert_eq!((query.order, query.page_size), (EventOrder::Forward, 100));
    let filter = query.filter;
    assert_eq!((filter.user_id, filter.organization, filter.actor), (None, None, None));
    assert_eq!((filter.kinds, filter.after, filter.before), (Vec::new(), None, None));
}

#[test]
fn a_filter_says_what_it_was_given() {
    let moment = fixtures::now();
    let filter = EventFilterForm {
        user_id: "ada".to_owned(),
        organization_id: "here".to_owned(),
        actor_id: "grace".to_owned(),
        kinds: ["user.unlocked", "lockout_policy.set", "user.locked", "user.unlocked"]
            .map(str::to_owned)
            .to_vec(),
        after: Some(Ok(moment)),
        before: Some(Ok(Timestamp::MAX)),
    };
    let watched = WatchEventsForm {
        filter: filter.clone(),
        after_position: Some(Ok(Position::END)),
    };
    let watched = watched.parse().unwrap();
    assert_eq!(watched.after, Some(Position::END));
    for filter in [list(filter).unwrap().filter, watched.filter] {
        assert_eq!(filter.user_id, Some(fixtures::user_id("ada")));
        assert_eq!(filter.organization, Some(fixtures::organization_id("here")));
        assert_eq!(filter.actor, Some(fixtures::user_id("grace")));
        let kinds = [
            EventName::User(UserEventName::Locked),
            EventName::User(UserEventName::Unlocked),
            EventName::Policy(PolicyEventName::Set),
        ];
        assert_eq!(filter.kinds, kinds);
        assert_eq!((filter.after, filter.before), (Some(moment), Some(Timestamp::MAX)));
    }
}

#[test]
fn a_filter_shows_nothing_before_somebody_asks() {
    let filter = list(EventFilterForm::default()).unwrap().filter;
    let created = fixtures::new_user("ada", "here").change;
    assert!(!filter.matches(&Event::User(created.event().clone())));
}

#[test]
fn all_that_is_wrong_with_a_question_is_said_at_once() {
    let listing = ListEventsForm {
        filter: wrong(),
        order: 3,
        page_size: 1_001,
        page_token: "nonsense".to_owned(),
    };
    let mut of_filter = vec![
        "user_id",
        "actor_id",
        "organization_id",
        "kinds[1]",
        "kinds[2]",
        "after",
        "before",
    ];
    let watch = WatchEventsForm {
        filter: wrong(),
        after_position: Some(Err(PositionOutOfRange)),
    };
    let watched = fields(watch.parse());
    assert_eq!(watched[..7], of_filter);
    assert_eq!(watched[7..], ["after_position"]);
    of_filter.extend(["order", "page_size", "page_token"]);
    assert_eq!(fields(listing.parse()), of_filter);
}

#[test]
fn an_unknown_kind_is_answered_with_those_that_there_are() {
    let filter = EventFilterForm {
        kinds: vec!["user.vanished".to_owned()],
        ..EventFilterForm::default()
    };
    let [(_, problem)] = violations(list(filter)).try_into().unwrap();
    for name in EventName::all() {
        assert!(problem.contains(name.as_str()), "{problem}");
    }
}

#[test]
fn orders_are_the_numbers_of_the_wire() {
    let in_order = |order| {
        let form = ListEventsForm {
            order,
            ..ListEventsForm::default()
        };
        form.parse()
    };
    for (number, order) in [
        (0, EventOrder::Forward),
        (1, EventOrder::Forward),
        (2, EventOrder::Backward),
    ] {
        assert_eq!(in_order(number).unwrap().order, order);
    }
    for unknown in [-1, 3] {
        assert_eq!(fields(in_order(unknown)), ["order"]);
    }
}

#[test]
fn a_page_has_up_to_1000_events() {
    let sized = |page_size| {
        let form = ListEventsForm {
            page_size,
            ..ListEventsForm::default()
        };
        form.parse()
    };
    for (given, size) in [(0, 100), (1, 1), (1_000, 1_000)] {
        assert_eq!(sized(given).unwrap().page_size, size);
    }
    assert_eq!(violations(sized(1_001))[0].1, "must be at most 1000");
}

#[test]
fn what_cannot_be_a_page_token_is_refused() {
    for token in ["-", "x-0", "0", "-1", "0-", "ffffffffffffffff-0", "é", "1-2-3", " "] {
        let form = ListEventsForm {
            page_token: token.to_owned(),
            ..ListEventsForm::default()
        };
        let problem = "must be a token of a page that was listed before".to_owned();
        assert_eq!(
            violations(form.parse()),
            [("page_token".to_owned(), problem)],
            "{token}"
        );
    }
}
