//! `SessionStore`: how sessions end. By themselves, when they are deleted, and with their users.

use std::time::Duration;

use unlockd_application::ports::WriteSessionError;
use unlockd_domain::{LoginIdentity, Session, SessionUser, Timestamp, TokenDigest, User};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

async fn create(stores: &Stores, session: &Session, digest: u8) {
    let created = stores.sessions.create(session, &TokenDigest([digest; 32]), None).await;
    created.expect("the session is written");
}

async fn is_there(stores: &Stores, id: &str, digest: u8) -> bool {
    let found = stores
        .sessions
        .find(&fixtures::session_id(id))
        .await
        .expect("an answer");
    let held = stores.sessions.find_holder(&TokenDigest([digest; 32])).await;
    // Whoever holds a token holds a session that is there.
    assert!(found.is_some() || held.expect("an answer").is_none(), "{id}");
    found.is_some()
}

fn named(id: &str, identity: LoginIdentity) -> Session {
    Session {
        user: Some(SessionUser {
            identity,
            named_at: fixtures::now(),
            proof: None,
        }),
        ..fixtures::session(id)
    }
}

fn expiring(id: &str, expires_at: Timestamp) -> Session {
    Session {
        expires_at: Some(expires_at),
        ..fixtures::session(id)
    }
}

/// Its token is nobody's from then on, and its id is free to be asked for.
pub async fn deleting_answers_whether_there_was_a_session(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    create(&stores, &fixtures::proven_session("s", "u", arrange::ACME), 1).await;
    create(&stores, &fixtures::proven_session("other", "u", arrange::ACME), 2).await;
    for expected in [true, false] {
        let deleted = stores.sessions.delete(&fixtures::session_id("s"), None).await;
        assert_eq!(deleted.expect("an answer"), expected);
    }
    assert!(!is_there(&stores, "s", 1).await);
    assert!(is_there(&stores, "other", 2).await);
    let late = fixtures::proven_session("s", "u", arrange::ACME);
    let refused = stores
        .sessions
        .replace(
            &late.clone().advanced(fixtures::now()),
            &TokenDigest([3; 32]),
            late.sequence,
            None,
        )
        .await;
    assert!(matches!(refused, Err(WriteSessionError::Conflict)), "{refused:?}");
    assert!(!is_there(&stores, "s", 3).await);
}

/// Of parallel deletions one has deleted it.
pub async fn of_parallel_deletions_exactly_one_finds_the_session(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    create(&stores, &fixtures::session("s"), 1).await;
    let tasks = (0..16).map(|_| {
        let stores = stores.clone();
        async move {
            stores
                .sessions
                .delete(&fixtures::session_id("s"), None)
                .await
                .expect("an answer")
        }
    });
    let deleted = arrange::in_parallel(tasks).await;
    assert_eq!(deleted.into_iter().filter(|deleted| *deleted).count(), 1);
}

/// Those whose time is over at this very moment, too; no more at a time than asked for.
pub async fn expired_sessions_are_pruned(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let now = fixtures::now();
    let later = now.saturating_add(Duration::from_micros(1));
    create(&stores, &fixtures::session("endless"), 1).await;
    create(&stores, &expiring("later", later), 2).await;
    create(&stores, &expiring("now", now), 3).await;
    create(&stores, &expiring("long ago", fixtures::earliest()), 4).await;
    let proven = Session {
        expires_at: Some(now.saturating_sub(Duration::from_secs(1))),
        ..fixtures::proven_session("proven", "u", arrange::ACME)
    };
    create(&stores, &proven, 5).await;
    for (limit, expected) in [(0, 0), (2, 2), (2, 1), (2, 0)] {
        let pruned = stores.sessions.prune(now, limit).await.expect("an answer");
        assert_eq!(pruned, expected);
    }
    for (id, digest, remains) in [
        ("endless", 1, true),
        ("later", 2, true),
        ("now", 3, false),
        ("long ago", 4, false),
        ("proven", 5, false),
    ] {
        assert_eq!(is_there(&stores, id, digest).await, remains, "{id}");
    }
}

/// Those in which nobody has shown a password, and that nobody has gone on with for long enough, at this very moment, too; no
/// more at a time than asked for, together with those that have expired.
pub async fn abandoned_sessions_are_pruned(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::user(&stores, "u").await;
    let now = fixtures::now().saturating_add(Session::KEPT_WITHOUT_PROOF);
    let later = fixtures::now().saturating_add(Duration::from_micros(1));
    let changed_later = Session {
        changed_at: later,
        ..fixtures::session("changed later")
    };
    create(&stores, &fixtures::session("abandoned"), 1).await;
    create(&stores, &changed_later, 2).await;
    create(&stores, &fixtures::proven_session("proven", "u", arrange::ACME), 3).await;
    create(&stores, &expiring("expired", now), 4).await;
    for (limit, expected) in [(0, 0), (1, 1), (2, 1), (2, 0)] {
        let pruned = stores.sessions.prune(now, limit).await.expect("an answer");
        assert_eq!(pruned, expected);
    }
    for (id, digest, remains) in [
        ("abandoned", 1, false),
        ("changed later", 2, true),
        ("proven", 3, true),
        ("expired", 4, false),
    ] {
        assert_eq!(is_there(&stores, id, digest).await, remains, "{id}");
    }
}

