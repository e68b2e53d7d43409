use unlockd_domain::{Permission, Reach, Session, SessionId, Timestamp, UserId};

use super::Sessions;
use crate::authentication::Caller;
use crate::error::{Error, Violations};
use crate::page::{MAX_LIMIT, Page};
use crate::ports::{SessionQuery, SessionVisibility, SortDirection};

/// Finds sessions that the caller may see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSessions {
    /// Those of these ids.
    pub ids: Option<Vec<SessionId>>,
    /// Those of this user; of nobody, when several were asked for that are not the same.
    pub user: UserCondition,
    /// In which direction, by the time of their beginning.
    pub direction: SortDirection,
    /// How many to leave out at the beginning.
    pub offset: u64,
    /// How many at most.
    pub limit: u32,
}

/// Whose sessions are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum UserCondition {
    /// Anybody's.
    #[default]
    Anybody,
    /// Those of this user.
    Somebody(UserId),
    /// Those of two users at once.
    Nobody,
}

/// The outcome of [`ListSessions`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionList {
    /// How many sessions there are that fit and that the caller may see.
    pub total: u64,
    /// When they were read.
    pub read_at: Timestamp,
    /// Those within limit and offset.
    pub sessions: Vec<Session>,
}

/// `zitadel.session.v2.ListSessionsRequest` as a wire brings it.
#[derive(Debug, Default)]
pub struct ListSessionsForm {
    /// `query.offset`
    pub offset: u64,
    /// `query.limit`; 0 when it is not set.
    pub limit: u32,
    /// `query.asc`
    pub ascending: bool,
    /// `queries`, all of which have to be fulfilled.
    pub queries: Vec<SessionSearchQueryForm>,
    /// `sorting_column`, by the wire's number.
    pub sorting_column: i32,
}

/// `zitadel.session.v2.SearchQuery`.
#[derive(Debug)]
pub enum SessionSearchQueryForm {
    /// `ids_query.ids`
    Ids(Vec<String>),
    /// `user_id_query.id`
    UserId(String),
    /// A query that unlockd does not answer, by its name.
    Unimplemented(&'static str),
    /// None, or several at once.
    Malformed,
}

impl ListSessionsForm {
    /// The query.
    ///
    /// # Errors
    /// [`Error::Unimplemented`] when something is asked for that unlockd does not search by; else
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub fn parse(self) -> Result<ListSessions, Error> {
        let mut violations = Violations::default();
        let page = Page::parse(self.offset, self.limit, self.ascending, &mut violations);
        // `zitadel.session.v2.SessionFieldName`: unspecified, or by the time of their beginning, which is the same here.
        if !matches!(self.sorting_column, 0 | 1) {
            violations.note("sorting_column", "must be one of the values that are defined");
        }
        let (mut ids, mut user) = (None, UserCondition::Anybody);
        for (index, query) in self.queries.into_iter().enumerate() {
            match query {
                SessionSearchQueryForm::Ids(wanted) => {
                    let wanted = parse_ids(wanted, index, &mut violations);
                    ids = Some(match ids {
                        Some(ids) => common(ids, &wanted),
                        None => wanted,
                    });
                }
                SessionSearchQueryForm::UserId(id) => {
                    let field = format!("queries[{index}].user_id_query.id");
                    if let Some(id) = violations.keep(field, UserId::new(id)) {
                        user = user.and(id);
                    }
                }
                SessionSearchQueryForm::Unimplemented(name) => {
                    return Err(Error::Unimplemented {
                        field: format!("queries[{index}].{name}"),
                    });
                }
                SessionSearchQueryForm::Malformed => {
                    violations.note(format!("queries[{index}]"), "must have exactly one query");
                }
            }
        }
        violations.finish(Some(ListSessions {
            ids,
            user,
            direction: page.direction,
            offset: page.offset,
            limit: page.limit,
        }))
    }
}

fn parse_ids(ids: Vec<String>, query: usize, violations: &mut Violations) -> Vec<SessionId> {
    let limit = MAX_LIMIT as usize;
    if ids.len() > limit {
        violations.note(
            format!("queries[{query}].ids_query.ids"),
            format!("must have at most {limit} entries"),
        );
        return Vec::new();
    }
    let mut kept = Vec::with_capacity(ids.len());
    for (index, id) in ids.into_iter().enumerate() {
        let field = format!("queries[{query}].ids_query.ids[{index}]");
        kept.extend(violations.keep(field, SessionId::new(id)));
    }
    kept
}

fn common(mut ids: Vec<SessionId>, others: &[SessionId]) -> Vec<SessionId> {
    ids.retain(|id| others.contains(id));
    ids
}

impl UserCondition {
    fn and(self, id: UserId) -> Self {
        match self {
            Self::Anybody => Self::Somebody(id),
            Self::Somebody(other) if other == id => Self::Somebody(id),
            Self::Somebody(_) | Self::Nobody => Self::Nobody,
        }
    }
}

impl ListSessions {
    #[tracing::instrument(level = "debug", name = "application.list_sessions", skip_all)]
    pub(super) async fn execute(self, sessions: &Sessions, caller: &Caller) -> Result<SessionList, Error> {
        caller.require_unrestricted()?;
        let now = sessions.clock.now();
        let (user_id, ids) = match self.user {
            UserCondition::Anybody => (None, self.ids),
            UserCondition::Somebody(id) => (Some(id), self.ids),
            UserCondition::Nobody => (None, Some(Vec::new())),
        };
        let page = sessions
            .store
            .list(&SessionQuery {
                visibility: visibility(caller),
                ids,
                user_id,
                now,
                direction: self.direction,
                offset: self.offset,
                limit: self.limit,
            })
            .await?;
        Ok(SessionList {
            total: page.total,
            read_at: now,
            sessions: page.sessions,
        })
    }
}

/// Everybody sees the sessions that they began, that are theirs, or that are of the same user agent.
fn visibility(caller: &Caller) -> SessionVisibility {
    let organizations = match caller.grants().reach(Permission::SessionRead) {
        Reach::Instance => return SessionVisibility::Instance,
        Reach::Organizations(organizations) => organizations.into_iter().cloned().collect(),
        Reach::Nothing => Vec::new(),
    };
    SessionVisibility::Restricted {
        organizations,
        user_id: caller.user_id().clone(),
        fingerprint_id: caller.fingerprint_id().map(str::to_owned),
    }
}
