use unlockd_domain::Role;

use super::session_stage::{
    HeldSession, PASSWORD, by_id, end_session, end_session_by, get_session, get_session_by, set_session, set_session_by,
};
use super::session_tokens::of_user;
use super::stage::{PERMISSION_DENIED, assert_refused, unexpected};
use super::{
    Answer, Checks, CreateSessionRequest, ListSessionsRequest, Member, Request, SessionQuery, Stage, UserAgent,
};

pub(super) async fn sessions_are_begun_by_who_may_do_so_on_the_instance(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let request = || {
        Request::CreateSession(CreateSessionRequest {
            checks: Checks::user(by_id(&user_id)).with_password(PASSWORD),
            ..CreateSessionRequest::default()
        })
    };
    for (caller, role) in stage.world.holders() {
        if matches!(role, Role::IamOwner | Role::IamLoginClient) {
            let begun = stage.call(&caller.token, request()).await;
            assert!(matches!(begun, Ok(Answer::SessionBegun { .. })), "{begun:?}");
        } else {
            let failure = stage.refusal(caller.token.as_str(), request()).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
    let tried = stage.history(&user_id).await.len() - 1;
    assert_eq!(tried, 2, "no password is tried for somebody who may not");
}

pub(super) async fn its_token_opens_a_session_to_everybody(stage: &Stage<'_>) {
    let user_id = stage.user_with_password().await;
    let outsiders = [&stage.world.roleless, &stage.world.other_manager];
    for outsider in outsiders {
        let session = stage.signed_in(by_id(&user_id)).await;
        let token = outsider.token.as_str();
        let got = stage.call(token, get_session_by(&session.id, &session.token)).await;
        assert!(matches!(got, Ok(Answer::Session(_))), "{got:?}");
        let set = stage.call(token, set_session_by(&session.id, &session.token)).await;
        let Ok(Answer::SessionChanged { session_token, .. }) = set else {
            unexpected("a session that has changed", &set)
        };
        stage.ended(token, end_session_by(&session.id, &session_token)).await;
    }
}

pub(super) async fn without_its_token_only_who_may_comes_to_a_session(stage: &Stage<'_>) {
    let world = stage.world;
    let user = world.member(None).await;
    stage.give_password(&user).await;
    let neighbour = world.member(None).await;
    let other_owner = world.member_of(&world.other_organization, Role::OrgOwner).await;
    // Who may read, change and end it: the one who signed in reads and ends their own.
    let rights = [
        (&world.instance_owner, [true, true, true]),
        (&world.instance_manager, [true, false, true]),
        (&world.instance_viewer, [true, false, false]),
        (&world.instance_unlocker, [false; 3]),
        (&world.login_client, [true, false, false]),
        (&world.organization_owner, [true, true, true]),
        (&world.organization_manager, [true, false, true]),
        (&world.organization_viewer, [true, false, false]),
        (&world.organization_unlocker, [false; 3]),
        (&user, [true, false, true]),
        (&neighbour, [false; 3]),
        (&world.roleless, [false; 3]),
        (&world.other_manager, [false; 3]),
        (&other_owner, [false; 3]),
    ];
    let session = stage.signed_in(by_id(&user.user_id)).await;
    for (caller, rights) in rights {
        assert_rights(stage, caller, &session, rights).await;
    }
}

pub(super) async fn a_session_in_which_no_password_was_shown_belongs_to_the_instance(stage: &Stage<'_>) {
    let world = stage.world;
    let user = world.member(None).await;
    let rights = [
        (&world.instance_owner, [true, true, true]),
        (&world.instance_manager, [true, false, true]),
        (&world.instance_viewer, [true, false, false]),
        (&world.instance_unlocker, [false; 3]),
        (&world.login_client, [true, true, false]),
        (&world.organization_owner, [false; 3]),
        (&world.organization_manager, [false; 3]),
        (&world.organization_viewer, [false; 3]),
        (&user, [false; 3]),
        (&world.roleless, [false; 3]),
    ];
    for checks in [Checks::default(), Checks::user(by_id(&user.user_id))] {
        let session = stage.begun(checks).await;
        for (caller, rights) in &rights {
            assert_rights(stage, caller, &session, *rights).await;
        }
    }
}

pub(super) async fn who_signed_in_sees_the_other_sessions_of_the_same_user_agent(stage: &Stage<'_>) {
    let (one, other) = (stage.user_with_password().await, stage.user_with_password().await);
    let agent = |fingerprint_id: &str| {
        Some(UserAgent {
            fingerprint_id: Some(fingerprint_id.to_owned()),
            ..UserAgent::default()
        })
    };
    let sign_in = |user_id: &str, user_agent| CreateSessionRequest {
        checks: Checks::user(by_id(user_id)).with_password(PASSWORD),
        user_agent,
        ..CreateSessionRequest::default()
    };
    let (here, elsewhere) = (stage.world.fresh_id(), stage.world.fresh_id());
    let mut sessions = Vec::new();
    for request in [
        sign_in(&one, agent(&here)),
        sign_in(&other, agent(&here)),
        sign_in(&other, agent(&elsewhere)),
        sign_in(&other, None),
    ] {
        let begun = stage.begin(request).await;
        sessions.push(begun.unwrap_or_else(|failure| unexpected("a session", &failure)));
    }
    let bearer = &sessions[0].token;
    for (session, is_seen) in sessions[1..].iter().zip([true, false, false]) {
        let got = stage.call(bearer, get_session(&session.id)).await;
        assert_eq!(got.is_ok(), is_seen, "{got:?}");
        let listed = stage.sessions(bearer, of_ids(&[session])).await;
        assert_eq!(listed.total, u64::from(is_seen));
        for request in [set_session(&session.id), end_session(&session.id)] {
            let failure = stage.refusal(bearer.as_str(), request).await;
            assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
        }
    }
}

pub(super) async fn sessions_are_listed_to_who_may_read_them(stage: &Stage<'_>) {
    let world = stage.world;
    let user = world.member(None).await;
    stage.give_password(&user).await;
    let other_owner = world.member_of(&world.other_organization, Role::OrgOwner).await;
    let proven = stage.signed_in(by_id(&user.user_id)).await;
    let named = stage.begun(Checks::user(by_id(&user.user_id))).await;
    let both = [&proven, &named];
    for (caller, expected) in [
        (&world.instance_owner, &both[..]),
        (&world.instance_manager, &both),
        (&world.instance_viewer, &both),
        (&world.instance_unlocker, &[]),
        (&world.login_client, &both),
        (&world.organization_owner, &both[..1]),
        (&world.organization_manager, &both[..1]),
        (&world.organization_viewer, &both[..1]),
        (&world.organization_unlocker, &[]),
        (&user, &both[..1]),
        (&world.roleless, &[]),
        (&world.other_manager, &[]),
        (&other_owner, &[]),
    ] {
        let list = stage.sessions(&caller.token, of_ids(&both)).await;
        let mut listed: Vec<_> = list.sessions.iter().map(|session| session.id.as_str()).collect();
        listed.sort_unstable();
        let mut expected: Vec<_> = expected.iter().map(|session| session.id.as_str()).collect();
        expected.sort_unstable();
        assert_eq!(listed, expected);
        assert_eq!(list.total, listed.len() as u64);
    }
    let own = stage.sessions(&proven.token, of_user(&user.user_id)).await;
    assert_eq!(own.total, 1, "a session shows itself to its user");
}

/// Whether the caller may read, change and end the session. It is not ended.
async fn assert_rights(stage: &Stage<'_>, caller: &Member, session: &HeldSession, [read, change, end]: [bool; 3]) {
    for (request, is_allowed) in [(get_session(&session.id), read), (set_session(&session.id), change)] {
        let outcome = stage.call(&caller.token, request).await;
        match outcome {
            Ok(_) => assert!(is_allowed, "{caller:?}"),
            Err(failure) => {
                assert!(!is_allowed, "{caller:?}: {failure:?}");
                assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
            }
        }
    }
    if !end {
        let failure = stage.refusal(caller.token.as_str(), end_session(&session.id)).await;
        assert_refused(&failure, PERMISSION_DENIED, "PERMISSION_DENIED", &[]);
    }
}

/// These sessions.
pub(super) fn of_ids(sessions: &[&HeldSession]) -> ListSessionsRequest {
    let ids = sessions.iter().map(|session| session.id.clone()).collect();
    ListSessionsRequest {
        queries: vec![SessionQuery::Ids(ids)],
        ..ListSessionsRequest::default()
    }
}
