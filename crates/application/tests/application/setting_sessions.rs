//! Going on with a session: its token changes, what is shown is added, and nobody goes over what others have done.

use std::time::Duration;

use tokio::task::JoinSet;
use unlockd_application::ports::{
    SecretToken, SessionQuery, SessionStore, SessionVisibility, SortDirection, StoreError, WriteSessionError,
};
use unlockd_application::sessions::{CreateSession, SetSession};
use unlockd_application::{Error, SessionService, UserService};
use unlockd_domain::{LoginIdentity, Session, SessionId, SessionMetadata, SessionUser, UserEventName};
use unlockd_testkit::fixtures;

use crate::lobby::{Lobby, PASSWORD, ada, by_id, checks, create, login_page, set, stranger};
use crate::session_store_double::SessionStoreDouble;
use crate::stage::{manager, reason, remove_username};

/// A session in which nothing was said yet.
async fn begun(lobby: &Lobby) -> (SessionId, SecretToken) {
    let created = lobby
        .create_session(&login_page(), create(checks(None, None)))
        .await
        .unwrap();
    (created.id, created.token)
}

async fn stored(lobby: &Lobby, id: &SessionId) -> Session {
    SessionStore::find(&lobby.stage.store, id).await.unwrap().unwrap().0
}

/// The log-in page says who signs in, and shows a password if one is given.
async fn say(
    lobby: &Lobby,
    id: &SessionId,
    who: Option<LoginIdentity>,
    text: Option<&str>,
) -> Result<SecretToken, Error> {
    let command = SetSession {
        checks: checks(who, text),
        ..set(id, None)
    };
    lobby
        .set_session(&login_page(), command)
        .await
        .map(|updated| updated.token)
}

#[tokio::test]
async fn with_every_change_the_token_changes_and_the_old_one_dies() {
    let lobby = Lobby::new().await;
    let (id, mut token) = begun(&lobby).await;
    for sequence in 2..5 {
        lobby.stage.clock.advance(Duration::from_secs(1));
        let updated = lobby.set_session(&stranger(), set(&id, Some(&token))).await.unwrap();
        assert_eq!(updated.details.sequence, sequence);
        assert_eq!(
            reason(lobby.get_session(&stranger(), &id, Some(&token)).await),
            "SESSION_TOKEN_INVALID"
        );
        assert_eq!(
            reason(lobby.set_session(&stranger(), set(&id, Some(&token))).await),
            "SESSION_TOKEN_INVALID"
        );
        token = updated.token;
        let read = lobby.get_session(&stranger(), &id, Some(&token)).await.unwrap();
        assert_eq!(
            (read.sequence.get(), read.changed_at),
            (sequence, updated.details.change_date)
        );
        assert_eq!(read.created_at, fixtures::now());
    }
}

#[tokio::test]
async fn first_somebody_says_who_they_are_and_then_shows_their_password() {
    let lobby = Lobby::new().await;
    let (id, _) = begun(&lobby).await;
    let too_early = say(&lobby, &id, None, Some(PASSWORD)).await.unwrap_err();
    assert_eq!(too_early.describe(None).field_violations[0].field, "checks.user");
    assert_eq!(lobby.hasher.computations().comparisons(), 0);

    say(&lobby, &id, Some(ada()), None).await.unwrap();
    assert_eq!(stored(&lobby, &id).await.proof(), None);
    lobby.stage.clock.advance(Duration::from_mins(1));
    say(&lobby, &id, None, Some(PASSWORD)).await.unwrap();

    let session = stored(&lobby, &id).await;
    let user = session.user.clone().unwrap();
    let at = fixtures::now().saturating_add(Duration::from_mins(1));
    assert_eq!((user.identity, user.named_at), (ada(), fixtures::now()));
    assert_eq!(
        session.proof().map(|proof| (proof.user_id.as_str(), proof.checked_at)),
        Some(("ada", at))
    );
    assert_eq!(lobby.count(UserEventName::PasswordCheckSucceeded).await, 1);
}

#[tokio::test]
async fn a_wrong_password_changes_nothing_of_the_session_and_counts() {
    let lobby = Lobby::new().await;
    let (id, _) = begun(&lobby).await;
    say(&lobby, &id, Some(ada()), None).await.unwrap();
    let before = stored(&lobby, &id).await;
    assert_eq!(
        reason(say(&lobby, &id, None, Some("a wrong one")).await),
        "INVALID_CREDENTIALS"
    );
    assert_eq!(stored(&lobby, &id).await, before);
    assert_eq!(lobby.count(UserEventName::PasswordCheckFailed).await, 1);
}

