//! What `zitadel.settings.v2` is documented to be, as far as it is here, and `unlockd.policy.v1`: what clients rely on from its
//! first release on.

use crate::numbers::Package;

const WHOSE: &[(&str, i32)] = &[("organization_id", 1)];
const DETAILS_ALONE: &[(&str, i32)] = &[("details", 1)];

pub(crate) const SETTINGS_PACKAGE: Package = Package {
    name: "zitadel.settings.v2",
    messages: &[
        ("GetLockoutSettingsRequest", &[("ctx", 1)]),
        ("GetLockoutSettingsResponse", &[("details", 1), ("settings", 2)]),
        (
            "LockoutSettings",
            &[
                ("max_password_attempts", 1),
                ("resource_owner_type", 2),
                ("max_otp_attempts", 3),
            ],
        ),
    ],
    enums: &[(
        "ResourceOwnerType",
        &[
            ("RESOURCE_OWNER_TYPE_UNSPECIFIED", 0),
            ("RESOURCE_OWNER_TYPE_INSTANCE", 1),
            ("RESOURCE_OWNER_TYPE_ORG", 2),
        ],
    )],
};

pub(crate) const PACKAGE: Package = Package {
    name: "unlockd.policy.v1",
    messages: &[
        (
            "LockoutPolicy",
            &[
                ("max_password_attempts", 1),
                ("attempt_window", 2),
                ("lock_duration", 3),
                ("backoff_factor", 4),
                ("max_lock_duration", 5),
                ("reveal_lock", 6),
                ("source_attempts", 7),
                ("source_window", 8),
                ("lock_ends_sessions", 9),
                ("max_source_names", 10),
                ("max_source_failures", 11),
                ("source_total_window", 12),
            ],
        ),
        ("GetLockoutPolicyRequest", WHOSE),
        (
            "GetLockoutPolicyResponse",
            &[("policy", 1), ("origin", 2), ("details", 3)],
        ),
        ("SetLockoutPolicyRequest", &[("organization_id", 1), ("policy", 2)]),
        ("SetLockoutPolicyResponse", DETAILS_ALONE),
        ("ResetLockoutPolicyRequest", WHOSE),
        ("ResetLockoutPolicyResponse", DETAILS_ALONE),
    ],
    enums: &[(
        "LockoutPolicyOrigin",
        &[
            ("LOCKOUT_POLICY_ORIGIN_UNSPECIFIED", 0),
            ("LOCKOUT_POLICY_ORIGIN_DEFAULT", 1),
            ("LOCKOUT_POLICY_ORIGIN_INSTANCE", 2),
            ("LOCKOUT_POLICY_ORIGIN_ORGANIZATION", 3),
        ],
    )],
};
