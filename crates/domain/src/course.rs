use std::time::Duration;

use crate::actor::Actor;
use crate::event::{UserEvent, UserEventKind};
use crate::lock::UnlockCause;
use crate::timestamp::Timestamp;
use crate::user::{User, UserState};
use crate::user_change::UserChange;

/// The smallest difference between two timestamps.
const TICK: Duration = Duration::from_micros(1);

/// What happens to a user at one moment: one event after the other.
pub(crate) struct Course {
    user: User,
    events: Vec<UserEvent>,
    now: Timestamp,
}

/// A [`Course`] with an event at least.
pub(crate) struct Taken {
    course: Course,
    last: UserEvent,
}

impl Course {
    /// Begins where the user is. A lock whose time is over ends in front of whatever happens.
    pub(crate) fn begin(user: &User, now: Timestamp) -> Self {
        let course = Self {
            user: user.clone(),
            events: Vec::new(),
            now,
        };
        match &user.record().state {
            UserState::Locked(lock) if lock.has_expired(now) => course.expire(lock.until.unwrap_or(now)).seal(),
            UserState::Active | UserState::Inactive | UserState::Locked(_) | UserState::Deleted => course,
        }
    }

    /// The user as far as it has come.
    pub(crate) fn user(&self) -> &User {
        &self.user
    }

    pub(crate) fn then(self, kind: UserEventKind, actor: Actor) -> Taken {
        let now = self.now;
        self.happens(kind, actor, now)
    }

    /// The lock ended when its time was over, whenever that is written down.
    fn expire(self, until: Timestamp) -> Taken {
        let kind = UserEventKind::Unlocked {
            cause: UnlockCause::Expired,
            reason: None,
        };
        self.happens(kind, Actor::System, until)
    }

    fn happens(mut self, kind: UserEventKind, actor: Actor, at: Timestamp) -> Taken {
        let mut time = self.user.time_of_next_event(at);
        if kind == UserEventKind::PasswordChanged {
            // Later than every proof of the password before it: the times tell which password was shown.
            time = time.max(self.user.changed_at().saturating_add(TICK));
        }
        let last = UserEvent {
            user_id: self.user.id().clone(),
            sequence: self.user.sequence().next(),
            kind,
            organization: self.user.organization().clone(),
            actor,
            time,
            source: None,
        };
        self.user = self.user.after(&last);
        Taken { course: self, last }
    }

    /// The end of a lock whose time is over, and nothing else; none if there is no such lock.
    pub(crate) fn expiry(user: &User, now: Timestamp) -> Option<UserChange> {
        let mut course = Self::begin(user, now);
        let last = course.events.pop()?;
        Some(Taken { course, last }.finish())
    }
}

impl Taken {
    pub(crate) fn then(self, kind: UserEventKind, actor: Actor) -> Self {
        self.seal().then(kind, actor)
    }

    /// The user as far as it has come.
    pub(crate) fn user(&self) -> &User {
        &self.course.user
    }

    fn seal(self) -> Course {
        let Self { mut course, last } = self;
        course.events.push(last);
        course
    }

    pub(crate) fn finish(self) -> UserChange {
        UserChange {
            after: self.course.user,
            leading: self.course.events,
            event: self.last,
            profile_edit: None,
        }
    }
}
