//! `SignInFailureStore`. The rules of counting are those of `SourceFailures`; what is tested here is that stores keep all of it,
//! and that parallel attempts are counted one after the other.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest};
use unlockd_domain::{AttemptLimit, LockoutPolicy, SourceBlock, SourceFailures, SourceTotal, Timestamp};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

fn origin(identity: u8, source: Option<&str>) -> AttemptOrigin {
    AttemptOrigin {
        identity: IdentityDigest([identity; 32]),
        source: source.map(fixtures::source),
    }
}

fn somebody() -> AttemptOrigin {
    origin(0xa5, Some("203.0.113.7"))
}

fn second(number: u64) -> Timestamp {
    fixtures::now().saturating_add(Duration::from_secs(number))
}

/// Blocks for a minute after so many failures, then for two minutes and so on.
fn policy(limit: u32) -> LockoutPolicy {
    LockoutPolicy {
        source_attempts: Some(AttemptLimit::new(limit).expect("a limit")),
        lock_duration: Some(fixtures::policy_span(60)),
        attempt_window: fixtures::policy_span(3_600),
        source_window: fixtures::policy_span(7_200),
        ..LockoutPolicy::DEFAULT
    }
}

fn attempt(origin: &AttemptOrigin, at: u64, limit: u32) -> CountedAttempt {
    CountedAttempt {
        origin: origin.clone(),
        policy: policy(limit),
        instance_policy: None,
        forgotten_at: None,
        now: second(at),
    }
}

async fn count(stores: &Stores, attempt: &CountedAttempt) -> Count {
    stores.failures.count(attempt).await.expect("an answer")
}

/// The block of the only source that is blocked for the name, with the failures that led to it.
async fn block(stores: &Stores, identity: u8, now: Timestamp) -> Option<SourceFailures> {
    let found = stores
        .failures
        .find_blocked(&[IdentityDigest([identity; 32])], now)
        .await;
    let mut found = found.expect("an answer");
    assert!(found.len() <= 1, "{found:?}");
    found.pop().map(|(_, failures)| failures)
}

/// The attempt that reaches the limit is counted; those after it are not, until the block ends. The next block is longer.
pub async fn the_attempt_that_reaches_the_limit_begins_a_block(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for (begin, span) in [(0, 60), (100, 120), (300, 240)] {
        for at in begin..begin + 3 {
            let counted = count(&stores, &attempt(&somebody(), at, 3)).await;
            assert_eq!(counted, Count::Counted(second(at)));
        }
        let (since, until) = (second(begin + 2), second(begin + 2 + span));
        for at in [begin + 2, begin + 1 + span] {
            let late = count(&stores, &attempt(&somebody(), at, 3)).await;
            assert_eq!(late, Count::Blocked(until));
        }
        let blocked = block(&stores, 0xa5, since).await.expect("a block");
        assert_eq!(blocked.block, Some(SourceBlock { since, until }));
        assert_eq!(blocked.failures_before_block(None), 3);
        assert_eq!(block(&stores, 0xa5, until).await, None);
        let late = count(&stores, &attempt(&somebody(), begin + 2 + span, 3)).await;
        assert_eq!(late, Count::Counted(until));
        stores.failures.take_back(&somebody(), until).await.expect("an answer");
    }
}

/// Failures and blocks up to the moment do not count; an attempt of the same moment is counted right after it.
pub async fn what_is_forgotten_does_not_count(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for at in [1, 2] {
        count(&stores, &attempt(&somebody(), at, 2)).await;
    }
    let forgotten = |second_of_it| CountedAttempt {
        forgotten_at: Some(second(second_of_it)),
        ..attempt(&somebody(), 2, 2)
    };
    assert_eq!(count(&stores, &forgotten(1)).await, Count::Blocked(second(62)));
    let right_after = second(2).saturating_add(Duration::from_micros(1));
    assert_eq!(count(&stores, &forgotten(2)).await, Count::Counted(right_after));
    assert_eq!(count(&stores, &forgotten(2)).await, Count::Counted(right_after));
    let until = right_after.saturating_add(Duration::from_mins(2));
    assert_eq!(count(&stores, &forgotten(2)).await, Count::Blocked(until));
}

