use unlockd_domain::{LoginIdentity, LoginName, Source, Timestamp, User, UserProfile, Username};

use super::SignIn;
use super::attempt_count::digest;
use crate::ports::{IdentityDigest, StoreError};

/// A source that may not sign in as a user at the moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInBlock {
    /// The source; all requests with an unknown source have one.
    pub source: Option<Source>,
    /// Number of failed sign-ins that led to the block.
    pub failures: u32,
    /// The end of the block.
    pub until: Timestamp,
}

impl SignIn {
    /// The sources that are blocked for the user's id, or for one of the user's login names.
    pub(crate) async fn blocks(
        &self,
        user: &User,
        profile: &UserProfile,
        now: Timestamp,
    ) -> Result<Vec<SignInBlock>, StoreError> {
        let forgotten_at = user.failures_forgotten_at(now);
        let found = self.failures.find_blocked(&identities(user, profile), now).await?;
        let blocks = found.into_iter().filter_map(|(source, failures)| {
            let block = failures.block_at(forgotten_at, now)?;
            Some(SignInBlock {
                source,
                failures: failures.failures_before_block(forgotten_at),
                until: block.until,
            })
        });
        Ok(blocks.collect())
    }
}

/// All that can be typed for the user.
fn identities(user: &User, profile: &UserProfile) -> Vec<IdentityDigest> {
    let names = profile
        .usernames
        .iter()
        .filter_map(|username| login_name(username, user));
    let id = LoginIdentity::UserId(user.id().clone());
    names
        .map(LoginIdentity::LoginName)
        .chain([id])
        .map(|identity| digest(&identity))
        .collect()
}

/// What is typed for a username; none for one that is too long to be typed.
fn login_name(username: &Username, user: &User) -> Option<LoginName> {
    let name = username.name();
    let typed = match username.scope_organization(user.organization()) {
        Some(organization) => LoginName::new(format!("{name}@{organization}")),
        None => LoginName::new(name),
    };
    typed.ok()
}
