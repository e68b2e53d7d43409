//! Many clients at a time, and what they find.

mod clock;
mod closed_loop;
mod crew;
mod open_loop;
mod users;

pub(crate) use self::clock::Window;
pub(crate) use self::closed_loop::closed_loop;
pub(crate) use self::crew::{LoadOutcome, Tally};
pub(crate) use self::open_loop::open_loop;
pub(crate) use self::users::{Ledger, OwnedUser, Region, Regions, user_id};
