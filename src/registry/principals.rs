//! Who callers are. Operators keep principals and their tokens; a server asks whose a credential is.
//! These are the only use cases that no viewer is asked of: there is none yet.

use super::Registry;
use crate::{
    domain::{
        check::{Path, Violations},
        errors::{Error, Result},
        ids::{PrincipalId, ResourceId as _},
        principals::{OuterName, Principal, PrincipalDraft},
        text::hex,
        tokens::{TOKEN_CHANCE_BYTES, TOKEN_DAYS_MAX, Token, TokenRecord, parse_token_id},
        viewers::Operator,
    },
    store::{Keep, KeptToken, Reach, Span},
};
use subtle::ConstantTimeEq as _;

const DAY_MICROS: i64 = 24 * 3_600 * 1_000_000;

/// Whose a credential is, and until when it is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identified {
    /// Whose it is.
    pub principal: Principal,
    /// From when on it is no longer good, in microseconds since 1970-01-01T00:00:00Z.
    pub expire_micros: i64,
}

impl Registry {
    /// Records a principal or sets one anew, and registers its agency where it is not.
    ///
    /// # Errors
    /// `Invalid` with every violation; `FailedPrecondition` when the principal is of another agency
    /// or removed; `AlreadyExists` when another has one of its names.
    pub async fn set_principal(
        &self,
        _operator: &Operator,
        draft: &PrincipalDraft,
    ) -> Result<Principal> {
        let mut violations = Violations::default();
        let principal = draft.check(&mut violations);
        let principal = violations.finish(principal)?;
        self.register_own_agency(&principal.viewer()).await?;
        let (kept, now) = (principal.clone(), self.source.now_micros());
        let note = (self.source.new_uuid(), self.credential_change("SetPrincipal", &principal));
        self.store
            .write(Keep::Commit, move |session| {
                let (principal, (id, note)) = (kept.clone(), note.clone());
                Box::pin(async move {
                    session.put_principal(&principal, now).await?;
                    session.insert_access(id, &note).await
                })
            })
            .await?;
        Ok(principal)
    }

