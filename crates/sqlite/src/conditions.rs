//! Pieces of statements that are put together as they are needed. Values are always bound.

use sqlx::{QueryBuilder, Sqlite};

/// The column is one of the values; false when there are none.
pub(crate) fn push_in<'a>(
    sql: &mut QueryBuilder<Sqlite>,
    column: &'static str,
    values: impl IntoIterator<Item = &'a str>,
) {
    sql.push(column).push(" IN (");
    let mut list = sql.separated(", ");
    for value in values {
        list.push_bind(value);
    }
    sql.push(")");
}

/// The column begins with the prefix: as a range, for which an index will do. Texts are compared byte by byte, which is the
/// order of their characters.
pub(crate) fn push_prefix(sql: &mut QueryBuilder<Sqlite>, column: &'static str, prefix: &str) {
    sql.push("(").push(column).push(" >= ").push_bind(prefix);
    if let Some(end) = end_of_prefix(prefix) {
        sql.push(" AND ").push(column).push(" < ").push_bind(end);
    }
    sql.push(")");
}

/// The first text behind all those that begin with the prefix, if there is one.
fn end_of_prefix(prefix: &str) -> Option<String> {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn behind_a_prefix_comes_what_has_a_later_last_character() {
        for (prefix, end) in [
            ("a", Some("b")),
            ("ab%", Some("ab&")),
            ("a\u{7F}", Some("a\u{80}")),
            ("\u{D7FF}", Some("\u{E000}")),
            ("a\u{10FFFF}\u{10FFFF}", Some("b")),
            ("\u{10FFFF}", None),
            ("", None),
        ] {
            assert_eq!(end_of_prefix(prefix).as_deref(), end, "{prefix:?}");
        }
    }
}
