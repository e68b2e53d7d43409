//! `SessionStore::list`: which sessions are found, and in which order.

use std::time::Duration;

use unlockd_application::ports::{SessionPage, SessionQuery, SessionVisibility, SortDirection};
use unlockd_domain::{LoginIdentity, Session, SessionUser, Timestamp, TokenDigest, UserAgent, UserAgentFields};

use super::dice::Dice;
use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::memory::MemoryStore;
use crate::services::Stores;

const SESSIONS: u8 = 60;
const QUESTIONS: usize = 300;

const ORGANIZATIONS: [&str; 3] = ["acme", "Acme", "other"];

/// Of each organization one, in this order; and one more of the first.
const USERS: [(&str, &str); 4] = [("a", "acme"), ("A", "Acme"), ("b", "other"), ("c", "acme")];

fn all() -> SessionQuery {
    SessionQuery {
        visibility: SessionVisibility::Instance,
        ids: None,
        user_id: None,
        now: fixtures::now(),
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 1_000,
    }
}

fn seen_by(user: &str, organizations: &[&str], fingerprint: Option<&str>) -> SessionVisibility {
    SessionVisibility::Restricted {
        organizations: organizations.iter().map(|id| fixtures::organization_id(id)).collect(),
        user_id: fixtures::user_id(user),
        fingerprint_id: fingerprint.map(str::to_owned),
    }
}

async fn list(stores: &Stores, query: &SessionQuery) -> SessionPage {
    stores.sessions.list(query).await.expect("an answer")
}

async fn assert_found(stores: &Stores, query: &SessionQuery, expected: &[&str]) {
    let page = list(stores, query).await;
    let ids: Vec<_> = page.sessions.iter().map(|session| session.id.as_str()).collect();
    assert_eq!(ids, expected, "{query:?}");
    assert_eq!(page.total, expected.len() as u64, "{query:?}");
}

async fn people(stores: &Stores) {
    for id in ORGANIZATIONS {
        arrange::organization(stores, id).await;
    }
    for (id, organization) in USERS {
        arrange::write(stores, &fixtures::new_user(id, organization)).await;
    }
}

fn used_with(fingerprint: &str, session: Session) -> Session {
    let fields = UserAgentFields {
        fingerprint_id: Some(fingerprint.to_owned()),
        ..UserAgentFields::default()
    };
    Session {
        user_agent: Some(UserAgent::new(fields).expect("a user agent")),
        ..session
    }
}

async fn write(stores: &Stores, sessions: &[Session]) {
    for (digest, session) in (0..).zip(sessions) {
        let created = stores.sessions.create(session, &TokenDigest([digest; 32]), None).await;
        created.expect("the session is written");
    }
}

/// Begun by somebody, proven by somebody, used with something: one session of each, written neither by id nor by time.
async fn a_few_sessions(stores: &Stores) {
    people(stores).await;
    let named = Session {
        user: Some(SessionUser {
            identity: LoginIdentity::UserId(fixtures::user_id("a")),
            named_at: fixtures::now(),
            proof: None,
        }),
        ..fixtures::session("4 named")
    };
    let begun = Session {
        creator: fixtures::user_id("a"),
        ..fixtures::session("3 begun")
    };
    let sessions = [
        named,
        fixtures::proven_session("1 of a", "a", "acme"),
        used_with("print", fixtures::proven_session("2 of A", "A", "Acme")),
        begun,
        used_with("Print", fixtures::session("5 used")),
        fixtures::proven_session("6 of c", "c", "acme"),
    ];
    write(stores, &sessions).await;
}

const EVERYTHING: [&str; 6] = ["1 of a", "2 of A", "3 begun", "4 named", "5 used", "6 of c"];

/// Whole, in the order of their ids where they began at the same moment; nothing where there is none.
pub async fn sessions_are_found_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    assert_found(&stores, &all(), &[]).await;
    a_few_sessions(&stores).await;
    assert_found(&stores, &all(), &EVERYTHING).await;
    for session in list(&stores, &all()).await.sessions {
        let found = stores.sessions.find(&session.id).await.expect("an answer");
        assert_eq!(found.map(|(found, _)| found), Some(session));
    }
}

