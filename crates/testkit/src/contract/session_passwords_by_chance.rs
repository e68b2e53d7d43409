//! Sign-ins, new passwords and resets by chance, beside a model that numbers the passwords.

use std::collections::BTreeMap;
use std::time::Duration;

use unlockd_application::ports::WriteSessionError;
use unlockd_domain::{Actor, LoginIdentity, PasswordProof, Session, SessionUser, Timestamp, TokenDigest, User};

use super::dice::Dice;
use super::{StoreHarness, arrange};
use crate::fixtures;
use crate::services::Stores;

const STEPS: usize = 200;

/// A user, and what the model knows of their proofs and sessions.
struct Model {
    user: User,
    now: Timestamp,
    /// The number of the user's password.
    password: usize,
    /// Each time at which a password was shown, with that password's number.
    proofs: Vec<(Timestamp, usize)>,
    /// Sessions that are there, by their number, with the number of the password that was shown in them.
    sessions: BTreeMap<u8, (Session, usize)>,
    begun: u8,
}

/// Session writes are as late as chance has it; the model knows which password each of them is a proof of.
pub async fn random_sign_ins_and_changes_leave_no_session_of_an_older_password_1(harness: &dyn StoreHarness) {
    run(harness, 1).await;
}

/// The same by another chance.
pub async fn random_sign_ins_and_changes_leave_no_session_of_an_older_password_2(harness: &dyn StoreHarness) {
    run(harness, 2).await;
}

async fn run(harness: &dyn StoreHarness, seed: u64) {
    let stores = harness.stores();
    arrange::organization(&stores, arrange::ACME).await;
    let mut dice = Dice::new(seed);
    let mut model = Model {
        user: arrange::user(&stores, "u").await,
        now: fixtures::now(),
        password: 0,
        proofs: Vec::new(),
        sessions: BTreeMap::new(),
        begun: 0,
    };
    for step in 0..STEPS {
        // The clock often stands still, and goes back now and then.
        model.now = match dice.below(4) {
            0 => model.now.saturating_add(Duration::from_micros(2)),
            1 => model.now.saturating_sub(Duration::from_micros(1)),
            _ => model.now,
        };
        match dice.below(10) {
            0..=3 => model.show_the_password(&stores).await,
            4..=6 => model.begin_a_session(&stores, &mut dice).await,
            7 => model.go_on_with_a_session(&stores, &mut dice).await,
            _ => model.replace_the_password(&stores, &mut dice).await,
        }
        model.assert_sessions(&stores, step).await;
    }
}

impl Model {
    async fn show_the_password(&mut self, stores: &Stores) {
        let policy = fixtures::lockout_policy(10);
        let passed = self.user.pass_password_check(&policy, None, Actor::System, self.now);
        let change = passed.expect("a password may be tried");
        self.user = arrange::commit(stores, &change).await;
        self.proofs.push((change.event().time, self.password));
    }

    /// With any proof, also one from long ago: as late as a slow sign-in can write it.
    async fn begin_a_session(&mut self, stores: &Stores, dice: &mut Dice) {
        if self.proofs.is_empty() || self.begun == u8::MAX {
            return;
        }
        let (checked_at, password) = dice.pick(&self.proofs);
        let number = self.begun;
        self.begun += 1;
        let session = Session {
            user: Some(proven(checked_at)),
            ..fixtures::session(&number.to_string())
        };
        let written = stores.sessions.create(&session, &TokenDigest([number; 32]), None).await;
        if self.is_current(&written, password) {
            self.sessions.insert(number, (session, password));
        }
    }

    /// Replaces the proof of a session that is there.
    async fn go_on_with_a_session(&mut self, stores: &Stores, dice: &mut Dice) {
        if self.proofs.is_empty() || self.sessions.is_empty() {
            return;
        }
        let number = dice.pick(&self.sessions.keys().copied().collect::<Vec<_>>());
        let (checked_at, password) = dice.pick(&self.proofs);
        let before = self.sessions[&number].0.clone();
        let next = Session {
            user: Some(proven(checked_at)),
            ..before.clone()
        }
        .advanced(self.now);
        let digest = TokenDigest([number; 32]);
        let written = stores.sessions.replace(&next, &digest, before.sequence, None).await;
        if self.is_current(&written, password) {
            self.sessions.insert(number, (next, password));
        }
    }

    async fn replace_the_password(&mut self, stores: &Stores, dice: &mut Dice) {
        let hash = arrange::hash(&self.password.to_string());
        let is_reset = dice.happens(30);
        let kept = dice.sometimes(70, |dice| dice.below(usize::from(self.begun) + 1).to_string());
        let kept = kept.filter(|_| !is_reset);
        let change = if is_reset {
            self.user.reset_password(hash, false, Actor::System, self.now)
        } else {
            let set = self.user.set_password(hash, false, Actor::System, self.now);
            set.map(|change| change.keeping_session(kept.as_deref().map(fixtures::session_id)))
        };
        let change = change.expect("a user who is not deleted");
        self.user = arrange::commit(stores, &change).await;
        self.password += 1;
        let sessions = std::mem::take(&mut self.sessions).into_iter();
        self.sessions = sessions
            .filter(|(number, _)| kept == Some(number.to_string()))
            .map(|(number, (session, _))| (number, (session.with_renewed_proof(change.event().time), self.password)))
            .collect();
    }

    /// Whether a session was written, which depends on nothing but the password that was shown.
    fn is_current(&self, written: &Result<(), WriteSessionError>, password: usize) -> bool {
        let expected = password == self.password;
        let is_as_expected = match written {
            Ok(()) => expected,
            Err(WriteSessionError::PasswordChanged) => !expected,
            Err(WriteSessionError::Conflict | WriteSessionError::UserNotFound | WriteSessionError::Store(_)) => false,
        };
        assert!(
            is_as_expected,
            "{written:?}, the current password was shown: {expected}"
        );
        written.is_ok()
    }

    async fn assert_sessions(&self, stores: &Stores, step: usize) {
        for number in 0..self.begun {
            let id = fixtures::session_id(&number.to_string());
            let found = stores.sessions.find(&id).await.expect("an answer");
            let expected = self.sessions.get(&number).map(|(session, _)| session);
            assert_eq!(
                found.as_ref().map(|(session, _)| session),
                expected,
                "step {step}, session {number}"
            );
        }
    }
}

fn proven(checked_at: Timestamp) -> SessionUser {
    SessionUser {
        identity: LoginIdentity::UserId(fixtures::user_id("u")),
        named_at: fixtures::now(),
        proof: Some(PasswordProof {
            user_id: fixtures::user_id("u"),
            organization: fixtures::organization_id(arrange::ACME),
            login_name: None,
            checked_at,
        }),
    }
}
