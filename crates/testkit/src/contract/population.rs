//! Users by chance, the same in the store under test and in memory.

use unlockd_application::ports::{CommitError, CreateUserError, NewUser, UserFilter};
use unlockd_domain::{Grant, GrantScope, PolicyChange, Role, Timestamp, User, UserId};

use super::arrange;
use super::dice::Dice;
use super::random_changes::{actor, change, lockout_policy, source, username};
use crate::fixtures;
use crate::memory::MemoryStore;
use crate::services::Stores;

const USERS: usize = 40;
const CHANGES: usize = 400;

/// What has a meaning in patterns, differs in case only, or is written in two ways.
const PIECES: [&str; 28] = [
    "a", "A", "b", "B", "%", "_", "*", "?", "[", "]", "\\", "'", "\"", "^", "-", " ", "é", "É", "e\u{301}", "ß", "ss",
    "SS", "i", "İ", "ı", "σ", "ａ", "🔑",
];

pub(super) const ORGANIZATIONS: [&str; 5] = ["acme", "Acme", "ac%e", "ÄCME", "äcme"];

pub(super) const ACTORS: [&str; 3] = ["actor", "Actor", "a%r"];

/// A user store twice over: what one writes, or refuses, the other one does as well.
pub(super) struct Population {
    /// The same users in memory.
    pub(super) in_memory: Stores,
    stores: Stores,
}

/// One of a few moments, so that many are equal.
pub(super) fn moment(dice: &mut Dice) -> Timestamp {
    let times = [
        "2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00.000001Z",
        "2025-06-01T12:00:00.5Z",
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.999999Z",
    ];
    fixtures::timestamp(dice.pick(&times))
}

/// A text of 1 to 3 pieces.
pub(super) fn text(dice: &mut Dice) -> String {
    let pieces = 1 + dice.below(3);
    (0..pieces).map(|_| dice.pick(&PIECES)).collect()
}

/// A part of the text, of at least one character.
pub(super) fn part(dice: &mut Dice, of: &str) -> String {
    let characters: Vec<char> = of.chars().collect();
    let from = dice.below(characters.len());
    let length = 1 + dice.below(characters.len() - from);
    characters[from..from + length].iter().collect()
}

impl Population {
    /// Fills the stores, which must be empty.
    pub(super) async fn settle(stores: &Stores, dice: &mut Dice) -> Self {
        let population = Self {
            in_memory: Stores::of(MemoryStore::new()),
            stores: stores.clone(),
        };
        for id in ORGANIZATIONS {
            arrange::organization(&population.stores, id).await;
            arrange::organization(&population.in_memory, id).await;
        }
        let mut ids = Vec::new();
        for number in 0..USERS {
            let new = new_user(dice, number);
            if population.create(&new).await {
                ids.push(new.change.user().id().clone());
            }
        }
        for _ in 0..CHANGES {
            let id = dice.pick(&ids);
            population.change(dice, &id).await;
            if dice.happens(20) {
                population.change_a_policy(dice).await;
            }
            if dice.happens(10) {
                population.change_a_role(dice, &id).await;
            }
        }
        population
    }

    /// Every id and every username that there is, and the organizations.
    pub(super) async fn texts(&self) -> Vec<String> {
        let everybody = fixtures::user_query(UserFilter::And(Vec::new()));
        let page = self.in_memory.directory.search(&everybody).await.expect("an answer");
        let mut texts: Vec<String> = ORGANIZATIONS.map(str::to_owned).to_vec();
        for (user, profile) in page.users {
            texts.push(user.id().as_str().to_owned());
            texts.extend(profile.usernames.iter().map(|username| username.name().to_owned()));
        }
        texts
    }

    async fn create(&self, new: &NewUser) -> bool {
        let expected = self.in_memory.users.create(new).await;
        let written = self.stores.users.create(new).await;
        let is_taken = |answer: &Result<(), CreateUserError>| match answer {
            Ok(()) => false,
            Err(error) => {
                assert!(matches!(error, CreateUserError::UsernameTaken { .. }), "{error:?}");
                true
            }
        };
        assert_eq!(is_taken(&written), is_taken(&expected), "{new:?}");
        written.is_ok()
    }

    async fn change(&self, dice: &mut Dice, id: &UserId) {
        let found = self.in_memory.users.find_with_profile(id).await;
        let (user, profile) = found.expect("an answer").expect("the user");
        let now = moment(dice);
        let Some(change) = change(dice, &user, &profile, now) else {
            return;
        };
        let expected = self.in_memory.users.commit(&change, None).await;
        let written = self.stores.users.commit(&change, None).await;
        let is_taken = |answer: &Result<(), CommitError>| match answer {
            Ok(()) => false,
            Err(error) => {
                assert!(matches!(error, CommitError::UsernameTaken { .. }), "{error:?}");
                true
            }
        };
        assert_eq!(is_taken(&written), is_taken(&expected), "{change:?}");
    }

    /// Grants a role, or removes it when the user has it; never that of the owners, who could not leave then.
    async fn change_a_role(&self, dice: &mut Dice, id: &UserId) {
        if arrange::find(&self.in_memory, id.as_str()).await.is_deleted() {
            return;
        }
        let scope = GrantScope::Organization(fixtures::organization_id(dice.pick(&ORGANIZATIONS)));
        let grants = [
            Grant::new(Role::IamLoginClient, GrantScope::Instance),
            Grant::new(Role::OrgUserManager, scope),
        ];
        let grant = dice.pick(&grants).expect("a role where it can hold");
        let now = moment(dice);
        let listed = self.in_memory.grants.list(Some(id)).await.expect("an answer");
        let is_granted = listed.iter().any(|(_, granted)| *granted == grant);
        for stores in [&self.in_memory, &self.stores] {
            if is_granted {
                stores.grants.remove(id, &grant, now).await.expect("removed");
            } else {
                stores.grants.add(id, &grant, now).await.expect("granted");
            }
        }
    }

    async fn change_a_policy(&self, dice: &mut Dice) {
        let organization = dice.sometimes(70, |dice| fixtures::organization_id(dice.pick(&ORGANIZATIONS)));
        let before = self.in_memory.policies.find(organization.as_ref()).await;
        let policy = dice.sometimes(60, lockout_policy);
        let before = before.expect("an answer");
        let change = PolicyChange::new(organization, before.as_ref(), policy, actor(dice), moment(dice));
        let change = change.from_source(dice.sometimes(50, source).as_ref());
        for policies in [&self.in_memory.policies, &self.stores.policies] {
            policies.commit(&change, None).await.expect("the policy is written");
        }
    }
}

fn new_user(dice: &mut Dice, number: usize) -> NewUser {
    let id = fixtures::user_id(&format!("{}{number}{}", text(dice), text(dice)));
    let organization = fixtures::organization_id(dice.pick(&ORGANIZATIONS));
    let mut new = fixtures::new_user("u", arrange::ACME);
    new.change = User::create(id, organization, actor(dice), moment(dice));
    new.profile.usernames.extend(dice.sometimes(60, username));
    new
}
