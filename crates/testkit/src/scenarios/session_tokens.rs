use unlockd_domain::Role;

use super::session_stage::{
    HeldSession, PASSWORD, by_id, end_session, end_session_by, get_session, get_session_by, plain, set_session,
    set_session_by,
};
use super::stage::{
    FAILED_PRECONDITION, NOT_FOUND, PERMISSION_DENIED, UNAUTHENTICATED, assert_refused, deactivate, delete, get, lock,
    reactivate, unexpected, unlock,
};
use super::{
    Answer, Checks, CreateSessionRequest, Failure, ListSessionsRequest, Member, Reply, Request, SessionQuery,
    SetPasswordRequest, SetSessionRequest, Stage,
};

pub(super) async fn the_token_changes_with_every_change_and_the_one_before_stops_working(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let first = stage.signed_in(by_id(&user_id)).await;
    stage.read(&first.token, &user_id).await;

    let second = stage.went_on(&first, SetSessionRequest::default()).await;
    let third = stage.went_on(&second, SetSessionRequest::default()).await;

    for old in [&first, &second] {
        assert_token_refused(stage, old, &user_id).await;
    }
    stage.read(&third.token, &user_id).await;
    assert_eq!(
        [&first, &second, &third].map(|session| session.details.sequence),
        [1, 2, 3]
    );
}

pub(super) async fn a_token_that_is_not_the_sessions_is_refused_whoever_brings_it(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    let other = stage.signed_in(by_id(&user_id)).await;
    let shorter = &session.token[..session.token.len() - 1];
    let longer = format!("{}A", session.token);
    let access_token = stage.world.instance_owner.token.as_str();
    for wrong in [shorter, &longer, &other.token, access_token, "x", "two words %&"] {
        for request in [
            get_session_by(&session.id, wrong),
            set_session_by(&session.id, wrong),
            end_session_by(&session.id, wrong),
        ] {
            let failure = stage.refusal(access_token, request).await;
            assert_session_token_invalid(&failure);
        }
    }
    let unknown = stage.world.fresh_id();
    for request in [
        get_session_by(&unknown, &session.token),
        set_session_by(&unknown, &session.token),
    ] {
        assert_session_token_invalid(&stage.refusal(access_token, request).await);
    }
    stage.read(&session.token, &user_id).await;
    assert_eq!(stage.session(&session.id).await.sequence, 1);
}

pub(super) async fn the_token_is_a_bearer_for_what_its_user_may_do(stage: &Stage<'_>) {
    let manager = stage.world.member(Some(Role::OrgUserManager)).await;
    let plain_member = stage.world.member(None).await;
    let mut tokens = Vec::new();
    for member in [&manager, &plain_member] {
        stage.give_password(member).await;
        let session = stage.signed_in(by_id(&member.user_id)).await;
        stage.read(&session.token, &member.user_id).await;
        tokens.push(session.token);
    }
    let user_id = stage.active_user().await;

    let failure = stage.refusal(tokens[1].as_str(), lock(&user_id)).await;
    assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    stage.change(&tokens[0], lock(&user_id)).await;

    let history = stage.history(&user_id).await;
    let last = history.last().expect("the lock is told");
    assert_eq!(
        (last.kind.as_str(), last.actor_id.as_ref()),
        ("user.locked", Some(&manager.user_id))
    );
}

pub(super) async fn before_the_password_is_shown_the_token_is_no_bearer(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    let empty = stage.begun(Checks::default()).await;
    for session in [&named, &empty] {
        let failure = stage.refusal(session.token.as_str(), get(&user_id)).await;
        assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    }
}

pub(super) async fn the_session_of_a_user_who_is_kept_out_is_refused_and_works_again_later(stage: &Stage<'_>) {
    let keeping_out = [
        (
            lock as fn(&str) -> Request,
            unlock as fn(&str) -> Request,
            "USER_STATE_LOCKED",
        ),
        (deactivate, reactivate, "USER_STATE_INACTIVE"),
    ];
    for (keep_out, take_back, state) in keeping_out {
        let user_id = stage.user_with_password().await;
        let session = stage.signed_in(by_id(&user_id)).await;
        let before = stage.session(&session.id).await;
        stage.read(&session.token, &user_id).await;

        stage.managers_change(keep_out(&user_id)).await;

        assert_token_refused(stage, &session, &user_id).await;
        let owner = stage.world.organization_owner.token.as_str();
        for request in [get_session(&session.id), set_session(&session.id)] {
            let failure = stage.refusal(owner, request).await;
            let metadata = [("userId", user_id.as_str()), ("state", state)];
            assert_refused(&failure, FAILED_PRECONDITION, "USER_NOT_ACTIVE", &metadata);
        }
        let listed = stage.sessions(owner, of_user(&user_id)).await.sessions;
        assert_eq!(listed, std::slice::from_ref(&before));

        stage.managers_change(take_back(&user_id)).await;

        stage.read(&session.token, &user_id).await;
        assert_eq!(stage.session(&session.id).await, before);
        stage.went_on(&session, SetSessionRequest::default()).await;
    }
}

pub(super) async fn the_session_of_a_user_who_is_kept_out_can_be_ended(stage: &Stage<'_>) {
    for keep_out in [lock as fn(&str) -> Request, deactivate] {
        let user_id = stage.user_with_password().await;
        let session = stage.signed_in(by_id(&user_id)).await;
        stage.managers_change(keep_out(&user_id)).await;

        stage
            .ended(&stage.world.organization_manager.token, end_session(&session.id))
            .await;

        let owner = &stage.world.organization_owner.token;
        assert_eq!(stage.sessions(owner, of_user(&user_id)).await.total, 0);
    }
}

