use std::collections::BTreeMap;

use crate::contract::{enums, messages};
use crate::{event_numbers, object_numbers, policy_numbers, session_numbers, user_numbers};

/// Names of messages or enums, with the names and numbers of what is in them.
pub(crate) type Numbers = [(&'static str, &'static [(&'static str, i32)])];

/// What clients rely on of a package.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    pub(crate) messages: &'static Numbers,
    pub(crate) enums: &'static Numbers,
}

const PACKAGES: [&Package; 7] = [
    &user_numbers::PACKAGE,
    &session_numbers::PACKAGE,
    &policy_numbers::SETTINGS_PACKAGE,
    &policy_numbers::PACKAGE,
    &event_numbers::PACKAGE,
    &object_numbers::PACKAGE,
    &object_numbers::BETA_PACKAGE,
];

fn expected(of_package: fn(&Package) -> &'static Numbers) -> BTreeMap<String, Vec<(String, i32)>> {
    let mut expected = BTreeMap::new();
    for package in PACKAGES {
        for (name, numbers) in of_package(package) {
            let numbers = numbers.iter().map(|(name, number)| ((*name).to_owned(), *number));
            expected.insert(format!("{}.{name}", package.name), numbers.collect());
        }
    }
    expected
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

    similar(&found, &expected(|package| package.messages));
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

    similar(&found, &expected(|package| package.enums));
}

#[test]
fn what_is_unlockds_own_in_a_documented_message_is_numbered_from_1001() {
    let ours = ["Lock", "LockCauseQuery", "LockTimeQuery", "SignInBlock"];
    let added = [
        "failed_password_attempts",
        "if_sequence",
        "lock",
        "lock_cause_query",
        "locked_since_query",
        "locked_until",
        "locked_until_query",
        "reason",
        "replace",
        "sign_in_blocks",
    ];
    for (name, fields) in user_numbers::PACKAGE.messages {
        for (field, number) in *fields {
            let is_added =
                added.contains(field) && !ours.contains(name) || (*name, *field) == ("Password", "change_required");
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
