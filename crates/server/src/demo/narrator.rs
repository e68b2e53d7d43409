use crate::CommandError;
use crate::demo::wire::{Exchange, Outcome};

/// Tells of a new part of the tour.
pub(super) fn chapter(title: &str) {
    println!("\n== {title}");
}

/// Tells of something done on the command line.
pub(super) fn command(command: &str) {
    println!("\n   $ unlockd {command}");
}

/// Tells what happens, and remembers what did not happen as documented.
#[derive(Default)]
pub(super) struct Narrator {
    exchanges: usize,
    surprises: Vec<String>,
}

impl Narrator {
    /// A request and its answer, and whether it is the one that the documents promise.
    pub(super) fn exchange(&mut self, story: &str, exchange: &Exchange, expected: &Outcome) {
        self.exchanges += 1;
        println!("\n   {story}");
        println!("   > {}", exchange.request);
        println!("   < {}", exchange.answer);
        if exchange.outcome != *expected {
            println!("   ! expected {expected}, got {}", exchange.outcome);
            self.surprises
                .push(format!("{story}: expected {expected}, got {}", exchange.outcome));
        }
    }

    /// Ends the tour.
    pub(super) fn verdict(self) -> Result<(), CommandError> {
        if self.surprises.is_empty() {
            println!("\nAll {} answers were as documented.", self.exchanges);
            Ok(())
        } else {
            let (count, all) = (self.surprises.len(), self.exchanges);
            Err(CommandError::new(format!(
                "{count} of {all} answers were not as documented: {}",
                self.surprises.join("; ")
            )))
        }
    }
}
