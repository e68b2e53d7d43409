//! Passwords, right and wrong: what is answered, what is counted, and what it costs.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::lockout_policies::SetLockoutPolicy;
use unlockd_application::ports::{PasswordHasher, PasswordHasherError, SessionStore, SortDirection, UserStore};
use unlockd_application::sessions::{CreateSession, ListSessions, SessionLifetimes, UserCondition};
use unlockd_application::users::NewUsername;
use unlockd_application::{ErrorDescription, LockoutPolicyService, SessionService, SignInPorts, UserService};
use unlockd_domain::{
    Actor, AttemptLimit, Grant, LockCause, LockoutPolicy, LoginName, PasswordProof, UserEventKind, UserEventName,
    UserState, UsernameScope,
};
use unlockd_testkit::{InsecureTestHasher, fixtures};

use crate::hasher_double::OnlyComparing;
use crate::lobby::{Lobby, PASSWORD, ada, by_id, checks, create, login_page, password};
use crate::stage::{add_username, deactivate, delete, lock, manager, reason};

#[tokio::test]
async fn the_right_password_begins_a_session_and_is_noted_with_who_asked_and_from_where() {
    let lobby = Lobby::new().await;
    lobby.stage.clock.advance(Duration::from_mins(1));

    let created = lobby.show(ada(), PASSWORD, Some("203.0.113.7")).await.unwrap();

    let at = fixtures::now().saturating_add(Duration::from_mins(1));
    let (session, _) = SessionStore::find(&lobby.stage.store, &created.id)
        .await
        .unwrap()
        .unwrap();
    let proof = PasswordProof {
        user_id: fixtures::user_id("ada"),
        organization: fixtures::organization_id("here"),
        login_name: LoginName::new("ada").ok(),
        checked_at: at,
    };
    assert_eq!(session.proof(), Some(&proof));
    let named = session.user.unwrap();
    assert_eq!((named.identity, named.named_at), (ada(), at));
    assert_eq!(session.creator, *login_page().user_id());
    assert_eq!(
        (session.created_at, session.changed_at, session.expires_at),
        (at, at, Some(at.saturating_add(SessionLifetimes::DEFAULT)))
    );
    assert_eq!(created.details.sequence, 1);
    assert_eq!(created.details.resource_owner, Some(proof.organization));
    let event = lobby.stage.last_event("ada").await;
    assert_eq!(event.kind, UserEventKind::PasswordCheckSucceeded);
    assert_eq!(event.actor, Actor::User(login_page().user_id().clone()));
    assert_eq!(event.source, Some(fixtures::source("203.0.113.7")));
}

#[tokio::test]
async fn a_user_is_found_by_id_and_by_every_name_they_have() {
    let lobby = Lobby::new().await;
    let specific = NewUsername::new("Lovelace", UsernameScope::Organization).unwrap();
    let mut command = add_username("ada", "unused");
    command.username = specific;
    lobby.stage.users.add_username(&manager(), command).await.unwrap();
    for identity in [
        by_id("ada"),
        fixtures::login_name("ADA"),
        fixtures::login_name("lovelace@here"),
    ] {
        assert!(
            lobby.show(identity.clone(), PASSWORD, None).await.is_ok(),
            "{identity:?}"
        );
    }
    for identity in [
        by_id("ADA"),
        fixtures::login_name("lovelace"),
        fixtures::login_name("lovelace@there"),
        fixtures::login_name("ada@here"),
    ] {
        let outcome = lobby.show(identity, PASSWORD, None).await;
        assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
    }
}

/// What a guesser is told, and what it cost.
async fn guess(lobby: &Lobby, who: &str, text: &str) -> ErrorDescription {
    let before = lobby.hasher.computations();
    let error = lobby.show(by_id(who), text, None).await.unwrap_err();
    let after = lobby.hasher.computations();
    assert_eq!(after.comparisons(), before.comparisons() + 1, "{who} {text}");
    assert_eq!((after.hashes, after.fingerprints), (before.hashes, before.fingerprints));
    error.describe(None)
}

