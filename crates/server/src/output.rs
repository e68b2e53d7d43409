use std::fmt;
use std::io::{self, Write};

use crate::CommandError;

/// Writes a line to standard output. It fails when nobody reads it any more, instead of going on in silence: what a
/// command says may be all there is of a token.
pub(crate) fn say(line: fmt::Arguments<'_>) -> Result<(), CommandError> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")
        .and_then(|()| output.flush())
        .map_err(|error| CommandError::caused("cannot write to standard output", &error))
}
