//! `google.protobuf.Struct` and the text of the same JSON object.

use prost_types::value::Kind;
use prost_types::{ListValue, Struct, Value as Proto};
use serde_json::{Map, Number, Value};
use unlockd_domain::{UserData, UserDataError};

/// The largest number up to which every integer has a double of its own: 2^53.
const MAX_EXACT_INTEGER: f64 = 9_007_199_254_740_992.0;

/// The data of a message. Doubles without a fraction are written as integers, as far as they are exact.
///
/// # Errors
/// [`UserDataError`] when it is too long or too deep; [`UserDataError::NotJson`] too for what JSON cannot say: NaN, infinite
/// numbers, values of no kind.
pub(super) fn to_user_data(data: Struct) -> Result<UserData, UserDataError> {
    UserData::from_json(Value::Object(object(data)?).to_string())
}

/// The message of the text of a JSON object. Its numbers are doubles: beyond 2^53 integers are rounded.
///
/// # Errors
/// [`serde_json::Error`] when the text is no JSON object.
pub(super) fn to_proto(json: &str) -> Result<Struct, serde_json::Error> {
    let object: Map<String, Value> = serde_json::from_str(json)?;
    Ok(Struct {
        fields: object.into_iter().map(|(name, value)| (name, proto(value))).collect(),
    })
}

fn object(data: Struct) -> Result<Map<String, Value>, UserDataError> {
    data.fields
        .into_iter()
        .map(|(name, value)| Ok((name, json(value)?)))
        .collect()
}

/// Bounded, like [`proto`]: the parsers of both forms stop at about a hundred levels.
fn json(value: Proto) -> Result<Value, UserDataError> {
    Ok(match value.kind.ok_or(UserDataError::NotJson)? {
        Kind::NullValue(_) => Value::Null,
        Kind::BoolValue(value) => Value::Bool(value),
        Kind::NumberValue(number) => Value::Number(json_number(number)?),
        Kind::StringValue(text) => Value::String(text),
        Kind::ListValue(list) => Value::Array(list.values.into_iter().map(json).collect::<Result<_, _>>()?),
        Kind::StructValue(data) => Value::Object(object(data)?),
    })
}

fn json_number(number: f64) -> Result<Number, UserDataError> {
    let is_exact_integer = number.fract() == 0.0 && number.abs() <= MAX_EXACT_INTEGER;
    // Without a fraction a double is written in digits alone.
    match number.to_string().parse::<i64>() {
        Ok(integer) if is_exact_integer => Ok(Number::from(integer)),
        Ok(_) | Err(_) => Number::from_f64(number).ok_or(UserDataError::NotJson),
    }
}

fn proto(value: Value) -> Proto {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        // Every JSON number has a nearest double, unless it is too large for one, which the parser refuses.
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap_or_default()),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => Kind::ListValue(ListValue {
            values: items.into_iter().map(proto).collect(),
        }),
        Value::Object(members) => Kind::StructValue(Struct {
            fields: members.into_iter().map(|(name, value)| (name, proto(value))).collect(),
        }),
    };
    Proto { kind: Some(kind) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to_json(data: Struct) -> Result<String, UserDataError> {
        to_user_data(data).map(|data| data.as_json().to_owned())
    }

    fn with_number(number: f64) -> Struct {
        with_value(Proto {
            kind: Some(Kind::NumberValue(number)),
        })
    }

    fn with_value(value: Proto) -> Struct {
        Struct {
            fields: [("n".to_owned(), value)].into(),
        }
    }

    #[test]
    fn every_kind_of_value_comes_back_as_it_went() {
        let text = r#"{"a":null,"b":[true,false,[]],"c":{"d":"é\n\u0000"},"e":-1.5,"f":{},"g":7}"#;
        assert_eq!(to_json(to_proto(text).unwrap()).unwrap(), text);
    }

    #[test]
    fn numbers_without_a_fraction_are_written_as_integers_as_far_as_they_are_exact() {
        let expected = [
            (1.0, "1"),
            (-3.0, "-3"),
            (0.0, "0"),
            (-0.0, "0"),
            (MAX_EXACT_INTEGER, "9007199254740992"),
        ];
        for (number, text) in expected {
            let json = to_json(with_number(number)).unwrap();
            assert_eq!(json, format!(r#"{{"n":{text}}}"#), "{number}");
        }
    }

    #[test]
    fn all_other_numbers_come_back_to_the_bit() {
        for number in [0.1, -1.5, 1e17, -1e300, f64::MAX, 5e-324] {
            let json = to_json(with_number(number)).unwrap();
            let read: Value = serde_json::from_str(&json).unwrap();
            assert_eq!(read["n"].as_f64().map(f64::to_bits), Some(number.to_bits()), "{json}");
            assert!(
                !read["n"].is_i64() && !read["n"].is_u64(),
                "{json} pretends to be exact"
            );
        }
    }

    #[test]
    fn what_json_cannot_say_is_refused() {
        for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            assert_eq!(to_json(with_number(number)), Err(UserDataError::NotJson), "{number}");
        }
        assert_eq!(to_json(with_value(Proto { kind: None })), Err(UserDataError::NotJson));
    }
}
