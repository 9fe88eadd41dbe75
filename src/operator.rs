//! What an operator does at the command line: keeps who may come in. Each returns what to say.

use crate::{
    domain::{
        codes::Code as _,
        dates::format_rfc3339_micros,
        errors::{Error, Result},
        principals::{OuterName, Principal, PrincipalDraft},
        tokens::{TOKEN_CHANCE_BYTES, Token, TokenRecord},
        viewers::Operator,
    },
    registry::Registry,
};

/// Records a principal.
///
/// # Errors
/// As [`Registry::set_principal`].
pub async fn set_principal(registry: &Registry, draft: &PrincipalDraft) -> Result<String> {
    let principal = registry.set_principal(&Operator::at_the_command_line(), draft).await?;
    Ok(told_principal(&principal))
}

/// One line for each principal.
///
/// # Errors
/// When the store cannot be read.
pub async fn list_principals(registry: &Registry) -> Result<String> {
    let found = registry.list_principals(&Operator::at_the_command_line()).await?;
    Ok(found.iter().map(told_principal).collect())
}

fn told_principal(principal: &Principal) -> String {
    let Principal { id, agency, region, roles, names } = principal;
    let region = region.as_ref().map_or("-", |region| region.as_str());
    let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
    let names: String = names
        .iter()
        .map(|name| match name {
            OuterName::CertificateUri(uri) => format!("  certificate {uri}"),
            OuterName::Subject { issuer, subject } => format!("  subject {issuer} {subject}"),
        })
        .collect();
    format!("{}  {agency}  {region}  {}{names}\n", id.as_str(), roles.join(","))
}

/// Makes a token; it comes apart from what else there is to say of it.
///
/// # Errors
/// As [`Registry::create_token`].
pub async fn create_token(
    registry: &Registry,
    principal: &str,
    days: u32,
) -> Result<(Token, String)> {
    let mut chance = [0; TOKEN_CHANCE_BYTES];
    getrandom::fill(&mut chance)
        .map_err(|error| Error::internal(format!("the system has no chance: {error}")))?;
    let operator = Operator::at_the_command_line();
    let (token, record) = registry.create_token(&operator, principal, days, &chance).await?;
    let told = format!(
        "the token {} of {} is good until {}; it is shown this once\n",
        record.id,
        record.principal,
        format_rfc3339_micros(record.expire_micros)
    );
    Ok((token, told))
}

/// One line for each token.
///
/// # Errors
/// When the store cannot be read.
pub async fn list_tokens(registry: &Registry) -> Result<String> {
    let found = registry.list_tokens(&Operator::at_the_command_line()).await?;
    let now = registry.now_micros();
    let line = |token: &TokenRecord| {
        let TokenRecord { id, principal, last_four, create_micros, expire_micros, revoke_micros } =
            token;
        let ends = match revoke_micros {
            Some(revoked) => format!("revoked {}", format_rfc3339_micros(*revoked)),
            None if now >= *expire_micros => {
                format!("expired {}", format_rfc3339_micros(*expire_micros))
            }
            None => format!("good until {}", format_rfc3339_micros(*expire_micros)),
        };
        let made = format_rfc3339_micros(*create_micros);
        format!("{id}  ...{last_four}  {principal}  made {made}  {ends}\n")
    };
    Ok(found.iter().map(line).collect())
}
