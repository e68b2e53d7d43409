//! Failures by name and source, and the blocks that they lead to.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use unlockd_application::ports::{
    Clock, EventFilter, EventOrder, EventRange, EventStore, PasswordHasherError, RecordedEvent, StoreError, Visibility,
};
use unlockd_application::{SignIn, SignInPorts, UserService};
use unlockd_domain::{AttemptLimit, LockoutPolicy, Position, UserEventName, UserState};
use unlockd_testkit::fixtures;

use crate::failure_store_double::{FailureStoreDouble, RecordedCalls};
use crate::hasher_double::FailingHasher;
use crate::lobby::{Lobby, PASSWORD, ada, by_id};
use crate::stage::{deactivate, delete, lock, manager, reactivate, reason, set_password};

const STRANGER: Option<&str> = Some("203.0.113.7");
const HOME: Option<&str> = Some("198.51.100.1");

/// Users are never locked; three failures of a source are enough to block it.
fn by_source_alone() -> LockoutPolicy {
    LockoutPolicy {
        source_attempts: Some(AttemptLimit::new(3).unwrap()),
        ..fixtures::lockout_policy(0)
    }
}

async fn reason_of(lobby: &Lobby, text: &str, source: Option<&str>) -> &'static str {
    match lobby.show(ada(), text, source).await {
        Ok(_) => "let in",
        Err(error) => error.reason().as_str(),
    }
}

/// Wrong passwords of `ada` from one place, all of which are looked at.
async fn fail_from(lobby: &Lobby, source: Option<&str>, times: usize) {
    for _ in 0..times {
        assert_eq!(reason_of(lobby, "a wrong one", source).await, "INVALID_CREDENTIALS");
    }
}

#[tokio::test]
async fn a_block_ends_with_the_lock_and_the_person_signs_in_from_the_same_desk() {
    let lobby = Lobby::new().await;
    fail_from(&lobby, HOME, 10).await;
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
    let before = (lobby.hasher.computations(), lobby.stage.events("ada").await);
    for _ in 0..100 {
        assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "TOO_MANY_ATTEMPTS");
    }
    assert_eq!((lobby.hasher.computations(), lobby.stage.events("ada").await), before);

    lobby.stage.clock.advance(Duration::from_mins(15));

    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "let in");
}

#[tokio::test]
async fn the_end_of_a_lock_ends_the_blocks_of_all_sources() {
    let lobby = Lobby::new().await;
    fail_from(&lobby, STRANGER, 10).await;
    lobby.stage.clock.advance(Duration::from_mins(10));
    fail_from(&lobby, HOME, 10).await;
    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "TOO_MANY_ATTEMPTS");

    lobby.stage.clock.advance(Duration::from_mins(5));

    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "let in");
}

#[tokio::test]
async fn a_source_is_told_when_its_block_ends_and_the_next_block_is_longer() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    let wait = async || {
        let error = lobby.show(ada(), PASSWORD, STRANGER).await.unwrap_err();
        error.describe(None).retry_after.unwrap()
    };
    for minutes in [15, 30] {
        fail_from(&lobby, STRANGER, 3).await;
        lobby.stage.clock.advance(Duration::from_mins(10));
        let retry_after = wait().await;
        assert_eq!(retry_after, Duration::from_mins(minutes - 10));

        lobby
            .stage
            .clock
            .advance(retry_after.saturating_sub(Duration::from_micros(1)));
        assert_eq!(wait().await, Duration::from_micros(1));
        lobby.stage.clock.advance(Duration::from_micros(1));
    }
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");
    fail_from(&lobby, STRANGER, 3).await;
    assert_eq!(
        wait().await,
        Duration::from_mins(15),
        "a success forgets the earlier blocks"
    );
}

#[tokio::test]
async fn a_name_that_nobody_has_is_counted_by_the_instances_policy() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    let nobody = || fixtures::login_name("nobody");
    for _ in 0..3 {
        assert_eq!(
            reason(lobby.show(nobody(), PASSWORD, STRANGER).await),
            "INVALID_CREDENTIALS"
        );
    }
    let before = lobby.hasher.computations();
    assert_eq!(
        reason(lobby.show(nobody(), PASSWORD, STRANGER).await),
        "TOO_MANY_ATTEMPTS"
    );
    assert_eq!(lobby.hasher.computations(), before);
    assert_eq!(
        reason(lobby.show(nobody(), PASSWORD, HOME).await),
        "INVALID_CREDENTIALS"
    );
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");
}

#[tokio::test]
async fn names_that_differ_in_case_are_counted_as_one_and_an_id_as_another() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    for name in ["ada", "ADA", "Ada"] {
        let outcome = lobby.show(fixtures::login_name(name), "a wrong one", STRANGER).await;
        assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
    }
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "TOO_MANY_ATTEMPTS");
    lobby.show(by_id("ada"), PASSWORD, STRANGER).await.unwrap();
}

