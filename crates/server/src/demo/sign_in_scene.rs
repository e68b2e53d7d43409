use serde_json::json;

use super::json_wire::JsonWire;
use super::narrator::{self, Narrator};
use super::wire::{Call, Outcome, Speaker, Wire};
use crate::CommandError;

const PASSWORD: &str = "correct horse battery staple";
const WRONG_PASSWORD: &str = "correct horse battery stable";
/// How many wrong passwords lock in this scene.
const ATTEMPTS: u32 = 3;

/// A lock that nobody ordered: Bob types a wrong password too often.
pub(super) struct SignInScene<'a> {
    pub(super) owner: Speaker<'a>,
    /// Who asks for those who sign in; the owner, in a small house.
    pub(super) log_in_page: Speaker<'a>,
    pub(super) help_desk: Speaker<'a>,
    pub(super) customer_id: &'a str,
    pub(super) organization_id: &'a str,
}

impl SignInScene<'_> {
    /// Plays the scene behind what happened to Bob so far.
    pub(super) async fn play(
        &self,
        json: &mut JsonWire,
        narrator: &mut Narrator,
        sequence: u64,
    ) -> Result<(), CommandError> {
        narrator::chapter("Too many wrong passwords, and a log-in that honours the lock")?;
        let user_id = self.customer_id;
        let policy = json!({ "maxPasswordAttempts": ATTEMPTS, "sourceAttempts": 10 });
        let exchange = json
            .set_lockout_policy(self.owner, self.organization_id, &policy)
            .await?;
        narrator.exchange(
            "The owner lets three wrong passwords lock.",
            &exchange,
            &Outcome::Changed { sequence: 1 },
        )?;
        let mut next = sequence + 1;
        let exchange = json.set_password(self.help_desk, user_id, PASSWORD).await?;
        narrator.exchange("Bob gets a password.", &exchange, &Outcome::Changed { sequence: next })?;

        let login_name = format!("bob@{}", self.organization_id);
        let invalid = Outcome::refused(7, "INVALID_CREDENTIALS");
        for attempt in 1..=ATTEMPTS {
            let (exchange, _) = json.sign_in(self.log_in_page, &login_name, WRONG_PASSWORD).await?;
            narrator.exchange(
                &format!("Bob mistypes it, {attempt} of {ATTEMPTS}."),
                &exchange,
                &invalid,
            )?;
        }
        let (exchange, _) = json.sign_in(self.log_in_page, &login_name, PASSWORD).await?;
        narrator.exchange(
            "Now the right one is refused, and nobody outside is told why ...",
            &exchange,
            &invalid,
        )?;
        let exchange = json.call(self.help_desk, Call::Get { user_id }).await?;
        narrator.exchange(
            "... but the desk sees it: the policy, since when, until when.",
            &exchange,
            &Outcome::found("USER_STATE_LOCKED", None),
        )?;
        // Each failure is an event, and so is the lock.
        next += u64::from(ATTEMPTS) + 2;
        let exchange = json.call(self.help_desk, Call::Unlock { user_id }).await?;
        narrator.exchange(
            "Ana does not wait for that.",
            &exchange,
            &Outcome::Changed { sequence: next },
        )?;
        let (exchange, token) = json.sign_in(self.log_in_page, &login_name, PASSWORD).await?;
        narrator.exchange("Bob is in.", &exchange, &Outcome::SignedIn)?;
        let by_session = Speaker {
            name: "Bob, by his session",
            token: token.as_deref(),
        };
        let exchange = json.call(by_session, Call::Get { user_id }).await?;
        narrator.exchange(
            "The session's token is a bearer token for what he may do.",
            &exchange,
            &Outcome::found("USER_STATE_ACTIVE", None),
        )?;
        let kinds = [
            "user.session.begun",
            "user.password.check.succeeded",
            "user.unlocked",
            "sign_in.failed",
            "user.locked",
        ];
        let kinds = kinds.map(ToOwned::to_owned).to_vec();
        let exchange = json.history(self.help_desk, user_id, kinds.len()).await?;
        narrator.exchange("All of it is in the history.", &exchange, &Outcome::Happened { kinds })
    }
}
