//! `SignInFailureStore`.

use std::sync::Arc;
use std::time::Duration;

use unlockd_application::ports::{AttemptOrigin, Count, CountedAttempt, IdentityDigest};
use unlockd_domain::Timestamp;

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

/// Made in this second, when all failures since the beginning count; kept for a minute.
fn attempt(origin: &AttemptOrigin, at: u64, limit: u32) -> CountedAttempt {
    CountedAttempt {
        origin: origin.clone(),
        at: second(at),
        counting_since: fixtures::earliest(),
        limit,
        kept_until: second(at + 60),
    }
}

async fn count(stores: &Stores, attempt: &CountedAttempt) -> Count {
    stores.failures.count(attempt).await.expect("an answer")
}

/// The failures that count since a moment. They are asked for with a limit that leaves no room.
async fn counted_since(stores: &Stores, origin: &AttemptOrigin, since: Timestamp) -> Vec<Timestamp> {
    let full = CountedAttempt {
        counting_since: since,
        ..attempt(origin, 1_000, 0)
    };
    let failures = match count(stores, &full).await {
        Count::Exhausted(failures) => Some(failures),
        Count::Counted => None,
    };
    failures.expect("an attempt that is beyond its limit")
}

async fn counted(stores: &Stores, origin: &AttemptOrigin) -> Vec<Timestamp> {
    counted_since(stores, origin, fixtures::earliest()).await
}

/// So many, and not one more; whoever comes too late is told the failures, the oldest first, and is not counted.
pub async fn failures_are_counted_up_to_the_limit(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    // Clocks differ: they do not come in order.
    for at in [3, 1, 2] {
        assert_eq!(count(&stores, &attempt(&somebody(), at, 3)).await, Count::Counted);
    }
    let failures = vec![second(1), second(2), second(3)];
    for limit in [3, 2, 1] {
        let late = count(&stores, &attempt(&somebody(), 4, limit)).await;
        assert_eq!(late, Count::Exhausted(failures.clone()));
    }
    // Where the policy allows more there is room again.
    assert_eq!(count(&stores, &attempt(&somebody(), 4, 4)).await, Count::Counted);
    let late = count(&stores, &attempt(&somebody(), 5, 4)).await;
    assert!(matches!(late, Count::Exhausted(failures) if failures.len() == 4));
}

/// Those up to the moment count no more, to the microsecond; two of one moment are two.
pub async fn failures_count_from_the_moment_on_that_is_said(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for at in [1, 2, 2, 3] {
        assert_eq!(count(&stores, &attempt(&somebody(), at, 10)).await, Count::Counted);
    }
    let before = |at: Timestamp| Timestamp::from_unix_microseconds(at.unix_microseconds() - 1).expect("a timestamp");
    assert_eq!(
        counted_since(&stores, &somebody(), before(second(1))).await,
        [1, 2, 2, 3].map(second)
    );
    assert_eq!(
        counted_since(&stores, &somebody(), second(1)).await,
        [2, 2, 3].map(second)
    );
    assert_eq!(
        counted_since(&stores, &somebody(), before(second(3))).await,
        [second(3)]
    );
    let since_two = CountedAttempt {
        counting_since: second(2),
        ..attempt(&somebody(), 4, 2)
    };
    assert_eq!(count(&stores, &since_two).await, Count::Counted);
    assert_eq!(
        count(&stores, &since_two).await,
        Count::Exhausted([3, 4].map(second).to_vec())
    );
}

/// What was typed and where it came from; an unknown source is one of its own.
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
    for (number, origin) in (1..).zip(&origins) {
        assert_eq!(counted(&stores, origin).await, []);
        for at in 0..number {
            assert_eq!(count(&stores, &attempt(origin, at, 10)).await, Count::Counted);
        }
    }
    for (number, origin) in (1..).zip(&origins) {
        let expected: Vec<_> = (0..number).map(second).collect();
        assert_eq!(counted(&stores, origin).await, expected, "{origin:?}");
    }
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
        let counted_attempts = answers.iter().filter(|count| **count == Count::Counted).count();
        assert_eq!(counted_attempts, limit as usize);
        assert_eq!(counted(&stores, &origin).await.len(), limit as usize);
    }
}

