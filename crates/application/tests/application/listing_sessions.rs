//! Which sessions a caller finds.

use std::time::Duration;

use unlockd_application::ports::SortDirection;
use unlockd_application::sessions::{CreateSession, ListSessions, SessionList, UserCondition};
use unlockd_application::{Caller, SessionService, UserService};
use unlockd_domain::{Grant, GrantScope, Grants, Role, SessionId, UserAgent, UserAgentFields};
use unlockd_testkit::{Outage, fixtures};

use crate::lobby::{Lobby, PASSWORD, ada, by_id, checks, create, login_page, stranger};
use crate::session_access::with_fingerprint;
use crate::stage::{delete, lock, manager, oneself, reason};

/// Everything, the first one first.
fn all() -> ListSessions {
    ListSessions {
        ids: None,
        user: UserCondition::Anybody,
        direction: SortDirection::Ascending,
        offset: 0,
        limit: 100,
    }
}

/// Three sessions, one a second: `ada`'s, that of a user of `there`, and one in which nobody has shown a password, which is
/// of the user agent `f`.
struct Sessions {
    lobby: Lobby,
    ids: Vec<SessionId>,
}

impl Sessions {
    async fn new() -> Self {
        let lobby = Lobby::new().await;
        let mut grace = fixtures::new_user("grace", "there");
        grace.profile.password = lobby.stage.profile("ada").await.password;
        lobby.enrol(&grace).await;
        let agent = UserAgentFields {
            fingerprint_id: Some("f".to_owned()),
            ..UserAgentFields::default()
        };
        let commands = [
            create(checks(Some(ada()), Some(PASSWORD))),
            create(checks(Some(by_id("grace")), Some(PASSWORD))),
            CreateSession {
                user_agent: UserAgent::new(agent).ok(),
                lifetime: Some(Duration::from_mins(1)),
                ..create(checks(Some(ada()), None))
            },
        ];
        let mut ids = Vec::new();
        for command in commands {
            ids.push(lobby.create_session(&login_page(), command).await.unwrap().id);
            lobby.stage.clock.advance(Duration::from_secs(1));
        }
        Self { lobby, ids }
    }

    async fn list(&self, who: &Caller, query: ListSessions) -> SessionList {
        self.lobby
            .stage
            .services
            .sessions
            .list_sessions(who, query)
            .await
            .unwrap()
    }

    /// Which of the three are found, by their numbers.
    async fn found(&self, who: &Caller, query: ListSessions) -> Vec<usize> {
        let list = self.list(who, query).await;
        let number = |id: &SessionId| self.ids.iter().position(|known| known == id).unwrap();
        list.sessions.iter().map(|session| number(&session.id)).collect()
    }
}

fn with_role(role: Role, organization: &str) -> Caller {
    let scope = if role.is_instance_role() {
        GrantScope::Instance
    } else {
        GrantScope::Organization(fixtures::organization_id(organization))
    };
    let grants: Grants = Grant::new(role, scope).into_iter().collect();
    Caller::new(fixtures::new_user("staff", "there").change.user(), grants)
}

#[tokio::test]
async fn each_caller_finds_what_they_may_read_and_nothing_else_is_counted() {
    let sessions = Sessions::new().await;
    let neighbour = with_fingerprint("f");
    let mut expected = vec![
        (oneself("ada", "here"), vec![0]),
        (oneself("grace", "there"), vec![1]),
        (oneself("caller", "here"), vec![0, 1, 2]),
        (neighbour, vec![2]),
        (stranger(), vec![]),
    ];
    for role in Role::ALL {
        let (here, there) = (with_role(role, "here"), with_role(role, "there"));
        if matches!(role, Role::IamUserUnlocker | Role::OrgUserUnlocker) {
            expected.extend([(here, vec![]), (there, vec![])]);
        } else if role.is_instance_role() {
            expected.push((here, vec![0, 1, 2]));
        } else {
            expected.extend([(here, vec![0]), (there, vec![1])]);
        }
    }
    for (who, numbers) in expected {
        let total = sessions.list(&who, all()).await.total;
        assert_eq!(sessions.found(&who, all()).await, numbers, "{who:?}");
        assert_eq!(total, numbers.len() as u64);
        let only_counted = ListSessions { offset: 3, ..all() };
        assert_eq!(sessions.list(&who, only_counted).await.total, total);
    }
}

#[tokio::test]
async fn sessions_are_found_by_their_ids_and_by_whoever_has_shown_a_password() {
    let sessions = Sessions::new().await;
    let ids = |numbers: &[usize]| ListSessions {
        ids: Some(numbers.iter().map(|number| sessions.ids[*number].clone()).collect()),
        ..all()
    };
    let of = |user| ListSessions { user, ..all() };
    let somebody = |id| UserCondition::Somebody(fixtures::user_id(id));
    let page = login_page();
    assert_eq!(sessions.found(&page, ids(&[2, 0])).await, [0, 2]);
    assert!(sessions.found(&page, ids(&[])).await.is_empty());
    assert_eq!(sessions.found(&page, of(somebody("ada"))).await, [0]);
    assert!(sessions.found(&page, of(somebody("nobody"))).await.is_empty());
    assert!(sessions.found(&page, of(UserCondition::Nobody)).await.is_empty());
    let both = ListSessions {
        user: somebody("grace"),
        ..ids(&[0, 1])
    };
    assert_eq!(sessions.found(&page, both).await, [1]);
}

#[tokio::test]
async fn sessions_come_in_the_order_of_their_beginning_and_in_pages() {
    let sessions = Sessions::new().await;
    let page = |direction, offset, limit| ListSessions {
        direction,
        offset,
        limit,
        ..all()
    };
    let who = login_page();
    assert_eq!(
        sessions.found(&who, page(SortDirection::Descending, 0, 100)).await,
        [2, 1, 0]
    );
    assert_eq!(sessions.found(&who, page(SortDirection::Ascending, 1, 1)).await, [1]);
    assert!(
        sessions
            .found(&who, page(SortDirection::Ascending, 3, 100))
            .await
            .is_empty()
    );
    let list = sessions.list(&who, page(SortDirection::Ascending, 1, 1)).await;
    let read_at = fixtures::now().saturating_add(Duration::from_secs(3));
    assert_eq!((list.total, list.read_at), (3, read_at));
}

#[tokio::test]
async fn those_that_have_ended_by_themselves_are_not_found_and_those_of_locked_users_are() {
    let sessions = Sessions::new().await;
    let users = &sessions.lobby.stage.users;
    users.lock_user(&manager(), lock("ada")).await.unwrap();
    assert_eq!(sessions.found(&login_page(), all()).await, [0, 1, 2]);
    // Begun at the second second.
    sessions
        .lobby
        .stage
        .clock
        .set(fixtures::now().saturating_add(Duration::from_secs(62)));
    assert_eq!(sessions.found(&login_page(), all()).await, [0, 1]);
    assert_eq!(sessions.list(&login_page(), all()).await.total, 2);
    users.delete_user(&manager(), delete("ada")).await.unwrap();
    assert_eq!(sessions.found(&login_page(), all()).await, [1]);
}

#[tokio::test]
async fn a_store_that_is_lost_is_said_to_be_unavailable() {
    let lobby = Lobby::new().await;
    lobby.stage.store.set_outage(Some(Outage::ConnectionsLost));
    let outcome = lobby.stage.services.sessions.list_sessions(&login_page(), all()).await;
    assert_eq!(reason(outcome), "STORE_UNAVAILABLE");
}