#[tokio::test]
async fn behind_a_lock_the_right_password_is_refused_in_a_session_too() {
    let lobby = Lobby::new().await;
    let (id, _) = begun(&lobby).await;
    say(&lobby, &id, Some(ada()), None).await.unwrap();
    lobby.fail(10).await;
    assert_eq!(
        reason(say(&lobby, &id, None, Some(PASSWORD)).await),
        "INVALID_CREDENTIALS"
    );
    assert_eq!(stored(&lobby, &id).await.proof(), None);
}

#[tokio::test]
async fn whose_session_it_is_does_not_change() {
    let lobby = Lobby::new().await;
    let (id, _) = begun(&lobby).await;
    say(&lobby, &id, Some(ada()), None).await.unwrap();
    say(&lobby, &id, Some(ada()), None).await.unwrap();
    for another in [by_id("ada"), fixtures::login_name("ADA"), by_id("here")] {
        let outcome = say(&lobby, &id, Some(another), Some(PASSWORD)).await;
        assert_eq!(reason(outcome), "INVALID_ARGUMENT");
    }
    assert_eq!(lobby.hasher.computations().comparisons(), 0);
}

#[tokio::test]
async fn a_name_that_has_gone_to_somebody_else_does_not_take_the_session_with_it() {
    let lobby = Lobby::new().await;
    let created = lobby.sign_in().await;
    let users = &lobby.stage.users;
    let name_id = lobby.stage.profile("ada").await.usernames[0].id().clone();
    let removed = remove_username("ada", name_id.as_str());
    users.remove_username(&manager(), removed).await.unwrap();
    let mut grace = fixtures::named_user("grace", "here", &["ada"]);
    grace.profile.password = lobby.stage.profile("ada").await.password;
    lobby.enrol(&grace).await;

    let outcome = say(&lobby, &created.id, None, Some(PASSWORD)).await;

    assert_eq!(reason(outcome), "INVALID_CREDENTIALS");
    let proof = stored(&lobby, &created.id).await.proof().cloned();
    assert_eq!(proof.map(|proof| proof.user_id), Some(fixtures::user_id("ada")));
}

#[tokio::test]
async fn notes_are_added_replaced_and_taken_away_within_their_limits() {
    let lobby = Lobby::new().await;
    let note = |key: &str, value: &str| (key.to_owned(), value.as_bytes().to_vec());
    let (id, _) = begun(&lobby).await;
    let put = |notes: Vec<(String, Vec<u8>)>| SetSession {
        metadata: notes,
        ..set(&id, None)
    };
    lobby
        .set_session(&login_page(), put(vec![note("a", "1"), note("b", "2")]))
        .await
        .unwrap();
    lobby
        .set_session(&login_page(), put(vec![note("a", ""), note("c", "3")]))
        .await
        .unwrap();
    let expected = SessionMetadata::default()
        .with([note("b", "2"), note("c", "3")])
        .unwrap();
    assert_eq!(stored(&lobby, &id).await.metadata, expected);
    let many = (0..31).map(|number| note(&number.to_string(), "x")).collect();
    let error = lobby.set_session(&login_page(), put(many)).await.unwrap_err();
    assert_eq!(error.describe(None).field_violations[0].field, "metadata");
    assert_eq!(stored(&lobby, &id).await.metadata, expected);
}

#[tokio::test]
async fn a_lifetime_counts_from_now_on_and_without_one_the_end_stays() {
    let lobby = Lobby::new().await;
    let command = CreateSession {
        lifetime: Some(Duration::from_hours(1)),
        ..create(checks(None, None))
    };
    let id = lobby.create_session(&login_page(), command).await.unwrap().id;
    lobby.stage.clock.advance(Duration::from_mins(59));
    lobby.set_session(&login_page(), set(&id, None)).await.unwrap();
    let end = |minutes| Some(fixtures::now().saturating_add(Duration::from_mins(minutes)));
    assert_eq!(stored(&lobby, &id).await.expires_at, end(60));
    let longer = SetSession {
        lifetime: Some(Duration::from_mins(10)),
        ..set(&id, None)
    };
    lobby.set_session(&login_page(), longer).await.unwrap();
    assert_eq!(stored(&lobby, &id).await.expires_at, end(69));
}

