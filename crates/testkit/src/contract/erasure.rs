//! `UserStore::commit` of a deletion: what goes, and what remains.

use unlockd_application::ports::{AddGrantError, AddTokenError, CommitError, CreateUserError};
use unlockd_domain::{
    Actor, Event, Grant, LockCause, LockOrder, StoredPassword, TokenDigest, User, UserEvent, UserEventKind,
    UserEventName, UserId, UserProfile, UserState, UsernameScope,
};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const DIGEST: TokenDigest = TokenDigest([0xa5; 32]);

/// Sequence of the only event of [`with_a_past`] that has no key.
const GRANT: u64 = 9;

/// The caller under whose keys everything is done that has one.
fn caller() -> Actor {
    Actor::User(fixtures::user_id("caller"))
}

/// Each kind of event that can have a reason, a failure and a code to reset the password by, each from somewhere and under
/// keys that begin with the user's id; profile, token, session and role besides.
async fn with_a_past(stores: &Stores, id: &str, digest: &TokenDigest) -> User {
    let now = fixtures::now();
    let said = |text: &str| Some(fixtures::reason(&format!("{text} {id}")));
    let mut new = fixtures::named_user(id, arrange::ACME, &[&format!("name of {id}")]);
    let narrow = fixtures::username(&format!("name of {id}"), UsernameScope::Organization);
    new.profile.usernames.push(narrow);
    new.profile.data = Some(fixtures::data("{\"phone\":1}"));
    new.profile.password = Some(StoredPassword {
        hash: arrange::hash("hash"),
        changed_at: now,
        change_required: false,
    });
    new.change = User::create(
        fixtures::user_id(id),
        fixtures::organization_id(arrange::ACME),
        caller(),
        now,
    );
    new.request = Some(fixtures::request(&format!("{id} 1"), 1));
    arrange::write(stores, &new).await;

    let order = LockOrder {
        cause: LockCause::Policy,
        reason: said("locked"),
        until: Some(fixtures::timestamp("2030-01-01T00:00:00Z")),
    };
    let mut user = new.change.user().clone();
    for step in 2..=8 {
        let change = match step {
            3 => user.unlock(said("unlocked"), caller(), now).expect("a locked user"),
            4 => user
                .deactivate(said("deactivated"), caller(), now)
                .expect("an active user"),
            5 => user
                .reactivate(said("reactivated"), caller(), now)
                .expect("an inactive user"),
            6 => user
                .fail_password_check(&fixtures::lockout_policy(10), true, caller(), now)
                .expect("a password may be tried"),
            8 => user
                .request_password_reset(arrange::password_reset(id), caller(), now)
                .expect("a user"),
            _ => user.lock(order.clone(), caller(), now).expect("an active user"),
        };
        let request = fixtures::request(&format!("{id} {step}"), 1);
        let change = change.from_source(Some(&fixtures::source("203.0.113.7")));
        let written = stores.users.commit(&change, Some(&request)).await;
        written.expect("the change is written");
        user = change.user().clone();
    }
    let token = fixtures::access_token(&format!("token of {id}"), id);
    stores.access_tokens.add(&token, digest, None).await.expect("written");
    let session = fixtures::proven_session(&format!("session of {id}"), id, arrange::ACME);
    stores.sessions.create(&session, digest, None).await.expect("written");
    arrange::grant(stores, &user, &Grant::instance_owner()).await
}

async fn delete(stores: &Stores, user: &User) -> User {
    let change = user.delete(caller(), fixtures::now()).expect("a user");
    let change = change.from_source(Some(&fixtures::source("2001:db8::1")));
    let request = fixtures::request(&format!("{} 10", user.id()), 1);
    let written = stores.users.commit(&change, Some(&request)).await;
    written.expect("the deletion is written");
    change.user().clone()
}

/// Two users with a past, and an owner to remain; one of the two is deleted.
async fn one_of_two_is_deleted(stores: &Stores) -> (User, arrange::Known) {
    arrange::organization(stores, arrange::ACME).await;
    arrange::owner(stores, "owner").await;
    let gone = with_a_past(stores, "gone", &DIGEST).await;
    with_a_past(stores, "kept", &TokenDigest([1; 32])).await;
    let before = arrange::known(stores, gone.id()).await;
    assert_eq!((before.grants.len(), before.tokens.len()), (1, 1));
    assert_eq!(gone.record().password_failures.len(), 1);
    (delete(stores, &gone).await, before)
}

