//! The numbers of events.

use unlockd_domain::{Sequence, SequenceOutOfRange};

const LARGEST: u64 = i64::MAX.cast_unsigned();

#[test]
fn a_sequence_is_what_the_databases_can_count_from_1() {
    for number in [1, 2, LARGEST] {
        let sequence = Sequence::new(number).unwrap();
        assert_eq!(sequence.get(), number);
        assert_eq!(sequence.as_i64().cast_unsigned(), number);
        assert_eq!(Sequence::try_from(sequence.as_i64()), Ok(sequence));
        assert_eq!(sequence.to_string(), number.to_string());
    }
    for number in [0, LARGEST + 1, u64::MAX] {
        assert_eq!(Sequence::new(number), Err(SequenceOutOfRange));
    }
    for number in [0, -1, i64::MIN] {
        assert_eq!(Sequence::try_from(number), Err(SequenceOutOfRange));
    }
}

#[test]
fn sequences_follow_on_each_other_without_gaps() {
    let first = Sequence::FIRST;
    assert_eq!(first.get(), 1);
    assert_eq!(first.previous(), None);
    assert_eq!(first.next().get(), 2);
    assert_eq!(first.next().previous(), Some(first));
    assert!(first < first.next());
}

#[test]
fn after_the_last_sequence_comes_no_number_that_no_database_could_hold() {
    let last = Sequence::LAST;
    assert_eq!(last.get(), LARGEST);
    assert_eq!(last.next(), last);
    assert_eq!(last.previous().map(Sequence::next), Some(last));
}
