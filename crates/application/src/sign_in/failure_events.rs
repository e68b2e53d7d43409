use unlockd_domain::{ActivityEvent, ActivityKind, Actor, Source, User};

use super::SignIn;
use crate::ports::{AttemptOrigin, StoreError};

impl SignIn {
    /// Records a failed sign-in that changes no user: nobody has the name, or the user cannot sign in. So it costs a write like
    /// that of any other failure.
    pub(super) async fn record_failure(
        &self,
        user: Option<&User>,
        actor: &Actor,
        source: Option<&Source>,
    ) -> Result<(), StoreError> {
        let event = self.event(ActivityKind::SignInFailed, user, actor, source);
        self.events.append(&event).await
    }

    /// Records that an attempt was refused, at most once a minute for each origin. The answer does not depend on it.
    pub(super) async fn report_refusal(&self, origin: &AttemptOrigin, user: Option<&User>, actor: &Actor) {
        let reported = match self.failures.note_refusal(origin, self.clock.now()).await {
            Ok(true) => {
                let event = self.event(ActivityKind::SignInRefused, user, actor, origin.source.as_ref());
                self.events.append(&event).await
            }
            Ok(false) => Ok(()),
            Err(error) => Err(error),
        };
        if let Err(error) = reported {
            tracing::warn!(%error, "a refused sign-in could not be recorded");
        }
    }

    /// An event about the user, unless the user is deleted: what is personal is erased then.
    fn event(&self, kind: ActivityKind, user: Option<&User>, actor: &Actor, source: Option<&Source>) -> ActivityEvent {
        let user = user.filter(|user| !user.is_deleted());
        ActivityEvent {
            kind,
            user_id: user.map(|user| user.id().clone()),
            organization: user.map(|user| user.organization().clone()),
            actor: actor.clone(),
            time: self.clock.now(),
            source: source.cloned(),
        }
    }
}