/// The name as typed and the source; an unknown source is one of its own.
pub async fn each_origin_is_counted_for_itself(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let origins = [
        origin(1, Some("203.0.113.7")),
        origin(1, Some("203.0.113.70")),
        origin(1, Some("2001:db8::")),
        origin(1, None),
        origin(2, Some("203.0.113.7")),
        origin(2, None),
    ];
    for origin in &origins {
        assert_eq!(count(&stores, &attempt(origin, 1, 2)).await, Count::Counted(second(1)));
    }
    for origin in &origins {
        assert_eq!(count(&stores, &attempt(origin, 2, 2)).await, Count::Counted(second(2)));
        assert_eq!(count(&stores, &attempt(origin, 3, 2)).await, Count::Blocked(second(62)));
    }
}

/// Those of the names that are asked for, ordered by source, while the block lasts.
pub async fn blocked_sources_are_found_by_names(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for (identity, source) in [(1, Some("203.0.113.8")), (1, None), (2, Some("203.0.113.7")), (3, None)] {
        count(&stores, &attempt(&origin(identity, source), 1, 1)).await;
    }
    count(&stores, &attempt(&origin(1, Some("203.0.113.9")), 1, 2)).await;
    let found = async |identities: &[u8], now| {
        let identities: Vec<_> = identities
            .iter()
            .map(|identity| IdentityDigest([*identity; 32]))
            .collect();
        let found = stores.failures.find_blocked(&identities, now).await.expect("an answer");
        let sources = found
            .into_iter()
            .map(|(source, _)| source.map(|source| source.to_string()));
        sources.collect::<Vec<_>>()
    };
    let source = |text: &str| Some(text.to_owned());
    assert_eq!(
        found(&[1, 2, 9], second(60)).await,
        [None, source("203.0.113.7"), source("203.0.113.8")]
    );
    assert_eq!(found(&[3], second(1)).await, [None]);
    assert_eq!(found(&[], second(1)).await, []);
    assert_eq!(found(&[1, 2, 3], second(61)).await, []);
}

fn limited(origin: &AttemptOrigin, at: u64, max_names: u32, max_failures: u32) -> CountedAttempt {
    CountedAttempt {
        instance_policy: Some(LockoutPolicy {
            max_source_names: SourceTotal::new(max_names).expect("a total"),
            max_source_failures: SourceTotal::new(max_failures).expect("a total"),
            source_total_window: fixtures::policy_span(60),
            ..LockoutPolicy::DEFAULT
        }),
        ..attempt(origin, at, 100)
    }
}

/// Of a source that has failed at as many names as it may, each further name waits for its turn; names that have succeeded do
/// not count, nor do other sources and what is longer ago than the window.
pub async fn a_source_that_fails_at_many_names_is_slowed_as_a_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let of_name = |identity, at| limited(&origin(identity, Some("203.0.113.7")), at, 3, 0);
    for identity in [1, 2, 3, 1] {
        assert_eq!(count(&stores, &of_name(identity, 1)).await, Count::Counted(second(1)));
    }
    assert_eq!(count(&stores, &of_name(4, 2)).await, Count::Slowed(second(21)));
    assert_eq!(count(&stores, &of_name(1, 2)).await, Count::Counted(second(2)));
    let elsewhere = limited(&origin(4, Some("203.0.113.8")), 2, 3, 0);
    assert_eq!(count(&stores, &elsewhere).await, Count::Counted(second(2)));
    assert_eq!(count(&stores, &of_name(4, 22)).await, Count::Counted(second(22)));
    for identity in [1, 5] {
        assert_eq!(count(&stores, &of_name(identity, 23)).await, Count::Slowed(second(42)));
    }
    for identity in [1, 2] {
        let succeeded = origin(identity, Some("203.0.113.7"));
        stores.failures.forget(&succeeded).await.expect("an answer");
    }
    assert_eq!(count(&stores, &of_name(5, 23)).await, Count::Counted(second(23)));
    assert_eq!(count(&stores, &of_name(6, 62)).await, Count::Counted(second(62)));
}

