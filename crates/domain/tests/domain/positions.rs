//! The places of events among those of all users.

use unlockd_domain::{Position, PositionOutOfRange};

const LARGEST: u64 = i64::MAX.cast_unsigned();

#[test]
fn a_position_is_what_the_databases_can_count_from_0() {
    for number in [0, 1, 2, LARGEST] {
        let position = Position::new(number).unwrap();
        assert_eq!(position.get(), number);
        assert_eq!(position.as_i64().cast_unsigned(), number);
        assert_eq!(Position::try_from(position.as_i64()), Ok(position));
        assert_eq!(position.to_string(), number.to_string());
    }
    for number in [LARGEST + 1, u64::MAX] {
        assert_eq!(Position::new(number), Err(PositionOutOfRange));
    }
    for number in [-1, i64::MIN] {
        assert_eq!(Position::try_from(number), Err(PositionOutOfRange));
    }
}

#[test]
fn all_positions_lie_between_the_start_and_the_end() {
    assert_eq!((Position::START.get(), Position::END.get()), (0, LARGEST));
    assert_eq!(Position::default(), Position::START);
    let two = Position::new(2).unwrap();
    assert!(Position::START < two && two < Position::END);
}

#[test]
fn in_front_of_a_position_is_the_one_before_and_in_front_of_the_start_is_none() {
    let two = Position::new(2).unwrap();
    assert_eq!(two.previous().get(), 1);
    assert_eq!(two.previous().previous(), Position::START);
    assert_eq!(Position::START.previous(), Position::START);
}

#[test]
fn what_is_out_of_range_is_told_the_range() {
    let problem = PositionOutOfRange.to_string();
    assert_eq!(problem, "must be a number from 0 to 9223372036854775807");
}
