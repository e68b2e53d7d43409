use std::fmt::Display;

use axum::http::Uri;
use unlockd_application::users::decode_segment;
use unlockd_application::{Error, FieldViolation};

use crate::json::{shortened, snake_case};

/// The parameters of a request's query string, encoded as HTML forms are, and what is wrong with them. Each is taken out by
/// its name in the proto; what is left at the end is not known.
pub(crate) struct QueryString {
    parameters: Vec<Parameter>,
    violations: Vec<FieldViolation>,
}

struct Parameter {
    /// As it was given.
    name: String,
    value: String,
}

impl QueryString {
    /// All parameters that can be decoded.
    pub(crate) fn of(uri: &Uri) -> Self {
        let mut query = Self {
            parameters: Vec::new(),
            violations: Vec::new(),
        };
        let pairs = uri.query().unwrap_or_default().split('&');
        for pair in pairs.filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (decode(name), decode(value)) {
                (Ok(name), Ok(value)) => query.parameters.push(Parameter { name, value }),
                (Ok(name), Err(problem)) => query.note(&shortened(&snake_case(&name)), problem),
                (Err(problem), _) => query.note("query", problem),
            }
        }
        query
    }

    /// The value of a parameter that may be given once.
    pub(crate) fn take(&mut self, name: &str) -> Option<String> {
        let mut values = self.take_all(name).into_iter();
        let value = values.next();
        if values.next().is_some() {
            self.note(name, "must not be given twice");
        }
        value
    }

    /// The values of a parameter that may be given several times.
    pub(crate) fn take_all(&mut self, name: &str) -> Vec<String> {
        let fitting = self.parameters.extract_if(.., |it| snake_case(&it.name) == name);
        fitting.map(|parameter| parameter.value).collect()
    }

    /// The value of a parameter that may be given once, if it can be read.
    pub(crate) fn take_parsed<T, E: Display>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Option<T> {
        let parsed = parse(&self.take(name)?);
        parsed.map_err(|problem| self.note(name, problem)).ok()
    }

    /// Notes what is wrong.
    pub(crate) fn note(&mut self, name: &str, problem: impl Display) {
        self.violations.push(FieldViolation::new(name, problem));
    }

    /// What was made of the parameters, if none was wrong and none is left.
    ///
    /// # Errors
    /// [`Error::InvalidArgument`] with all that is wrong.
    pub(crate) fn finish<T>(mut self, parsed: Result<T, Error>) -> Result<T, Error> {
        for unknown in std::mem::take(&mut self.parameters) {
            self.note(&shortened(&unknown.name), "is not known");
        }
        if self.violations.is_empty() {
            return parsed;
        }
        if let Err(Error::InvalidArgument(more)) = parsed {
            self.violations.extend(more);
        }
        Err(Error::InvalidArgument(self.violations))
    }
}

fn decode(text: &str) -> Result<String, impl Display> {
    decode_segment(&text.replace('+', " "))
}
