//! What closed and open loops have in common: clients that are connected before the clock starts, and what they bring back.

use std::time::Duration;

use hdrhistogram::Histogram;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::users::OwnedUser;
use crate::Failure;
use crate::clients::{CallError, Client, Target, Work};
use crate::cpu::CpuSeconds;

/// What clients have seen.
#[derive(Debug, Clone)]
pub(crate) struct Tally {
    /// Microseconds of what counts.
    pub(crate) latencies: Histogram<u64>,
    /// What succeeded, also where it does not count.
    pub(crate) acknowledged: u64,
    /// What did not succeed, at any time.
    pub(crate) errors: u64,
    /// The first of the errors, in words.
    pub(crate) first_error: Option<String>,
}

impl Tally {
    /// Three digits, up to a minute.
    pub(crate) fn new() -> Result<Self, Failure> {
        Ok(Self {
            latencies: Histogram::new_with_bounds(1, 60_000_000, 3)?,
            acknowledged: 0,
            errors: 0,
            first_error: None,
        })
    }

    pub(crate) fn record(&mut self, latency: Duration) {
        self.latencies
            .saturating_record(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX).max(1));
    }

    pub(crate) fn merge(&mut self, other: Self) -> Result<(), Failure> {
        self.latencies.add(other.latencies)?;
        self.acknowledged += other.acknowledged;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        Ok(())
    }

    fn err(&mut self, error: String) {
        self.errors += 1;
        self.first_error.get_or_insert(error);
    }
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct LoadOutcome {
    pub(crate) tally: Tally,
    /// How many succeeded within the window.
    pub(crate) counted: u64,
    pub(crate) seconds: f64,
    pub(crate) cpu: CpuSeconds,
}

/// A client with the users that it may ask about.
pub(super) struct Member {
    client: Client,
    target: Target,
    work: Work,
    users: Vec<OwnedUser>,
    random: Random,
    pub(super) tally: Tally,
}

impl Member {
    /// Asks about one of the users; answers whether that succeeded.
    pub(super) async fn call(&mut self) -> Result<bool, Failure> {
        let Some(index) = self.pick() else {
            return Err("a client has no users left".into());
        };
        let user = &mut self.users[index];
        match self.client.call(user).await {
            Ok(()) => {
                self.tally.acknowledged += 1;
                match self.work {
                    Work::Changes(_) => user.acknowledge_change(),
                    Work::Finds => {}
                    Work::SignIns(_) => user.acknowledged += 1,
                }
                Ok(true)
            }
            Err(CallError::Refused(words)) => {
                user.is_uncertain = true;
                self.tally.err(words);
                Ok(false)
            }
            Err(CallError::Broken(error)) => {
                user.is_uncertain = true;
                self.tally.err(error.to_string());
                self.client = Client::connect(&self.target, &self.work).await?;
                Ok(false)
            }
        }
    }

    /// Any of the users of whom is known how they are.
    fn pick(&mut self) -> Option<usize> {
        let index = self.random.below(self.users.len())?;
        let certain = |index: &usize| self.users.get(*index).is_some_and(|user| !user.is_uncertain);
        (index..self.users.len()).chain(0..index).find(certain)
    }

    pub(super) fn dismiss(self) -> (Vec<OwnedUser>, Tally) {
        (self.users, self.tally)
    }
}

/// Connects a client for each part of the users.
pub(super) async fn muster(target: &Target, work: &Work, parts: Vec<Vec<OwnedUser>>) -> Result<Vec<Member>, Failure> {
    let mut members = Vec::with_capacity(parts.len());
    for (users, seed) in parts.into_iter().zip(1..) {
        members.push(Member {
            client: Client::connect(target, work).await?,
            target: target.clone(),
            work: work.clone(),
            users,
            random: Random(seed),
            tally: Tally::new()?,
        });
    }
    Ok(members)
}

/// How long clients may need to end when their time is over.
const PATIENCE: Duration = Duration::from_mins(1);

type Returned = Result<(usize, Member), Failure>;

/// Waits for all clients, and puts together what they bring back, in the order in which they left.
pub(super) async fn gather(running: &mut JoinSet<Returned>) -> Result<(Vec<Vec<OwnedUser>>, Tally), Failure> {
    let all = async {
        let mut members = Vec::new();
        while let Some(member) = running.join_next().await {
            members.push(member??);
        }
        Ok::<_, Failure>(members)
    };
    let mut members = timeout(PATIENCE, all)
        .await
        .map_err(|_| "clients wait for answers that do not come")??;
    members.sort_unstable_by_key(|(place, _)| *place);
    let mut tally = Tally::new()?;
    let mut parts = Vec::with_capacity(members.len());
    for (_, member) in members {
        let (users, its_tally) = member.dismiss();
        tally.merge(its_tally)?;
        parts.push(users);
    }
    Ok((parts, tally))
}

/// `SplitMix64` (Steele, Lea and Flood, 2014): quick, and the same in every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, bound: usize) -> Option<usize> {
        let bound = u64::try_from(bound).ok()?;
        usize::try_from(self.next().checked_rem(bound)?).ok()
    }
}
