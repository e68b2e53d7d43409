//! `UserDirectory::search`: any question about any users is answered as in memory.

use unlockd_application::ports::{
    SortDirection, TextMatch, TextMethod, TimeRange, UserFilter, UserOrder, UserQuery, Visibility,
};
use unlockd_domain::{LockCause, UsernameKey};

use super::StoreHarness;
use super::dice::Dice;
use super::population::{self, ORGANIZATIONS, Population};
use crate::fixtures;

const QUESTIONS: usize = 400;

const METHODS: [TextMethod; 8] = [
    TextMethod::Equals,
    TextMethod::EqualsIgnoreCase,
    TextMethod::StartsWith,
    TextMethod::StartsWithIgnoreCase,
    TextMethod::Contains,
    TextMethod::ContainsIgnoreCase,
    TextMethod::EndsWith,
    TextMethod::EndsWithIgnoreCase,
];

/// Three different populations.
pub async fn random_questions_are_answered_as_in_memory_1(harness: &dyn StoreHarness) {
    answers_are_those_of_memory(harness, 1).await;
}

/// As the first.
pub async fn random_questions_are_answered_as_in_memory_2(harness: &dyn StoreHarness) {
    answers_are_those_of_memory(harness, 2).await;
}

/// As the first.
pub async fn random_questions_are_answered_as_in_memory_3(harness: &dyn StoreHarness) {
    answers_are_those_of_memory(harness, 3).await;
}

async fn answers_are_those_of_memory(harness: &dyn StoreHarness, seed: u64) {
    let stores = harness.stores();
    let mut dice = Dice::new(seed);
    let population = Population::settle(&stores, &mut dice).await;
    let texts = population.texts().await;
    let mut telling = 0;
    for _ in 0..QUESTIONS {
        let query = query(&mut dice, &texts);
        let expected = population.in_memory.directory.search(&query).await.expect("an answer");
        let found = stores.directory.search(&query).await.expect("an answer");
        assert_eq!(found, expected, "{query:?}");
        telling += usize::from((1..20).contains(&expected.total));
    }
    // Questions that nobody or everybody fits say little.
    assert!(
        telling > QUESTIONS / 4,
        "only {telling} questions find some of the users"
    );
}

fn query(dice: &mut Dice, texts: &[String]) -> UserQuery {
    let visibility = if dice.happens(70) {
        Visibility::Instance
    } else {
        let organizations = (0..dice.below(4)).map(|_| fixtures::organization_id(dice.pick(&ORGANIZATIONS)));
        Visibility::Organizations(organizations.collect())
    };
    UserQuery {
        visibility,
        filter: filter(dice, texts, 4),
        now: population::moment(dice),
        order: dice.pick(&[
            UserOrder::Id,
            UserOrder::CreationDate,
            UserOrder::ChangeDate,
            UserOrder::State,
        ]),
        direction: dice.pick(&[SortDirection::Ascending, SortDirection::Descending]),
        offset: if dice.happens(60) { 0 } else { dice.below(30) as u64 },
        limit: dice.pick(&[1, 3, 10, 1_000]),
    }
}

fn filter(dice: &mut Dice, texts: &[String], depth: usize) -> UserFilter {
    if depth == 0 || dice.happens(40) {
        return condition(dice, texts);
    }
    let filters = |dice: &mut Dice| (0..dice.below(4)).map(|_| filter(dice, texts, depth - 1)).collect();
    match dice.below(3) {
        0 => UserFilter::And(filters(dice)),
        1 => UserFilter::Or(filters(dice)),
        _ => UserFilter::Not(Box::new(filter(dice, texts, depth - 1))),
    }
}

fn condition(dice: &mut Dice, texts: &[String]) -> UserFilter {
    match dice.below(14) {
        0 | 1 => UserFilter::UserId(text_match(dice, texts)),
        2 => UserFilter::OrganizationId(text_match(dice, texts)),
        3..=6 => {
            let (text, key) = typed_name(dice, texts);
            UserFilter::Username {
                key,
                text,
                organization_specific_only: dice.happens(30),
            }
        }
        7 => UserFilter::Active,
        8 => UserFilter::Inactive,
        9 => UserFilter::Locked,
        10 => UserFilter::Deleted,
        11 => UserFilter::LockCause(dice.pick(&[LockCause::Operator, LockCause::Policy])),
        12 => UserFilter::LockedSince(time_range(dice)),
        _ => UserFilter::LockedUntil(time_range(dice)),
    }
}

/// A text that has a key.
fn typed_name(dice: &mut Dice, texts: &[String]) -> (TextMatch, UsernameKey) {
    loop {
        let text = text_match(dice, texts);
        let key = UsernameKey::of(&text.text);
        if !key.as_str().is_empty() {
            return (text, key);
        }
    }
}

fn text_match(dice: &mut Dice, texts: &[String]) -> TextMatch {
    let text = match dice.below(3) {
        0 => population::text(dice),
        1 => dice.pick(texts),
        _ => {
            let of = dice.pick(texts);
            population::part(dice, &of)
        }
    };
    TextMatch {
        method: dice.pick(&METHODS),
        text,
    }
}

fn time_range(dice: &mut Dice) -> TimeRange {
    TimeRange {
        after: dice.sometimes(50, population::moment),
        before: dice.sometimes(50, population::moment),
    }
}