/// Names, password, code, data, failures, tokens, sessions and roles.
pub async fn a_deletion_takes_away_what_is_personal(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (gone, _) = one_of_two_is_deleted(&stores).await;
    let known = arrange::known(&stores, gone.id()).await;
    assert_eq!(known.found, Some((gone, UserProfile::default())));
    assert_eq!((known.grants, known.tokens), (Vec::new(), Vec::new()));
    let holder = stores.access_tokens.find_holder(&DIGEST).await.expect("an answer");
    assert_eq!(holder, None);
    let holder = stores.sessions.find_holder(&DIGEST).await.expect("an answer");
    assert_eq!(holder, None);
    let session = stores.sessions.find(&fixtures::session_id("session of gone")).await;
    assert_eq!(session.expect("an answer"), None);
    let tokens = stores.access_tokens.list(None).await.expect("an answer");
    assert!(
        tokens.iter().all(|token| token.user_id.as_str() == "kept"),
        "{tokens:?}"
    );
    let grants = stores.grants.list(None).await.expect("an answer");
    assert!(grants.iter().all(|(id, _)| id.as_str() != "gone"), "{grants:?}");
}

/// Who, when, by whom, and why in one word: what is not typed by people, and not where they were, outlives them.
pub async fn a_deletion_leaves_a_history_without_reasons_and_sources(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (gone, before) = one_of_two_is_deleted(&stores).await;
    let mut expected: Vec<UserEvent> = before.history;
    assert_eq!(expected.iter().filter(|event| event.kind.reason().is_some()).count(), 5);
    assert_eq!(expected.iter().filter(|event| event.source.is_some()).count(), 7);
    for event in &mut expected {
        *event = event.clone().erased();
    }
    expected.push(UserEvent {
        user_id: gone.id().clone(),
        sequence: gone.sequence(),
        kind: UserEventKind::Deleted,
        organization: gone.organization().clone(),
        actor: caller(),
        time: gone.changed_at(),
        source: None,
    });
    let history = stores.users.history(gone.id()).await.expect("an answer");
    assert_eq!(history, expected);
    assert_eq!(arrange::assert_state_is_its_history(&stores, "gone").await, gone);
    assert_eq!(*gone.state(fixtures::now()), UserState::Deleted);

    // Nor are they to be found where the events of all users are.
    assert_eq!(arrange::events_of(&stores, gone.id()).await, expected);
}

/// A key is used for ever; what was asked for is forgotten, also of the deletion itself.
pub async fn a_deletion_takes_the_digests_and_leaves_the_keys(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (gone, _) = one_of_two_is_deleted(&stores).await;
    let history = stores.users.history(gone.id()).await.expect("an answer");
    assert_eq!(history.len(), 10);
    for (number, event) in (1..).zip(history) {
        if number == GRANT {
            continue;
        }
        let key = fixtures::idempotency_key(&format!("gone {number}"));
        let found = stores.users.find_request(&fixtures::user_id("caller"), &key).await;
        let found = found.expect("an answer").expect("the request");
        assert_eq!((found.event, found.digest), (Event::User(event), None));
    }
    let other = arrange::user(&stores, "other").await;
    let change = other.deactivate(None, caller(), fixtures::now());
    let change = change.expect("an active user");
    let again = fixtures::request("gone 2", 1);
    let refused = stores.users.commit(&change, Some(&again)).await;
    assert!(matches!(refused, Err(CommitError::IdempotencyKeyTaken)), "{refused:?}");
}

