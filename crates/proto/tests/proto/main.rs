//! The contract keeps its word: numbers that clients rely on, and secrets that stay out of logs.

#![expect(clippy::expect_used, reason = "a failed expectation is how a test fails")]

use std::collections::BTreeMap;

use prost::Message;
use prost_types::{DescriptorProto, FileDescriptorSet};
use unlockd_proto::FILE_DESCRIPTOR_SET;
use unlockd_proto::zitadel::user::v3alpha::SetPassword;
use unlockd_proto::zitadel::user::v3alpha::set_password::Type;

/// What `zitadel.user.v3alpha` and `zitadel.object.v2beta` are documented to be, and from 1001 what is ours.
const NUMBERS: [(&str, &[(&str, i32)]); 14] = [
    ("Details", &[("change_date", 2), ("resource_owner", 3), ("sequence", 1)]),
    ("Organization", &[("org_domain", 2), ("org_id", 1)]),
    (
        "CreateUserRequest",
        &[
            ("authenticators", 3),
            ("contact", 4),
            ("data", 6),
            ("organization", 2),
            ("schema_id", 5),
            ("user_id", 1),
        ],
    ),
    (
        "CreateUserResponse",
        &[("details", 2), ("email_code", 3), ("phone_code", 4), ("user_id", 1)],
    ),
    ("GetUserByIDResponse", &[("user", 1)]),
    (
        "LockUserRequest",
        &[("locked_until", 1002), ("reason", 1001), ("user_id", 1)],
    ),
    ("LockUserResponse", &[("details", 1)]),
    ("UnlockUserRequest", &[("reason", 1001), ("user_id", 1)]),
    ("UnlockUserResponse", &[("details", 1)]),
    (
        "User",
        &[
            ("authenticators", 3),
            ("contact", 4),
            ("data", 7),
            ("details", 2),
            ("failed_password_attempts", 1002),
            ("lock", 1001),
            ("schema", 6),
            ("state", 5),
            ("user_id", 1),
        ],
    ),
    (
        "Lock",
        &[
            ("cause", 2),
            ("locked_by", 3),
            ("reason", 4),
            ("since", 1),
            ("until", 5),
        ],
    ),
    ("Authenticators", &[("password", 2), ("usernames", 1)]),
    ("SetUsername", &[("is_organization_specific", 2), ("username", 1)]),
    ("SetPassword", &[("change_required", 3), ("hash", 2), ("password", 1)]),
];

fn messages() -> BTreeMap<String, DescriptorProto> {
    let contract = FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("descriptors");
    let files = contract
        .file
        .into_iter()
        .filter(|file| file.package().starts_with("zitadel."));
    files
        .flat_map(|file| file.message_type)
        .map(|message| (message.name().to_owned(), message))
        .collect()
}

#[test]
fn fields_have_their_documented_numbers() {
    let messages = messages();
    for (name, expected) in NUMBERS {
        let fields = messages[name].field.iter();
        let mut numbers: Vec<_> = fields.map(|field| (field.name(), field.number())).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, expected, "{name}");
    }
}

#[test]
fn a_password_is_not_printed() {
    for secret in [
        Type::Password("hunter2".to_owned()),
        Type::Hash("$2b$10$hunter2".to_owned()),
    ] {
        let password = SetPassword {
            r#type: Some(secret),
            change_required: true,
        };
        let printed = format!("{password:?}");
        assert!(!printed.contains("hunter2"), "{printed}");
        assert!(printed.contains("change_required: true"), "{printed}");
    }
}
