use unlockd_domain::Role;

use super::stage::{assert_violates, delete, moved, unlock};
use super::{CreateUserRequest, Details, Event, ListEventsRequest, Operation, Request, Stage, Subject};

/// A user to whom all has been done that can be done without deleting, and the answers to it.
struct Biography {
    user_id: String,
    answers: Vec<(&'static str, Details)>,
}

/// What is said about the changes that say something.
const REASONS: [(&str, &str); 4] = [
    ("user.locked", "Left the laptop on the train"),
    ("user.unlocked", "Found it"),
    ("user.deactivated", "On leave"),
    ("user.reactivated", "Back again"),
];

impl Biography {
    async fn write(stage: &Stage<'_>) -> Self {
        let (user_id, created) = stage.create(stage.new_user()).await;
        let mut answers = vec![("user.created", created)];
        let reason = |kind| {
            let said = REASONS.iter().find(|(of, _)| *of == kind);
            said.map(|(_, text)| (*text).to_owned())
        };
        let subject = Subject {
            user_id: user_id.clone(),
            ..stage.unknown()
        };
        for (kind, request) in [
            ("user.updated", Operation::UpdateUser.request(&subject)),
            (
                "user.locked",
                Request::LockUser {
                    user_id: user_id.clone(),
                    reason: reason("user.locked"),
                    locked_until: Some("2999-12-31T23:59:59.123456Z".to_owned()),
                    replace: false,
                },
            ),
            (
                "user.unlocked",
                Request::UnlockUser {
                    user_id: user_id.clone(),
                    reason: reason("user.unlocked"),
                },
            ),
            (
                "user.deactivated",
                Request::DeactivateUser {
                    user_id: user_id.clone(),
                    reason: reason("user.deactivated"),
                },
            ),
            (
                "user.reactivated",
                Request::ReactivateUser {
                    user_id: user_id.clone(),
                    reason: reason("user.reactivated"),
                },
            ),
            ("user.password.changed", Operation::SetPassword.request(&subject)),
        ] {
            answers.push((kind, stage.managers_change(request).await));
        }
        let manager = &stage.world.organization_manager.token;
        let added = stage.call(manager, Operation::AddUsername.request(&subject)).await;
        let Ok(super::Answer::UsernameAdded { username_id, details }) = added else {
            panic!("expected a username, got {added:?}");
        };
        answers.push(("user.username.added", details));
        let named = Subject { username_id, ..subject };
        let removed = stage.managers_change(Operation::RemoveUsername.request(&named)).await;
        answers.push(("user.username.removed", removed));
        Self { user_id, answers }
    }
}

pub(super) async fn each_change_is_told_once_with_who_and_why(stage: &Stage<'_>) {
    let life = Biography::write(stage).await;

    let history = stage.history(&life.user_id).await;

    let told: Vec<_> = history.iter().map(|event| event.kind.as_str()).collect();
    let done: Vec<_> = life.answers.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(told, done);
    assert!(history.is_sorted_by(|one, next| one.position < next.position));
    for (number, (event, (kind, details))) in (1..).zip(history.iter().zip(&life.answers)) {
        let is_lock = *kind == "user.locked";
        let expected = Event {
            position: event.position,
            user_id: Some(life.user_id.clone()),
            sequence: number,
            kind: (*kind).to_owned(),
            organization_id: Some(details.resource_owner.clone()),
            actor_id: Some(stage.world.organization_manager.user_id.clone()),
            time: details.change_date.clone(),
            reason: REASONS
                .iter()
                .find(|(of, _)| of == kind)
                .map(|(_, text)| (*text).to_owned()),
            lock_cause: is_lock.then(|| "LOCK_CAUSE_OPERATOR".to_owned()),
            lock_until: is_lock.then(|| "2999-12-31T23:59:59.123456Z".to_owned()),
            source: stage.world.source.clone(),
            lock_scope: is_lock.then(|| "LOCK_SCOPE_ALL_USE".to_owned()),
            unlock_cause: (*kind == "user.unlocked").then(|| "UNLOCK_CAUSE_OPERATOR".to_owned()),
            counts_until: None,
            lockout_policy: None,
            token_id: None,
            token_name: None,
            session_id: None,
            role: None,
            role_organization_id: None,
        };
        assert_eq!((event, details.sequence), (&expected, number));
    }
}

pub(super) async fn what_people_have_said_about_a_user_goes_with_the_user(stage: &Stage<'_>) {
    let life = Biography::write(stage).await;
    let before = stage.history(&life.user_id).await;
    let deleted = stage.managers_change(delete(&life.user_id)).await;

    let mut after = stage.history(&life.user_id).await;

    let last = after.pop().expect("the deletion is told");
    assert_eq!((last.kind.as_str(), last.sequence), ("user.deleted", deleted.sequence));
    let erased: Vec<_> = before
        .into_iter()
        .map(|event| Event {
            reason: None,
            source: None,
            ..event
        })
        .collect();
    assert_eq!(after, erased);
}

pub(super) async fn what_unlockd_does_itself_has_no_actor(stage: &Stage<'_>) {
    let member = stage.world.member(None).await;

    let history = stage.history(&member.user_id).await;

    assert_eq!((history.len(), history[0].actor_id.as_ref()), (1, None));
}

pub(super) async fn roles_are_told_with_the_organization_where_they_hold(stage: &Stage<'_>) {
    let world = stage.world;
    let member = world.member(Some(Role::IamLoginClient)).await;
    world
        .grant(&member, Role::OrgUserUnlocker, &world.other_organization)
        .await;
    world
        .remove_grant(&member, Role::OrgUserUnlocker, &world.other_organization)
        .await;
    let request = ListEventsRequest {
        user_id: Some(member.user_id.clone()),
        kinds: ["user.role.granted", "user.role.removed"].map(str::to_owned).to_vec(),
        ..ListEventsRequest::default()
    };

    let events = stage.events(&world.instance_owner.token, request).await.events;

    let elsewhere = Some(world.other_organization.as_str());
    let expected = [
        (2, "user.role.granted", "IAM_LOGIN_CLIENT", None),
        (3, "user.role.granted", "ORG_USER_UNLOCKER", elsewhere),
        (4, "user.role.removed", "ORG_USER_UNLOCKER", elsewhere),
    ];
    let told: Vec<_> = events
        .iter()
        .map(|event| {
            let role = event.role.as_deref().expect("a role");
            let organization = event.role_organization_id.as_deref();
            (event.sequence, event.kind.as_str(), role, organization)
        })
        .collect();
    assert_eq!(told, expected);
    for event in &events {
        assert_eq!(event.organization_id.as_deref(), Some(world.organization.as_str()));
        assert_eq!(event.actor_id, None);
    }
}

pub(super) async fn history_is_filtered_by_all_that_is_given(stage: &Stage<'_>) {
    let world = stage.world;
    let user_id = stage.locked_user().await;
    stage.change(&world.organization_owner.token, unlock(&user_id)).await;
    let of_user = || ListEventsRequest {
        user_id: Some(user_id.clone()),
        ..ListEventsRequest::default()
    };
    let by = |member: &super::Member| ListEventsRequest {
        actor_id: Some(member.user_id.clone()),
        ..of_user()
    };
    let of_kinds = |kinds: &[&str]| ListEventsRequest {
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        ..of_user()
    };
    let of_organization = |id: &str| ListEventsRequest {
        organization_id: Some(id.to_owned()),
        ..of_user()
    };
    let locked_by_owner = ListEventsRequest {
        kinds: vec!["user.locked".to_owned()],
        ..by(&world.organization_owner)
    };
    for (request, sequences) in [
        (of_user(), vec![1, 2, 3]),
        (by(&world.organization_manager), vec![1, 2]),
        (by(&world.organization_owner), vec![3]),
        (by(&world.roleless), vec![]),
        (of_kinds(&["user.locked"]), vec![2]),
        (
            of_kinds(&["user.unlocked", "user.created", "user.unlocked"]),
            vec![1, 3],
        ),
        (of_kinds(&["user.deleted"]), vec![]),
        (locked_by_owner, vec![]),
        (of_organization(world.organization.as_str()), vec![1, 2, 3]),
        (of_organization(world.other_organization.as_str()), vec![]),
    ] {
        let told = format!("{request:?}");
        assert_eq!(sequences_of(stage, request).await, sequences, "{told}");
    }
}

pub(super) async fn history_is_filtered_by_time_and_the_bounds_do_not_count(stage: &Stage<'_>) {
    let (user_id, created) = stage.create(stage.new_user()).await;
    let time = created.change_date;
    let (earlier, later) = (moved(&time, -1), moved(&time, 1));
    for (after, before, is_told) in [
        (Some(&earlier), Some(&later), true),
        (Some(&earlier), None, true),
        (None, Some(&later), true),
        (Some(&time), None, false),
        (None, Some(&time), false),
        (Some(&later), Some(&earlier), false),
    ] {
        let request = ListEventsRequest {
            user_id: Some(user_id.clone()),
            after: after.cloned(),
            before: before.cloned(),
            ..ListEventsRequest::default()
        };
        let told = sequences_of(stage, request).await;
        assert_eq!(!told.is_empty(), is_told, "{after:?} {before:?}");
    }
}

pub(super) async fn only_history_within_reach_is_told(stage: &Stage<'_>) {
    let world = stage.world;
    let user_id = stage.locked_user().await;
    stage.managers_change(delete(&user_id)).await;
    let of_user = || ListEventsRequest {
        user_id: Some(user_id.clone()),
        ..ListEventsRequest::default()
    };
    for reader in [
        &world.instance_viewer,
        &world.organization_viewer,
        &world.organization_manager,
    ] {
        assert_eq!(stage.events(&reader.token, of_user()).await.events.len(), 3);
    }
    assert_eq!(stage.events(&world.other_manager.token, of_user()).await.events, []);

    let everything = stage
        .events(&world.other_manager.token, ListEventsRequest::default())
        .await;
    assert!(!everything.events.is_empty(), "the manager themselves was created");
    for event in everything.events {
        assert_eq!(
            event.organization_id.as_deref(),
            Some(world.other_organization.as_str())
        );
    }
}

pub(super) async fn what_history_is_filtered_by_has_to_be_well_formed(stage: &Stage<'_>) {
    let too_long = Some("x".repeat(201));
    let request = ListEventsRequest {
        user_id: too_long.clone(),
        organization_id: too_long.clone(),
        actor_id: too_long,
        kinds: vec!["user.locked".to_owned(), "user.lost".to_owned(), "locked".to_owned()],
        order: 3,
        page_size: 1_001,
        page_token: Some("x".to_owned()),
        ..ListEventsRequest::default()
    };
    let failure = stage.managers_refusal(Request::ListEvents(request)).await;
    let fields = [
        "actor_id",
        "kinds[1]",
        "kinds[2]",
        "order",
        "organization_id",
        "page_size",
        "page_token",
        "user_id",
    ];
    assert_violates(&failure, &fields);
}

pub(super) async fn history_names_nobody(stage: &Stage<'_>) {
    let name = stage.world.fresh_id();
    let (user_id, _) = stage
        .create(CreateUserRequest {
            usernames: vec![(name.clone(), false)],
            ..stage.new_user()
        })
        .await;

    let told = format!("{:?}", stage.history(&user_id).await);

    assert!(!told.contains(&name), "history outlives the erasure of names: {told}");
}

async fn sequences_of(stage: &Stage<'_>, request: ListEventsRequest) -> Vec<u64> {
    let page = stage.events(&stage.world.organization_manager.token, request).await;
    page.events.into_iter().map(|event| event.sequence).collect()
}