#[tokio::test]
async fn every_kind_of_failure_is_answered_alike_and_costs_one_comparison() {
    let lobby = Lobby::new().await;
    let users = &lobby.stage.users;
    let like_ada = lobby.stage.profile("ada").await.password;
    for id in ["operated on", "locked out", "aside", "gone"] {
        let mut user = fixtures::new_user(id, "here");
        user.profile.password.clone_from(&like_ada);
        lobby.enrol(&user).await;
    }
    users.lock_user(&manager(), lock("operated on")).await.unwrap();
    for _ in 0..10 {
        guess(&lobby, "locked out", "a wrong one").await;
    }
    users.deactivate_user(&manager(), deactivate("aside")).await.unwrap();
    users.delete_user(&manager(), delete("gone")).await.unwrap();
    assert!(matches!(
        lobby.stage.stored("locked out").await.record().state,
        UserState::Locked(_)
    ));

    let wrong = guess(&lobby, "ada", "a wrong one").await;

    assert_eq!(wrong.reason.as_str(), "INVALID_CREDENTIALS");
    assert!(wrong.metadata.is_empty() && wrong.retry_after.is_none());
    // The user of `here` has no password.
    for who in ["nobody", "here", "operated on", "aside", "gone"] {
        for text in [PASSWORD, "a wrong one"] {
            assert_eq!(guess(&lobby, who, text).await, wrong, "{who}");
        }
    }
    let unknown = lobby.show(fixtures::login_name("nobody"), PASSWORD, None).await;
    assert_eq!(unknown.unwrap_err().describe(None), wrong);
    let right = lobby.show(by_id("locked out"), PASSWORD, Some("203.0.113.7")).await;
    assert_eq!(right.unwrap_err().describe(None), wrong);
}

#[tokio::test]
async fn wrong_passwords_are_counted_and_the_right_one_forgets_them() {
    let lobby = Lobby::new().await;
    lobby.fail(9).await;
    let counted = lobby.stage.stored("ada").await;
    assert_eq!(counted.failed_password_attempts(fixtures::now()), 9);
    let event = lobby.stage.last_event("ada").await;
    let counts_until = fixtures::now().saturating_add(Duration::from_hours(1));
    assert_eq!(event.kind, UserEventKind::PasswordCheckFailed { counts_until });
    assert_eq!(event.source, Some(fixtures::source("203.0.113.8")));

    lobby.sign_in().await;

    let forgotten = lobby.stage.stored("ada").await;
    assert_eq!(forgotten.failed_password_attempts(fixtures::now()), 0);
    lobby.fail(9).await;
    assert_eq!(forgotten.record().state, UserState::Active);
}

#[tokio::test]
async fn no_session_is_begun_by_a_wrong_password() {
    let lobby = Lobby::new().await;
    lobby.fail(3).await;
    let query = ListSessions {
        ids: None,
        user: UserCondition::Anybody,
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 9,
    };
    let sessions = &lobby.stage.services.sessions;
    let list = sessions.list_sessions(&login_page(), query).await.unwrap();
    assert_eq!((list.total, list.sessions), (0, Vec::new()));
}

#[tokio::test]
async fn a_lock_of_the_policy_ends_at_its_moment_and_the_next_one_lasts_twice_as_long() {
    let lobby = Lobby::new().await;
    let almost = Duration::from_mins(15).saturating_sub(Duration::from_micros(1));
    lobby.fail(10).await;
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
    lobby.stage.clock.advance(almost);
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
    lobby.stage.clock.advance(Duration::from_micros(1));

    lobby.fail(10).await;

    let UserState::Locked(again) = lobby.stage.stored("ada").await.record().state.clone() else {
        panic!("ten wrong passwords lock");
    };
    let since = fixtures::now().saturating_add(Duration::from_mins(15));
    assert_eq!(
        (again.since, again.cause, again.by),
        (since, LockCause::Policy, Actor::System)
    );
    assert_eq!(again.until, Some(since.saturating_add(Duration::from_mins(30))));
    let history = lobby.stage.store.history(&fixtures::user_id("ada")).await.unwrap();
    let expired: Vec<_> = history
        .iter()
        .filter(|event| event.kind.name() == UserEventName::Unlocked)
        .collect();
    let [expired] = expired.as_slice() else {
        panic!("the first lock has ended once: {expired:?}");
    };
    assert_eq!(
        (expired.time, &expired.actor, &expired.source),
        (since, &Actor::System, &None)
    );
}

