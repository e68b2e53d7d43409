//! What `zitadel.user.v3alpha` is documented to be, and from 1001 what is ours.

use crate::numbers::{Numbers, Package};

pub(crate) const PACKAGE: Package = Package {
    name: "zitadel.user.v3alpha",
    messages: MESSAGES,
    enums: ENUMS,
};

const USER_AND_REASON: &[(&str, i32)] = &[("user_id", 1), ("reason", 1001), ("if_sequence", 1003)];
const DETAILS_ALONE: &[(&str, i32)] = &[("details", 1)];
const USER_ALONE: &[(&str, i32)] = &[("user_id", 1)];
const VERIFICATION: [(&str, i32); 3] = [("send_code", 2), ("return_code", 3), ("is_verified", 4)];

const MESSAGES: &Numbers = &[
    (
        "ListUsersRequest",
        &[("query", 1), ("sorting_column", 2), ("queries", 3)],
    ),
    (
        "ListUsersResponse",
        &[("details", 1), ("sorting_column", 2), ("result", 3)],
    ),
    ("GetUserByIDRequest", USER_ALONE),
    ("GetUserByIDResponse", &[("user", 1)]),
    (
        "CreateUserRequest",
        &[
            ("user_id", 1),
            ("organization", 2),
            ("authenticators", 3),
            ("contact", 4),
            ("schema_id", 5),
            ("data", 6),
            ("if_sequence", 1003),
        ],
    ),
    (
        "CreateUserResponse",
        &[("user_id", 1), ("details", 2), ("email_code", 3), ("phone_code", 4)],
    ),
    (
        "UpdateUserRequest",
        &[
            ("user_id", 1),
            ("contact", 4),
            ("schema_id", 5),
            ("data", 6),
            ("if_sequence", 1003),
        ],
    ),
    (
        "UpdateUserResponse",
        &[("details", 1), ("email_code", 3), ("phone_code", 4)],
    ),
    ("DeactivateUserRequest", USER_AND_REASON),
    ("DeactivateUserResponse", DETAILS_ALONE),
    ("ReactivateUserRequest", USER_AND_REASON),
    ("ReactivateUserResponse", DETAILS_ALONE),
    (
        "LockUserRequest",
        &[
            ("user_id", 1),
            ("reason", 1001),
            ("locked_until", 1002),
            ("if_sequence", 1003),
            ("replace", 1004),
        ],
    ),
    ("LockUserResponse", DETAILS_ALONE),
    ("UnlockUserRequest", USER_AND_REASON),
    ("UnlockUserResponse", DETAILS_ALONE),
    ("DeleteUserRequest", &[("user_id", 1), ("if_sequence", 1003)]),
    ("DeleteUserResponse", DETAILS_ALONE),
    (
        "AddUsernameRequest",
        &[("user_id", 1), ("username", 2), ("if_sequence", 1003)],
    ),
    ("AddUsernameResponse", &[("details", 1), ("username_id", 2)]),
    (
        "RemoveUsernameRequest",
        &[("user_id", 1), ("username_id", 2), ("if_sequence", 1003)],
    ),
    ("RemoveUsernameResponse", DETAILS_ALONE),
    (
        "SetPasswordRequest",
        &[
            ("user_id", 1),
            ("new_password", 2),
            ("current_password", 3),
            ("verification_code", 4),
            ("if_sequence", 1003),
        ],
    ),
    ("SetPasswordResponse", DETAILS_ALONE),
    (
        "RequestPasswordResetRequest",
        &[
            ("user_id", 1),
            ("send_email", 2),
            ("send_sms", 3),
            ("return_code", 4),
            ("if_sequence", 1003),
        ],
    ),
    ("SendPasswordResetEmail", &[("url_template", 2)]),
    ("SendPasswordResetSMS", &[]),
    ("ReturnPasswordResetCode", &[]),
    (
        "RequestPasswordResetResponse",
        &[("details", 1), ("verification_code", 2)],
    ),
    (
        "User",
        &[
            ("user_id", 1),
            ("details", 2),
            ("authenticators", 3),
            ("contact", 4),
            ("state", 5),
            ("schema", 6),
            ("data", 7),
            ("lock", 1001),
            ("failed_password_attempts", 1002),
            ("sign_in_blocks", 1003),
        ],
    ),
    ("SignInBlock", &[("source", 1), ("failures", 2), ("until", 3)]),
    ("Schema", &[("id", 1), ("type", 2), ("revision", 3)]),
    (
        "Lock",
        &[
            ("since", 1),
            ("cause", 2),
            ("locked_by", 3),
            ("reason", 4),
            ("until", 5),
            ("scope", 6),
        ],
    ),
    ("Authenticators", &[("usernames", 1), ("password", 2)]),
    (
        "Username",
        &[("username_id", 1), ("username", 2), ("is_organization_specific", 3)],
    ),
    ("Password", &[("last_changed", 1), ("change_required", 1001)]),
    ("SetAuthenticators", &[("usernames", 1), ("password", 2)]),
    ("SetUsername", &[("username", 1), ("is_organization_specific", 2)]),
    ("SetPassword", &[("password", 1), ("hash", 2), ("change_required", 3)]),
    ("Contact", &[("email", 1), ("phone", 2)]),
    ("Email", &[("address", 1), ("is_verified", 2)]),
    ("Phone", &[("number", 1), ("is_verified", 2)]),
    ("SetContact", &[("email", 1), ("phone", 2)]),
    (
        "SetEmail",
        &[("address", 1), VERIFICATION[0], VERIFICATION[1], VERIFICATION[2]],
    ),
    ("SendEmailVerificationCode", &[("url_template", 1)]),
    ("ReturnEmailVerificationCode", &[]),
    (
        "SetPhone",
        &[("number", 1), VERIFICATION[0], VERIFICATION[1], VERIFICATION[2]],
    ),
    ("SendPhoneVerificationCode", &[]),
    ("ReturnPhoneVerificationCode", &[]),
    (
        "SearchQuery",
        &[
            ("or_query", 1),
            ("and_query", 2),
            ("not_query", 3),
            ("user_id_query", 4),
            ("organization_id_query", 5),
            ("username_query", 6),
            ("email_query", 7),
            ("phone_query", 8),
            ("state_query", 9),
            ("schema_ID_query", 10),
            ("schema_type_query", 11),
            ("lock_cause_query", 1001),
            ("locked_since_query", 1002),
            ("locked_until_query", 1003),
        ],
    ),
    ("OrQuery", &[("queries", 1)]),
    ("AndQuery", &[("queries", 1)]),
    ("NotQuery", &[("query", 1)]),
    ("UserIDQuery", &[("id", 1), ("method", 2)]),
    ("OrganizationIDQuery", &[("id", 1), ("method", 2)]),
    (
        "UsernameQuery",
        &[("username", 1), ("method", 2), ("is_organization_specific", 3)],
    ),
    ("EmailQuery", &[("address", 1), ("method", 2)]),
    ("PhoneQuery", &[("number", 1), ("method", 2)]),
    ("StateQuery", &[("state", 1)]),
    ("SchemaIDQuery", &[("id", 1)]),
    ("SchemaTypeQuery", &[("type", 1), ("method", 2)]),
    ("LockCauseQuery", &[("cause", 1)]),
    ("LockTimeQuery", &[("after", 1), ("before", 2)]),
];

