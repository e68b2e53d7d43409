use std::fmt;

use base64::Engine;
use base64::alphabet::{Alphabet, STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// Bytes as protobuf's JSON form writes them: in base64, padded, with `+` and `/`. Read with or without padding, and with `-`
/// and `_` as well.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Base64(pub(crate) Vec<u8>);

const fn engine(alphabet: &Alphabet) -> GeneralPurpose {
    let lenient = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
    GeneralPurpose::new(alphabet, lenient)
}

const WITH_PLUS: GeneralPurpose = engine(&STANDARD);
const WITH_MINUS: GeneralPurpose = engine(&URL_SAFE);

/// The text of these bytes.
pub(crate) fn base64_text(bytes: &[u8]) -> String {
    WITH_PLUS.encode(bytes)
}

impl<'de> Deserialize<'de> for Base64 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Base64Visitor)
    }
}

struct Base64Visitor;

impl Visitor<'_> for Base64Visitor {
    type Value = Base64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Base64, E> {
        let decoded = WITH_PLUS.decode(text).or_else(|_| WITH_MINUS.decode(text));
        let bytes = decoded.map(Base64);
        bytes.map_err(|_| E::invalid_value(Unexpected::Other("another text"), &self))
    }
}