#[tokio::test]
async fn a_right_password_is_refused_behind_the_lock_and_taken_behind_the_unlock() {
    let lobby = Lobby::new().await;
    lobby.fail(10).await;
    let events = lobby.stage.events("ada").await;
    for _ in 0..3 {
        assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
    }
    assert_eq!(
        lobby.stage.events("ada").await,
        events,
        "nothing is written behind a lock"
    );

    lobby.unlock_ada().await;

    lobby.sign_in().await;
    assert_eq!(lobby.stage.stored("ada").await.record().policy_locks, 0);
}

#[tokio::test]
async fn where_the_policy_reveals_locks_those_who_know_the_password_are_told() {
    let lobby = Lobby::new().await;
    lobby
        .adopt(LockoutPolicy {
            reveal_lock: true,
            ..fixtures::lockout_policy(2)
        })
        .await;
    let until = fixtures::now().saturating_add(Duration::from_mins(15)).to_string();
    // The attempt that locks looks like any other.
    for _ in 0..2 {
        let outcome = lobby.show(ada(), "a wrong one", Some("203.0.113.7")).await;
        assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
    }
    assert_eq!(reason(lobby.try_ada("a wrong one").await), "INVALID_CREDENTIALS");
    let error = lobby.try_ada(PASSWORD).await.unwrap_err();
    assert_eq!(error.describe(None).metadata, [("lockedUntil", until.clone())]);
    assert_eq!(reason::<()>(Err(error)), "USER_LOCKED");
    lobby.unlock_ada().await;
    lobby.stage.clock.advance(Duration::from_micros(1));
    lobby.stage.users.lock_user(&manager(), lock("ada")).await.unwrap();
    let error = lobby.try_ada(PASSWORD).await.unwrap_err();
    assert_eq!(
        (error.reason().as_str(), error.describe(None).metadata),
        ("USER_LOCKED", Vec::new())
    );
    lobby
        .stage
        .users
        .deactivate_user(&manager(), deactivate("ada"))
        .await
        .unwrap();
    assert_eq!(
        reason(lobby.show(ada(), PASSWORD, Some("203.0.113.8")).await),
        "INVALID_CREDENTIALS"
    );
}

#[tokio::test]
async fn behind_a_lock_no_more_passwords_are_compared_than_may_fail_and_all_answers_cost_the_same() {
    let lobby = Lobby::new().await;
    lobby
        .adopt(LockoutPolicy {
            reveal_lock: true,
            source_attempts: Some(AttemptLimit::new(0).unwrap()),
            ..fixtures::lockout_policy(3)
        })
        .await;
    lobby.fail(3).await;
    let before = lobby.hasher.computations();

    for _ in 0..20 {
        assert_eq!(reason(lobby.try_ada("a wrong one").await), "INVALID_CREDENTIALS");
    }

    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");
    let after = lobby.hasher.computations();
    assert_eq!(after.comparisons_with_a_hash, before.comparisons_with_a_hash + 3);
    assert_eq!(after.comparisons(), before.comparisons() + 21);
    lobby.unlock_ada().await;
    lobby.sign_in().await;
}

#[tokio::test]
async fn an_organizations_own_policy_goes_before_the_instances() {
    let lobby = Lobby::new().await;
    lobby.adopt(fixtures::lockout_policy(5)).await;
    let own = SetLockoutPolicy {
        organization: Some(fixtures::organization_id("here")),
        policy: fixtures::lockout_policy(2),
        idempotency_key: None,
    };
    let policies = &lobby.stage.services.lockout_policies;
    policies.set_lockout_policy(&login_page(), own).await.unwrap();
    lobby.fail(2).await;
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
}

#[tokio::test]
async fn the_last_instance_owner_is_never_locked_out_and_spared_guesses_all_the_same() {
    let lobby = Lobby::new().await;
    let administration = &lobby.stage.services.administration;
    let granted = administration
        .add_grant(&fixtures::user_id("ada"), &Grant::instance_owner())
        .await;
    granted.unwrap();
    lobby.fail(12).await;

    let owner = lobby.stage.stored("ada").await;
    assert_eq!(owner.record().state, UserState::Active);
    assert_eq!(owner.failed_password_attempts(fixtures::now()), 10);
    assert_eq!(lobby.hasher.computations().comparisons_with_a_hash, 10);
    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");

    lobby.stage.clock.advance(Duration::from_hours(1));
    lobby.sign_in().await;
}