/// What one of them answers it has deleted, and no other has.
pub async fn of_parallel_prunings_each_session_is_counted_once(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for number in 0..40 {
        create(&stores, &expiring(&format!("s {number}"), fixtures::now()), number).await;
    }
    let tasks = (0..8).map(|_| {
        let stores = stores.clone();
        async move { stores.sessions.prune(fixtures::now(), 10).await.expect("an answer") }
    });
    let pruned: u32 = arrange::in_parallel(tasks).await.into_iter().sum();
    let left = stores.sessions.prune(fixtures::now(), 100).await.expect("an answer");
    assert_eq!(pruned + left, 40);
}

/// Those in which the user has shown their password or is named by their id; not those that they only began, nor those that
/// name what was the user's name, nor anybody else's.
pub async fn a_deletion_ends_the_sessions_of_the_user(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let gone = arrange::user(&stores, "gone").await;
    arrange::user(&stores, "kept").await;
    let by_id = |id: &str| LoginIdentity::UserId(fixtures::user_id(id));
    let mut by_name = fixtures::proven_session("proven by name", "gone", arrange::ACME);
    if let Some(user) = &mut by_name.user {
        user.identity = fixtures::login_name("name of gone");
    }
    let begun = Session {
        creator: fixtures::user_id("gone"),
        ..fixtures::proven_session("begun", "kept", arrange::ACME)
    };
    let sessions = [
        (fixtures::proven_session("proven", "gone", arrange::ACME), false),
        (by_name, false),
        (named("named", by_id("gone")), false),
        (named("named otherwise", fixtures::login_name("gone")), true),
        (named("another", by_id("Gone")), true),
        (fixtures::proven_session("kept", "kept", arrange::ACME), true),
        (begun, true),
        (fixtures::session("nobody's"), true),
    ];
    for (digest, (session, _)) in (0..).zip(&sessions) {
        create(&stores, session, digest).await;
    }

    arrange::commit(&stores, &arrange::deleted(&gone)).await;

    for (digest, (session, remains)) in (0..).zip(&sessions) {
        let id = session.id.as_str();
        assert_eq!(is_there(&stores, id, digest).await, *remains, "{id}");
    }
}

/// A password that is shown while its user is deleted, in a new session or in one that is there, leaves no session.
pub async fn no_session_outlives_a_deletion_that_races_with_it(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for round in 0..16_u8 {
        let user = arrange::user(&stores, &format!("u {round}")).await;
        let waiting = fixtures::session(&format!("waiting {round}"));
        create(&stores, &waiting, 3 * round).await;
        let tasks = (0..3).map(|number| {
            let (stores, user) = (stores.clone(), user.clone());
            async move {
                match number {
                    0 => drop(arrange::commit(&stores, &arrange::deleted(&user)).await),
                    1 => begin(&stores, &user, round).await,
                    _ => go_on(&stores, &user, round).await,
                }
            }
        });
        arrange::in_parallel(tasks).await;
        assert!(
            !is_there(&stores, &format!("new {round}"), 3 * round + 1).await,
            "{round}"
        );
        let found = stores.sessions.find(&waiting.id).await.expect("an answer");
        if let Some((session, _)) = found {
            assert_eq!(session.proof(), None, "{round}");
        }
        for digest in 3 * round..3 * round + 3 {
            let held = stores.sessions.find_holder(&TokenDigest([digest; 32])).await;
            assert_eq!(held.expect("an answer"), None, "{round}");
        }
    }
}

fn assert_written_or_too_late(written: Result<(), WriteSessionError>) {
    if let Err(error) = written {
        assert!(matches!(error, WriteSessionError::UserNotFound), "{error:?}");
    }
}

async fn begin(stores: &Stores, user: &User, round: u8) {
    let session = fixtures::proven_session(&format!("new {round}"), user.id().as_str(), arrange::ACME);
    let digest = TokenDigest([3 * round + 1; 32]);
    assert_written_or_too_late(stores.sessions.create(&session, &digest, None).await);
}

async fn go_on(stores: &Stores, user: &User, round: u8) {
    let session = fixtures::proven_session(&format!("waiting {round}"), user.id().as_str(), arrange::ACME);
    let expected = session.sequence;
    let digest = TokenDigest([3 * round + 2; 32]);
    let session = session.advanced(fixtures::now());
    assert_written_or_too_late(stores.sessions.replace(&session, &digest, expected, None).await);
}
