//! Blocks of sources, beside a model of its own with a moving clock.

use std::time::Duration;

use proptest::prelude::*;
use unlockd_domain::{AttemptLimit, BackoffFactor, LockoutPolicy, PolicySpan, SourceFailures, Timestamp};

use crate::cases;

#[derive(Debug, Clone)]
enum Step {
    Wait(u64),
    Attempt,
    /// The last attempt that was counted is taken back.
    TakeBack,
    /// A lock ends, or somebody decides that failures do not matter.
    Forget,
}

/// In microseconds.
#[derive(Debug, Clone)]
struct Rules {
    limit: usize,
    window: u64,
    source_window: u64,
    span: Option<u64>,
    factor: u64,
    longest: u64,
}

#[derive(Debug, Clone, Default)]
struct Model {
    /// Attempts since the last block that has ended.
    counted: Vec<u64>,
    blocks: u32,
    block: Option<(u64, u64)>,
    /// The last failure, or the end of the last block.
    last: Option<u64>,
}

impl Model {
    fn count(&mut self, rules: &Rules, forgotten_at: Option<u64>, now: u64) -> Result<u64, u64> {
        let at = forgotten_at.map_or(now, |forgotten| now.max(forgotten + 1));
        if let Some((since, until)) = self.block {
            if Some(since) > forgotten_at && at < until {
                return Err(until);
            }
            self.counted.clear();
            self.block = None;
        }
        if self.last.is_none_or(|last| at >= last + rules.source_window) {
            self.blocks = 0;
        }
        self.counted
            .retain(|failure| Some(*failure) > forgotten_at && at < failure + rules.window);
        self.counted.push(at);
        self.last = Some(at);
        if rules.limit > 0 && self.counted.len() >= rules.limit {
            let mut span = rules.span.unwrap_or(rules.longest).min(rules.longest);
            for _ in 0..self.blocks {
                span = rules
                    .span
                    .map_or(rules.longest, |_| (span * rules.factor).min(rules.longest));
            }
            self.block = Some((at, at + span));
            self.blocks += 1;
            self.last = Some(at + span);
        }
        Ok(at)
    }
}

fn rules() -> impl Strategy<Value = Rules> {
    let limit = prop_oneof![1 => Just(0), 8 => 1..5_usize];
    let span = prop::option::weighted(0.85, 1..40_u64);
    (limit, 1..30_u64, 1..200_u64, span, 1..4_u64, 1..120_u64).prop_map(
        |(limit, window, source_window, span, factor, longest)| Rules {
            limit,
            window,
            source_window,
            span,
            factor,
            longest,
        },
    )
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        12 => Just(Step::Attempt),
        4 => prop_oneof![0..4_u64, 0..60_u64, 0..300_u64].prop_map(Step::Wait),
        2 => Just(Step::TakeBack),
        1 => Just(Step::Forget),
    ];
    prop::collection::vec(step, 0..120)
}

fn moment(microseconds: u64) -> Timestamp {
    Timestamp::UNIX_EPOCH.saturating_add(Duration::from_micros(1_700_000_000_000_000 + microseconds))
}

fn policy(rules: &Rules) -> LockoutPolicy {
    let span = |microseconds| PolicySpan::new(Duration::from_micros(microseconds)).unwrap();
    LockoutPolicy {
        source_attempts: Some(AttemptLimit::new(u32::try_from(rules.limit).unwrap()).unwrap()),
        attempt_window: span(rules.window),
        source_window: span(rules.source_window),
        lock_duration: rules.span.map(span),
        backoff_factor: BackoffFactor::new(u32::try_from(rules.factor).unwrap()).unwrap(),
        max_lock_duration: span(rules.longest),
        ..LockoutPolicy::DEFAULT
    }
}

proptest! {
    #![proptest_config(cases(1024))]

    #[test]
    fn attempts_and_blocks_are_those_of_the_model_at_every_step(rules in rules(), steps in steps()) {
        let policy = policy(&rules);
        let (mut now, mut forgotten_at) = (0, None);
        let (mut real, mut model) = (SourceFailures::default(), Model::default());
        let mut before_last = None;
        for step in steps {
            match step {
                Step::Wait(microseconds) => now += microseconds,
                Step::Forget => forgotten_at = Some(now),
                Step::Attempt => {
                    let before = model.clone();
                    let expected = model.count(&rules, forgotten_at, now);
                    let counted = real.count(&policy, forgotten_at.map(moment), moment(now));
                    prop_assert_eq!(counted.map_err(|blocked| blocked.until), expected.map(moment).map_err(moment));
                    if let Ok(at) = expected {
                        before_last = Some((at, before));
                    }
                }
                Step::TakeBack => if let Some((at, before)) = before_last.take() {
                    prop_assert!(real.take_back(moment(at)));
                    model = before;
                    // The block before had ended, and only its beginning is known.
                    if let Some((since, _)) = model.block.take() {
                        model.counted.clear();
                        model.last = Some(since);
                    }
                },
            }
            let expected = model.block.filter(|(since, until)| Some(*since) > forgotten_at && now < *until);
            let block = real.block_at(forgotten_at.map(moment), moment(now));
            prop_assert_eq!(block.map(|block| (block.since, block.until)), expected.map(|(s, u)| (moment(s), moment(u))));
            prop_assert!(moment(now) < real.kept_until(&policy) || block.is_none());
        }
    }
}
