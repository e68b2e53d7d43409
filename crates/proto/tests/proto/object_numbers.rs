//! What `zitadel.object.v2` and `zitadel.object.v2beta` are documented to be.

use crate::numbers::{Numbers, Package};

pub(crate) const PACKAGE: Package = Package {
    name: "zitadel.object.v2",
    messages: &[
        (
            "Details",
            &[
                ("sequence", 1),
                ("change_date", 2),
                ("resource_owner", 3),
                ("creation_date", 4),
            ],
        ),
        LISTS[0],
        LISTS[1],
        ("RequestContext", &[("org_id", 1), ("instance", 2)]),
    ],
    enums: &[(
        "TimestampQueryMethod",
        &[
            ("TIMESTAMP_QUERY_METHOD_EQUALS", 0),
            ("TIMESTAMP_QUERY_METHOD_GREATER", 1),
            ("TIMESTAMP_QUERY_METHOD_GREATER_OR_EQUALS", 2),
            ("TIMESTAMP_QUERY_METHOD_LESS", 3),
            ("TIMESTAMP_QUERY_METHOD_LESS_OR_EQUALS", 4),
        ],
    )],
};

pub(crate) const BETA_PACKAGE: Package = Package {
    name: "zitadel.object.v2beta",
    messages: &[
        ("Details", &[("sequence", 1), ("change_date", 2), ("resource_owner", 3)]),
        ("Organization", &[("org_id", 1), ("org_domain", 2)]),
        LISTS[0],
        LISTS[1],
    ],
    enums: &[(
        "TextQueryMethod",
        &[
            ("TEXT_QUERY_METHOD_EQUALS", 0),
            ("TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE", 1),
            ("TEXT_QUERY_METHOD_STARTS_WITH", 2),
            ("TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE", 3),
            ("TEXT_QUERY_METHOD_CONTAINS", 4),
            ("TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE", 5),
            ("TEXT_QUERY_METHOD_ENDS_WITH", 6),
            ("TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE", 7),
        ],
    )],
};

const LISTS: &Numbers = &[
    ("ListQuery", &[("offset", 1), ("limit", 2), ("asc", 3)]),
    (
        "ListDetails",
        &[("total_result", 1), ("processed_sequence", 2), ("timestamp", 3)],
    ),
];
