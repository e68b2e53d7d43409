use unlockd_domain::{LockCause, LoginName, OrganizationId, Timestamp, TimestampOutOfRange, UserId};

use crate::error::{Error, Violations};
use crate::ports::{TextMatch, TextMethod, TimeRange, UserFilter};

/// How deeply `or`, `and` and `not` may be nested.
const MAX_DEPTH: usize = 20;

/// How many conditions one request may have, all in all.
const MAX_CONDITIONS: usize = 200;

/// `zitadel.user.v3alpha.SearchQuery` as a wire brings it. Values of enums are the wire's numbers; texts are empty when they
/// are not set.
#[derive(Debug)]
pub enum SearchQueryForm {
    /// Nothing is set, though one query has to be.
    Missing,
    /// `or_query.queries`.
    Or(Vec<Self>),
    /// `and_query.queries`.
    And(Vec<Self>),
    /// `not_query.query`, if it is set.
    Not(Option<Box<Self>>),
    /// `user_id_query`.
    UserId(TextForm),
    /// `organization_id_query`.
    OrganizationId(TextForm),
    /// `username_query`.
    Username {
        /// `username` and `method`.
        text: TextForm,
        /// `is_organization_specific`.
        is_organization_specific: bool,
    },
    /// `state_query.state`.
    State(i32),
    /// `lock_cause_query.cause`, a query of unlockd's own.
    LockCause(i32),
    /// `locked_since_query`, a query of unlockd's own.
    LockedSince(TimeRangeForm),
    /// `locked_until_query`, a query of unlockd's own.
    LockedUntil(TimeRangeForm),
    /// A query, by its name in the proto, for what unlockd does not keep.
    Unsupported(&'static str),
}

/// What a text is compared with.
#[derive(Debug, Default)]
pub struct TextForm {
    /// `id` or `username`.
    pub text: String,
    /// `method`.
    pub method: i32,
}

/// A range of time.
#[derive(Debug, Default)]
pub struct TimeRangeForm {
    /// `after`, if it is set.
    pub after: Option<Result<Timestamp, TimestampOutOfRange>>,
    /// `before`, if it is set.
    pub before: Option<Result<Timestamp, TimestampOutOfRange>>,
}

impl SearchQueryForm {
    /// The conditions, of those that are well formed.
    pub(super) fn parse_all(forms: Vec<Self>, violations: &mut Violations) -> Result<Vec<UserFilter>, Error> {
        let mut reading = Reading {
            violations,
            conditions: 0,
        };
        let filters = reading.list("queries", forms, 0)?;
        if reading.conditions > MAX_CONDITIONS {
            violations.note("queries", format!("must have at most {MAX_CONDITIONS} conditions"));
        }
        Ok(filters)
    }
}

/// The reading of one request's queries.
struct Reading<'a> {
    violations: &'a mut Violations,
    conditions: usize,
}

