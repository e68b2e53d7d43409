use std::collections::BTreeMap;

use crate::contract::{enums, messages};
use crate::{event_numbers, user_numbers};

/// Names of messages or enums, with the names and numbers of what is in them.
pub(crate) type Numbers = [(&'static str, &'static [(&'static str, i32)])];

fn expected(tables: [&Numbers; 2]) -> BTreeMap<String, Vec<(String, i32)>> {
    let entries = tables.into_iter().flatten();
    entries
        .map(|(name, numbers)| {
            let numbers = numbers.iter().map(|(name, number)| ((*name).to_owned(), *number));
            ((*name).to_owned(), numbers.collect())
        })
        .collect()
}

#[test]
fn every_field_of_every_message_has_its_documented_number() {
    let found: BTreeMap<String, Vec<_>> = messages()
        .into_iter()
        .map(|(name, message)| {
            let fields = message.field.iter();
            let mut numbers: Vec<_> = fields.map(|field| (field.name().to_owned(), field.number())).collect();
            numbers.sort_by_key(|(_, number)| *number);
            (name, numbers)
        })
        .collect();

    similar(&found, &expected([user_numbers::MESSAGES, event_numbers::MESSAGES]));
}

#[test]
fn every_value_of_every_enum_has_its_documented_number() {
    let found: BTreeMap<String, Vec<_>> = enums()
        .into_iter()
        .map(|(name, it)| {
            let values = it.value.iter();
            (
                name,
                values.map(|value| (value.name().to_owned(), value.number())).collect(),
            )
        })
        .collect();

    similar(&found, &expected([user_numbers::ENUMS, event_numbers::ENUMS]));
}

#[test]
fn what_is_unlockds_own_in_a_documented_message_is_numbered_from_1001() {
    let ours = ["Lock", "LockCauseQuery", "LockTimeQuery"];
    let added = [
        "failed_password_attempts",
        "if_sequence",
        "lock",
        "lock_cause_query",
        "locked_since_query",
        "locked_until",
        "locked_until_query",
        "reason",
    ];
    for (name, fields) in user_numbers::MESSAGES {
        for (field, number) in *fields {
            let is_added = added.contains(field) && !ours.contains(name);
            assert_eq!(*number >= 1001, is_added, "{name}.{field} = {number}");
        }
    }
}

/// Like `assert_eq`, one entry at a time, so that a failure names the one that is wrong.
fn similar(found: &BTreeMap<String, Vec<(String, i32)>>, expected: &BTreeMap<String, Vec<(String, i32)>>) {
    for (name, numbers) in found {
        assert_eq!(Some(numbers), expected.get(name), "{name}");
    }
    assert_eq!(found.len(), expected.len(), "everything that is documented is there");
}
