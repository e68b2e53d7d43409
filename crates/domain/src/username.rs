use std::fmt;

use icu_casemap::CaseMapper;
use icu_normalizer::{ComposingNormalizer, DecomposingNormalizer};

use crate::id::{OrganizationId, UsernameId};
use crate::text::{TextError, check_text};

/// A name that a user signs in with: 1 to 200 characters without U+0000, kept as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username {
    id: UsernameId,
    name: String,
    key: UsernameKey,
    scope: UsernameScope,
}

/// Where a username is unique.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UsernameScope {
    /// In the whole instance.
    Instance,
    /// Among the organization's own names (`is_organization_specific`).
    Organization,
}

/// What two usernames share when they differ in case only: Unicode's canonical caseless form (The Unicode Standard, D145).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UsernameKey(String);

impl Username {
    /// The longest username, in characters, as typed and in its composed form (NFC).
    pub const MAX_CHARACTERS: usize = 200;

    /// Takes over a name under an id of its own.
    ///
    /// # Errors
    /// [`TextError`] when the name is empty, longer than 200 characters, or holds U+0000.
    pub fn new(id: UsernameId, name: impl Into<String>, scope: UsernameScope) -> Result<Self, TextError> {
        let name = name.into();
        let key = UsernameKey::of(&name)?;
        Ok(Self { id, name, key, scope })
    }

    /// Takes over a username from a store, which vouches for its name and for the key that goes with it.
    #[must_use]
    pub fn restore(id: UsernameId, name: String, key: UsernameKey, scope: UsernameScope) -> Self {
        Self { id, name, key, scope }
    }

    /// The id by which the username is removed.
    #[must_use]
    pub fn id(&self) -> &UsernameId {
        &self.id
    }

    /// The name as it was typed.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What must be unique in the scope.
    #[must_use]
    pub fn key(&self) -> &UsernameKey {
        &self.key
    }

    /// Where the name is unique.
    #[must_use]
    pub fn scope(&self) -> UsernameScope {
        self.scope
    }

    /// The organization the name belongs to, given its user's; none for a name of the whole instance.
    #[must_use]
    pub fn scope_organization<'a>(&self, users_organization: &'a OrganizationId) -> Option<&'a OrganizationId> {
        match self.scope {
            UsernameScope::Instance => None,
            UsernameScope::Organization => Some(users_organization),
        }
    }
}

impl UsernameKey {
    /// The key of a name.
    ///
    /// # Errors
    /// [`TextError`] when the name is empty, longer than 200 characters, or holds U+0000.
    pub fn of(name: &str) -> Result<Self, TextError> {
        check_text(name, Username::MAX_CHARACTERS)?;
        let normalizer = ComposingNormalizer::new_nfc();
        let composed = normalizer.normalize(name);
        // A few characters decompose into several; bounding the composed form too bounds the key to what an index can hold.
        check_text(&composed, Username::MAX_CHARACTERS)?;
        // Folded in decomposed form, as D145 says: an iota below, once it is a letter, no longer trades places with marks.
        let decomposed = DecomposingNormalizer::new_nfd().normalize(&composed);
        let folded = CaseMapper::new().fold_string(&decomposed);
        Ok(Self(normalizer.normalize(&folded).into_owned()))
    }

    /// Takes over a key from a store, which vouches for it.
    #[must_use]
    pub fn trusted(key: String) -> Self {
        Self(key)
    }

    /// The key as stores hold it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
