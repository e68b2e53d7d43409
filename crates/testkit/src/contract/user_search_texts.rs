//! `UserDirectory::search`: how texts are compared.

use unlockd_application::ports::{TextMethod, UserFilter};
use unlockd_domain::{Username, UsernameId, UsernameScope};

use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

use TextMethod::{
    Contains, ContainsIgnoreCase, EndsWith, EndsWithIgnoreCase, Equals, EqualsIgnoreCase, StartsWith,
    StartsWithIgnoreCase,
};

const METHODS: [TextMethod; 8] = [
    Equals,
    EqualsIgnoreCase,
    StartsWith,
    StartsWithIgnoreCase,
    Contains,
    ContainsIgnoreCase,
    EndsWith,
    EndsWithIgnoreCase,
];

/// Whatever means something to `LIKE`, `GLOB`, regular expressions, SQL or JSON.
const SPECIAL: [&str; 24] = [
    "%",
    "_",
    "*",
    "?",
    "[",
    "]",
    "[a-z]",
    "[^a]",
    "\\",
    "\\%",
    "\\\\",
    "'",
    "''",
    "\"",
    "^",
    "$",
    ".",
    ".*",
    "-",
    "--",
    "%%",
    "_%",
    "{}",
    "\u{20000}",
];

async fn find(stores: &Stores, filter: UserFilter) -> Vec<String> {
    let page = stores.directory.search(&fixtures::user_query(filter)).await;
    let users = page.expect("an answer").users;
    users.iter().map(|(user, _)| user.id().as_str().to_owned()).collect()
}

/// Users who are called by number, each with one name.
async fn with_names(stores: &Stores, names: &[&str]) {
    for (number, name) in names.iter().enumerate() {
        let number = format!("{number:03}");
        // Each in an organization of their own, so that no name is in the way of another.
        arrange::organization(stores, &number).await;
        let mut new = fixtures::new_user(&number, &number);
        let id = UsernameId::new(number).expect("a username id");
        let username = Username::new(id, *name, UsernameScope::Organization).expect("a username");
        new.profile.usernames = vec![username];
        arrange::write(stores, &new).await;
    }
}

/// The names that are found.
async fn find_names<'a>(stores: &Stores, names: &[&'a str], method: TextMethod, text: &str) -> Vec<&'a str> {
    let found = find(stores, fixtures::username_filter(method, text)).await;
    let numbers = found.iter().map(|number| number.parse::<usize>().expect("a number"));
    numbers.map(|number| names[number]).collect()
}

/// Where no letter has a case, the methods that ignore case find what the others do.
fn is_like(method: TextMethod, value: &str, text: &str) -> bool {
    match method {
        Equals | EqualsIgnoreCase => value == text,
        StartsWith | StartsWithIgnoreCase => value.starts_with(text),
        Contains | ContainsIgnoreCase => value.contains(text),
        EndsWith | EndsWithIgnoreCase => value.ends_with(text),
    }
}

fn around_special_characters() -> Vec<String> {
    let mut texts = vec!["a".to_owned(), "b".to_owned(), "ab".to_owned(), "aab".to_owned()];
    for special in SPECIAL {
        texts.extend([
            special.to_owned(),
            format!("a{special}"),
            format!("{special}b"),
            format!("a{special}b"),
        ]);
    }
    texts.sort();
    texts.dedup();
    texts
}

/// Patterns and quotes are data.
pub async fn every_character_of_a_username_stands_for_itself(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let texts = around_special_characters();
    let names: Vec<&str> = texts.iter().map(String::as_str).collect();
    with_names(&stores, &names).await;
    for text in &names {
        for method in METHODS {
            let found = find_names(&stores, &names, method, text).await;
            let expected: Vec<_> = names
                .iter()
                .copied()
                .filter(|name| is_like(method, name, text))
                .collect();
            assert_eq!(found, expected, "{method:?} {text:?}");
        }
    }
}

