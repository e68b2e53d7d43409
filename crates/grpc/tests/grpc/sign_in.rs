//! A user with a password, and the calls to sign them in.

use prost::Message;
use tonic::Status;
use unlockd_proto::unlockd::policy::v1::{LockoutPolicy, SetLockoutPolicyRequest, SetLockoutPolicyResponse};
use unlockd_proto::zitadel::object::v2beta::{Organization, organization::Org};
use unlockd_proto::zitadel::session::v2::check_user::Search;
use unlockd_proto::zitadel::session::v2::{
    CheckPassword, CheckUser, Checks, CreateSessionRequest, CreateSessionResponse, GetSessionRequest,
    GetSessionResponse, Session,
};
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;
use unlockd_proto::zitadel::user::v3alpha::{
    CreateUserRequest, CreateUserResponse, GetUserByIdRequest, GetUserByIdResponse, SetAuthenticators, SetPassword,
    SetUsername, User,
};

use crate::raw_client::{RawRequest, USER_SERVICE, framed};
use crate::stage::Stage;

pub(crate) const SESSION_SERVICE: &str = "/zitadel.session.v2.SessionService";
pub(crate) const POLICY_SERVICE: &str = "/unlockd.policy.v1.LockoutPolicyService";

pub(crate) const ALICE: &str = "alice";
pub(crate) const LOGIN_NAME: &str = "alice@example.com";
pub(crate) const PASSWORD: &str = "correct horse";

/// A stage on which Alice has a login name and a password.
pub(crate) async fn stage_with_alice() -> Stage {
    let stage = Stage::new().await;
    let user = CreateUserRequest {
        user_id: Some(ALICE.to_owned()),
        organization: Some(Organization {
            org: Some(Org::OrgId(stage.world.organization.to_string())),
        }),
        authenticators: Some(SetAuthenticators {
            usernames: vec![SetUsername {
                username: LOGIN_NAME.to_owned(),
                is_organization_specific: false,
            }],
            password: Some(plain_password(PASSWORD)),
        }),
        ..CreateUserRequest::default()
    };
    let path = format!("{USER_SERVICE}/CreateUser");
    let token = &stage.world.organization_manager.token;
    let _created: CreateUserResponse = call(&stage, token, &path, &user).await.expect("Alice is created");
    stage
}

pub(crate) fn plain_password(password: &str) -> SetPassword {
    SetPassword {
        r#type: Some(Type::Password(password.to_owned())),
        change_required: false,
    }
}

/// One call over gRPC.
pub(crate) async fn call<R>(stage: &Stage, token: &str, path: &str, message: &impl Message) -> Result<R, Status>
where
    R: Message + Default,
{
    let request = RawRequest::grpc(path, framed(message)).token(token);
    request.send(&stage.server).await.outcome()
}

pub(crate) fn by_id(user_id: &str) -> Search {
    Search::UserId(user_id.to_owned())
}

pub(crate) fn by_login_name(name: &str) -> Search {
    Search::LoginName(name.to_owned())
}

pub(crate) fn checks(search: Option<Search>, password: Option<&str>) -> Checks {
    Checks {
        user: search.map(|search| CheckUser { search: Some(search) }),
        password: password.map(|password| CheckPassword {
            password: password.to_owned(),
        }),
        ..Checks::default()
    }
}

/// The request to begin a session with what somebody types.
pub(crate) fn signing_in(search: Search, password: &str) -> CreateSessionRequest {
    CreateSessionRequest {
        checks: Some(checks(Some(search), Some(password))),
        ..CreateSessionRequest::default()
    }
}

/// Begins a session, as a log-in page does.
pub(crate) async fn create_session(
    stage: &Stage,
    request: &CreateSessionRequest,
) -> Result<CreateSessionResponse, Status> {
    let path = format!("{SESSION_SERVICE}/CreateSession");
    call(stage, &stage.world.instance_owner.token, &path, request).await
}

/// Guesses a password of Alice.
pub(crate) async fn guess(stage: &Stage, password: &str) -> Result<CreateSessionResponse, Status> {
    create_session(stage, &signing_in(by_id(ALICE), password)).await
}

/// The session, as somebody sees it who may read all.
pub(crate) async fn session(stage: &Stage, session_id: &str) -> Session {
    let request = GetSessionRequest {
        session_id: session_id.to_owned(),
        session_token: None,
    };
    let path = format!("{SESSION_SERVICE}/GetSession");
    let found: GetSessionResponse = call(stage, &stage.world.instance_viewer.token, &path, &request)
        .await
        .expect("the session is found");
    found.session.expect("a session")
}

/// Alice, as somebody sees her who may read all.
pub(crate) async fn alice(stage: &Stage) -> User {
    let request = GetUserByIdRequest {
        user_id: ALICE.to_owned(),
    };
    let path = format!("{USER_SERVICE}/GetUserByID");
    let found: GetUserByIdResponse = call(stage, &stage.world.instance_viewer.token, &path, &request)
        .await
        .expect("Alice is found");
    found.user.expect("a user")
}

/// Sets the policy of the instance.
pub(crate) async fn set_policy(stage: &Stage, policy: LockoutPolicy) {
    let request = SetLockoutPolicyRequest {
        organization_id: String::new(),
        policy: Some(policy),
    };
    let path = format!("{POLICY_SERVICE}/SetLockoutPolicy");
    let _set: SetLockoutPolicyResponse = call(stage, &stage.world.instance_owner.token, &path, &request)
        .await
        .expect("the policy is set");
}
