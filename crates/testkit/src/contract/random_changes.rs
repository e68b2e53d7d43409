//! Changes by chance: every transition of a user that there is.

use std::time::Duration;

use unlockd_domain::{
    Actor, AttemptLimit, BackoffFactor, LockCause, LockOrder, LockoutPolicy, PasswordHash, PasswordReset, PolicySpan,
    Source, Timestamp, User, UserChange, UserProfile, Username, UsernameId, UsernameScope,
};

use super::dice::Dice;
use super::population::{ACTORS, moment, text};
use crate::fixtures;

pub(super) fn actor(dice: &mut Dice) -> Actor {
    Actor::from(dice.sometimes(70, |dice| fixtures::user_id(dice.pick(&ACTORS))))
}

pub(super) fn source(dice: &mut Dice) -> Source {
    fixtures::source(dice.pick(&["203.0.113.7", "198.51.100.1", "2001:db8:1:2::3", "::"]))
}

pub(super) fn username(dice: &mut Dice) -> Username {
    let scope = dice.pick(&[UsernameScope::Instance, UsernameScope::Organization]);
    loop {
        let name = text(dice);
        let id = UsernameId::new(format!("{name} {scope:?}")).expect("a username id");
        if let Ok(username) = Username::new(id, name, scope) {
            return username;
        }
    }
}

/// Few attempts, so that locks come about.
pub(super) fn lockout_policy(dice: &mut Dice) -> LockoutPolicy {
    let limit = |dice: &mut Dice| AttemptLimit::new(dice.pick(&[0, 1, 2, 3, 100])).expect("a limit");
    LockoutPolicy {
        max_password_attempts: limit(dice),
        attempt_window: span(dice),
        lock_duration: dice.sometimes(80, span),
        backoff_factor: BackoffFactor::new(dice.pick(&[1, 2, 100])).expect("a factor"),
        max_lock_duration: span(dice),
        reveal_lock: dice.happens(50),
        source_attempts: dice.sometimes(50, limit),
        source_window: span(dice),
        lock_ends_sessions: dice.happens(50),
        ..LockoutPolicy::DEFAULT
    }
}

fn span(dice: &mut Dice) -> PolicySpan {
    let microsecond = Duration::from_micros(1);
    let minute = Duration::from_mins(1);
    PolicySpan::new(dice.pick(&[microsecond, minute, minute + microsecond, PolicySpan::MAX])).expect("a span")
}

/// One of the transitions at this moment, if the user can make it, brought about from somewhere.
pub(super) fn change(dice: &mut Dice, user: &User, profile: &UserProfile, now: Timestamp) -> Option<UserChange> {
    let change = match dice.below(64) {
        0..=18 => state_change(dice, user, now),
        19..=33 => profile_change(dice, user, profile, now),
        34..=50 => password_check(dice, user, now),
        51 => user.lift_expired_lock(now),
        _ => password_reset(dice, user, profile, now),
    };
    let source = dice.sometimes(50, source);
    change.map(|change| change.from_source(source.as_ref()))
}

fn state_change(dice: &mut Dice, user: &User, now: Timestamp) -> Option<UserChange> {
    let (actor, reason) = (actor(dice), dice.sometimes(50, |dice| fixtures::reason(&text(dice))));
    match dice.below(26) {
        0..=9 => {
            let order = LockOrder {
                cause: dice.pick(&[LockCause::Operator, LockCause::Policy]),
                reason,
                until: dice.sometimes(60, |dice| end_of_lock(dice, now)),
            };
            user.lock(order, actor, now).ok()
        }
        10..=13 => user.unlock(reason, actor, now).ok(),
        14..=17 => user.deactivate(reason, actor, now).ok(),
        18..=22 => user.reactivate(reason, actor, now).ok(),
        23 | 24 => {
            let until = dice.sometimes(60, |dice| end_of_lock(dice, now));
            user.replace_lock(reason, until, actor, now).ok()
        }
        _ => user.delete(actor, now).ok(),
    }
}

/// Soon, or at any time.
fn end_of_lock(dice: &mut Dice, now: Timestamp) -> Timestamp {
    if dice.happens(50) {
        now.saturating_add(Duration::from_secs(dice.pick(&[1, 60])))
    } else {
        moment(dice)
    }
}

fn profile_change(dice: &mut Dice, user: &User, profile: &UserProfile, now: Timestamp) -> Option<UserChange> {
    let actor = actor(dice);
    match dice.below(11) {
        10 => user.assign_password(hash(dice), dice.happens(50), actor, now).ok(),
        0 => user.update(fixtures::data("{\"a\":1}"), actor, now).ok(),
        1 => user.set_password(hash(dice), dice.happens(50), actor, now).ok(),
        2..=7 => user.add_username(profile, username(dice), actor, now).ok(),
        _ => {
            let id = profile.usernames.first()?.id().clone();
            user.remove_username(profile, id, actor, now).ok()
        }
    }
}

fn password_check(dice: &mut Dice, user: &User, now: Timestamp) -> Option<UserChange> {
    let (actor, policy) = (actor(dice), lockout_policy(dice));
    if dice.happens(25) {
        let rehashed = dice.sometimes(50, hash);
        user.pass_password_check(&policy, rehashed, actor, now).ok()
    } else {
        user.fail_password_check(&policy, dice.happens(90), actor, now).ok()
    }
}

fn password_reset(dice: &mut Dice, user: &User, profile: &UserProfile, now: Timestamp) -> Option<UserChange> {
    let actor = actor(dice);
    match dice.below(4) {
        0 | 1 => {
            let reset = PasswordReset {
                code_hash: hash(dice),
                expires_at: moment(dice),
                failed_attempts: 0,
            };
            user.request_password_reset(reset, actor, now).ok()
        }
        2 => {
            let open = profile.password_reset.as_ref()?;
            user.fail_password_reset(open, actor, now).ok()
        }
        _ => user.reset_password(hash(dice), dice.happens(50), actor, now).ok(),
    }
}

fn hash(dice: &mut Dice) -> PasswordHash {
    PasswordHash::trusted(format!("$argon2id$hash of {}", text(dice)))
}