/// Of users and of organizations alike.
pub async fn every_character_of_an_id_stands_for_itself(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let ids = around_special_characters();
    for id in &ids {
        arrange::organization(&stores, id).await;
        arrange::write(&stores, &fixtures::new_user(id, id)).await;
    }
    for text in &ids {
        for method in METHODS {
            let text_match = fixtures::text_match(method, text);
            let expected: Vec<_> = ids.iter().filter(|id| is_like(method, id, text)).cloned().collect();
            for filter in [
                UserFilter::UserId(text_match.clone()),
                UserFilter::OrganizationId(text_match),
            ] {
                assert_eq!(find(&stores, filter).await, expected, "{method:?} {text:?}");
            }
        }
    }
}

/// Case is Unicode's, and the same character can be written in two ways: that is what makes two names one.
pub async fn case_of_usernames_is_ignored_as_where_they_are_unique(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let names = [
        "Alice",
        "straße",
        "Straẞe",
        "STRASSE",
        "Étude",
        "E\u{301}TUDE",
        "ΟΔΟΣ",
        "οδος",
        "Ｇｒａｃｅ",
        "Mary  Ann",
        "İ",
        "ı",
        "Žižek",
    ];
    with_names(&stores, &names).await;
    let cases: [(TextMethod, &str, &[&str]); 30] = [
        (EqualsIgnoreCase, "aLICE", &["Alice"]),
        (EqualsIgnoreCase, "Strasse", &["STRASSE"]),
        (EqualsIgnoreCase, "STRAẞE", &["straße", "Straẞe"]),
        (StartsWithIgnoreCase, "STRAß", &["straße", "Straẞe"]),
        (ContainsIgnoreCase, "ẞ", &["straße", "Straẞe"]),
        (ContainsIgnoreCase, "sS", &["STRASSE"]),
        (EndsWithIgnoreCase, "SE", &["STRASSE"]),
        (EqualsIgnoreCase, "étude", &["Étude", "E\u{301}TUDE"]),
        (EqualsIgnoreCase, "e\u{301}tude", &["Étude", "E\u{301}TUDE"]),
        (StartsWithIgnoreCase, "É", &["Étude", "E\u{301}TUDE"]),
        // The letter and its accent are one character when they are compared.
        (StartsWithIgnoreCase, "e", &[]),
        (EndsWithIgnoreCase, "tUDE", &["Étude", "E\u{301}TUDE"]),
        (EqualsIgnoreCase, "Οδος", &["ΟΔΟΣ", "οδος"]),
        (ContainsIgnoreCase, "ς", &["ΟΔΟΣ", "οδος"]),
        (StartsWithIgnoreCase, "gR", &["Ｇｒａｃｅ"]),
        (EqualsIgnoreCase, "GRACE", &["Ｇｒａｃｅ"]),
        (EqualsIgnoreCase, " mary\u{a0}ANN\u{200B}", &["Mary  Ann"]),
        (EqualsIgnoreCase, "maryann", &[]),
        // Neither of the Turkish letters is an i.
        (EqualsIgnoreCase, "i", &[]),
        (EqualsIgnoreCase, "i\u{307}", &["İ"]),
        (EqualsIgnoreCase, "I", &[]),
        (ContainsIgnoreCase, "ŽEK", &["Žižek"]),
        (StartsWithIgnoreCase, "žI", &["Žižek"]),
        (Equals, "alice", &[]),
        (Equals, "strasse", &[]),
        (Equals, "étude", &[]),
        (Equals, "Grace", &[]),
        (StartsWith, "Str", &["Straẞe"]),
        (Contains, "DOS", &[]),
        (EndsWith, "E", &["STRASSE", "E\u{301}TUDE"]),
    ];
    for (method, text, expected) in cases {
        let found = find_names(&stores, &names, method, text).await;
        assert_eq!(found, expected, "{method:?} {text:?}");
    }
}

/// As it was typed, byte by byte.
pub async fn case_and_composition_of_usernames_count_unless_they_are_ignored(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let names = [
        "alice",
        "Alice",
        "étude",
        "e\u{301}tude",
        "Étude",
        "ss",
        "ß",
        "SS",
        "a b",
        "a  b",
        "a",
    ];
    with_names(&stores, &names).await;
    for text in names {
        for method in [Equals, StartsWith, Contains, EndsWith] {
            let found = find_names(&stores, &names, method, text).await;
            let expected: Vec<_> = names.into_iter().filter(|name| is_like(method, name, text)).collect();
            assert_eq!(found, expected, "{method:?} {text:?}");
        }
    }
    assert_eq!(find_names(&stores, &names, StartsWith, "e").await, ["e\u{301}tude"]);
    assert_eq!(find_names(&stores, &names, Contains, "\u{301}").await, ["e\u{301}tude"]);
}

