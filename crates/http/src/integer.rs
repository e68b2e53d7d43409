use std::fmt::{self, Display};
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Schema};

/// A whole number that is not negative: a number in JSON, or a string of digits, since many readers of JSON know no number
/// above 2^53.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Integer<N>(N);

impl<N> Integer<N> {
    /// The number.
    pub(crate) fn get(self) -> N {
        self.0
    }
}

/// A type for whole numbers that are not negative.
pub(crate) trait Unsigned: Copy + Display + TryFrom<u64> {
    /// The largest number.
    const MAX: Self;
}

impl Unsigned for u32 {
    const MAX: Self = Self::MAX;
}

impl Unsigned for u64 {
    const MAX: Self = Self::MAX;
}

/// The number that the digits say.
///
/// # Errors
/// What the text must be, if it is anything but digits or the number is too large.
pub(crate) fn parse_digits<N: Unsigned>(text: &str) -> Result<N, String> {
    let is_digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_digits.then(|| text.parse().ok()).flatten();
    number
        .and_then(|number: u64| N::try_from(number).ok())
        .ok_or_else(|| format!("must be {}", expected::<N>()))
}

fn expected<N: Unsigned>() -> String {
    format!("a number from 0 to {}", N::MAX)
}

impl<'de, N: Unsigned> Deserialize<'de> for Integer<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IntegerVisitor(PhantomData))
    }
}

struct IntegerVisitor<N>(PhantomData<N>);

impl<N: Unsigned> Visitor<'_> for IntegerVisitor<N> {
    type Value = Integer<N>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&expected::<N>())
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Integer<N>, E> {
        let fitting = N::try_from(number).map(Integer);
        fitting.map_err(|_| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    /// `3.0` and `1e3` are whole numbers as well.
    fn visit_f64<E: Error>(self, number: f64) -> Result<Integer<N>, E> {
        let digits = parse_digits(&number.to_string()).map(Integer);
        digits.map_err(|_| E::invalid_value(Unexpected::Float(number), &self))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Integer<N>, E> {
        let digits = parse_digits(text).map(Integer);
        digits.map_err(|_| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// How a number up to the largest one may be written; it may also be `null`.
pub(crate) fn up_to(largest: u64, description: &str) -> RefOr<Schema> {
    between(0, largest, description)
}

/// The same for a number that may not be smaller than this one.
pub(crate) fn between(smallest: u64, largest: u64, description: &str) -> RefOr<Schema> {
    let number = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(smallest))
        .maximum(Some(largest));
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::Custom("uint64".to_owned())))
        .pattern(Some("^[0-9]{1,20}$"));
    OneOfBuilder::new()
        .description(Some(description))
        .item(text)
        .item(number)
        .item(ObjectBuilder::new().schema_type(Type::Null))
        .into()
}
