//! `SessionStore` and `UserStore::commit`: no session outlives the password that was shown in it.

use std::time::Duration;

use unlockd_application::ports::WriteSessionError;
use unlockd_domain::{Actor, Session, SessionId, StoredPassword, Timestamp, TokenDigest, User, UserChange};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn at(seconds: u64) -> Timestamp {
    fixtures::now().saturating_add(Duration::from_secs(seconds))
}

fn set(user: &User, seconds: u64) -> UserChange {
    let set = user.set_password(arrange::hash("new"), false, Actor::System, at(seconds));
    set.expect("a user who is not deleted")
}

/// A session in which the user has shown a password at this time.
fn proven(id: &str, user: &str, seconds: u64) -> Session {
    let mut session = fixtures::proven_session(id, user, arrange::ACME);
    if let Some(proof) = session.user.as_mut().and_then(|user| user.proof.as_mut()) {
        proof.checked_at = at(seconds);
    }
    session
}

async fn create(stores: &Stores, session: &Session, digest: u8) {
    let created = stores.sessions.create(session, &TokenDigest([digest; 32]), None).await;
    created.expect("the session is written");
}

async fn found(stores: &Stores, id: &SessionId) -> Option<(Session, TokenDigest)> {
    stores.sessions.find(id).await.expect("an answer")
}

/// By an operator's change and by a reset; sessions of others, and those that only name the user, stay.
pub async fn a_new_password_ends_the_sessions_in_which_the_old_one_was_shown(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    arrange::user(&stores, "other").await;
    let mut named = fixtures::proven_session("named", "u", arrange::ACME);
    if let Some(user) = &mut named.user {
        user.proof = None;
    }
    let others = [named, proven("other's", "other", 0), fixtures::session("nobody's")];
    for (digest, session) in (100..).zip(&others) {
        create(&stores, session, digest).await;
    }
    for (round, by_code) in [(1, false), (2, true)] {
        let ids = ["a", "b"].map(|letter| format!("{letter}{round}"));
        for (number, id) in (0..).zip(&ids) {
            create(&stores, &proven(id, "u", u64::from(10 * round)), 10 * round + number).await;
        }
        let time = u64::from(10 * round + 5);
        let change = if by_code {
            let reset = user.reset_password(arrange::hash("reset"), false, Actor::System, at(time));
            reset.expect("a user who is not deleted")
        } else {
            set(&user, time)
        };
        user = arrange::commit(&stores, &change).await;
        for (number, id) in (0..).zip(&ids) {
            assert_eq!(found(&stores, &fixtures::session_id(id)).await, None, "{id}");
            let held = stores
                .sessions
                .find_holder(&TokenDigest([10 * round + number; 32]))
                .await;
            assert_eq!(held.expect("an answer"), None, "{id}");
        }
    }
    for (digest, session) in (100..).zip(others) {
        let expected = Some((session.clone(), TokenDigest([digest; 32])));
        assert_eq!(found(&stores, &session.id).await, expected);
    }
}

/// With its token, and with the proof of the new password. It can be written from then on.
pub async fn the_session_that_is_kept_goes_on_with_a_renewed_proof(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let user = arrange::user(&stores, "u").await;
    let (kept, ended) = (proven("kept", "u", 0), proven("ended", "u", 1));
    create(&stores, &kept, 1).await;
    create(&stores, &ended, 2).await;

    let change = set(&user, 5).keeping_session(Some(kept.id.clone()));
    arrange::commit(&stores, &change).await;

    let renewed = kept.with_renewed_proof(at(5));
    assert_eq!(
        found(&stores, &renewed.id).await,
        Some((renewed.clone(), TokenDigest([1; 32])))
    );
    assert_eq!(found(&stores, &ended.id).await, None);
    let next = renewed.clone().advanced(at(6));
    let replaced = stores
        .sessions
        .replace(&next, &TokenDigest([3; 32]), renewed.sequence, None)
        .await;
    replaced.expect("the session is replaced");
}

/// A session of somebody else, one that only names the user, and one that is not there.
pub async fn only_a_session_of_the_user_is_kept(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    arrange::user(&stores, "other").await;
    let others = [proven("other's", "other", 0), fixtures::session("nobody's")];
    for (digest, session) in (100..).zip(&others) {
        create(&stores, session, digest).await;
    }
    for (round, kept) in (1..).zip(["other's", "nobody's", "absent"]) {
        let own = proven(&format!("own {round}"), "u", 10 * u64::from(round));
        create(&stores, &own, round).await;
        let change = set(&user, 10 * u64::from(round) + 5).keeping_session(Some(fixtures::session_id(kept)));
        user = arrange::commit(&stores, &change).await;
        assert_eq!(found(&stores, &own.id).await, None, "{kept}");
    }
    for (digest, session) in (100..).zip(others) {
        let expected = Some((session.clone(), TokenDigest([digest; 32])));
        assert_eq!(found(&stores, &session.id).await, expected);
    }
}

