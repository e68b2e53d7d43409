use unlockd_domain::{OrganizationId, Reach, UserEvent, UserEventName, UserId};

use super::{Details, Users};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::IdempotentRequest;
use crate::ports::RecordedRequest;

/// What a request is compared by with one that was done under the same key.
pub(super) struct Repetition<'a> {
    /// The key and what is asked for.
    pub(super) request: &'a IdempotentRequest,
    /// The event that the request leads to.
    pub(super) event: UserEventName,
    /// Whom it is about, if it says so.
    pub(super) user_id: Option<&'a UserId>,
    /// Whose user it is about, if it says so.
    pub(super) organization: Option<&'a OrganizationId>,
}

impl Repetition<'_> {
    /// The event that the same request led to before.
    ///
    /// # Errors
    /// [`Error::IdempotencyKeyReused`] when another request has used the key; [`Error::PermissionDenied`] when the caller
    /// does not reach that event any more.
    pub(super) async fn find(
        &self,
        users: &Users,
        caller: &Caller,
        reach: &Reach<'_>,
    ) -> Result<Option<UserEvent>, Error> {
        let recorded = users.store.find_request(caller.user_id(), &self.request.key).await?;
        match recorded {
            None => Ok(None),
            Some(recorded) if !self.is_same(&recorded) => Err(Error::IdempotencyKeyReused),
            Some(recorded) if !reach.covers(&recorded.event.organization) => Err(Error::PermissionDenied),
            Some(recorded) => Ok(Some(recorded.event)),
        }
    }

    /// Of a deleted user's requests the digests are gone: what is left is compared then.
    fn is_same(&self, recorded: &RecordedRequest) -> bool {
        if let Some(digest) = recorded.digest {
            return digest == self.request.digest;
        }
        let event = &recorded.event;
        event.kind.name() == self.event
            && self.user_id.is_none_or(|user_id| *user_id == event.user_id)
            && self.organization.is_none_or(|id| *id == event.organization)
    }
}

impl From<&UserEvent> for Details {
    fn from(event: &UserEvent) -> Self {
        Self {
            sequence: event.sequence,
            change_date: event.time,
            resource_owner: event.organization.clone(),
        }
    }
}
