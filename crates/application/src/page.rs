use crate::error::Violations;
use crate::ports::SortDirection;

/// How many are listed when no number is given.
pub(crate) const DEFAULT_LIMIT: u32 = 100;
/// The largest number that may be asked for.
pub(crate) const MAX_LIMIT: u32 = 1_000;

/// Which part of a list is asked for.
pub(crate) struct Page {
    pub(crate) direction: SortDirection,
    pub(crate) offset: u64,
    pub(crate) limit: u32,
}

impl Page {
    /// The part, from the fields of a `ListQuery`, and notes of what is wrong with them. A limit of 0 is none given.
    pub(crate) fn parse(offset: u64, limit: u32, ascending: bool, violations: &mut Violations) -> Self {
        if limit > MAX_LIMIT {
            violations.note("query.limit", format!("must be at most {MAX_LIMIT}"));
        }
        // What SQL databases can skip; further away there is nothing anyway.
        if i64::try_from(offset).is_err() {
            violations.note("query.offset", format!("must be at most {}", i64::MAX));
        }
        Self {
            direction: if ascending {
                SortDirection::Ascending
            } else {
                SortDirection::Descending
            },
            offset,
            limit: match limit {
                0 => DEFAULT_LIMIT,
                limit => limit,
            },
        }
    }
}