/// Ids are ASCII as a rule: there case is a matter of 26 letters, and everything else counts.
pub async fn case_of_ids_is_ignored_for_the_26_latin_letters_only(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    let mut ids = [
        "user-A",
        "USER-a",
        "user-ä",
        "user-Ä",
        "USER-a\u{308}",
        "ß",
        "SS",
        "ss",
        "i",
        "I",
        "İ",
        "ı",
        "\u{212A}",
        "k",
        "Σ",
        "σ",
        "ς",
        "@",
        "`",
        "[",
        "{",
    ];
    ids.sort_unstable();
    for id in ids {
        arrange::organization(&stores, id).await;
        arrange::write(&stores, &fixtures::new_user(id, id)).await;
    }
    let cases: [(TextMethod, &str, &[&str]); 22] = [
        (EqualsIgnoreCase, "uSER-A", &["USER-a", "user-A"]),
        (EqualsIgnoreCase, "USER-ä", &["user-ä"]),
        (EqualsIgnoreCase, "USER-Ä", &["user-Ä"]),
        (StartsWithIgnoreCase, "User-A", &["USER-a", "USER-a\u{308}", "user-A"]),
        (StartsWithIgnoreCase, "User-Ä", &["user-Ä"]),
        (ContainsIgnoreCase, "R-ä", &["user-ä"]),
        (ContainsIgnoreCase, "-a", &["USER-a", "USER-a\u{308}", "user-A"]),
        (EndsWithIgnoreCase, "R-A", &["USER-a", "user-A"]),
        (EndsWithIgnoreCase, "R-A\u{308}", &["USER-a\u{308}"]),
        (EqualsIgnoreCase, "ß", &["ß"]),
        (EqualsIgnoreCase, "Ss", &["SS", "ss"]),
        (EqualsIgnoreCase, "I", &["I", "i"]),
        (EqualsIgnoreCase, "K", &["k"]),
        (EqualsIgnoreCase, "\u{212A}", &["\u{212A}"]),
        (EqualsIgnoreCase, "σ", &["σ"]),
        // The neighbours of the letters in ASCII.
        (EqualsIgnoreCase, "@", &["@"]),
        (EqualsIgnoreCase, "[", &["["]),
        (Equals, "user-A", &["user-A"]),
        (Equals, "user-a", &[]),
        (StartsWith, "USER", &["USER-a", "USER-a\u{308}"]),
        (Contains, "S", &["SS", "USER-a", "USER-a\u{308}"]),
        (EndsWith, "S", &["SS"]),
    ];
    for (method, text, expected) in cases {
        let text_match = fixtures::text_match(method, text);
        for filter in [
            UserFilter::UserId(text_match.clone()),
            UserFilter::OrganizationId(text_match),
        ] {
            assert_eq!(find(&stores, filter).await, expected, "{method:?} {text:?}");
        }
    }
}

/// 200 characters of four bytes, and of one that grows to twice its length when its case is mapped.
pub async fn the_longest_texts_are_found(harness: &dyn StoreHarness) {
    let stores = harness.stores();
    for character in ["\u{20000}", "İ", "%", "\\"] {
        let id = character.repeat(200);
        arrange::organization(&stores, &id).await;
        arrange::write(&stores, &fixtures::named_user(&id, &id, &[&id])).await;
        for method in METHODS {
            let text_match = fixtures::text_match(method, &id);
            for filter in [
                UserFilter::UserId(text_match.clone()),
                UserFilter::OrganizationId(text_match.clone()),
                fixtures::username_filter(method, &id),
            ] {
                assert_eq!(find(&stores, filter).await, [id.as_str()], "{method:?}");
            }
        }
    }
}
