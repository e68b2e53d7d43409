//! What the use cases need from outside. Each MUST of a port's documentation is one test of the contract suite in
//! `unlockd-testkit`, run against every implementation.

mod access_token_store;
mod clock;
mod event_store;
mod grant_store;
mod id_generator;
mod instance_store;
mod lockout_policy_store;
mod organization_store;
mod password_hasher;
mod session_store;
mod sign_in_failure_store;
mod store_error;
mod token_issuer;
mod user_directory;
mod user_store;
mod verification_code_generator;
mod visibility;

pub use access_token_store::{AccessTokenStore, AddTokenError, TokenHolder};
pub use clock::Clock;
pub use event_store::{EventFilter, EventOrder, EventRange, EventStore, RecordedEvent};
pub use grant_store::{AddGrantError, GrantStore, RemoveGrantError};
pub use id_generator::IdGenerator;
pub use instance_store::{Bootstrap, InstanceStore};
pub use lockout_policy_store::{CommitPolicyError, LockoutPolicyStore};
pub use organization_store::{CreateOrganizationError, OrganizationStore};
pub use password_hasher::{ImportedHashError, PasswordHasher, PasswordHasherError, Verification};
pub use session_store::{SessionHolder, SessionPage, SessionQuery, SessionStore, SessionVisibility, WriteSessionError};
pub use sign_in_failure_store::{
    AttemptOrigin, Count, CountedAttempt, IdentityDigest, REFUSAL_INTERVAL, SignInFailureStore,
};
pub use store_error::{BoxError, StoreError};
pub use token_issuer::{SecretToken, TokenIssuer};
pub use user_directory::{
    SortDirection, TextMatch, TextMethod, TimeRange, UserDirectory, UserFilter, UserOrder, UserPage, UserQuery,
};
pub use user_store::{CommitError, CreateUserError, NewUser, RecordedRequest, UserStore};
pub use verification_code_generator::{VerificationCode, VerificationCodeGenerator};
pub use visibility::Visibility;
