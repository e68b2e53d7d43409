use unlockd_application::administration::Administration;
use unlockd_domain::{AccessTokenId, TokenName};

use super::{invalid, parse_user_id, table};
use crate::CommandError;
use crate::command_line::Token;
use crate::output::say;

pub(super) async fn run(command: Token, administration: Administration) -> Result<(), CommandError> {
    match command {
        Token::Create { user, expires_in, name } => {
            let name = name.map(TokenName::new).transpose();
            let name = name.map_err(|error| invalid("name", error))?;
            let issued = administration
                .create_token(parse_user_id(user)?, name, expires_in)
                .await?;
            if let Err(error) = say(format_args!("{}", issued.secret.expose())) {
                // Nobody has seen it, so nobody can use or find it again.
                administration.revoke_token(&issued.token.id).await?;
                return Err(error);
            }
        }
        Token::List { user } => {
            let user = user.map(parse_user_id).transpose()?;
            let tokens = administration.list_tokens(user.as_ref()).await?;
            let rows: Vec<_> = tokens
                .into_iter()
                .map(|token| {
                    let expires = token
                        .expires_at
                        .map_or_else(|| "never".to_owned(), |end| end.to_string());
                    [
                        token.id.to_string(),
                        token.user_id.to_string(),
                        token.created_at.to_string(),
                        expires,
                        token
                            .last_used_at
                            .map_or_else(|| "never".to_owned(), |last| last.to_string()),
                        token.name.map_or_else(String::new, |name| name.to_string()),
                    ]
                })
                .collect();
            table::print(
                ["TOKEN ID", "USER ID", "CREATED", "EXPIRES", "LAST USED", "NAME"],
                &rows,
            )?;
        }
        Token::Revoke { id } => {
            let id = AccessTokenId::new(id).map_err(|error| invalid("token id", error))?;
            administration.revoke_token(&id).await?;
            say(format_args!("The token {id} does not work any more."))?;
        }
    }
    Ok(())
}