fn everything() -> SessionQuery {
    SessionQuery {
        visibility: SessionVisibility::Instance,
        ids: None,
        user_id: None,
        now: fixtures::now(),
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 9,
    }
}

/// Goes on while others come first, so many times.
async fn compete(
    times: usize,
    has_token: bool,
    competitor: impl Fn(&Session) -> Session + Send + Sync + 'static,
) -> (Lobby, Result<u64, Error>) {
    let mut lobby = Lobby::new().await;
    let (id, token) = begun(&lobby).await;
    let store = lobby.stage.store.clone();
    lobby.stage.services.sessions.store = SessionStoreDouble::with_competitor(store, times, competitor);
    let command = SetSession {
        metadata: vec![("mine".to_owned(), b"x".to_vec())],
        ..set(&id, Some(&token).filter(|_| has_token))
    };
    let outcome = lobby.stage.services.sessions.set_session(&login_page(), command).await;
    (lobby, outcome.map(|updated| updated.answer.details.sequence))
}

fn noted(session: &Session) -> Session {
    let metadata = session
        .metadata
        .clone()
        .with([("others".to_owned(), b"y".to_vec())])
        .unwrap();
    Session {
        metadata,
        ..session.clone()
    }
}

#[tokio::test]
async fn what_others_have_noted_meanwhile_stays() {
    let (lobby, outcome) = compete(1, false, noted).await;
    assert_eq!(outcome.unwrap(), 3);
    let page = lobby.stage.store.list(&everything()).await.unwrap();
    let keys: Vec<_> = page.sessions[0].metadata.entries().keys().map(String::as_str).collect();
    assert_eq!(keys, ["mine", "others"]);
}

#[tokio::test]
async fn who_was_named_meanwhile_stays_when_the_change_is_about_something_else() {
    let named = |session: &Session| Session {
        user: Some(SessionUser {
            identity: ada(),
            named_at: fixtures::now(),
            proof: None,
        }),
        ..session.clone()
    };
    let (lobby, outcome) = compete(1, false, named).await;
    assert_eq!(outcome.unwrap(), 3);
    let page = lobby.stage.store.list(&everything()).await.unwrap();
    assert_eq!(page.sessions[0].user.as_ref().map(|user| &user.identity), Some(&ada()));
}

#[tokio::test]
async fn whoever_always_comes_second_is_told_that_too_much_is_going_on() {
    let (_, outcome) = compete(usize::MAX, false, noted).await;
    assert_eq!(reason(outcome), "OVERLOADED");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_go_on_by_one_token_exactly_one_gets_the_next() {
    let lobby = Lobby::new().await;
    let (id, token) = begun(&lobby).await;
    let mut running = JoinSet::new();
    for _ in 0..50 {
        let (sessions, command) = (lobby.stage.services.sessions.clone(), set(&id, Some(&token)));
        running.spawn(async move { sessions.set_session(&stranger(), command).await });
    }
    let outcomes = running.join_all().await;
    let (done, refused): (Vec<_>, Vec<_>) = outcomes.into_iter().partition(Result::is_ok);
    assert_eq!((done.len(), refused.len()), (1, 49));
    for outcome in refused {
        assert_eq!(reason(outcome), "SESSION_TOKEN_INVALID");
    }
}

#[tokio::test]
async fn a_change_that_is_not_written_leaves_the_session_and_its_token() {
    let mut lobby = Lobby::new().await;
    let (id, token) = begun(&lobby).await;
    let store = lobby.stage.store.clone();
    let intact = lobby.stage.services.sessions.store.clone();
    lobby.stage.services.sessions.store =
        SessionStoreDouble::failing(store.clone(), || StoreError::Overloaded("too much to do".into()));
    assert_eq!(
        reason(lobby.set_session(&stranger(), set(&id, Some(&token))).await),
        "OVERLOADED"
    );
    lobby.stage.services.sessions.store = SessionStoreDouble::refusing(store, || WriteSessionError::UserNotFound);
    assert_eq!(
        reason(lobby.set_session(&stranger(), set(&id, Some(&token))).await),
        "INVALID_CREDENTIALS"
    );
    lobby.stage.services.sessions.store = intact;
    assert!(lobby.set_session(&stranger(), set(&id, Some(&token))).await.is_ok());
}
