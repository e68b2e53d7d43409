//! Many change few users at the same time; what they were answered is explained by one order, the one of the history.

mod explanation;

use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::future::join_all;

use self::explanation::{Deed, Outcome, Record, explain};
use super::stage::{deactivate, get, lock, reactivate, unexpected, unlock};
use super::{Answer, Failure, ListEventsRequest, Reply, Request, Safeguards, Stage, Wire, World};

/// How many users there are to quarrel about.
const USERS: usize = 3;
/// How many change them at the same time.
const WORKERS: usize = 12;
/// How much each of them does.
const DEEDS: usize = 20;

/// Lets many lock, unlock, deactivate, reactivate and read the same few users at once, through all the wires, and proves that
/// the history explains every answer: for each user there is one order of all that was done, in which
///
/// - nothing comes before what had been answered when it was asked for,
/// - the changes that succeeded are the events of the history, each exactly one, with its sequence, kind and time, and there
///   is no other event,
/// - every refusal and every read is right about the user as they are at its place.
///
/// So a store that loses an update, applies one twice, decides on what is not there any more or shows what is outdated, on
/// whichever replica, is found out, if it happens. What each does is drawn from numbers that are the same in every run; in
/// which order it gets through is not.
///
/// # Panics
/// When an answer is not explained.
pub async fn parallel_operations_are_explained_by_the_history(world: &World, wires: &[&dyn Wire]) {
    let wire = *wires.first().expect("there is a wire");
    let stage = Stage { world, wire };
    let mut users = Vec::new();
    for _ in 0..USERS {
        users.push(stage.active_user().await);
    }
    let clock = AtomicU64::new(0);
    let workers = (0..WORKERS).zip(wires.iter().cycle()).map(|(seed, wire)| {
        let stage = Stage { world, wire: *wire };
        work(stage, seed, &users, &clock)
    });
    let records = join_all(workers).await.concat();

    for (user, user_id) in users.iter().enumerate() {
        let of_user: Vec<_> = records.iter().filter(|record| record.user == user).cloned().collect();
        let request = ListEventsRequest {
            user_id: Some(user_id.clone()),
            page_size: 1_000,
            ..ListEventsRequest::default()
        };
        let history = stage.events(&world.organization_manager.token, request).await.events;
        if let Err(problem) = explain(&of_user, &history) {
            panic!("{problem}\nanswers: {of_user:#?}\nhistory: {history:#?}");
        }
    }
    let changes = records
        .iter()
        .filter(|record| matches!(record.outcome, Outcome::Done { .. }));
    assert!(
        changes.count() > USERS * 3,
        "hardly anything was done: that proves nothing"
    );
}

/// What one of them does, and what comes of it.
async fn work(stage: Stage<'_>, seed: usize, users: &[String], clock: &AtomicU64) -> Vec<Record> {
    let mut numbers = Numbers::new(seed);
    let mut records = Vec::with_capacity(DEEDS);
    for _ in 0..DEEDS {
        let (user, deed) = (numbers.below(USERS), Deed::ALL[numbers.below(Deed::ALL.len())]);
        let request = asked_for(deed, &users[user]);
        let asked = clock.fetch_add(1, Ordering::SeqCst);
        let reply = stage.safeguarded(&request, &Safeguards::default()).await;
        let answered = clock.fetch_add(1, Ordering::SeqCst);
        records.push(Record {
            user,
            deed,
            asked,
            answered,
            outcome: outcome(reply),
        });
    }
    records
}

fn asked_for(deed: Deed, user_id: &str) -> Request {
    match deed {
        Deed::Lock => lock(user_id),
        Deed::Unlock => unlock(user_id),
        Deed::Deactivate => deactivate(user_id),
        Deed::Reactivate => reactivate(user_id),
        Deed::Read => get(user_id),
    }
}

fn outcome(reply: Result<Reply, Failure>) -> Outcome {
    match reply.map(|reply| reply.answer) {
        Ok(Answer::Changed(details)) => Outcome::Done {
            sequence: details.sequence,
            time: details.change_date,
        },
        Ok(Answer::User(user)) => Outcome::Seen {
            sequence: user.details.sequence,
            state: user.state,
        },
        Err(failure) if failure.reason == "OVERLOADED" => Outcome::GivenUp,
        Err(mut failure) => match failure.metadata.remove("state") {
            Some(state) => Outcome::Refused { state },
            None => unexpected("a refusal for the state", &failure),
        },
        Ok(other) => unexpected("a change or a user", &other),
    }
}

/// Numbers that look random and are the same in every run (`SplitMix64`).
struct Numbers(u64);

impl Numbers {
    fn new(seed: usize) -> Self {
        Self(seed as u64)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % bound as u64).expect("is below the bound")
    }
}