#[tokio::test]
async fn one_of_two_instance_owners_is_locked_like_anybody() {
    let lobby = Lobby::new().await;
    let administration = &lobby.stage.services.administration;
    for id in ["ada", "there"] {
        let granted = administration
            .add_grant(&fixtures::user_id(id), &Grant::instance_owner())
            .await;
        granted.unwrap();
    }
    lobby.fail(10).await;
    assert_eq!(lobby.count(UserEventName::Locked).await, 1);
}

#[tokio::test]
async fn an_outdated_hash_is_replaced_by_the_first_right_password_and_by_no_wrong_one() {
    let lobby = Lobby::new().await;
    let mut grace = fixtures::new_user("grace", "here");
    let mut stored = lobby.stage.profile("ada").await.password.unwrap();
    stored.hash = InsecureTestHasher::outdated_hash(&password(PASSWORD));
    stored.change_required = true;
    grace.profile.password = Some(stored.clone());
    lobby.enrol(&grace).await;

    let wrong = lobby.show(by_id("grace"), "a wrong one", None).await;
    assert_eq!(reason(wrong), "INVALID_CREDENTIALS");
    assert_eq!(lobby.stage.profile("grace").await.password, Some(stored.clone()));

    lobby.stage.clock.advance(Duration::from_mins(1));
    lobby.show(by_id("grace"), PASSWORD, None).await.unwrap();

    let renewed = lobby.stage.profile("grace").await.password.unwrap();
    assert_eq!(renewed.hash, InsecureTestHasher.hash(password(PASSWORD)).await.unwrap());
    assert_eq!((renewed.changed_at, renewed.change_required), (stored.changed_at, true));
    assert_eq!(lobby.stage.events("grace").await, 3);
    lobby.show(by_id("grace"), PASSWORD, None).await.unwrap();
    assert_eq!(lobby.hasher.computations().hashes, 1);
}

#[tokio::test]
async fn an_outdated_hash_stays_for_the_next_time_while_too_much_is_hashed() {
    let mut lobby = Lobby::new().await;
    let mut grace = fixtures::new_user("grace", "here");
    let mut stored = lobby.stage.profile("ada").await.password.unwrap();
    stored.hash = InsecureTestHasher::outdated_hash(&password(PASSWORD));
    grace.profile.password = Some(stored.clone());
    lobby.enrol(&grace).await;
    for (cause, expected) in [
        (OnlyComparing(|| PasswordHasherError::Overloaded), None),
        (
            OnlyComparing(|| PasswordHasherError::Failed("no memory".into())),
            Some("INTERNAL"),
        ),
    ] {
        let ports = SignInPorts {
            passwords: Arc::new(cause),
            ..lobby.ports()
        };
        lobby.check_on(ports);
        let outcome = lobby.show(by_id("grace"), PASSWORD, None).await;
        assert_eq!(outcome.err().map(|error| error.reason().as_str()), expected);
        assert_eq!(lobby.stage.profile("grace").await.password, Some(stored.clone()));
    }
}

#[tokio::test]
async fn neither_passwords_nor_names_are_printed_with_a_command_or_an_event() {
    let lobby = Lobby::new().await;
    let command: CreateSession = create(checks(Some(ada()), Some(PASSWORD)));
    assert!(!format!("{command:?}").contains(PASSWORD));
    let created = lobby.create_session(&login_page(), command).await.unwrap();
    assert!(!format!("{created:?}").contains(created.token.expose()));
    lobby.fail(1).await;
    let history = format!(
        "{:?}",
        lobby.stage.store.history(&fixtures::user_id("ada")).await.unwrap()
    );
    for secret in [PASSWORD, "a wrong one", "argon2", created.token.expose()] {
        assert!(!history.contains(secret), "{history}");
    }
}

#[tokio::test]
async fn a_policy_that_has_become_stricter_than_what_failed_locks_with_the_next_attempt() {
    let lobby = Lobby::new().await;
    lobby.fail(3).await;
    lobby.adopt(fixtures::lockout_policy(3)).await;

    assert_eq!(reason(lobby.try_ada(PASSWORD).await), "INVALID_CREDENTIALS");

    assert!(matches!(
        lobby.stage.last_event("ada").await.kind,
        UserEventKind::Locked {
            cause: LockCause::Policy,
            ..
        }
    ));
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 3);
    lobby.unlock_ada().await;
    lobby.try_ada(PASSWORD).await.unwrap();
}