pub(super) async fn the_sessions_of_a_deleted_user_are_gone(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let proven = stage.signed_in(by_id(&user_id)).await;
    let named = stage.begun(Checks::user(by_id(&user_id))).await;
    stage.read(&proven.token, &user_id).await;

    stage.managers_change(delete(&user_id)).await;

    for session in [&proven, &named] {
        assert_token_refused(stage, session, &user_id).await;
        let owner = stage.world.instance_owner.token.as_str();
        let failure = stage.refusal(owner, get_session(&session.id)).await;
        let metadata = [("sessionId", session.id.as_str())];
        assert_refused(&failure, NOT_FOUND, "SESSION_NOT_FOUND", &metadata);
        let by_ids = ListSessionsRequest {
            queries: vec![SessionQuery::Ids(vec![session.id.clone()])],
            ..ListSessionsRequest::default()
        };
        assert_eq!(stage.sessions(owner, by_ids).await.total, 0);
    }
}

pub(super) async fn a_session_is_ended_once_and_ending_it_again_changes_nothing(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    stage.read(&session.token, &user_id).await;
    let nobody = &stage.world.roleless.token;

    let ended = stage.ended(nobody, end_session_by(&session.id, &session.token)).await;

    assert_eq!(ended.sequence, 2);
    assert_eq!(ended.resource_owner.as_deref(), Some(stage.world.organization.as_str()));
    assert_token_refused(stage, &session, &user_id).await;
    let owner = &stage.world.instance_owner.token;
    for (caller, request) in [
        (nobody, end_session_by(&session.id, &session.token)),
        (owner, end_session(&session.id)),
    ] {
        let again = stage.ended(caller, request).await;
        assert_eq!((again.sequence, again.resource_owner), (0, None));
    }
}

impl Stage<'_> {
    /// Gives a member the usual password.
    pub(super) async fn give_password(&self, member: &Member) {
        let request = Request::SetPassword(SetPasswordRequest {
            user_id: member.user_id.clone(),
            new_password: Some(plain(PASSWORD)),
            verification: None,
        });
        self.managers_change(request).await;
    }
}

/// Neither as a bearer token nor as the session's own is the token good for anything.
async fn assert_token_refused(stage: &Stage<'_>, session: &HeldSession, user_id: &str) {
    let failure = stage.refusal(session.token.as_str(), get(user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    let roleless = stage.world.roleless.token.as_str();
    for request in [
        get_session_by(&session.id, &session.token),
        set_session_by(&session.id, &session.token),
    ] {
        assert_session_token_invalid(&stage.refusal(roleless, request).await);
    }
}

#[track_caller]
pub(super) fn assert_session_token_invalid(failure: &Failure) {
    assert_refused(failure, PERMISSION_DENIED, "SESSION_TOKEN_INVALID", &[]);
}

/// The sessions in which this user has shown their password.
pub(super) fn of_user(user_id: &str) -> ListSessionsRequest {
    ListSessionsRequest {
        queries: vec![SessionQuery::UserId(user_id.to_owned())],
        ..ListSessionsRequest::default()
    }
}

pub(super) async fn a_sign_in_is_repeated_under_its_key_with_a_new_token(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let owner = Some(stage.world.instance_owner.token.as_str());
    let sign_in = |password: &str| {
        Request::CreateSession(CreateSessionRequest {
            checks: Checks::user(by_id(&user_id)).with_password(password),
            ..CreateSessionRequest::default()
        })
    };
    let key = stage.fresh_key();
    let begun = |reply: Result<Reply, Failure>, is_repeated| match reply {
        Ok(Reply {
            answer:
                Answer::SessionBegun {
                    session_id,
                    session_token,
                    details,
                    ..
                },
            replayed,
        }) if replayed == is_repeated => (session_id, session_token, details),
        other => unexpected("a session", &other),
    };

    let first = begun(stage.wire.call(owner, &sign_in(PASSWORD), &key).await, false);
    let again = begun(stage.wire.call(owner, &sign_in(PASSWORD), &key).await, true);
    let wrong = stage.wire.call(owner, &sign_in("a wrong one"), &key).await;

    assert_eq!((&first.0, &first.2), (&again.0, &again.2));
    stage.read(&again.1, &user_id).await;
    let failure = stage.refusal(first.1.as_str(), get(&user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
    let Err(failure) = wrong else {
        unexpected("a refusal", &wrong)
    };
    assert_refused(&failure, PERMISSION_DENIED, "INVALID_CREDENTIALS", &[]);
}

pub(super) async fn a_change_of_a_session_is_repeated_under_its_key_by_the_token_that_it_replaced(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let session = stage.signed_in(by_id(&user_id)).await;
    let anybody = Some(stage.world.roleless.token.as_str());
    let (request, key) = (set_session_by(&session.id, &session.token), stage.fresh_key());
    let mut tokens = Vec::new();
    for is_repeated in [false, true] {
        match stage.wire.call(anybody, &request, &key).await {
            Ok(Reply {
                answer: Answer::SessionChanged {
                    session_token, details, ..
                },
                replayed,
            }) if replayed == is_repeated => {
                assert_eq!(details.sequence, 2);
                tokens.push(session_token);
            }
            other => unexpected("a session that has changed", &other),
        }
    }
    stage.read(&tokens[1], &user_id).await;
    let failure = stage.refusal(tokens[0].as_str(), get(&user_id)).await;
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);

    let end = end_session_by(&session.id, &tokens[1]);
    for _ in 0..2 {
        let ended = stage.wire.call(anybody, &end, &stage.fresh_key()).await;
        ended.unwrap_or_else(|failure| unexpected("the end of a session", &failure));
    }
    assert_session_token_invalid(&match stage.wire.call(anybody, &request, &key).await {
        Err(failure) => failure,
        other => unexpected("a refusal", &other),
    });
}
