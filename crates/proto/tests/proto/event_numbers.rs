//! `unlockd.event.v1`: what clients rely on from its first release on.

use crate::numbers::{Numbers, Package};

pub(crate) const PACKAGE: Package = Package {
    name: "unlockd.event.v1",
    messages: MESSAGES,
    enums: ENUMS,
};

const MESSAGES: &Numbers = &[
    (
        "Event",
        &[
            ("position", 1),
            ("user_id", 2),
            ("sequence", 3),
            ("kind", 4),
            ("organization_id", 5),
            ("actor_id", 6),
            ("time", 7),
            ("reason", 8),
            ("lock_cause", 9),
            ("lock_until", 10),
            ("source", 11),
            ("unlock_cause", 12),
            ("counts_until", 13),
            ("lockout_policy", 14),
            ("role", 20),
            ("role_organization_id", 21),
            ("lock_scope", 22),
            ("token_id", 23),
            ("token_name", 24),
            ("session_id", 25),
        ],
    ),
    (
        "ListEventsRequest",
        &[
            ("user_id", 1),
            ("organization_id", 2),
            ("actor_id", 3),
            ("kinds", 4),
            ("after", 5),
            ("before", 6),
            ("order", 7),
            ("page_size", 8),
            ("page_token", 9),
        ],
    ),
    (
        "ListEventsResponse",
        &[("events", 1), ("next_page_token", 2), ("position", 3)],
    ),
    (
        "WatchEventsRequest",
        &[
            ("user_id", 1),
            ("organization_id", 2),
            ("actor_id", 3),
            ("kinds", 4),
            ("after_position", 5),
        ],
    ),
    ("WatchEventsResponse", &[("event", 1), ("position", 2)]),
];

const ENUMS: &Numbers = &[
    (
        "EventOrder",
        &[
            ("EVENT_ORDER_UNSPECIFIED", 0),
            ("EVENT_ORDER_FORWARD", 1),
            ("EVENT_ORDER_BACKWARD", 2),
        ],
    ),
    (
        "UnlockCause",
        &[
            ("UNLOCK_CAUSE_UNSPECIFIED", 0),
            ("UNLOCK_CAUSE_OPERATOR", 1),
            ("UNLOCK_CAUSE_EXPIRED", 2),
            ("UNLOCK_CAUSE_PASSWORD_RESET", 3),
            ("UNLOCK_CAUSE_PASSWORD_CHANGED", 4),
        ],
    ),
];