/// The oldest or the newest first, and the rest of the order the same way round; pages are cut out of the whole.
pub async fn sessions_come_by_the_time_of_their_beginning(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut sessions = Vec::new();
    for (id, microseconds) in [("d", 2), ("B", 0), ("a", 1), ("c", 0), ("é", 1), ("b", 2), ("A", 2)] {
        sessions.push(Session {
            created_at: fixtures::now().saturating_add(Duration::from_micros(microseconds)),
            changed_at: fixtures::now().saturating_add(Duration::from_secs(10 - microseconds)),
            ..fixtures::session(id)
        });
    }
    write(&stores, &sessions).await;
    let ascending = ["B", "c", "a", "é", "A", "b", "d"];
    assert_found(&stores, &all(), &ascending).await;
    let descending: Vec<_> = ascending.into_iter().rev().collect();
    let backwards = SessionQuery {
        direction: SortDirection::Descending,
        ..all()
    };
    assert_found(&stores, &backwards, &descending).await;
    for offset in 0..9 {
        for limit in [1, 3, 7] {
            let query = SessionQuery {
                offset: offset as u64,
                limit,
                ..backwards.clone()
            };
            let page = list(&stores, &query).await;
            let ids: Vec<_> = page.sessions.iter().map(|session| session.id.as_str()).collect();
            let expected: Vec<_> = descending.iter().skip(offset).take(limit as usize).copied().collect();
            assert_eq!((page.total, ids), (7, expected), "{query:?}");
        }
    }
    let behind = SessionQuery {
        offset: u64::MAX,
        ..all()
    };
    let page = list(&stores, &behind).await;
    assert_eq!((page.total, page.sessions.len()), (7, 0));
}

/// Neither found nor counted from the very moment on at which their time is over.
pub async fn expired_sessions_are_not_found(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let (now, microsecond) = (fixtures::now(), Duration::from_micros(1));
    let until = |id: &str, end| Session {
        expires_at: Some(end),
        ..fixtures::session(id)
    };
    let sessions = [
        fixtures::session("a"),
        until("b", now.saturating_add(microsecond)),
        until("c", now),
        until("d", now.saturating_sub(microsecond)),
    ];
    write(&stores, &sessions).await;
    assert_found(&stores, &all(), &["a", "b"]).await;
    let later = SessionQuery {
        now: now.saturating_add(microsecond),
        ..all()
    };
    assert_found(&stores, &later, &["a"]).await;
    let by_id = SessionQuery {
        ids: Some(vec![fixtures::session_id("c"), fixtures::session_id("b")]),
        ..all()
    };
    assert_found(&stores, &by_id, &["b"]).await;
}

/// Byte by byte; none of no ids, each once however often it is asked for; a user's are those in which they showed a password.
pub async fn sessions_are_found_by_ids_and_user(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_sessions(&stores).await;
    let query = |ids: Option<&[&str]>, user: Option<&str>| SessionQuery {
        ids: ids.map(|ids| ids.iter().map(|id| fixtures::session_id(id)).collect()),
        user_id: user.map(fixtures::user_id),
        ..all()
    };
    assert_found(&stores, &query(Some(&[]), None), &[]).await;
    let ids = ["6 of c", "absent", "1 of a", "6 of c", "1 OF A"];
    assert_found(&stores, &query(Some(&ids), None), &["1 of a", "6 of c"]).await;
    assert_found(&stores, &query(None, Some("a")), &["1 of a"]).await;
    assert_found(&stores, &query(None, Some("A")), &["2 of A"]).await;
    assert_found(&stores, &query(None, Some("creator")), &[]).await;
    assert_found(&stores, &query(Some(&ids), Some("c")), &["6 of c"]).await;
    assert_found(&stores, &query(Some(&ids), Some("A")), &[]).await;
}