#[tokio::test]
async fn addresses_of_one_ipv6_network_are_one_source_and_so_are_all_that_are_unknown() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    for address in ["2001:db8::1", "2001:db8::2", "2001:db8::ffff"] {
        fail_from(&lobby, Some(address), 1).await;
    }
    assert_eq!(
        reason_of(&lobby, PASSWORD, Some("2001:db8::3")).await,
        "TOO_MANY_ATTEMPTS"
    );
    fail_from(&lobby, Some("2001:db8:0:1::1"), 1).await;
    fail_from(&lobby, None, 3).await;
    assert_eq!(reason_of(&lobby, PASSWORD, None).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn a_success_forgets_the_failures_of_its_own_source_only() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    fail_from(&lobby, HOME, 2).await;
    fail_from(&lobby, STRANGER, 2).await;

    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "let in");

    fail_from(&lobby, HOME, 3).await;
    fail_from(&lobby, STRANGER, 1).await;
    for source in [HOME, STRANGER] {
        assert_eq!(reason_of(&lobby, PASSWORD, source).await, "TOO_MANY_ATTEMPTS");
    }
}

#[tokio::test]
async fn what_is_tried_behind_a_lock_counts_for_its_source() {
    let lobby = Lobby::new().await;
    lobby.fail(10).await;
    fail_from(&lobby, HOME, 10).await;
    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "TOO_MANY_ATTEMPTS");
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 10);
}

#[tokio::test]
async fn an_unlock_a_return_and_another_password_forget_what_was_counted_everywhere() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    fail_from(&lobby, STRANGER, 10).await;
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "TOO_MANY_ATTEMPTS");
    lobby.stage.clock.advance(Duration::from_mins(1));
    lobby.unlock_ada().await;
    fail_from(&lobby, STRANGER, 9).await;
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");

    lobby.stage.clock.advance(Duration::from_mins(1));
    fail_from(&lobby, STRANGER, 10).await;
    users.deactivate_user(&manager(), deactivate("ada")).await.unwrap();
    users.reactivate_user(&manager(), reactivate("ada")).await.unwrap();
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");

    lobby.stage.clock.advance(Duration::from_mins(1));
    fail_from(&lobby, STRANGER, 9).await;
    users
        .set_password(&manager(), set_password("ada", "another sesame"))
        .await
        .unwrap();
    fail_from(&lobby, STRANGER, 9).await;
    assert_eq!(reason_of(&lobby, "another sesame", STRANGER).await, "let in");
    assert_eq!(lobby.stage.stored("ada").await.record().state, UserState::Active);
}

#[tokio::test]
async fn without_a_limit_for_sources_the_users_own_count_decides() {
    let lobby = Lobby::new().await;
    lobby
        .adopt(LockoutPolicy {
            source_attempts: Some(AttemptLimit::new(0).unwrap()),
            ..LockoutPolicy::DEFAULT
        })
        .await;
    fail_from(&lobby, STRANGER, 30).await;
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 10);
}

#[tokio::test]
async fn what_was_not_looked_at_for_want_of_time_is_not_counted() {
    let mut lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    let overloaded = SignInPorts {
        passwords: Arc::new(FailingHasher(|| PasswordHasherError::Overloaded)),
        ..lobby.ports()
    };
    let ports = lobby.ports();
    lobby.check_on(overloaded);
    for who in [ada(), fixtures::login_name("nobody")] {
        for _ in 0..10 {
            let error = lobby.show(who.clone(), PASSWORD, STRANGER).await.unwrap_err();
            assert_eq!(error.reason().as_str(), "TOO_MANY_ATTEMPTS");
            assert_eq!(error.describe(None).retry_after, Some(Duration::from_secs(1)));
        }
    }
    assert_eq!(lobby.stage.events("ada").await, 1);
    lobby.check_on(ports);
    fail_from(&lobby, STRANGER, 2).await;
    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");
}

#[tokio::test]
async fn a_count_that_cannot_be_brought_up_to_date_changes_no_answer() {
    let mut lobby = Lobby::new().await;
    let failing = SignInPorts {
        failures: Arc::new(FailureStoreDouble::forgetting_nothing(lobby.stage.store.clone())),
        ..lobby.ports()
    };
    lobby.check_on(failing);
    for _ in 0..10 {
        assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "let in");
    }
    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn where_nothing_can_be_counted_all_names_get_the_same_answer_and_no_password_is_compared() {
    let mut lobby = Lobby::new().await;
    let failing = SignInPorts {
        failures: Arc::new(FailureStoreDouble::failing(|| StoreError::Unavailable("gone".into()))),
        ..lobby.ports()
    };
    lobby.check_on(failing);
    for (who, password) in [
        (ada(), PASSWORD),
        (ada(), "a wrong one"),
        (fixtures::login_name("nobody"), PASSWORD),
    ] {
        assert_eq!(reason(lobby.show(who, password, HOME).await), "STORE_UNAVAILABLE");
    }
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
}

