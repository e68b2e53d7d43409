use unlockd_domain::{Event, OrganizationId, Reach, UserEvent, UserEventName, UserId};

use super::{Details, Users};
use crate::authentication::Caller;
use crate::error::Error;
use crate::idempotency::{IdempotentRequest, RequestDigest};
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
        let Some(RecordedRequest { event, digest }) = recorded else {
            return Ok(None);
        };
        match event {
            Event::User(event) if !self.is_same(&event, digest) => Err(Error::IdempotencyKeyReused),
            Event::User(event) if !reach.covers(&event.organization) => Err(Error::PermissionDenied),
            Event::User(event) => Ok(Some(event)),
            Event::Policy(_) | Event::Activity(_) => Err(Error::IdempotencyKeyReused),
        }
    }

    /// Of a deleted user's requests the digests are gone: what is left is compared then.
    fn is_same(&self, event: &UserEvent, digest: Option<RequestDigest>) -> bool {
        if let Some(digest) = digest {
            return digest == self.request.digest;
        }
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