/// At one name and at all together.
pub async fn a_source_that_fails_often_is_slowed_as_a_whole(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let of_name = |identity, at| limited(&origin(identity, Some("203.0.113.7")), at, 0, 6);
    for identity in [1, 1, 1, 2, 2, 3] {
        assert_eq!(count(&stores, &of_name(identity, 1)).await, Count::Counted(second(1)));
    }
    for identity in [1, 4] {
        assert_eq!(count(&stores, &of_name(identity, 2)).await, Count::Slowed(second(11)));
    }
    assert_eq!(count(&stores, &of_name(4, 11)).await, Count::Counted(second(11)));
    assert_eq!(count(&stores, &of_name(4, 61)).await, Count::Counted(second(61)));
}

/// However many come at the same moment, each at another name.
pub async fn of_64_parallel_attempts_at_64_names_no_more_than_the_limit_are_counted(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let tasks = (0..64).map(|identity| {
        let failures = Arc::clone(&stores.failures);
        let attempt = limited(&origin(identity, Some("203.0.113.7")), 1, 10, 0);
        async move { failures.count(&attempt).await.expect("an answer") }
    });
    let answers = arrange::in_parallel(tasks).await;
    let counted = answers.iter().filter(|count| matches!(count, Count::Counted(_)));
    assert_eq!(counted.count(), 10);
}

/// By however many at once; each origin for itself, whether or not it has failed.
pub async fn a_refusal_is_noted_once_a_minute(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    count(&stores, &attempt(&somebody(), 1, 10)).await;
    for (origin, at) in [
        (somebody(), 1),
        (origin(1, None), 1),
        (somebody(), 61),
        (somebody(), 200),
    ] {
        let tasks = (0..16).map(|number| {
            let (failures, origin) = (Arc::clone(&stores.failures), origin.clone());
            async move {
                let noted = failures.note_refusal(&origin, second(at + number)).await;
                noted.expect("an answer")
            }
        });
        let answers = arrange::in_parallel(tasks).await;
        assert_eq!(
            answers.iter().filter(|is_first| **is_first).count(),
            1,
            "{origin:?} {at}"
        );
        let late = stores.failures.note_refusal(&origin, second(at + 59)).await;
        assert!(!late.expect("an answer"));
    }
    assert_eq!(
        count(&stores, &attempt(&somebody(), 300, 10)).await,
        Count::Counted(second(300))
    );
}

/// However many come at the same moment, or at different ones.
pub async fn of_64_parallel_attempts_no_more_than_the_limit_are_counted(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for (identity, limit) in [(1, 1), (2, 10), (3, 63)] {
        let origin = origin(identity, Some("203.0.113.7"));
        let tasks = (0..64).map(|number| {
            let failures = Arc::clone(&stores.failures);
            let attempt = attempt(&origin, number / 4, limit);
            async move { failures.count(&attempt).await.expect("an answer") }
        });
        let answers = arrange::in_parallel(tasks).await;
        let counted = answers.iter().filter(|count| matches!(count, Count::Counted(_)));
        assert_eq!(counted.count(), limit as usize);
    }
}

/// One attempt of the time, with the block that it began; nothing where there is none.
pub async fn an_attempt_is_taken_back_once_and_with_its_block(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let take_back = async |at| {
        let taken = stores.failures.take_back(&somebody(), second(at)).await;
        taken.expect("an answer");
    };
    for at in [1, 2] {
        count(&stores, &attempt(&somebody(), at, 2)).await;
    }
    take_back(3).await;
    assert_eq!(
        count(&stores, &attempt(&somebody(), 3, 2)).await,
        Count::Blocked(second(62))
    );
    take_back(2).await;
    assert_eq!(
        count(&stores, &attempt(&somebody(), 4, 2)).await,
        Count::Counted(second(4))
    );
    assert_eq!(
        count(&stores, &attempt(&somebody(), 5, 2)).await,
        Count::Blocked(second(64))
    );
    take_back(4).await;
    take_back(1).await;
    take_back(1).await;
    assert_eq!(
        count(&stores, &attempt(&somebody(), 5, 2)).await,
        Count::Counted(second(5))
    );
    assert_eq!(
        count(&stores, &attempt(&somebody(), 5, 3)).await,
        Count::Counted(second(5))
    );
    let nobody = stores.failures.take_back(&origin(9, None), second(1)).await;
    nobody.expect("an answer");
}

