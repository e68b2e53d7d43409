use prost_types::value::Kind;
use prost_types::{ListValue, Struct};
use serde_json::{Map, Value};

/// The text of a JSON object as protobuf has it.
pub(super) fn parse(text: &str) -> Struct {
    let members: Map<_, _> = serde_json::from_str(text).expect("a JSON object");
    to_struct(members)
}

fn to_struct(members: Map<String, Value>) -> Struct {
    Struct {
        fields: members
            .into_iter()
            .map(|(name, value)| (name, to_value(value)))
            .collect(),
    }
}

fn to_value(value: Value) -> prost_types::Value {
    let kind = match value {
        Value::Null => Kind::NullValue(0),
        Value::Bool(value) => Kind::BoolValue(value),
        Value::Number(number) => Kind::NumberValue(number.as_f64().unwrap()),
        Value::String(text) => Kind::StringValue(text),
        Value::Array(items) => Kind::ListValue(ListValue {
            values: items.into_iter().map(to_value).collect(),
        }),
        Value::Object(members) => Kind::StructValue(to_struct(members)),
    };
    prost_types::Value { kind: Some(kind) }
}

/// The value of the kind; numbers without a fraction are integers, as in JSON.
pub(super) fn json(kind: Kind) -> Value {
    match kind {
        Kind::NullValue(_) => Value::Null,
        Kind::BoolValue(value) => value.into(),
        Kind::NumberValue(number) => serde_json::from_str(&number.to_string()).unwrap(),
        Kind::StringValue(text) => text.into(),
        Kind::ListValue(list) => list.values.into_iter().map(|value| json(value.kind.unwrap())).collect(),
        Kind::StructValue(data) => {
            let members = data.fields.into_iter();
            Value::Object(members.map(|(name, value)| (name, json(value.kind.unwrap()))).collect())
        }
    }
}
