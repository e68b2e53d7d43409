use std::fmt::{self, Write};

/// Passes text on to where people read it line by line, logs and tables. Ids and names may hold line breaks, and what a
/// terminal takes for commands; whatever controls instead of being seen is written as its escape.
pub(crate) struct OneLine<W>(pub(crate) W);

impl<W: Write> Write for OneLine<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        text.chars().try_for_each(|character| {
            if character.is_control() {
                write!(self.0, "{}", character.escape_default())
            } else {
                self.0.write_char(character)
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_is_escaped_and_all_else_passes() {
        let mut written = String::new();

        OneLine(&mut written)
            .write_str("Zoë\r\n\u{1b}[31m\u{9b}\u{7f}\\n 🦀")
            .unwrap();

        assert_eq!(written, r"Zoë\r\n\u{1b}[31m\u{9b}\u{7f}\n 🦀");
    }
}