/// One failure of the moment; nothing where there is none.
pub async fn a_failure_is_taken_back_once(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let other = origin(0xa5, None);
    for at in [1, 2, 2] {
        count(&stores, &attempt(&somebody(), at, 10)).await;
        count(&stores, &attempt(&other, at, 10)).await;
    }
    for (at, left) in [
        (2, vec![1, 2]),
        (3, vec![1, 2]),
        (2, vec![1]),
        (2, vec![1]),
        (1, vec![]),
    ] {
        let taken = stores.failures.take_back(&somebody(), second(at)).await;
        taken.expect("an answer");
        let left: Vec<_> = left.into_iter().map(second).collect();
        assert_eq!(counted(&stores, &somebody()).await, left);
    }
    assert_eq!(counted(&stores, &other).await, [1, 2, 2].map(second));
    let nobody = stores.failures.take_back(&origin(9, None), second(1)).await;
    nobody.expect("an answer");
    assert_eq!(count(&stores, &attempt(&somebody(), 5, 1)).await, Count::Counted);
}

/// As many are taken back as were counted, while others are counted.
pub async fn parallel_attempts_that_are_taken_back_leave_room(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let tasks = (0..32).map(|number| {
        let failures = Arc::clone(&stores.failures);
        async move {
            let attempt = attempt(&somebody(), number % 3, 100);
            let counted = failures.count(&attempt).await.expect("an answer");
            assert_eq!(counted, Count::Counted);
            if number % 2 == 0 {
                let taken = failures.take_back(&attempt.origin, attempt.at).await;
                taken.expect("an answer");
            }
        }
    });
    arrange::in_parallel(tasks).await;
    assert_eq!(counted(&stores, &somebody()).await.len(), 16);
}

/// Those of one origin, and of no other; what comes then is counted anew.
pub async fn the_failures_of_one_origin_are_forgotten(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let others = [origin(0xa5, None), origin(1, Some("203.0.113.7"))];
    for origin in [&somebody(), &others[0], &others[1]] {
        for at in [1, 2] {
            count(&stores, &attempt(origin, at, 10)).await;
        }
    }
    for _ in 0..2 {
        stores.failures.forget(&somebody()).await.expect("an answer");
        assert_eq!(counted(&stores, &somebody()).await, []);
    }
    for other in &others {
        assert_eq!(counted(&stores, other).await, [1, 2].map(second));
    }
    assert_eq!(count(&stores, &attempt(&somebody(), 3, 1)).await, Count::Counted);
    assert_eq!(counted(&stores, &somebody()).await, [second(3)]);
}

/// From the very moment on until which they were to be kept; a later failure keeps the earlier ones. No more at a time than
/// asked for.
pub async fn what_is_not_to_be_kept_is_pruned(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let kept_until = |identity: u8, ends: &[u64]| {
        let ends = ends.to_vec();
        let stores = stores.clone();
        async move {
            for end in ends {
                let attempt = CountedAttempt {
                    kept_until: second(end),
                    ..attempt(&origin(identity, None), 0, 10)
                };
                assert_eq!(count(&stores, &attempt).await, Count::Counted);
            }
        }
    };
    for (identity, ends) in [
        (1, &[10][..]),
        (2, &[9]),
        (3, &[11]),
        (4, &[5, 12]),
        (5, &[10, 10]),
        // The policy was made stricter, or less so, in between.
        (6, &[12, 5]),
    ] {
        kept_until(identity, ends).await;
    }
    for (limit, expected) in [(0, 0), (2, 2), (2, 1), (2, 0)] {
        let pruned = stores.failures.prune(second(10), limit).await;
        assert_eq!(pruned.expect("an answer"), expected);
    }
    for (identity, left) in [(1, 0), (2, 0), (3, 1), (4, 2), (5, 0), (6, 2)] {
        let failures = counted(&stores, &origin(identity, None)).await;
        assert_eq!(failures.len(), left, "{identity}");
    }
}

/// Year 1 to year 9999, to the microsecond, and a hundred at once.
pub async fn failures_at_the_limits_of_time_come_back(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let microsecond = Duration::from_micros(1);
    let first = fixtures::earliest().saturating_add(microsecond);
    let mut expected = vec![first];
    expected.extend((1..99).map(|number| second(number).saturating_add(microsecond)));
    expected.push(Timestamp::MAX);
    for at in &expected {
        let attempt = CountedAttempt {
            at: *at,
            kept_until: Timestamp::MAX,
            ..attempt(&somebody(), 0, 100)
        };
        assert_eq!(count(&stores, &attempt).await, Count::Counted);
    }
    assert_eq!(counted(&stores, &somebody()).await, expected);
}