/// A proof as old as the password is one of it, since a new password is later than every proof before it.
pub async fn a_proof_that_is_older_than_the_password_is_refused_and_nothing_is_written(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut new = fixtures::new_user("u", arrange::ACME);
    new.profile.password = Some(StoredPassword {
        hash: arrange::hash("before"),
        changed_at: at(3),
        change_required: false,
    });
    arrange::write(&stores, &new).await;
    let waiting = fixtures::session("waiting");
    create(&stores, &waiting, 1).await;
    let digest = TokenDigest([2; 32]);
    let refused = stores.sessions.create(&proven("new", "u", 2), &digest, None).await;
    assert!(
        matches!(refused, Err(WriteSessionError::PasswordChanged)),
        "{refused:?}"
    );
    let late = proven("waiting", "u", 2).advanced(at(4));
    let refused = stores.sessions.replace(&late, &digest, waiting.sequence, None).await;
    assert!(
        matches!(refused, Err(WriteSessionError::PasswordChanged)),
        "{refused:?}"
    );
    let refused = stores.sessions.replace(&late, &digest, late.sequence, None).await;
    assert!(matches!(refused, Err(WriteSessionError::Conflict)), "{refused:?}");
    assert_eq!(found(&stores, &fixtures::session_id("new")).await, None);
    assert_eq!(
        found(&stores, &waiting.id).await,
        Some((waiting.clone(), TokenDigest([1; 32])))
    );

    create(&stores, &proven("new", "u", 3), 2).await;
    let current = proven("waiting", "u", 3).advanced(at(4));
    let replaced = stores
        .sessions
        .replace(&current, &TokenDigest([3; 32]), waiting.sequence, None)
        .await;
    replaced.expect("the session is replaced");
}

/// A password that is shown while it is replaced, in a new session or in one that is there, leaves no session.
pub async fn no_session_outlives_a_new_password_that_races_with_it(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    for round in 0..32_u8 {
        let id = format!("u {round}");
        let user = arrange::user(&stores, &id).await;
        let waiting = fixtures::session(&format!("waiting {round}"));
        create(&stores, &waiting, 4 * round).await;
        let tasks = (0..3).map(|number| {
            let (stores, user, waiting) = (stores.clone(), user.clone(), waiting.clone());
            async move {
                let (id, digest) = (user.id().as_str(), TokenDigest([4 * round + number; 32]));
                let written = match number {
                    0 => {
                        arrange::commit(&stores, &set(&user, 1)).await;
                        Ok(())
                    }
                    1 => {
                        stores
                            .sessions
                            .create(&proven(&format!("new {round}"), id, 0), &digest, None)
                            .await
                    }
                    _ => {
                        let next = proven(waiting.id.as_str(), id, 0).advanced(fixtures::now());
                        stores.sessions.replace(&next, &digest, waiting.sequence, None).await
                    }
                };
                if let Err(error) = written {
                    assert!(matches!(error, WriteSessionError::PasswordChanged), "{error:?}");
                }
            }
        });
        arrange::in_parallel(tasks).await;
        for digest in 4 * round..4 * round + 3 {
            let held = stores.sessions.find_holder(&TokenDigest([digest; 32])).await;
            assert_eq!(held.expect("an answer"), None, "{round}");
        }
    }
}

/// As the user's password says at this moment.
pub async fn a_holder_is_found_with_the_duty_to_change_the_password(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut user = arrange::user(&stores, "u").await;
    let session = proven("s", "u", 0);
    create(&stores, &session, 1).await;
    for (seconds, required) in [(1, true), (2, false), (3, true)] {
        let set = user.set_password(arrange::hash("new"), required, Actor::System, at(seconds));
        let change = set
            .expect("a user who is not deleted")
            .keeping_session(Some(session.id.clone()));
        user = arrange::commit(&stores, &change).await;
        let holder = stores.sessions.find_holder(&TokenDigest([1; 32])).await;
        let holder = holder.expect("an answer").expect("a holder");
        assert_eq!(holder.password_change_required, required);
    }
}
