//! Reading of JSON objects, and of what is wrong with them. What serde says of an error may quote the request, a password
//! for instance, so only its static parts get into an answer.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess, Visitor};
use serde_json::error::Category;
use serde_path_to_error::{Path, Segment};
use unlockd_application::Error;

/// How much of a field's name an answer repeats.
const MAX_NAME_CHARACTERS: usize = 100;

/// A message: written as a JSON object, never as the list of its fields that derived forms would take as well.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Object<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(members)).map(Object)
    }
}

/// The text as one JSON object and nothing else.
pub(crate) fn parse_object<T: DeserializeOwned>(text: &[u8]) -> Result<T, Error> {
    let text = str::from_utf8(text).map_err(|_| Error::invalid("body", "must be UTF-8"))?;
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let Object(value) = serde_path_to_error::deserialize::<_, Object<T>>(&mut deserializer)
        .map_err(|error| violation(error.path(), error.inner()))?;
    deserializer.end().map_err(|error| not_json(&error))?;
    Ok(value)
}

fn violation(path: &Path, error: &serde_json::Error) -> Error {
    match error.classify() {
        Category::Syntax | Category::Eof | Category::Io => not_json(error),
        Category::Data => wrong_field(path, error),
    }
}

/// What serde says of a body whose objects and lists are nested more deeply than it follows.
const TOO_DEEP: &str = "recursion limit exceeded";

fn not_json(error: &serde_json::Error) -> Error {
    if error.to_string().starts_with(TOO_DEEP) {
        return Error::invalid("body", "must not be nested more than 127 levels deep");
    }
    let place = format!("must be valid JSON (line {}, column {})", error.line(), error.column());
    Error::invalid("body", place)
}

/// serde tells the kinds of its errors apart in their texts only. Fields are named as in the proto.
fn wrong_field(path: &Path, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&place).unwrap_or(&text);
    let mut names = segment_names(path);
    if text.starts_with("unknown field") {
        // The proto has no name for it.
        if let (Some(name), Some(Segment::Map { key })) = (names.last_mut(), path.iter().next_back()) {
            *name = shortened(key);
        }
        return Error::invalid(joined(&names), "is not known");
    }
    if let Some(rest) = text.strip_prefix("duplicate field `") {
        names.push(snake_case(rest.trim_end_matches('`')));
        return Error::invalid(joined(&names), "must not be given twice");
    }
    // What is expected comes last, and comes from the forms of this crate.
    let problem = match text.rsplit_once(", expected ") {
        Some((_, expected)) => format!("must be {expected}"),
        None => "is not valid".to_owned(),
    };
    Error::invalid(joined(&names), problem)
}

/// Fields that are maps: the client makes up the names within.
const MAPS: [&str; 2] = ["header", "metadata"];

fn segment_names(path: &Path) -> Vec<String> {
    let mut names = Vec::<String>::new();
    for segment in path {
        let is_in_map = names.last().is_some_and(|name| MAPS.contains(&name.as_str()));
        names.push(match segment {
            Segment::Seq { index } => format!("[{index}]"),
            Segment::Map { key } if is_in_map => format!("[{:?}]", shortened(key)),
            Segment::Map { key } => snake_case(key),
            Segment::Enum { variant } => snake_case(variant),
            Segment::Unknown => "?".to_owned(),
        });
    }
    names
}

/// A name that the client has made up, cut to a length that is still worth repeating.
pub(crate) fn shortened(name: &str) -> String {
    match name.char_indices().nth(MAX_NAME_CHARACTERS) {
        Some((end, _)) => format!("{}…", &name[..end]),
        None => name.to_owned(),
    }
}

/// The path of these names; that of the whole body without any.
fn joined(names: &[String]) -> String {
    let mut path = String::new();
    for name in names {
        if !path.is_empty() && !name.starts_with('[') {
            path.push('.');
        }
        path.push_str(name);
    }
    if path.is_empty() { "body".to_owned() } else { path }
}

pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}
