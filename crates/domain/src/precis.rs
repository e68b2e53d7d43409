//! Usernames by PRECIS: the profile `UsernameCaseMapped` (RFC 8265, section 3.3) on the `IdentifierClass` (RFC 8264).
//!
//! Two rules are stricter than the profile, so that no two names look alike: characters without a width are refused also
//! where RFC 5892 allows the join controls, and usernames are compared without them.

use icu_casemap::CaseMapper;
use icu_locale_core::LanguageIdentifier;
use icu_normalizer::ComposingNormalizer;
use icu_properties::props::{
    BidiClass, DefaultIgnorableCodePoint, EastAsianWidth, GeneralCategory, HangulSyllableType, Script,
};
use icu_properties::{CodePointMapData, CodePointSetData};

/// The form in which usernames are compared. Width and case are mapped, the text is composed (NFC), characters without a
/// width are left out, and blanks are left out at the ends and are one blank elsewhere.
///
/// A name that [`check`] refuses has a form too. It is the form of no valid name, unless it differs only in what is mapped.
pub(crate) fn comparison_form(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|character| !is_ignorable(*character))
        .map(map_width)
        .collect();
    let lowercase = CaseMapper::new().lowercase_to_string(&visible, &LanguageIdentifier::UNKNOWN);
    let composed = ComposingNormalizer::new_nfc().normalize(&lowercase);
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A rule of the profile that a name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Violation {
    /// The name begins or ends with a blank.
    SurroundingBlank,
    /// The character is not allowed in a name, or not at this place.
    Character(char),
    /// The name breaks the Bidi Rule (RFC 5893, section 2).
    MixedDirections,
}

/// Checks a name: one or more userparts with blanks between them (RFC 8265, section 3.1).
pub(crate) fn check(name: &str) -> Result<(), Violation> {
    if name.starts_with(char::is_whitespace) || name.ends_with(char::is_whitespace) {
        return Err(Violation::SurroundingBlank);
    }
    let mapped: String = name.chars().map(map_width).collect();
    for part in mapped.split(' ') {
        let part: Vec<char> = part.chars().collect();
        for (index, character) in part.iter().enumerate() {
            if !is_allowed(&part, index) {
                return Err(Violation::Character(*character));
            }
        }
    }
    if comparison_form(name).split(' ').all(satisfies_bidi_rule) {
        Ok(())
    } else {
        Err(Violation::MixedDirections)
    }
}

/// The character for which a full-width or half-width form stands (RFC 8264, section 5.2.1).
fn map_width(character: char) -> char {
    let width = CodePointMapData::<EastAsianWidth>::new().get(character);
    if width != EastAsianWidth::Fullwidth && width != EastAsianWidth::Halfwidth {
        return character;
    }
    let mut buffer = [0; 4];
    let decomposed = ComposingNormalizer::new_nfkc().normalize(character.encode_utf8(&mut buffer));
    let mut characters = decomposed.chars();
    match (characters.next(), characters.next()) {
        (Some(mapped), None) => mapped,
        // U+FFE3 decomposes further. As it is, it is refused for its compatibility form.
        _ => character,
    }
}

/// Returns true for characters without a width: joiners, direction marks, fillers and others (RFC 8264, section 9.13).
fn is_ignorable(character: char) -> bool {
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(character)
}

/// The class of the character at the index of a userpart (RFC 8264, section 8; the exceptions and the contextual rules are
/// those of RFC 5892).
fn is_allowed(part: &[char], index: usize) -> bool {
    let character = part[index];
    let has_script = |at: Option<usize>, script| at.and_then(|at| part.get(at)).is_some_and(|c| is_of(*c, script));
    match character {
        '!'..='~' | '\u{DF}' | '\u{3C2}' | '\u{6FD}' | '\u{6FE}' | '\u{F0B}' | '\u{3007}' => true,
        '\u{640}' | '\u{7FA}' | '\u{302E}' | '\u{302F}' | '\u{3031}'..='\u{3035}' | '\u{303B}' => false,
        '\u{B7}' => {
            index.checked_sub(1).and_then(|before| part.get(before)) == Some(&'l') && part.get(index + 1) == Some(&'l')
        }
        '\u{375}' => has_script(index.checked_add(1), Script::Greek),
        '\u{5F3}' | '\u{5F4}' => has_script(index.checked_sub(1), Script::Hebrew),
        '\u{30FB}' => part
            .iter()
            .any(|c| is_of(*c, Script::Hiragana) || is_of(*c, Script::Katakana) || is_of(*c, Script::Han)),
        '\u{660}'..='\u{669}' => !part.iter().any(|c| ('\u{6F0}'..='\u{6F9}').contains(c)),
        '\u{6F0}'..='\u{6F9}' => !part.iter().any(|c| ('\u{660}'..='\u{669}').contains(c)),
        _ => {
            is_letter_or_digit(character)
                && !is_old_hangul(character)
                && !is_ignorable(character)
                && !has_compatibility_form(character)
        }
    }
}

fn is_of(character: char, script: Script) -> bool {
    CodePointMapData::<Script>::new().get(character) == script
}

fn is_letter_or_digit(character: char) -> bool {
    let category = CodePointMapData::<GeneralCategory>::new().get(character);
    matches!(
        category,
        GeneralCategory::LowercaseLetter
            | GeneralCategory::UppercaseLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::ModifierLetter
            | GeneralCategory::NonspacingMark
            | GeneralCategory::SpacingMark
    )
}

fn is_old_hangul(character: char) -> bool {
    let syllable = CodePointMapData::<HangulSyllableType>::new().get(character);
    [
        HangulSyllableType::LeadingJamo,
        HangulSyllableType::VowelJamo,
        HangulSyllableType::TrailingJamo,
    ]
    .contains(&syllable)
}

fn has_compatibility_form(character: char) -> bool {
    let mut buffer = [0; 4];
    !ComposingNormalizer::new_nfkc().is_normalized(character.encode_utf8(&mut buffer))
}

/// The Bidi Rule for a text with characters that are written from right to left. Such a text must begin with one of them:
/// the rule refuses each that begins with a letter of the other direction.
fn satisfies_bidi_rule(text: &str) -> bool {
    let classes: Vec<BidiClass> = text
        .chars()
        .map(|character| CodePointMapData::<BidiClass>::new().get(character))
        .collect();
    let has = |class: BidiClass| classes.contains(&class);
    if !(has(BidiClass::RightToLeft) || has(BidiClass::ArabicLetter) || has(BidiClass::ArabicNumber)) {
        return true;
    }
    let letters = [BidiClass::RightToLeft, BidiClass::ArabicLetter];
    let numbers = [BidiClass::EuropeanNumber, BidiClass::ArabicNumber];
    let others = [
        BidiClass::EuropeanSeparator,
        BidiClass::CommonSeparator,
        BidiClass::EuropeanTerminator,
        BidiClass::OtherNeutral,
        BidiClass::BoundaryNeutral,
        BidiClass::NonspacingMark,
    ];
    let is_letter_or_number = |class: &&BidiClass| letters.contains(class) || numbers.contains(class);
    let last = classes.iter().rfind(|class| **class != BidiClass::NonspacingMark);
    classes.first().is_some_and(|first| letters.contains(first))
        && classes
            .iter()
            .all(|class| is_letter_or_number(&class) || others.contains(class))
        && last.as_ref().is_some_and(is_letter_or_number)
        && !numbers.iter().all(|number| has(*number))
}
