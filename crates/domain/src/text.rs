use icu_casemap::CaseMapper;
use icu_normalizer::ComposingNormalizer;
use thiserror::Error;

/// Why a text is not acceptable. Lengths count Unicode scalar values, as ZITADEL's validation rules do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TextError {
    /// The text is empty where something is needed.
    #[error("must not be empty")]
    Empty,
    /// The text has more characters than `max`.
    #[error("must have at most {max} characters")]
    TooLong {
        /// The largest number of characters allowed.
        max: usize,
    },
    /// The text holds U+0000, which PostgreSQL cannot store.
    #[error("must not contain the character U+0000")]
    ContainsNul,
}

/// Accepts 1 to `max` characters without U+0000.
pub(crate) fn check_text(value: &str, max: usize) -> Result<(), TextError> {
    if value.is_empty() {
        return Err(TextError::Empty);
    }
    check_optional_text(value, max)
}

/// Accepts 0 to `max` characters without U+0000.
pub(crate) fn check_optional_text(value: &str, max: usize) -> Result<(), TextError> {
    if value.chars().nth(max).is_some() {
        return Err(TextError::TooLong { max });
    }
    if value.contains('\0') {
        return Err(TextError::ContainsNul);
    }
    Ok(())
}

/// Form in which texts are equal that differ in case, composition, width or outer blanks only: NFKC, with case folded.
pub(crate) fn caseless(text: &str) -> String {
    let normalizer = ComposingNormalizer::new_nfkc();
    let folded = CaseMapper::new().fold_string(&normalizer.normalize(text)).into_owned();
    // Folding can undo the normal form.
    normalizer.normalize(&folded).trim().to_owned()
}