    /// Removes a principal: none of its credentials is good any more.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn remove_principal(&self, _operator: &Operator, id: &str) -> Result<()> {
        let (id, now) = (principal_id(id)?, self.source.now_micros());
        let (registry, note) = (self.clone(), self.source.new_uuid());
        self.store
            .write(Keep::Commit, move |session| {
                let (registry, id) = (registry.clone(), id.clone());
                Box::pin(async move {
                    let change = session.principal(&id).await?;
                    let change = registry.credential_change("RemovePrincipal", &change);
                    session.remove_principal(&id, now).await?;
                    session.insert_access(note, &change).await
                })
            })
            .await
    }

    /// Every principal, from a to z.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_principals(&self, _operator: &Operator) -> Result<Vec<Principal>> {
        self.store
            .read(Reach::Scan, Span::Statements, |session| {
                Box::pin(async move { session.principals().await })
            })
            .await
    }

    /// Whether anybody could come in.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_principals(&self) -> Result<bool> {
        self.store
            .read(Reach::Keys, Span::Statement, |session| {
                Box::pin(async move { session.has_principals().await })
            })
            .await
    }

    /// Makes a token of chance for a principal, good for so many days. What is returned is the only
    /// place where it can be read.
    ///
    /// # Errors
    /// `Invalid` when the days are not 1 to [`TOKEN_DAYS_MAX`]; `NotFound` when there is no such
    /// principal.
    pub async fn create_token(
        &self,
        _operator: &Operator,
        principal: &str,
        days: u32,
        chance: &[u8; TOKEN_CHANCE_BYTES],
    ) -> Result<(Token, TokenRecord)> {
        let principal = principal_id(principal)?;
        if !(1..=TOKEN_DAYS_MAX).contains(&days) {
            let message = format!("want 1 to {TOKEN_DAYS_MAX}");
            return Err(Error::invalid_field("days", message));
        }
        let token = Token::of_chance(chance);
        let now = self.source.now_micros();
        let record = TokenRecord {
            id: token.id().to_owned(),
            principal,
            last_four: token.last_four().to_owned(),
            create_micros: now,
            expire_micros: now + i64::from(days) * DAY_MICROS,
            revoke_micros: None,
        };
        let (kept, hash) = (record.clone(), hex(&token.hash()));
        let (registry, note) = (self.clone(), self.source.new_uuid());
        self.store
            .write(Keep::Commit, move |session| {
                let (registry, record, hash) = (registry.clone(), kept.clone(), hash.clone());
                Box::pin(async move {
                    let of = session.principal(&record.principal).await?;
                    session.insert_token(&record, &hash).await?;
                    let method = format!("CreateToken {}", record.id);
                    session.insert_access(note, &registry.credential_change(&method, &of)).await
                })
            })
            .await?;
        Ok((token, record))
    }

    /// Every token, the oldest first; of none of them more than it is called by.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn list_tokens(&self, _operator: &Operator) -> Result<Vec<TokenRecord>> {
        self.store
            .read(Reach::Scan, Span::Statement, |session| {
                Box::pin(async move { session.tokens().await })
            })
            .await
    }

    /// Revokes a token, named by what it is called or by the whole of it.
    ///
    /// # Errors
    /// `Invalid` when it is neither; `NotFound` when there is none.
    pub async fn revoke_token(&self, _operator: &Operator, token: &str) -> Result<()> {
        let wanted = || Error::invalid_field("token", "want the 8 characters that it is called by");
        let id = parse_token_id(token).ok_or_else(wanted)?;
        let now = self.source.now_micros();
        let (registry, note) = (self.clone(), self.source.new_uuid());
        self.store
            .write(Keep::Commit, move |session| {
                let (registry, id) = (registry.clone(), id.clone());
                Box::pin(async move {
                    session.revoke_token(&id, now).await?;
                    let kept = session.token(&id).await?;
                    // Of a principal that is removed nothing is good any more.
                    let Some(of) = kept.and_then(|kept| kept.principal) else { return Ok(()) };
                    let method = format!("RevokeToken {id}");
                    session.insert_access(note, &registry.credential_change(&method, &of)).await
                })
            })
            .await
    }

    /// Whose a token is; none when it is unknown, revoked or expired, or its principal removed.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be reached.
    pub async fn identify_token(&self, token: &Token) -> Result<Option<Identified>> {
        let id = token.id().to_owned();
        let kept = self
            .store
            .read(Reach::Keys, Span::Statement, move |session| {
                let id = id.clone();
                Box::pin(async move { session.token(&id).await })
            })
            .await?;
        let Some(KeptToken { record, hash, principal }) = kept else { return Ok(None) };
        let is_it: bool = hash.as_bytes().ct_eq(hex(&token.hash()).as_bytes()).into();
        let good = is_it && record.is_good(self.source.now_micros());
        Ok(principal
            .filter(|_| good)
            .map(|principal| Identified { principal, expire_micros: record.expire_micros }))
    }

    /// Whom others call so.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be reached.
    pub async fn identify_name(&self, name: &OuterName) -> Result<Option<Principal>> {
        let name = name.clone();
        self.store
            .read(Reach::Keys, Span::Statement, move |session| {
                let name = name.clone();
                Box::pin(async move { session.principal_by_name(&name).await })
            })
            .await
    }

    /// How many changes of credentials there were: what was identified at one count holds as long as
    /// the count does.
    ///
    /// # Errors
    /// `Unavailable` when the store cannot be reached.
    pub async fn credentials_revision(&self) -> Result<i64> {
        self.store.credentials_revision().await
    }

    /// Now, in microseconds since 1970-01-01T00:00:00Z, as the registry tells the time.
    #[must_use]
    pub fn now_micros(&self) -> i64 {
        self.source.now_micros()
    }
}

fn principal_id(id: &str) -> Result<PrincipalId> {
    let mut violations = Violations::default();
    let id = violations.keep(&Path::root("principal"), PrincipalId::parse_id(id));
    violations.finish(id)
}
