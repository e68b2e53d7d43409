//! Enums of the proto: written by name or by number, answered by name.

use std::fmt;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use utoipa::openapi::schema::{Object, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

/// The values of an enum: their names, and their numbers.
pub(crate) type Values = &'static [(&'static str, i32)];

/// Declares an enum of the proto. It holds a number, which the application judges.
macro_rules! proto_enum {
    ($(#[$docs:meta])* $name:ident { $($value:literal = $number:literal,)* }) => {
        $(#[$docs])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(crate) struct $name(pub(crate) i32);

        impl $name {
            pub(crate) const VALUES: $crate::proto_enum::Values = &[$(($value, $number)),*];
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::proto_enum::number_of(deserializer, Self::VALUES).map(Self)
            }
        }

        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
                $crate::proto_enum::name_or_number(Self::VALUES)
            }
        }

        impl utoipa::ToSchema for $name {}
    };
}

proto_enum! {
    /// `zitadel.object.v2beta.TextQueryMethod`
    TextQueryMethod {
        "TEXT_QUERY_METHOD_EQUALS" = 0,
        "TEXT_QUERY_METHOD_EQUALS_IGNORE_CASE" = 1,
        "TEXT_QUERY_METHOD_STARTS_WITH" = 2,
        "TEXT_QUERY_METHOD_STARTS_WITH_IGNORE_CASE" = 3,
        "TEXT_QUERY_METHOD_CONTAINS" = 4,
        "TEXT_QUERY_METHOD_CONTAINS_IGNORE_CASE" = 5,
        "TEXT_QUERY_METHOD_ENDS_WITH" = 6,
        "TEXT_QUERY_METHOD_ENDS_WITH_IGNORE_CASE" = 7,
    }
}

proto_enum! {
    /// `zitadel.user.v3alpha.State`
    State {
        "USER_STATE_UNSPECIFIED" = 0,
        "USER_STATE_ACTIVE" = 1,
        "USER_STATE_INACTIVE" = 2,
        "USER_STATE_DELETED" = 3,
        "USER_STATE_LOCKED" = 4,
    }
}

proto_enum! {
    /// `zitadel.user.v3alpha.LockCause`
    LockCause {
        "LOCK_CAUSE_UNSPECIFIED" = 0,
        "LOCK_CAUSE_OPERATOR" = 1,
        "LOCK_CAUSE_POLICY" = 2,
    }
}

proto_enum! {
    /// `zitadel.user.v3alpha.LockScope`
    LockScope {
        "LOCK_SCOPE_UNSPECIFIED" = 0,
        "LOCK_SCOPE_SIGN_IN" = 1,
        "LOCK_SCOPE_ALL_USE" = 2,
    }
}

proto_enum! {
    /// `zitadel.user.v3alpha.FieldName`
    FieldName {
        "FIELD_NAME_UNSPECIFIED" = 0,
        "FIELD_NAME_ID" = 1,
        "FIELD_NAME_CREATION_DATE" = 2,
        "FIELD_NAME_CHANGE_DATE" = 3,
        "FIELD_NAME_EMAIL" = 4,
        "FIELD_NAME_PHONE" = 5,
        "FIELD_NAME_STATE" = 6,
        "FIELD_NAME_SCHEMA_ID" = 7,
        "FIELD_NAME_SCHEMA_TYPE" = 8,
    }
}

proto_enum! {
    /// `unlockd.event.v1.UnlockCause`
    UnlockCause {
        "UNLOCK_CAUSE_UNSPECIFIED" = 0,
        "UNLOCK_CAUSE_OPERATOR" = 1,
        "UNLOCK_CAUSE_EXPIRED" = 2,
        "UNLOCK_CAUSE_PASSWORD_RESET" = 3,
        "UNLOCK_CAUSE_PASSWORD_CHANGED" = 4,
    }
}

proto_enum! {
    /// `zitadel.session.v2.SessionFieldName`
    SessionFieldName {
        "SESSION_FIELD_NAME_UNSPECIFIED" = 0,
        "SESSION_FIELD_NAME_CREATION_DATE" = 1,
    }
}

proto_enum! {
    /// `unlockd.policy.v1.LockoutPolicyOrigin`
    LockoutPolicyOrigin {
        "LOCKOUT_POLICY_ORIGIN_UNSPECIFIED" = 0,
        "LOCKOUT_POLICY_ORIGIN_DEFAULT" = 1,
        "LOCKOUT_POLICY_ORIGIN_INSTANCE" = 2,
        "LOCKOUT_POLICY_ORIGIN_ORGANIZATION" = 3,
    }
}

proto_enum! {
    /// `zitadel.settings.v2.ResourceOwnerType`
    ResourceOwnerType {
        "RESOURCE_OWNER_TYPE_UNSPECIFIED" = 0,
        "RESOURCE_OWNER_TYPE_INSTANCE" = 1,
        "RESOURCE_OWNER_TYPE_ORG" = 2,
    }
}

/// The number of a value; also one that no value has, since numbers are the application's to judge.
pub(crate) fn number_of<'de, D: Deserializer<'de>>(deserializer: D, values: Values) -> Result<i32, D::Error> {
    deserializer.deserialize_any(EnumVisitor(values))
}

struct EnumVisitor(Values);

impl Visitor<'_> for EnumVisitor {
    type Value = i32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.iter().map(|(name, _)| *name).collect();
        write!(f, "one of {}", names.join(", "))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<i32, E> {
        i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Signed(number), &self))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<i32, E> {
        i32::try_from(number).map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    /// `3.0` is a whole number as well.
    fn visit_f64<E: Error>(self, number: f64) -> Result<i32, E> {
        let whole = number.to_string().parse();
        whole.map_err(|_| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<i32, E> {
        let value = self.0.iter().find(|(name, _)| *name == text);
        let number = value.map(|(_, number)| *number);
        number.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// How a request may write a value.
pub(crate) fn name_or_number(values: Values) -> RefOr<Schema> {
    let numbers = values.iter().map(|(_, number)| *number);
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(numbers.clone().min())
        .maximum(numbers.max());
    OneOfBuilder::new().item(names(values)).item(number).into()
}

/// How an answer writes a value: never the first one, which stands for none.
pub(crate) fn name(values: Values, description: &str) -> RefOr<Schema> {
    let mut names = names(values.get(1..).unwrap_or_default());
    names.description = Some(description.to_owned());
    names.into()
}

fn names(values: &[(&'static str, i32)]) -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some(values.iter().map(|(name, _)| *name)))
        .build()
}
