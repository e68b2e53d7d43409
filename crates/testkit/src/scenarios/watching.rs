use std::time::Duration;

use tokio::time::timeout;
use unlockd_domain::Role;

use super::stage::{UNAUTHENTICATED, assert_refused, assert_violates, lock, unexpected, unlock};
use super::{Event, Failure, ListEventsRequest, Request, Stage, Update, Watch, WatchEventsRequest};

/// Longer than anything here takes: a watch that says nothing fails and does not hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// A watch that has begun, and where.
struct Watching {
    watch: Box<dyn Watch>,
    position: u64,
}

impl Watching {
    /// Begins, and reads the first update, which comes at once and tells of no event.
    async fn begin(stage: &Stage<'_>, token: &str, request: &WatchEventsRequest) -> Self {
        let watch = stage.wire.watch(Some(token), request).await;
        let mut watch = watch.unwrap_or_else(|failure| unexpected("a watch", &failure));
        let first = timeout(PATIENCE, watch.next())
            .await
            .expect("the first update comes at once");
        match first {
            Ok(Update { event: None, position }) => Self { watch, position },
            other => unexpected("where the watch begins", &other),
        }
    }

    async fn next(&mut self) -> Result<Update, Failure> {
        timeout(PATIENCE, self.watch.next()).await.expect("something is told")
    }

    /// The next events; updates without one only say that the watch is alive.
    async fn told(&mut self, count: usize) -> Vec<Event> {
        let mut events = Vec::new();
        while events.len() < count {
            let update = self.next().await;
            let update = update.unwrap_or_else(|failure| unexpected("an event", &failure));
            assert!(update.position >= self.position, "positions rise: {update:?}");
            self.position = update.position;
            events.extend(update.event);
        }
        events
    }
}

pub(super) async fn a_watch_tells_what_happens_from_now_on(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    let other = stage.active_user().await;
    let token = &stage.world.organization_manager.token;
    let mut watching = Watching::begin(stage, token, &of_user(&user_id)).await;
    let before = stage.history(&user_id).await;
    assert!(
        watching.position >= before[1].position,
        "what was answered is behind it"
    );

    stage.managers_change(lock(&other)).await;
    stage.managers_change(unlock(&user_id)).await;
    stage.managers_change(lock(&user_id)).await;

    let told = watching.told(2).await;
    assert_eq!(told, stage.history(&user_id).await[2..]);
    assert_eq!(watching.position, told[1].position);
}

pub(super) async fn a_watch_begins_behind_any_position(stage: &Stage<'_>) {
    let user_id = stage.locked_user().await;
    stage.managers_change(unlock(&user_id)).await;
    let history = stage.history(&user_id).await;
    let positions = [0, history[0].position - 1, history[0].position, history[1].position];
    for (position, expected) in positions
        .into_iter()
        .zip([&history[..], &history, &history[1..], &history[2..]])
    {
        let request = WatchEventsRequest {
            after_position: Some(position),
            ..of_user(&user_id)
        };
        let told = told_from_the_start(stage, &request, expected.len()).await;
        assert_eq!(told, expected);
    }
}

/// A watch behind a position may tell events at once.
async fn told_from_the_start(stage: &Stage<'_>, request: &WatchEventsRequest, count: usize) -> Vec<Event> {
    let token = &stage.world.organization_manager.token;
    let watch = stage.wire.watch(Some(token), request).await;
    let watch = watch.unwrap_or_else(|failure| unexpected("a watch", &failure));
    Watching { watch, position: 0 }.told(count).await
}

pub(super) async fn a_watch_that_broke_off_goes_on_without_a_gap_and_without_a_repetition(stage: &Stage<'_>) {
    let token = &stage.world.organization_manager.token;
    let user_id = stage.active_user().await;
    let mut watching = Watching::begin(stage, token, &of_user(&user_id)).await;
    stage.managers_change(lock(&user_id)).await;
    let mut told = watching.told(1).await;
    let reached = watching.position;
    drop(watching);
    stage.managers_change(unlock(&user_id)).await;

    let request = WatchEventsRequest {
        after_position: Some(reached),
        ..of_user(&user_id)
    };
    let watch = stage.wire.watch(Some(token), &request).await;
    let watch = watch.unwrap_or_else(|failure| unexpected("a watch", &failure));
    let mut resumed = Watching {
        watch,
        position: reached,
    };
    told.extend(resumed.told(1).await);
    stage.managers_change(lock(&user_id)).await;
    told.extend(resumed.told(1).await);

    assert_eq!(told, stage.history(&user_id).await[1..]);
}