const ENUMS: &Numbers = &[
    (
        "State",
        &[
            ("USER_STATE_UNSPECIFIED", 0),
            ("USER_STATE_ACTIVE", 1),
            ("USER_STATE_INACTIVE", 2),
            ("USER_STATE_DELETED", 3),
            ("USER_STATE_LOCKED", 4),
        ],
    ),
    (
        "LockCause",
        &[
            ("LOCK_CAUSE_UNSPECIFIED", 0),
            ("LOCK_CAUSE_OPERATOR", 1),
            ("LOCK_CAUSE_POLICY", 2),
        ],
    ),
    (
        "LockScope",
        &[
            ("LOCK_SCOPE_UNSPECIFIED", 0),
            ("LOCK_SCOPE_SIGN_IN", 1),
            ("LOCK_SCOPE_ALL_USE", 2),
        ],
    ),
    (
        "FieldName",
        &[
            ("FIELD_NAME_UNSPECIFIED", 0),
            ("FIELD_NAME_ID", 1),
            ("FIELD_NAME_CREATION_DATE", 2),
            ("FIELD_NAME_CHANGE_DATE", 3),
            ("FIELD_NAME_EMAIL", 4),
            ("FIELD_NAME_PHONE", 5),
            ("FIELD_NAME_STATE", 6),
            ("FIELD_NAME_SCHEMA_ID", 7),
            ("FIELD_NAME_SCHEMA_TYPE", 8),
        ],
    ),
];
