use std::collections::HashSet;

use unlockd_application::ports::IdGenerator;
use unlockd_credentials::UuidV7Generator;
use uuid::{Uuid, Variant};

#[test]
fn ids_are_uuids_of_version_7() {
    let id = UuidV7Generator.generate();
    let uuid = Uuid::parse_str(&id).expect("the id is a UUID");
    assert_eq!(uuid.get_version_num(), 7);
    assert_eq!(uuid.get_variant(), Variant::RFC4122);
    assert_eq!(uuid.hyphenated().to_string(), id, "in lower case, with hyphens");
}

#[test]
fn ids_are_distinct_and_rise_in_one_thread() {
    let ids: Vec<_> = (0..10_000).map(|_| UuidV7Generator.generate()).collect();
    assert!(ids.is_sorted_by(|left, right| left < right));
}

#[test]
fn ids_are_distinct_among_threads() {
    let threads: Vec<_> = (0..4)
        .map(|_| std::thread::spawn(|| (0..2_500).map(|_| UuidV7Generator.generate()).collect::<Vec<_>>()))
        .collect();
    let ids: HashSet<_> = threads
        .into_iter()
        .flat_map(|thread| thread.join().expect("the thread ends"))
        .collect();
    assert_eq!(ids.len(), 10_000);
}