/// By whom they were begun, whose they are, what they are used with; whoever asks for others gets and counts nothing.
pub async fn only_sessions_that_may_be_seen_are_found(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    a_few_sessions(&stores).await;
    let cases: [(SessionVisibility, &[&str]); 8] = [
        (seen_by("nobody", &[], None), &[]),
        (seen_by("a", &[], None), &["1 of a", "3 begun"]),
        (
            seen_by("creator", &[], None),
            &["1 of a", "2 of A", "4 named", "5 used", "6 of c"],
        ),
        (seen_by("nobody", &["acme"], None), &["1 of a", "6 of c"]),
        (
            seen_by("nobody", &["Acme", "nowhere", "acme"], None),
            &["1 of a", "2 of A", "6 of c"],
        ),
        (seen_by("nobody", &[], Some("print")), &["2 of A"]),
        (seen_by("nobody", &[], Some("Print")), &["5 used"]),
        (
            seen_by("a", &["Acme"], Some("Print")),
            &["1 of a", "2 of A", "3 begun", "5 used"],
        ),
    ];
    for (visibility, expected) in cases {
        let query = SessionQuery { visibility, ..all() };
        assert_found(&stores, &query, expected).await;
        let others: Vec<_> = EVERYTHING.into_iter().filter(|id| !expected.contains(id)).collect();
        let hidden = SessionQuery {
            ids: Some(others.into_iter().map(fixtures::session_id).collect()),
            ..query
        };
        assert_found(&stores, &hidden, &[]).await;
    }
}

/// Sessions by chance, the same in the store under test and in memory; any question about them is answered the same.
pub async fn random_questions_about_sessions_are_answered_as_in_memory(harness: &dyn StoreHarness) {
    let (stores, in_memory) = (harness.stores(), Stores::of(MemoryStore::new()));
    let mut dice = Dice::new(5);
    let sessions: Vec<_> = (0..SESSIONS).map(|number| session(&mut dice, number)).collect();
    for stores in [&stores, &in_memory] {
        people(stores).await;
        write(stores, &sessions).await;
    }
    let mut telling = 0;
    for _ in 0..QUESTIONS {
        let query = question(&mut dice);
        let expected = list(&in_memory, &query).await;
        assert_eq!(list(&stores, &query).await, expected, "{query:?}");
        telling += usize::from((1..u64::from(SESSIONS) / 2).contains(&expected.total));
    }
    // Questions that nothing or everything fits say little.
    assert!(
        telling > QUESTIONS / 4,
        "only {telling} questions find some of the sessions"
    );
}

fn moment(dice: &mut Dice) -> Timestamp {
    fixtures::now().saturating_add(Duration::from_secs(dice.below(5) as u64))
}

fn session(dice: &mut Dice, number: u8) -> Session {
    let id = format!("{}{number}", dice.pick(&["s", "S", "é"]));
    let (user, organization) = dice.pick(&USERS);
    let mut session = fixtures::proven_session(&id, user, organization);
    if dice.happens(30) {
        session.user = None;
    }
    if let Some(fingerprint) = dice.sometimes(50, |dice| dice.pick(&["print", "Print"])) {
        session = used_with(fingerprint, session);
    }
    Session {
        creator: fixtures::user_id(dice.pick(&USERS).0),
        created_at: moment(dice),
        expires_at: dice.sometimes(60, moment),
        ..session
    }
}

fn question(dice: &mut Dice) -> SessionQuery {
    let restricted = dice.sometimes(60, |dice| {
        let organizations: Vec<_> = (0..dice.below(3)).map(|_| dice.pick(&ORGANIZATIONS)).collect();
        let fingerprint = dice.sometimes(30, |dice| dice.pick(&["print", "Print", ""]));
        seen_by(dice.pick(&["a", "A", "b", "nobody"]), &organizations, fingerprint)
    });
    SessionQuery {
        visibility: restricted.unwrap_or(SessionVisibility::Instance),
        ids: dice.sometimes(20, |dice| {
            let numbers = 0..dice.below(60);
            numbers
                .map(|number| fixtures::session_id(&format!("s{number}")))
                .collect()
        }),
        user_id: dice.sometimes(20, |dice| fixtures::user_id(dice.pick(&USERS).0)),
        now: moment(dice),
        direction: dice.pick(&[SortDirection::Ascending, SortDirection::Descending]),
        offset: if dice.happens(70) { 0 } else { dice.below(20) as u64 },
        limit: dice.pick(&[1, 3, 10, 1_000]),
    }
}