impl Reading<'_> {
    fn list(&mut self, path: &str, forms: Vec<SearchQueryForm>, depth: usize) -> Result<Vec<UserFilter>, Error> {
        let mut filters = Vec::with_capacity(forms.len());
        for (index, form) in forms.into_iter().enumerate() {
            filters.extend(self.condition(&format!("{path}[{index}]"), form, depth)?);
        }
        Ok(filters)
    }

    /// A list that says something only when there is something in it.
    fn filled(&mut self, path: &str, forms: Vec<SearchQueryForm>, depth: usize) -> Result<Vec<UserFilter>, Error> {
        let path = format!("{path}.queries");
        if forms.is_empty() {
            self.violations.note(path.as_str(), "must not be empty");
        }
        self.list(&path, forms, depth)
    }

    fn condition(&mut self, path: &str, form: SearchQueryForm, depth: usize) -> Result<Option<UserFilter>, Error> {
        self.conditions += 1;
        if self.conditions > MAX_CONDITIONS {
            // Said once for all of them: there may be many.
            return Ok(None);
        }
        let is_nested = matches!(
            form,
            SearchQueryForm::Or(_) | SearchQueryForm::And(_) | SearchQueryForm::Not(_)
        );
        if is_nested && depth == MAX_DEPTH {
            self.violations
                .note(path, format!("must not be nested more than {MAX_DEPTH} levels deep"));
            return Ok(None);
        }
        let depth = depth + 1;
        Ok(match form {
            SearchQueryForm::Missing => {
                self.violations.note(path, "must have a query");
                None
            }
            SearchQueryForm::Or(forms) => Some(UserFilter::Or(self.filled(
                &format!("{path}.or_query"),
                forms,
                depth,
            )?)),
            SearchQueryForm::And(forms) => Some(UserFilter::And(self.filled(
                &format!("{path}.and_query"),
                forms,
                depth,
            )?)),
            SearchQueryForm::Not(None) => {
                self.violations.note(format!("{path}.not_query.query"), "must be given");
                None
            }
            SearchQueryForm::Not(Some(form)) => self
                .condition(&format!("{path}.not_query.query"), *form, depth)?
                .map(|filter| UserFilter::Not(Box::new(filter))),
            SearchQueryForm::UserId(form) => {
                let path = format!("{path}.user_id_query");
                let text = form.text.clone();
                let is_id = self.violations.keep(format!("{path}.id"), UserId::new(text));
                self.text(&path, form)
                    .filter(|_| is_id.is_some())
                    .map(UserFilter::UserId)
            }
            SearchQueryForm::OrganizationId(form) => {
                let path = format!("{path}.organization_id_query");
                let text = form.text.clone();
                let is_id = self.violations.keep(format!("{path}.id"), OrganizationId::new(text));
                self.text(&path, form)
                    .filter(|_| is_id.is_some())
                    .map(UserFilter::OrganizationId)
            }
            SearchQueryForm::Username {
                text: form,
                is_organization_specific,
            } => {
                let path = format!("{path}.username_query");
                let name = self.typed_name(format!("{path}.username"), form.text);
                let typed = name.as_ref().map_or("", LoginName::as_str);
                let form = TextForm {
                    text: typed.trim().to_owned(),
                    method: form.method,
                };
                self.text(&path, form)
                    .zip(name)
                    .map(|(text, name)| UserFilter::Username {
                        text,
                        key: name.key().clone(),
                        organization_specific_only: is_organization_specific,
                    })
            }
            SearchQueryForm::State(number) => self.state(&format!("{path}.state_query.state"), number),
            SearchQueryForm::LockCause(number) => self.lock_cause(&format!("{path}.lock_cause_query.cause"), number),
            SearchQueryForm::LockedSince(range) => Some(UserFilter::LockedSince(
                self.range(&format!("{path}.locked_since_query"), range),
            )),
            SearchQueryForm::LockedUntil(range) => Some(UserFilter::LockedUntil(
                self.range(&format!("{path}.locked_until_query"), range),
            )),
            SearchQueryForm::Unsupported(name) => {
                return Err(Error::Unimplemented {
                    field: format!("{path}.{name}"),
                });
            }
        })
    }

    /// A name that is searched for. Blanks around it are ignored, so they are no name.
    fn typed_name(&mut self, field: String, text: String) -> Option<LoginName> {
        let name = self.violations.keep(field.as_str(), LoginName::new(text))?;
        if name.key().as_str().is_empty() {
            self.violations.note(field, "must not be blank");
            return None;
        }
        Some(name)
    }

    /// `zitadel.object.v2beta.TextQueryMethod`.
    fn text(&mut self, path: &str, TextForm { text, method }: TextForm) -> Option<TextMatch> {
        let method = match method {
            0 => TextMethod::Equals,
            1 => TextMethod::EqualsIgnoreCase,
            2 => TextMethod::StartsWith,
            3 => TextMethod::StartsWithIgnoreCase,
            4 => TextMethod::Contains,
            5 => TextMethod::ContainsIgnoreCase,
            6 => TextMethod::EndsWith,
            7 => TextMethod::EndsWithIgnoreCase,
            _ => {
                self.undefined(format!("{path}.method"));
                return None;
            }
        };
        Some(TextMatch { method, text })
    }

    /// `zitadel.user.v3alpha.State`.
    fn state(&mut self, path: &str, number: i32) -> Option<UserFilter> {
        match number {
            1 => Some(UserFilter::Active),
            2 => Some(UserFilter::Inactive),
            3 => Some(UserFilter::Deleted),
            4 => Some(UserFilter::Locked),
            _ => self.undefined(path),
        }
    }

    /// `zitadel.user.v3alpha.LockCause`.
    fn lock_cause(&mut self, path: &str, number: i32) -> Option<UserFilter> {
        match number {
            1 => Some(UserFilter::LockCause(LockCause::Operator)),
            2 => Some(UserFilter::LockCause(LockCause::Policy)),
            _ => self.undefined(path),
        }
    }

    fn undefined(&mut self, path: impl Into<String>) -> Option<UserFilter> {
        self.violations.note(path, "must be one of the values that are defined");
        None
    }

    fn range(&mut self, path: &str, TimeRangeForm { after, before }: TimeRangeForm) -> TimeRange {
        if after.is_none() && before.is_none() {
            self.violations.note(path, "must have a beginning or an end");
        }
        let mut moment = |name: &str, moment: Option<_>| {
            self.violations
                .keep(format!("{path}.{name}"), moment.transpose())
                .flatten()
        };
        TimeRange {
            after: moment("after", after),
            before: moment("before", before),
        }
    }
}
