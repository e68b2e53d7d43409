use std::fmt::Write;

use crate::CommandError;
use crate::one_line::OneLine;
use crate::output::say;

/// Prints rows in columns under a heading; columns are as wide as their widest cell.
pub(super) fn print<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> Result<(), CommandError> {
    say(format_args!("{}", table(heading, rows).trim_end()))
}

fn table<const N: usize>(heading: [&str; N], rows: &[[String; N]]) -> String {
    let lines: Vec<[String; N]> = std::iter::once(heading.map(one_line))
        .chain(rows.iter().map(|row| row.each_ref().map(|cell| one_line(cell))))
        .collect();
    let mut widths = [0; N];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    lines.iter().map(|line| aligned(line, &widths)).collect()
}

fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    // Writing to a string cannot fail.
    let _ = OneLine(&mut line).write_str(text);
    line
}

fn aligned(cells: &[String], widths: &[usize]) -> String {
    let padded: Vec<_> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{cell:<width$}", width = *width))
        .collect();
    format!("{}\n", padded.join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_with_line_breaks_and_escapes_stays_in_its_row() {
        let rows = ["bob", "a\nb\u{1b}[2J"].map(|id| [id.to_owned(), "x".to_owned()]);

        let table = table(["USER ID", "ROLE"], &rows);

        assert_eq!(table, "USER ID        ROLE\nbob            x\na\\nb\\u{1b}[2J  x\n");
    }
}
