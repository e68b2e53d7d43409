//! Texts that hashes write bytes and numbers in.

use base64::Engine as _;
use base64::alphabet::{Alphabet, BCRYPT, CRYPT, STANDARD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Bits of a character of base64.
const CHARACTER_BITS: usize = 6;

/// Values of `name=number,...`, if it has exactly these names in this order.
pub(super) fn numbers<const COUNT: usize>(parameters: &str, names: [&str; COUNT]) -> Option<[u32; COUNT]> {
    let mut numbers = [0; COUNT];
    let mut given = parameters.split(',');
    for (value, name) in numbers.iter_mut().zip(names) {
        *value = number(given.next()?.strip_prefix(name)?.strip_prefix('=')?)?;
    }
    given.next().is_none().then_some(numbers)
}

/// Decimal number as a machine writes it: no sign, no leading zeros.
pub(super) fn number(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number: &u32| number.to_string() == text)
}

/// Base64 with or without padding, in the standard or the URL-safe alphabet; passlib writes `.` for `+`.
pub(super) fn base64(text: &str) -> Option<Vec<u8>> {
    let standard: String = text
        .chars()
        .map(|character| match character {
            '.' | '-' => '+',
            '_' => '/',
            other => other,
        })
        .collect();
    decode(&STANDARD, DecodePaddingMode::Indifferent, &standard)
}

pub(super) fn bcrypt_base64(text: &str) -> Option<Vec<u8>> {
    decode(&BCRYPT, DecodePaddingMode::RequireNone, text)
}

/// Some encoders leave bits of the last character set that are no part of the bytes.
fn decode(alphabet: &Alphabet, padding: DecodePaddingMode, text: &str) -> Option<Vec<u8>> {
    let config = GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(padding);
    GeneralPurpose::new(alphabet, config).decode(text).ok()
}

pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |character: &u8| {
        char::from(*character)
            .to_digit(16)
            .and_then(|digit| u8::try_from(digit).ok())
    };
    let pairs = text.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(high)? << 4 | digit(low)?),
        _ => None,
    });
    pairs.collect()
}

/// `crypt(3)` writes three bytes as a number, its lowest 6 bits first, where base64 begins with the highest.
pub(super) fn crypt_bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for characters in text.as_bytes().chunks(4) {
        let number = crypt_number(characters)?;
        bytes.extend(number.to_le_bytes().iter().take(characters.len() * CHARACTER_BITS / 8));
    }
    Some(bytes)
}

/// Number of up to five characters of `crypt(3)`, the lowest 6 bits first.
pub(super) fn crypt_number(characters: &[u8]) -> Option<u32> {
    characters.iter().rev().try_fold(0, |number: u32, character| {
        let value = CRYPT.as_str().bytes().position(|other| other == *character)?;
        Some(number << CHARACTER_BITS | u32::try_from(value).ok()?)
    })
}
