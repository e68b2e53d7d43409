use serde_json::json;
use unlockd_application::ports::SecretToken;
use unlockd_domain::{Grant, GrantScope, OrganizationId, OrganizationName, Role, UserId};

use super::narrator::{self, Narrator};
use super::sign_in_scene::SignInScene;
use super::stage::Stage;
use super::wire::{Call, Outcome, Speaker, Wire};
use super::{grpc_wire, json_wire::JsonWire};
use crate::CommandError;

const REASON: &str = "the phone was stolen";
const KEY: &str = "ticket-4711";
const ABSENT: &str = "nobody-of-that-name";

/// Who takes part, as far as anybody needs them after the tour.
pub(super) struct Cast {
    pub(super) help_desk_token: SecretToken,
    pub(super) customer_id: UserId,
}

/// The parts of the tour that are the same on every wire.
struct Scene<'a> {
    owner: Speaker<'a>,
    help_desk: Speaker<'a>,
    stranger: Speaker<'a>,
    customer: Speaker<'a>,
    customer_id: &'a str,
    elsewhere_id: &'a str,
}

pub(super) async fn run(stage: &mut Stage, narrator: &mut Narrator) -> Result<Cast, CommandError> {
    narrator::chapter("Two organizations, and who works there")?;
    let mut json = JsonWire::new(stage.address());
    let owner_token = stage.token(&stage.owner().await?).await?.secret;
    let owner = Speaker {
        name: "the owner",
        token: Some(owner_token.expose()),
    };
    let desk = organization(stage, "Customers").await?;
    let elsewhere = organization(stage, "Elsewhere").await?;

    let mut people = Vec::new();
    for (name, organization) in [("Ana", &desk), ("Bob", &desk), ("Eve", &desk), ("Zoe", &elsewhere)] {
        let user = json!({
            "organization": { "orgId": organization.as_str() },
            "authenticators": { "usernames": [{ "username": name, "isOrganizationSpecific": true }] },
            "data": { "displayName": name },
        });
        let (exchange, id) = json.create(owner, &user).await?;
        narrator.exchange(&format!("{name} joins."), &exchange, &Outcome::Changed { sequence: 1 })?;
        people.push(UserId::new(id).map_err(|error| CommandError::caused("no id for the new user", &error))?);
    }
    let [ana, bob, eve, zoe] = people.as_slice() else {
        return Err(CommandError::new("somebody is missing"));
    };
    let role = Grant::new(Role::OrgUserManager, GrantScope::Organization(desk.clone()))
        .ok_or_else(|| CommandError::new("the help desk's role is for organizations"))?;
    stage.administration().add_grant(ana, &role).await?;
    narrator::command(&format!(
        "grant add --user {ana} --role ORG_USER_MANAGER --organization {desk}"
    ))?;
    let mut tokens = Vec::new();
    for person in [ana, bob, eve] {
        tokens.push(stage.token(person).await?.secret);
        narrator::command(&format!("token create --user {person}"))?;
    }
    let speaker = |name, token: usize| Speaker {
        name,
        token: tokens.get(token).map(SecretToken::expose),
    };
    let scene = Scene {
        owner,
        help_desk: speaker("Ana of the help desk", 0),
        customer: speaker("Bob", 1),
        stranger: speaker("Eve, who holds no role", 2),
        customer_id: bob.as_str(),
        elsewhere_id: zoe.as_str(),
    };
    let mut sequence = 1;
    scene.play(&mut json, narrator, &mut sequence).await?;
    scene
        .play(&mut grpc_wire::grpc(stage.address()).await?, narrator, &mut sequence)
        .await?;
    scene
        .play(&mut grpc_wire::grpc_web(stage.address())?, narrator, &mut sequence)
        .await?;
    scene.repeat(&mut json, narrator, &mut sequence).await?;
    let sign_in = SignInScene {
        log_in_page: Speaker {
            name: "the log-in page",
            ..owner
        },
        owner,
        help_desk: scene.help_desk,
        customer_id: scene.customer_id,
        organization_id: desk.as_str(),
    };
    sign_in.play(&mut json, narrator, sequence).await?;
    let help_desk_token = tokens.swap_remove(0);
    Ok(Cast {
        help_desk_token,
        customer_id: bob.clone(),
    })
}

async fn organization(stage: &Stage, name: &str) -> Result<OrganizationId, CommandError> {
    let parsed = OrganizationName::new(name).map_err(|error| CommandError::caused("no name", &error))?;
    let organization = stage.administration().create_organization(None, parsed).await?;
    narrator::command(&format!("organization create {name}    # {}", organization.id))?;
    Ok(organization.id)
}

