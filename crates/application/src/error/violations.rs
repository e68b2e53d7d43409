use std::fmt;

use super::{Error, FieldViolation};

/// Collects all that is wrong with a request, so that it is said at once.
#[derive(Debug, Default)]
pub(crate) struct Violations(Vec<FieldViolation>);

impl Violations {
    /// Notes what is wrong with a field.
    pub(crate) fn note(&mut self, field: impl Into<String>, problem: impl fmt::Display) {
        self.0.push(FieldViolation::new(field, problem));
    }

    /// The value of a field, or nothing and a note.
    pub(crate) fn keep<T>(&mut self, field: impl Into<String>, value: Result<T, impl fmt::Display>) -> Option<T> {
        value.map_err(|problem| self.note(field, problem)).ok()
    }

    /// The whole, unless anything was noted. Each part that is missing has been noted.
    pub(crate) fn finish<T>(self, whole: Option<T>) -> Result<T, Error> {
        match whole {
            Some(whole) if self.0.is_empty() => Ok(whole),
            Some(_) | None => Err(Error::InvalidArgument(self.0)),
        }
    }
}
