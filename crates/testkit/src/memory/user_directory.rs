use std::cmp::Ordering;

use async_trait::async_trait;
use unlockd_application::ports::{
    SortDirection, StoreError, TextMatch, UserDirectory, UserFilter, UserOrder, UserPage, UserQuery,
};
use unlockd_domain::{Lock, Timestamp, User, UserState, Username, UsernameKey, UsernameScope};

use super::{MemoryStore, StoredUser};

#[async_trait]
impl UserDirectory for MemoryStore {
    async fn search(&self, query: &UserQuery) -> Result<UserPage, StoreError> {
        let state = self.state()?;
        let mut found: Vec<_> = state
            .users
            .values()
            .filter(|stored| !stored.user.is_deleted())
            .filter(|stored| query.visibility.covers(stored.user.organization()))
            .filter(|stored| is_fulfilled(&query.filter, stored, query.now))
            .collect();
        found.sort_by(|one, other| {
            let order = compare(query, &one.user, &other.user);
            match query.direction {
                SortDirection::Ascending => order,
                SortDirection::Descending => order.reverse(),
            }
        });
        let offset = usize::try_from(query.offset).unwrap_or(usize::MAX);
        let page = found.iter().skip(offset).take(query.limit as usize);
        Ok(UserPage {
            total: found.len() as u64,
            users: page
                .map(|stored| (stored.user.clone(), stored.profile.clone()))
                .collect(),
        })
    }
}

fn compare(query: &UserQuery, one: &User, other: &User) -> Ordering {
    let by_order = match query.order {
        UserOrder::Id => Ordering::Equal,
        UserOrder::CreationDate => one.created_at().cmp(&other.created_at()),
        UserOrder::ChangeDate => one.changed_at().cmp(&other.changed_at()),
        UserOrder::State => rank(one.state(query.now)).cmp(&rank(other.state(query.now))),
    };
    by_order.then_with(|| one.id().cmp(other.id()))
}

fn rank(state: &UserState) -> u8 {
    match state {
        UserState::Active => 1,
        UserState::Inactive => 2,
        UserState::Deleted => 3,
        UserState::Locked(_) => 4,
    }
}

fn is_fulfilled(filter: &UserFilter, stored: &StoredUser, now: Timestamp) -> bool {
    let (user, state) = (&stored.user, stored.user.state(now));
    let lock = lock_of(state);
    match filter {
        UserFilter::And(filters) => filters.iter().all(|filter| is_fulfilled(filter, stored, now)),
        UserFilter::Or(filters) => filters.iter().any(|filter| is_fulfilled(filter, stored, now)),
        UserFilter::Not(filter) => !is_fulfilled(filter, stored, now),
        UserFilter::UserId(text) => is_like(text, user.id().as_str()),
        UserFilter::OrganizationId(text) => is_like(text, user.organization().as_str()),
        UserFilter::Username {
            text,
            key,
            organization_specific_only,
        } => stored.profile.usernames.iter().any(|username| {
            let counts = !organization_specific_only || username.scope() == UsernameScope::Organization;
            counts && is_named(text, key, username)
        }),
        UserFilter::Active => *state == UserState::Active,
        UserFilter::Inactive => *state == UserState::Inactive,
        UserFilter::Deleted => *state == UserState::Deleted,
        UserFilter::Locked => lock.is_some(),
        UserFilter::LockCause(cause) => lock.is_some_and(|lock| lock.cause == *cause),
        UserFilter::LockedSince(range) => lock.is_some_and(|lock| range.contains(lock.since)),
        UserFilter::LockedUntil(range) => {
            let until = lock.and_then(|lock| lock.until);
            until.is_some_and(|until| range.contains(until))
        }
    }
}

fn lock_of(state: &UserState) -> Option<&Lock> {
    match state {
        UserState::Locked(lock) => Some(lock),
        UserState::Active | UserState::Inactive | UserState::Deleted => None,
    }
}

fn is_like(text: &TextMatch, id: &str) -> bool {
    if text.method.ignores_case() {
        let fold = |text: &str| text.to_ascii_lowercase();
        text.method.compares(&fold(id), &fold(&text.text))
    } else {
        text.method.compares(id, &text.text)
    }
}

fn is_named(text: &TextMatch, key: &UsernameKey, username: &Username) -> bool {
    if text.method.ignores_case() {
        text.method.compares(username.key().as_str(), key.as_str())
    } else {
        text.method.compares(username.name(), &text.text)
    }
}
