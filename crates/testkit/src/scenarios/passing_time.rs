//! What time brings about, on a clock that the scenarios move.

use std::time::Duration;

use unlockd_application::Housekeeping;

use super::eavesdropper::Eavesdropper;
use super::{Stage, Wire, World, expiry, lapsing, policies};
use crate::FixedClock;

/// The shortest time that there is.
pub(super) const MICROSECOND: Duration = Duration::from_micros(1);

/// A stage on which time passes when a scenario says so.
#[derive(Clone, Copy)]
pub(super) struct Era<'a> {
    pub(super) stage: &'a Stage<'a>,
    clock: &'a FixedClock,
    housekeeping: &'a Housekeeping,
}

impl Era<'_> {
    /// Time passes.
    pub(super) fn pass(&self, span: Duration) {
        self.clock.advance(span);
    }

    /// Time passes, to the last microsecond before the span is over.
    pub(super) fn almost_pass(&self, span: Duration) {
        self.clock.advance(span.saturating_sub(MICROSECOND));
    }

    /// One process does what is to be done now and then; answers how many locks it lifted.
    pub(super) async fn keep_house(&self) -> u32 {
        self.housekeeping.prune().await.expect("the store answers");
        self.housekeeping.lift_expired_locks().await.expect("the store answers")
    }
}

/// Every scenario in which time passes, one after the other. They move the clock of the server behind the wire, and do its
/// housekeeping, which nobody else may do.
///
/// # Panics
/// When the wire answers otherwise than a scenario tells.
pub async fn run_all_in_time(world: &World, wire: &dyn Wire, clock: &FixedClock, housekeeping: &Housekeeping) {
    let eavesdropper = Eavesdropper::on(wire);
    let stage = &Stage {
        world,
        wire: &eavesdropper,
    };
    let era = &Era {
        stage,
        clock,
        housekeeping,
    };
    policies::let_sources_fail_at_any_number_of_names(stage).await;
    macro_rules! play {
        ($($theme:ident::$scenario:ident,)*) => {
            $(
                println!("{}", stringify!($scenario));
                Box::pin($theme::$scenario(era)).await;
            )*
        };
    }
    play! {
        expiry::from_its_end_on_a_lock_is_none_for_every_purpose,
        expiry::the_end_of_a_lock_is_told_once_by_whoever_comes_first,
        expiry::whatever_happens_behind_the_end_of_a_lock_is_told_behind_it,
        expiry::an_operators_lock_ends_by_itself_only_if_that_was_said,
        expiry::the_next_lock_lasts_longer_until_a_sign_in_succeeds,
        expiry::a_session_works_again_from_the_end_of_the_lock_on,
        lapsing::a_wrong_password_counts_for_as_long_as_the_policy_says,
        lapsing::a_source_may_try_again_when_it_was_told,
        lapsing::a_person_signs_in_from_the_same_desk_when_the_lock_ends,
        lapsing::repeated_blocks_last_longer_as_locks_do,
        lapsing::a_session_is_gone_from_its_end_on,
        lapsing::a_code_works_for_a_quarter_of_an_hour,
    }
}
