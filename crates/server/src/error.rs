use std::error::Error;
use std::fmt;

/// Why a command failed: one line for the person at the terminal.
#[derive(Debug)]
pub struct CommandError(String);

impl CommandError {
    /// A failure that needs no cause.
    pub fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// A failure and its whole chain of causes, in one line.
    pub fn caused(line: impl fmt::Display, cause: &(dyn Error + 'static)) -> Self {
        let mut text = line.to_string();
        let mut next = Some(cause);
        while let Some(cause) = next {
            let cause_text = cause.to_string();
            // Some libraries repeat their source's text in their own.
            if !text.ends_with(&cause_text) {
                text.push_str(": ");
                text.push_str(&cause_text);
            }
            next = cause.source();
        }
        Self(text.replace('\n', " "))
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for CommandError {}

impl From<unlockd_application::Error> for CommandError {
    fn from(error: unlockd_application::Error) -> Self {
        use std::error::Error as _;
        let message = error.describe(None).message;
        match error.source() {
            Some(source) => Self::caused(message.trim_end_matches('.'), source),
            None => Self(message),
        }
    }
}
