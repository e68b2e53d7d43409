use unlockd_domain::SessionMetadata;
use utoipa::openapi::schema::{AdditionalProperties, Object, ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{RefOr, Schema};

use crate::base64_bytes::Base64;
use crate::entries::Entries;

/// What is noted, as requests write it.
pub(super) type Metadata = Entries<Base64>;

impl From<Metadata> for Vec<(String, Vec<u8>)> {
    fn from(Entries(entries): Metadata) -> Self {
        let entries = entries.into_iter().map(|(key, Base64(value))| (key, value));
        entries.collect()
    }
}

/// Notes that are taken from the first moment on.
pub(super) fn new_metadata() -> RefOr<Schema> {
    notes("Up to 32 notes of 16 KiB in all: keys of 1 to 200 characters, values of 1 to 4096 bytes in base64.").into()
}

/// Notes that come and go.
pub(super) fn changed_metadata() -> RefOr<Schema> {
    notes("Notes that come or change, up to 32 with those that are there; an empty value takes one away.").into()
}

/// Notes that are shown.
pub(super) fn metadata() -> RefOr<Schema> {
    let mut notes = notes("What whoever began it notes, in base64; left out when there is nothing.");
    notes.schema_type = SchemaType::Type(Type::Object);
    notes.into()
}

fn notes(description: &str) -> Object {
    let value = ObjectBuilder::new()
        .schema_type(Type::String)
        .content_encoding("base64")
        .max_length(Some(SessionMetadata::MAX_VALUE_BYTES.div_ceil(3) * 4));
    ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Object, Type::Null]))
        .description(Some(description))
        .additional_properties(Some(AdditionalProperties::<Schema>::from(value)))
        .max_properties(Some(SessionMetadata::MAX_ENTRIES))
        .build()
}
