use std::time::Duration;

/// The value in the middle, or the mean of the two that are.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    let upper = *values.get(middle)?;
    Some(if values.len().is_multiple_of(2) {
        f64::midpoint(*values.get(middle - 1)?, upper)
    } else {
        upper
    })
}

pub(crate) fn milliseconds(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// What was counted, to compute with.
#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
pub(super) fn real(count: u64) -> f64 {
    count as f64
}

/// About three digits, thousands apart.
pub(super) fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => {
            let digits = format!("{value:.0}");
            let split = digits.len() % 3;
            let (head, tail) = digits.split_at(split);
            let groups = tail.as_bytes().chunks(3).map(String::from_utf8_lossy);
            let parts = Some(head.into()).filter(|head: &std::borrow::Cow<'_, str>| !head.is_empty());
            parts.into_iter().chain(groups).collect::<Vec<_>>().join(",")
        }
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 1.0 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert_eq!(median([3.0, 1.0, 2.0]), Some(2.0));
        assert_eq!(median([4.0, 1.0, 3.0, 2.0]), Some(2.5));
        assert_eq!(median([]), None);
    }

    #[test]
    fn figures_have_about_three_digits() {
        let figures = [0.0, 0.4567, 2.345, 45.67, 456.7, 4_567.8, 123_456.7, 1_234_567.0].map(figure);

        assert_eq!(
            figures,
            ["0.00", "0.457", "2.35", "45.7", "457", "4,568", "123,457", "1,234,567"]
        );
    }
}