/// As many are taken back as were counted, while others are counted.
pub async fn parallel_attempts_that_are_taken_back_leave_room(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let tasks = (0..32).map(|number| {
        let failures = Arc::clone(&stores.failures);
        async move {
            let attempt = attempt(&somebody(), number % 3, 100);
            let counted = failures.count(&attempt).await.expect("an answer");
            assert_eq!(counted, Count::Counted(attempt.now));
            if number % 2 == 0 {
                let taken = failures.take_back(&attempt.origin, attempt.now).await;
                taken.expect("an answer");
            }
        }
    });
    arrange::in_parallel(tasks).await;
    count(&stores, &attempt(&somebody(), 4, 17)).await;
    let blocked = block(&stores, 0xa5, second(4)).await.expect("a block");
    assert_eq!(blocked.failures_before_block(None), 17);
}

/// Those of one origin, and of no other; with them the number of blocks.
pub async fn the_failures_of_one_origin_are_forgotten(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let others = [origin(0xa5, None), origin(1, Some("203.0.113.7"))];
    for origin in [&somebody(), &others[0], &others[1]] {
        count(&stores, &attempt(origin, 1, 1)).await;
    }
    for _ in 0..2 {
        stores.failures.forget(&somebody()).await.expect("an answer");
    }
    assert_eq!(
        count(&stores, &attempt(&somebody(), 3, 1)).await,
        Count::Counted(second(3))
    );
    assert_eq!(
        count(&stores, &attempt(&somebody(), 4, 1)).await,
        Count::Blocked(second(63))
    );
    for other in &others {
        assert_eq!(count(&stores, &attempt(other, 3, 1)).await, Count::Blocked(second(61)));
    }
}

/// From the moment on at which nothing of it has an effect; no more at a time than asked for.
pub async fn what_has_no_effect_any_more_is_pruned(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    // The window for blocks is the longest one: it begins with the last failure, and again with the end of a block.
    for (identity, limit, attempts) in [(1, 2, &[0][..]), (2, 2, &[0, 1]), (3, 3, &[0, 1]), (4, 1, &[0])] {
        for at in attempts {
            count(&stores, &attempt(&origin(identity, None), *at, limit)).await;
        }
    }
    for (at, limit, expected) in [
        (7_199, 9, 0),
        (7_200, 0, 0),
        (7_200, 9, 1),
        (7_201, 9, 1),
        (7_259, 9, 0),
        (7_261, 1, 1),
        (7_261, 9, 1),
        (9_999, 9, 0),
    ] {
        let pruned = stores.failures.prune(second(at), limit).await;
        assert_eq!(pruned.expect("an answer"), expected, "{at}");
    }
}

/// Year 1 to year 9999, to the microsecond, and a hundred at once.
pub async fn failures_at_the_limits_of_time_come_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let microsecond = Duration::from_micros(1);
    let long = LockoutPolicy {
        attempt_window: fixtures::policy_span(10 * 365 * 24 * 3_600),
        ..policy(100)
    };
    let mut expected: Vec<_> = (1..100)
        .map(|number| second(number).saturating_add(microsecond))
        .collect();
    expected.push(second(100));
    for (identity, times) in [(1, &expected[..]), (2, &[fixtures::earliest()]), (3, &[Timestamp::MAX])] {
        for at in times {
            let attempt = CountedAttempt {
                policy: long,
                now: *at,
                ..attempt(&origin(identity, None), 0, 100)
            };
            assert_eq!(count(&stores, &attempt).await, Count::Counted(*at));
        }
    }
    let blocked = block(&stores, 1, second(100)).await.expect("a block");
    assert_eq!(blocked.failures, expected);
}
