/// Prints rows in columns under a heading; columns are as wide as their widest cell.
pub(super) fn print<const N: usize>(heading: [&str; N], rows: &[[String; N]]) {
    let mut widths = heading.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    print_row(&heading, &widths);
    for row in rows {
        print_row(row, &widths);
    }
}

fn print_row(cells: &[impl AsRef<str>], widths: &[usize]) {
    let padded: Vec<_> = cells
        .iter()
        .zip(widths)
        .map(|(cell, width)| format!("{:<width$}", cell.as_ref(), width = *width))
        .collect();
    println!("{}", padded.join("  ").trim_end());
}