pub(super) async fn a_watch_goes_on_where_a_listing_has_ended(stage: &Stage<'_>) {
    let token = &stage.world.organization_manager.token;
    let user_id = stage.active_user().await;
    let listing = ListEventsRequest {
        user_id: Some(user_id.clone()),
        ..ListEventsRequest::default()
    };
    let page = stage.events(token, listing).await;
    stage.managers_change(lock(&user_id)).await;

    let request = WatchEventsRequest {
        after_position: Some(page.position),
        ..of_user(&user_id)
    };
    let told = told_from_the_start(stage, &request, 1).await;

    assert_eq!([page.events, told].concat(), stage.history(&user_id).await);
}

pub(super) async fn a_watch_tells_what_it_is_asked_for(stage: &Stage<'_>) {
    let world = stage.world;
    let user_id = stage.active_user().await;
    let owner = &world.organization_owner;
    let by_owner = WatchEventsRequest {
        actor_id: Some(owner.user_id.clone()),
        ..of_user(&user_id)
    };
    let unlocks = WatchEventsRequest {
        kinds: vec!["user.unlocked".to_owned()],
        organization_id: Some(world.organization.to_string()),
        ..of_user(&user_id)
    };
    let mut by_owner = Watching::begin(stage, &owner.token, &by_owner).await;
    let mut unlocks = Watching::begin(stage, &owner.token, &unlocks).await;

    stage.managers_change(lock(&user_id)).await;
    stage.managers_change(unlock(&user_id)).await;
    stage.change(&owner.token, lock(&user_id)).await;
    stage.change(&owner.token, unlock(&user_id)).await;

    let history = stage.history(&user_id).await;
    assert_eq!(by_owner.told(2).await, history[3..]);
    assert_eq!(unlocks.told(2).await, [history[2].clone(), history[4].clone()]);
}

pub(super) async fn only_what_is_within_reach_is_watched(stage: &Stage<'_>) {
    let organization = stage.world.empty_organization().await;
    let outsider = stage.world.member_of(&organization, Role::OrgUserManager).await;
    let mut watching = Watching::begin(stage, &outsider.token, &WatchEventsRequest::default()).await;
    let hidden = stage.locked_user().await;
    stage.managers_change(unlock(&hidden)).await;

    stage.change(&outsider.token, lock(&outsider.user_id)).await;

    let told = watching.told(1).await;
    assert_eq!(
        (told[0].user_id.as_deref(), told[0].sequence),
        (Some(outsider.user_id.as_str()), 3)
    );
}

pub(super) async fn a_watch_ends_when_its_caller_may_not_come_in_any_more(stage: &Stage<'_>) {
    let watcher = stage.world.member(Some(Role::OrgOwnerViewer)).await;
    let other = stage.active_user().await;
    let mut watching = Watching::begin(stage, &watcher.token, &of_user(&other)).await;

    stage.managers_change(lock(&watcher.user_id)).await;

    let failure = loop {
        match watching.next().await {
            Err(failure) => break failure,
            Ok(Update { event: None, .. }) => {}
            Ok(update) => unexpected("the end of the watch", &update),
        }
    };
    assert_refused(&failure, UNAUTHENTICATED, "UNAUTHENTICATED", &[]);
}

pub(super) async fn what_is_watched_has_to_be_well_formed(stage: &Stage<'_>) {
    let too_long = Some("x".repeat(201));
    let request = WatchEventsRequest {
        user_id: too_long.clone(),
        organization_id: too_long.clone(),
        actor_id: too_long,
        kinds: vec!["user.lost".to_owned()],
        after_position: Some(u64::MAX),
    };
    let failure = stage.managers_refusal(Request::WatchEvents(request)).await;
    assert_violates(
        &failure,
        &["actor_id", "after_position", "kinds[0]", "organization_id", "user_id"],
    );
}

pub(super) async fn nobody_watches_behind_the_last_event(stage: &Stage<'_>) {
    let request = WatchEventsRequest {
        after_position: Some(u64::MAX / 2),
        ..WatchEventsRequest::default()
    };
    let failure = stage.managers_refusal(Request::WatchEvents(request)).await;
    assert_violates(&failure, &["after_position"]);
}

fn of_user(user_id: &str) -> WatchEventsRequest {
    WatchEventsRequest {
        user_id: Some(user_id.to_owned()),
        ..WatchEventsRequest::default()
    }
}
