//! What is done now and then, without anybody asking.

use std::time::Duration;

use unlockd_application::UserService;
use unlockd_application::ports::{SortDirection, UserFilter, UserOrder, UserStore};
use unlockd_application::sessions::CreateSession;
use unlockd_application::users::{ListUsers, LockUser};
use unlockd_domain::{Actor, Timestamp, UnlockCause, UserEventName, UserState};
use unlockd_testkit::{Outage, fixtures};

use crate::lobby::{Lobby, PASSWORD, ada, checks, create, login_page};
use crate::stage::{Stage, get, instance_owner, lock, manager, reason, under, unlock, update};

fn lock_until(id: &str, until: Timestamp) -> LockUser {
    LockUser {
        until: Some(until),
        ..lock(id)
    }
}

/// Those who are like this.
fn with(filter: UserFilter) -> ListUsers {
    ListUsers {
        filter,
        order: UserOrder::State,
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 100,
    }
}

fn in_minutes(minutes: u64) -> Timestamp {
    fixtures::now().saturating_add(Duration::from_mins(minutes))
}

#[tokio::test]
async fn every_lock_that_has_expired_is_written_down_once() {
    let lobby = Lobby::new().await;
    let housekeeping = &lobby.stage.services.housekeeping;
    for number in 0..250 {
        let id = format!("user {number}");
        lobby.enrol(&fixtures::new_user(&id, "here")).await;
        let until = if number % 2 == 0 { in_minutes(5) } else { in_minutes(7) };
        lobby
            .stage
            .users
            .lock_user(&manager(), lock_until(&id, until))
            .await
            .unwrap();
    }
    lobby.fail(10).await;
    lobby.stage.users.lock_user(&manager(), lock("here")).await.unwrap();
    assert_eq!(housekeeping.lift_expired_locks().await.unwrap(), 0);

    lobby.stage.clock.advance(Duration::from_mins(5));
    let (one, other) = tokio::join!(housekeeping.lift_expired_locks(), housekeeping.lift_expired_locks());
    assert_eq!(one.unwrap() + other.unwrap(), 125);
    lobby.stage.clock.advance(Duration::from_mins(10));
    assert_eq!(housekeeping.lift_expired_locks().await.unwrap(), 126);
    assert_eq!(housekeeping.lift_expired_locks().await.unwrap(), 0);

    let ended = lobby.stage.last_event("ada").await;
    assert_eq!(ended.kind.unlock_cause(), Some(UnlockCause::Expired));
    assert_eq!(
        (ended.time, ended.actor, ended.source),
        (in_minutes(15), Actor::System, None)
    );
    assert_eq!(lobby.stage.last_event("user 7").await.time, in_minutes(7));
    assert!(matches!(
        lobby.stage.stored("here").await.record().state,
        UserState::Locked(_)
    ));
}

#[tokio::test]
async fn whether_or_not_that_was_done_a_user_is_active_from_the_end_of_the_lock_on() {
    for housekeeps in [false, true] {
        let lobby = Lobby::new().await;
        let users = &lobby.stage.users;
        users
            .lock_user(&manager(), lock_until("ada", in_minutes(5)))
            .await
            .unwrap();
        lobby.stage.clock.advance(Duration::from_mins(5));
        if housekeeps {
            assert_eq!(lobby.stage.services.housekeeping.lift_expired_locks().await.unwrap(), 1);
        }
        let view = users.get_user_by_id(&manager(), get("ada")).await.unwrap();
        assert_eq!((view.state(), view.failed_password_attempts()), (&UserState::Active, 0));
        for (filter, total) in [(UserFilter::Active, 2), (UserFilter::Locked, 0)] {
            let list = users.list_users(&manager(), with(filter)).await.unwrap();
            assert_eq!(list.total, total);
            assert!(list.users.iter().all(|view| *view.state() == UserState::Active));
        }
        assert_eq!(
            reason(users.unlock_user(&manager(), unlock("ada")).await),
            "USER_NOT_LOCKED"
        );

        users.update_user(&manager(), update("ada", "{}")).await.unwrap();

        let history = lobby.stage.store.history(&fixtures::user_id("ada")).await.unwrap();
        let names: Vec<_> = history.iter().map(|event| event.kind.name()).collect();
        let expected = [
            UserEventName::Created,
            UserEventName::Locked,
            UserEventName::Unlocked,
            UserEventName::Updated,
        ];
        assert_eq!(names, expected);
        lobby.sign_in().await;
    }
}

#[tokio::test]
async fn a_repeated_request_behind_an_expired_lock_is_answered_as_the_first_time() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    users
        .lock_user(&manager(), lock_until("ada", in_minutes(5)))
        .await
        .unwrap();
    lobby.stage.clock.advance(Duration::from_mins(5));
    let again = || LockUser {
        safeguards: under("key"),
        ..lock("ada")
    };
    let first = users.lock_user(&manager(), again()).await.unwrap();
    assert_eq!((first.replayed, first.answer.sequence.get()), (false, 4));
    let second = users.lock_user(&manager(), again()).await.unwrap();
    assert!(second.replayed);
    assert_eq!(second.answer, first.answer);
    assert_eq!(lobby.stage.events("ada").await, 4);
}

#[tokio::test]
async fn the_last_instance_owner_is_the_one_whose_lock_has_expired_too() {
    let stage = Stage::new().await;
    stage.make_owners().await;
    stage
        .users
        .lock_user(&instance_owner(), lock_until("here", in_minutes(5)))
        .await
        .unwrap();
    let outcome = stage.users.lock_user(&instance_owner(), lock("there")).await;
    assert_eq!(reason(outcome), "LAST_INSTANCE_OWNER");
    stage.clock.advance(Duration::from_mins(5));
    stage.users.lock_user(&instance_owner(), lock("there")).await.unwrap();
}

#[tokio::test]
async fn sessions_that_have_ended_and_failures_that_count_no_more_are_thrown_away() {
    let lobby = Lobby::new().await;
    let housekeeping = &lobby.stage.services.housekeeping;
    let short = CreateSession {
        lifetime: Some(Duration::from_mins(5)),
        ..create(checks(Some(ada()), None))
    };
    for _ in 0..120 {
        lobby.create_session(&login_page(), short.clone()).await.unwrap();
    }
    let lasting = lobby.show(ada(), PASSWORD, Some("198.51.100.1")).await.unwrap();
    lobby.fail(3).await;
    assert_eq!(housekeeping.prune().await.unwrap(), 0);
    lobby.stage.clock.advance(Duration::from_mins(5));
    assert_eq!(housekeeping.prune().await.unwrap(), 120);
    lobby.stage.clock.advance(Duration::from_hours(24));
    assert_eq!(housekeeping.prune().await.unwrap(), 3);
    assert_eq!(housekeeping.prune().await.unwrap(), 0);
    assert!(lobby.get_session(&login_page(), &lasting.id, None).await.is_ok());
}

#[tokio::test]
async fn a_store_that_is_lost_is_said_to_be_unavailable() {
    let lobby = Lobby::new().await;
    let housekeeping = &lobby.stage.services.housekeeping;
    lobby.stage.store.set_outage(Some(Outage::ConnectionsLost));
    assert_eq!(reason(housekeeping.lift_expired_locks().await), "STORE_UNAVAILABLE");
    assert_eq!(reason(housekeeping.prune().await), "STORE_UNAVAILABLE");
}