/// Nothing of another user's goes, also where the deleted one was the actor.
pub async fn a_deletion_leaves_other_users_as_they_are(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "owner").await;
    let caller = arrange::user(&stores, "caller").await;
    let kept = with_a_past(&stores, "kept", &DIGEST).await;
    let before = arrange::known(&stores, kept.id()).await;

    arrange::commit(&stores, &arrange::deleted(&caller)).await;

    assert_eq!(arrange::known(&stores, kept.id()).await, before);
    for (number, event) in (1..).zip(&before.history).filter(|(number, _)| *number != GRANT) {
        let request = fixtures::request(&format!("kept {number}"), 1);
        let found = stores.users.find_request(caller.id(), &request.key).await;
        let found = found.expect("an answer").expect("the request");
        assert_eq!(
            (found.event, found.digest),
            (Event::User(event.clone()), Some(request.digest))
        );
    }
    let holder = stores.access_tokens.find_holder(&DIGEST).await.expect("an answer");
    assert_eq!(holder.map(|holder| holder.user), Some(kept.clone()));
    let holder = stores.sessions.find_holder(&DIGEST).await.expect("an answer");
    assert_eq!(holder.map(|holder| holder.user), Some(kept));
}

/// An id is somebody's for ever; a name is not.
pub async fn of_a_deleted_user_the_id_stays_taken_and_the_names_are_free(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    one_of_two_is_deleted(&stores).await;
    let again = fixtures::named_user("gone", arrange::ACME, &["another name"]);
    let refused = stores.users.create(&again).await;
    assert!(matches!(refused, Err(CreateUserError::UserIdTaken)), "{refused:?}");

    let mut heir = fixtures::named_user("heir", arrange::ACME, &["NAME of gone"]);
    let narrow = fixtures::username("Name of gone", UsernameScope::Organization);
    heir.profile.usernames.push(narrow);
    arrange::write(&stores, &heir).await;
    assert_eq!(arrange::profile(&stores, "heir").await, heir.profile);
    assert_eq!(arrange::profile(&stores, "gone").await, UserProfile::default());
}

/// Nobody speaks for who is gone.
pub async fn a_deleted_user_gets_neither_token_nor_role(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (gone, _) = one_of_two_is_deleted(&stores).await;
    let before = arrange::known(&stores, gone.id()).await;
    for id in ["token of gone", "another token"] {
        let token = fixtures::access_token(id, "gone");
        let refused = stores.access_tokens.add(&token, &DIGEST, None).await;
        assert!(matches!(refused, Err(AddTokenError::UserNotFound)), "{refused:?}");
    }
    let refused = stores
        .grants
        .add(gone.id(), &Grant::instance_owner(), fixtures::now())
        .await;
    assert!(matches!(refused, Err(AddGrantError::UserNotFound)), "{refused:?}");
    assert_eq!(arrange::known(&stores, gone.id()).await, before);
}

/// Whatever is given to a user while they are deleted is gone with them, or refused.
pub async fn what_races_with_a_deletion_does_not_outlive_it(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    arrange::owner(&stores, "owner").await;
    for round in 0..16_u8 {
        let user = arrange::user(&stores, &format!("u {round}")).await;
        let tasks = (0..3).map(|number| {
            let (stores, user) = (stores.clone(), user.clone());
            async move {
                match number {
                    0 => drop(arrange::commit_anew(&stores, &user, arrange::deleted).await),
                    1 => give_a_token(&stores, user.id(), round).await,
                    _ => give_a_role(&stores, user.id()).await,
                }
            }
        });
        arrange::in_parallel(tasks).await;
        let known = arrange::known(&stores, user.id()).await;
        assert_eq!((known.grants, known.tokens), (Vec::new(), Vec::new()), "round {round}");
        let names = known.history.iter().map(|event| event.kind.name());
        let names: Vec<_> = names.filter(|name| *name != UserEventName::RoleGranted).collect();
        assert_eq!(names, [UserEventName::Created, UserEventName::Deleted]);
    }
}

async fn give_a_token(stores: &Stores, id: &UserId, number: u8) {
    let token = fixtures::access_token(&format!("token {number}"), id.as_str());
    if let Err(error) = stores.access_tokens.add(&token, &TokenDigest([number; 32]), None).await {
        assert!(matches!(error, AddTokenError::UserNotFound), "{error:?}");
    }
}

async fn give_a_role(stores: &Stores, id: &UserId) {
    if let Err(error) = stores.grants.add(id, &Grant::instance_owner(), fixtures::now()).await {
        assert!(matches!(error, AddGrantError::UserNotFound), "{error:?}");
    }
}
