use std::collections::HashMap;

use unlockd_application::ports::VerificationCodeGenerator;
use unlockd_credentials::RandomVerificationCodeGenerator;

const ALPHABET: &str = "ABCDEFGHJKMNPQRSTWXYZ23456789";

fn codes(count: usize) -> Vec<String> {
    let generate = |_| RandomVerificationCodeGenerator.generate().expose().to_owned();
    (0..count).map(generate).collect()
}

#[test]
fn a_code_is_8_characters_none_of_which_looks_like_another() {
    for code in codes(1_000) {
        assert_eq!(code.chars().count(), 8, "{code}");
        assert!(code.chars().all(|character| ALPHABET.contains(character)), "{code}");
        assert!(!code.contains(['0', 'O', '1', 'I', 'L', 'U', 'V']), "{code}");
    }
}

#[test]
fn codes_differ() {
    let mut codes = codes(1_000);
    codes.sort();
    codes.dedup();
    assert_eq!(codes.len(), 1_000);
}

/// 290,000 characters: each is expected 10,000 times, with a standard deviation of 98. Taking a byte's remainder would favour
/// 24 of the 29 characters by an eighth.
#[test]
fn every_character_is_as_likely_as_any_other() {
    let mut counts: HashMap<char, u32> = HashMap::new();
    for character in codes(36_250).iter().flat_map(|code| code.chars()) {
        *counts.entry(character).or_default() += 1;
    }
    assert_eq!(counts.len(), ALPHABET.len());
    for (character, count) in counts {
        assert!((9_300..=10_700).contains(&count), "{character}: {count}");
    }
}
