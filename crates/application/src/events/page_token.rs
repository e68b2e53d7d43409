use std::fmt::{self, Write as _};

use thiserror::Error as ThisError;
use unlockd_domain::{OrganizationId, Position, Timestamp, UserId};

use crate::idempotency::RequestDigester;
use crate::ports::{EventFilter, EventOrder};

/// Where a page ends, and which listing it belongs to. It is no secret, and nothing is shown for it that would not be shown
/// without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct PageToken {
    position: Position,
    listing: u64,
}

/// Why a token does not lead to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ThisError)]
pub(super) enum PageTokenProblem {
    #[error("must be a token of a page that was listed before")]
    Malformed,
    #[error("must go with the filters and the order that it was given out for")]
    OfAnotherListing,
}

impl PageToken {
    pub(super) fn new(position: Position, filter: &EventFilter, order: EventOrder) -> Self {
        Self {
            position,
            listing: listing(filter, order),
        }
    }

    /// The position in a token of this listing.
    pub(super) fn position_in(
        token: &str,
        filter: &EventFilter,
        order: EventOrder,
    ) -> Result<Position, PageTokenProblem> {
        let (position, listing_in_token) = token.split_once('-').ok_or(PageTokenProblem::Malformed)?;
        let number = |text: &str| {
            let is_hexadecimal = text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let number = is_hexadecimal.then(|| u64::from_str_radix(text, 16).ok()).flatten();
            number.ok_or(PageTokenProblem::Malformed)
        };
        let position = Position::new(number(position)?).map_err(|_| PageTokenProblem::Malformed)?;
        if number(listing_in_token)? == listing(filter, order) {
            Ok(position)
        } else {
            Err(PageTokenProblem::OfAnotherListing)
        }
    }
}

/// Position and listing in hexadecimal digits.
impl fmt::Display for PageToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:x}-{:016x}", self.position.get(), self.listing)
    }
}

/// A number that differs, in all likelihood, from that of any other filters or order.
fn listing(filter: &EventFilter, order: EventOrder) -> u64 {
    let mut kinds = String::new();
    for name in &filter.kinds {
        // Writing to a text cannot fail.
        let _ = write!(kinds, "{name} ");
    }
    let time = |moment: Option<Timestamp>| moment.map(|it| it.unix_microseconds().to_be_bytes());
    let digest = RequestDigester::new(match order {
        EventOrder::Forward => "forward",
        EventOrder::Backward => "backward",
    })
    .optional(filter.user_id.as_ref().map(UserId::as_str))
    .optional(filter.organization.as_ref().map(OrganizationId::as_str))
    .optional(filter.actor.as_ref().map(UserId::as_str))
    .field(kinds)
    .optional(time(filter.after))
    .optional(time(filter.before))
    .finish();
    let mut number = [0; 8];
    number.copy_from_slice(&digest.0[..8]);
    u64::from_be_bytes(number)
}

#[cfg(test)]
mod tests {
    use unlockd_domain::{EventName, UserEventName};

    use super::*;
    use crate::ports::Visibility;

    #[test]
    fn a_token_leads_back_to_its_position_in_its_own_listing_only() {
        let filter = EventFilter::all(Visibility::Instance);
        let other = EventFilter {
            kinds: vec![EventName::User(UserEventName::Locked)],
            ..filter.clone()
        };
        let position = Position::new(0xbeef).unwrap();
        let token = PageToken::new(position, &filter, EventOrder::Forward).to_string();

        assert_eq!(
            PageToken::position_in(&token, &filter, EventOrder::Forward),
            Ok(position)
        );
        for (filter, order) in [(&filter, EventOrder::Backward), (&other, EventOrder::Forward)] {
            let problem = PageToken::position_in(&token, filter, order).unwrap_err();
            assert_eq!(problem, PageTokenProblem::OfAnotherListing);
        }
        let with_sign = format!("+{token}");
        for malformed in [
            with_sign.as_str(),
            "-",
            "x-0",
            "0",
            "-1",
            "0-",
            "ffffffffffffffff-0",
            "+1-0",
            "é",
        ] {
            assert!(
                PageToken::position_in(malformed, &filter, EventOrder::Forward).is_err(),
                "{malformed}"
            );
        }
    }
}
