//! A tour of unlockd on a real server, over real sockets, with real clients of all three wires. It fails if anything is
//! not as documented.

mod grpc_wire;
mod json_wire;
mod narrator;
mod sign_in_scene;
mod stage;
mod tour;
mod wire;

use unlockd_application::ports::SecretToken;

use crate::CommandError;
use crate::command_line::Demo;
use crate::configuration::Configuration;
use crate::output::say;
use crate::shutdown::ShutdownSignals;
use narrator::Narrator;
use stage::Stage;

/// Runs the tour; with `--serve`, keeps the server up until a signal.
///
/// # Errors
/// [`CommandError`] when the server cannot be started, or an answer was not as documented.
pub(crate) async fn run(arguments: Demo, configuration: Configuration) -> Result<(), CommandError> {
    let mut signals = ShutdownSignals::catch().map_err(|error| CommandError::caused("cannot catch signals", &error))?;
    let mut stage = tokio::select! {
        stage = Stage::set(configuration) => stage?,
        signal = signals.next() => return Err(CommandError::new(format!("stopped by {signal}"))),
    };
    let outcome = tokio::select! {
        outcome = play(&mut stage, arguments.serve) => outcome,
        signal = signals.next() => Err(CommandError::new(format!("stopped by {signal}"))),
    };
    if outcome.is_ok() && arguments.serve {
        signals.next().await;
    }
    stage.clear().await?;
    outcome
}

async fn play(stage: &mut Stage, stays: bool) -> Result<(), CommandError> {
    let mut narrator = Narrator::default();
    let cast = tour::run(stage, &mut narrator).await?;
    narrator.verdict()?;
    if stays {
        show_commands(stage, &cast.help_desk_token, cast.customer_id.as_str())?;
    }
    Ok(())
}

fn show_commands(stage: &Stage, token: &SecretToken, user_id: &str) -> Result<(), CommandError> {
    let address = stage.address();
    say(format_args!(
        r#"
The service stays up until Ctrl-C. To try it from another shell:

export UNLOCKD=http://{address}
export TOKEN={token}
export USER_ID={user_id}

curl -i -X POST $UNLOCKD/v3alpha/users/$USER_ID/lock -H "Authorization: Bearer $TOKEN" \
     -H 'Content-Type: application/json' -d '{{"reason":"lost phone"}}'
curl -i $UNLOCKD/v3alpha/users/$USER_ID -H "Authorization: Bearer $TOKEN"
curl -i -X POST $UNLOCKD/v3alpha/users/$USER_ID/unlock -H "Authorization: Bearer $TOKEN"
grpcurl -plaintext -H "authorization: Bearer $TOKEN" -d "{{\"user_id\":\"$USER_ID\"}}" \
     {address} zitadel.user.v3alpha.UserService/LockUser
grpcurl -plaintext -H "authorization: Bearer $TOKEN" -d "{{\"user_id\":\"$USER_ID\"}}" \
     {address} zitadel.user.v3alpha.UserService/UnlockUser
"#,
        token = token.expose()
    ))
}
