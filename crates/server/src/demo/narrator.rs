use crate::CommandError;
use crate::demo::wire::{Exchange, Outcome};
use crate::output::say;

/// Tells of a new part of the tour.
pub(super) fn chapter(title: &str) -> Result<(), CommandError> {
    say(format_args!("\n== {title}"))
}

/// Tells of something done on the command line.
pub(super) fn command(command: &str) -> Result<(), CommandError> {
    say(format_args!("\n   $ unlockd {command}"))
}

/// Tells what happens, and remembers what did not happen as documented.
#[derive(Default)]
pub(super) struct Narrator {
    exchanges: usize,
    surprises: Vec<String>,
}

impl Narrator {
    /// A request and its answer, and whether it is the one that the documents promise.
    pub(super) fn exchange(
        &mut self,
        story: &str,
        exchange: &Exchange,
        expected: &Outcome,
    ) -> Result<(), CommandError> {
        self.exchanges += 1;
        say(format_args!("\n   {story}"))?;
        say(format_args!("   > {}", exchange.request))?;
        say(format_args!("   < {}", exchange.answer))?;
        if exchange.outcome != *expected {
            say(format_args!("   ! expected {expected}, got {}", exchange.outcome))?;
            self.surprises
                .push(format!("{story}: expected {expected}, got {}", exchange.outcome));
        }
        Ok(())
    }

    /// Ends the tour.
    pub(super) fn verdict(self) -> Result<(), CommandError> {
        if self.surprises.is_empty() {
            say(format_args!("\nAll {} answers were as documented.", self.exchanges))
        } else {
            let (count, all) = (self.surprises.len(), self.exchanges);
            Err(CommandError::new(format!(
                "{count} of {all} answers were not as documented: {}",
                self.surprises.join("; ")
            )))
        }
    }
}