#[tokio::test]
async fn failures_count_also_on_a_clock_that_is_behind_the_one_of_the_unlock() {
    let lobby = Lobby::new().await;
    lobby.adopt(by_source_alone()).await;
    let now = lobby.stage.clock.now();
    lobby.stage.users.lock_user(&manager(), lock("ada")).await.unwrap();
    lobby.unlock_ada().await;
    lobby.stage.clock.set(now.saturating_sub(Duration::from_secs(30)));
    fail_from(&lobby, None, 3).await;
    assert_eq!(reason_of(&lobby, PASSWORD, None).await, "TOO_MANY_ATTEMPTS");
}

#[tokio::test]
async fn a_wrong_password_costs_the_same_counts_one_hash_and_one_event_whoever_it_is_for() {
    let mut lobby = Lobby::new().await;
    let store = lobby.stage.store.clone();
    let users = &lobby.stage.users;
    let like_ada = lobby.stage.profile("ada").await.password;
    for id in ["locked", "aside", "gone"] {
        let mut user = fixtures::new_user(id, "here");
        user.profile.password.clone_from(&like_ada);
        lobby.enrol(&user).await;
    }
    users.lock_user(&manager(), lock("locked")).await.unwrap();
    users.deactivate_user(&manager(), deactivate("aside")).await.unwrap();
    users.delete_user(&manager(), delete("gone")).await.unwrap();
    let recorded = Arc::new(RecordedCalls::of(store.clone()));
    let recording = SignInPorts {
        failures: recorded.clone(),
        ..lobby.ports()
    };
    lobby.check_on(recording);
    let events = async || store.settled().await.unwrap().get();
    for (reveal_lock, counts) in [(false, ["count"].as_slice()), (true, &["count"; 2])] {
        lobby
            .adopt(LockoutPolicy {
                reveal_lock,
                ..LockoutPolicy::DEFAULT
            })
            .await;
        // The user of `here` has no password.
        for who in ["ada", "nobody", "here", "locked", "aside", "gone"] {
            recorded.calls.lock().unwrap().clear();
            let before = (lobby.hasher.computations().comparisons(), events().await);

            let outcome = lobby.show(by_id(who), "a wrong one", HOME).await;

            assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
            let after = (lobby.hasher.computations().comparisons(), events().await);
            assert_eq!(after, (before.0 + 1, before.1 + 1), "{who}");
            assert_eq!(*recorded.calls.lock().unwrap(), counts, "{who}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn failures_take_a_time_that_does_not_depend_on_the_name_and_successes_do_not_wait() {
    let mut lobby = Lobby::new().await;
    lobby.stage.services.sessions.sign_in = Arc::new(SignIn::new(lobby.ports()));
    let time = async |who, text| {
        let began = Instant::now();
        let outcome = lobby.show(who, text, HOME).await;
        (began.elapsed(), outcome.is_ok())
    };
    for who in [ada(), by_id("nobody")] {
        let (taken, is_in) = time(who, "a wrong one").await;
        assert!(!is_in);
        assert!(taken >= Duration::from_millis(50), "{taken:?}");
        assert!(taken <= Duration::from_millis(71), "{taken:?}");
    }
    assert_eq!(time(ada(), PASSWORD).await, (Duration::ZERO, true));
}

#[tokio::test]
async fn a_source_that_fails_at_many_names_is_slowed_and_one_event_tells_of_it() {
    let lobby = Lobby::new().await;
    for number in 0..30 {
        let outcome = lobby.show(by_id(&format!("nobody {number}")), PASSWORD, STRANGER).await;
        assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
    }
    for who in [ada(), by_id("somebody"), by_id("somebody else")] {
        let error = lobby.show(who, PASSWORD, STRANGER).await.unwrap_err();
        assert_eq!(error.describe(None).retry_after, Some(Duration::from_mins(2)));
        assert_eq!(error.reason().as_str(), "TOO_MANY_ATTEMPTS");
    }
    assert_eq!(refusals(&lobby).await, 1);
    assert_eq!(reason_of(&lobby, PASSWORD, HOME).await, "let in");

    lobby.stage.clock.advance(Duration::from_mins(2));

    assert_eq!(reason_of(&lobby, PASSWORD, STRANGER).await, "let in");
}

/// Number of refused attempts in the history.
async fn refusals(lobby: &Lobby) -> usize {
    let range = EventRange {
        after: Position::START,
        up_to: lobby.stage.store.settled().await.unwrap(),
        order: EventOrder::Forward,
        limit: 1_000,
    };
    let events = lobby
        .stage
        .store
        .select(&EventFilter::all(Visibility::Instance), &range)
        .await;
    let is_refusal = |recorded: &&RecordedEvent| recorded.event.name().as_str() == "sign_in.refused";
    events.unwrap().iter().filter(is_refusal).count()
}