impl Scene<'_> {
    async fn play(
        &self,
        wire: &mut impl Wire,
        narrator: &mut Narrator,
        sequence: &mut u64,
    ) -> Result<(), CommandError> {
        let mut next = || {
            *sequence += 1;
            Outcome::Changed { sequence: *sequence }
        };
        let user_id = self.customer_id;
        let lock = Call::Lock {
            user_id,
            reason: REASON,
        };
        let (read, unlock) = (Call::Get { user_id }, Call::Unlock { user_id });
        let locked = Outcome::found("USER_STATE_LOCKED", Some(REASON));
        let active = Outcome::found("USER_STATE_ACTIVE", None);
        let anonymous = Speaker {
            name: "nobody",
            token: None,
        };
        let denied = Outcome::refused(7, "PERMISSION_DENIED");
        let unauthenticated = Outcome::refused(16, "UNAUTHENTICATED");
        let (locking, unlocking) = (next(), next());

        narrator::chapter(&format!("{}: a lock, and the way back in", wire.name()))?;
        let script = [
            (
                "Bob is active and can see himself.",
                self.customer,
                read,
                active.clone(),
            ),
            ("Ana locks Bob.", self.help_desk, lock, locking),
            ("Everyone at the desk sees why.", self.help_desk, read, locked),
            ("Bob stays outside.", self.customer, read, unauthenticated.clone()),
            (
                "A second lock is refused.",
                self.help_desk,
                lock,
                Outcome::refused(9, "USER_ALREADY_LOCKED"),
            ),
            ("Ana unlocks Bob.", self.help_desk, unlock, unlocking),
            ("Bob is back in, with the token he had.", self.customer, read, active),
        ];
        for (story, speaker, call, expected) in script {
            narrator.exchange(story, &wire.call(speaker, call).await?, &expected)?;
        }

        narrator::chapter(&format!("{}: what is refused", wire.name()))?;
        let absent = Call::Unlock { user_id: ABSENT };
        let elsewhere = Call::Unlock {
            user_id: self.elsewhere_id,
        };
        let script = [
            (
                "Bob is not locked.",
                self.help_desk,
                unlock,
                Outcome::refused(9, "USER_NOT_LOCKED"),
            ),
            ("Eve has no permission.", self.stranger, unlock, denied.clone()),
            (
                "The owner is told that there is no such user.",
                self.owner,
                absent,
                Outcome::refused(5, "USER_NOT_FOUND"),
            ),
            (
                "Ana must not know whether there is one ...",
                self.help_desk,
                absent,
                denied.clone(),
            ),
            (
                "... nor that Zoe exists, in another organization.",
                self.help_desk,
                elsewhere,
                denied,
            ),
            (
                "Without a token nobody gets anywhere.",
                anonymous,
                unlock,
                unauthenticated,
            ),
        ];
        for (story, speaker, call, expected) in script {
            narrator.exchange(story, &wire.call(speaker, call).await?, &expected)?;
        }
        Ok(())
    }

    /// A call that is sent twice because nobody knows whether it arrived, and what the history says about it all.
    async fn repeat(
        &self,
        json: &mut JsonWire,
        narrator: &mut Narrator,
        sequence: &mut u64,
    ) -> Result<(), CommandError> {
        let user_id = self.customer_id;
        let lock = Call::Lock {
            user_id,
            reason: REASON,
        };
        let (locked, unlocked) = (*sequence + 1, *sequence + 2);
        *sequence = unlocked;
        let desk = self.help_desk;

        narrator::chapter("A call that is safe to repeat, and what has happened")?;
        let exchange = json.call(desk, lock).await?;
        narrator.exchange(
            "Ana locks Bob once more.",
            &exchange,
            &Outcome::Changed { sequence: locked },
        )?;
        let exchange = json.unlock_once(desk, user_id, KEY).await?;
        narrator.exchange(
            "Ana unlocks Bob, under a key.",
            &exchange,
            &Outcome::Changed { sequence: unlocked },
        )?;
        let exchange = json.unlock_once(desk, user_id, KEY).await?;
        narrator.exchange(
            "No answer came? The same call again changes nothing, and gets the same answer.",
            &exchange,
            &Outcome::Replayed { sequence: unlocked },
        )?;
        let kinds = ["user.unlocked", "user.locked"].map(ToOwned::to_owned).to_vec();
        let exchange = json.history(desk, user_id, kinds.len()).await?;
        narrator.exchange(
            "The history has it once: who, when, and why.",
            &exchange,
            &Outcome::Happened { kinds },
        )
    }
}
