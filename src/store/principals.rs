//! Principals and their tokens. They are no records: no viewer reads them, so no lens stands before
//! them; callers are found by them, and operators keep them.

use super::{
    dialect::{Row, Session},
    entity::{agencies, credentials_head, principal_names, principals, tokens},
    guard::col,
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Kind, Result},
    ids::{AgencyId, PrincipalId},
    principals::{OuterName, Principal},
    regions::RegionCode,
    tokens::TokenRecord,
    viewers::Role,
};
use principal_names::Column as N;
use principals::Column as P;
use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait as _, JoinType, OnConflict, Order, Query, SelectStatement},
};
use tokens::Column as T;

/// A token as it is kept, and whose it is.
#[derive(Debug)]
pub struct KeptToken {
    /// What is told of it.
    pub record: TokenRecord,
    /// SHA-256 of its text, in hexadecimal digits.
    pub hash: String,
    /// Whose it is; none once the principal is removed.
    pub principal: Option<Principal>,
}

const PRINCIPAL: &str = "principal";
const AGENCY: &str = "agency";
const TOKEN: &str = "token";
const NAME: &str = "name";

/// The parts of a name as its columns hold them.
fn columns_of(name: &OuterName) -> [Value; 3] {
    match name {
        OuterName::CertificateUri(uri) => [1_i64.into(), "".into(), uri.as_str().into()],
        OuterName::Subject { issuer, subject } => {
            [2_i64.into(), issuer.as_str().into(), subject.as_str().into()]
        }
    }
}

fn name_of(kind: i64, issuer: String, name: String) -> OuterName {
    match kind {
        1 => OuterName::CertificateUri(name),
        _ => OuterName::Subject { issuer, subject: name },
    }
}

fn join_principal(query: &mut SelectStatement, on: Expr) {
    query.join_as(JoinType::InnerJoin, Alias::new("principals"), Alias::new(PRINCIPAL), on);
    join_agency(query);
}

/// The agency of a principal, and the columns that a principal is read from.
fn join_agency(query: &mut SelectStatement) {
    let agency = col(AGENCY, agencies::Column::Id).eq(col(PRINCIPAL, P::AgencyId));
    query.join_as(JoinType::InnerJoin, Alias::new("agencies"), Alias::new(AGENCY), agency);
    principal_columns(query);
}

fn principal_columns(query: &mut SelectStatement) {
    query
        .expr(col(PRINCIPAL, P::Slug))
        .expr(col(AGENCY, agencies::Column::Slug))
        .expr(col(PRINCIPAL, P::RegionCode))
        .expr(col(PRINCIPAL, P::Roles))
        .expr(col(PRINCIPAL, P::RemoveMicros));
}

/// A principal without its names, and whether it is there still.
fn read_principal(row: &mut Row<'_>) -> Result<(Principal, bool)> {
    let (id, agency, region, roles) = (row.text()?, row.text()?, row.text()?, row.text()?);
    let unknown = |name: &str| Error::internal(format!("the role {name} is unknown here"));
    let roles: Result<Vec<Role>> =
        roles.split(',').map(|name| Role::from_name(name).ok_or_else(|| unknown(name))).collect();
    let principal = Principal {
        id: PrincipalId::from_stored(id),
        agency: AgencyId::from_stored(agency),
        region: (!region.is_empty()).then(|| RegionCode::from_stored(region)),
        roles: roles?,
        names: Vec::new(),
    };
    Ok((principal, row.int_or_null()?.is_none()))
}

fn token_columns(query: &mut SelectStatement) {
    for column in [T::PublicId, T::LastFour, T::CreateMicros, T::ExpireMicros, T::RevokeMicros] {
        query.expr(col(TOKEN, column));
    }
}

fn read_token(row: &mut Row<'_>, principal: PrincipalId) -> Result<TokenRecord> {
    Ok(TokenRecord {
        id: row.text()?,
        principal,
        last_four: row.text()?,
        create_micros: row.int()?,
        expire_micros: row.int()?,
        revoke_micros: row.int_or_null()?,
    })
}

impl Session {
    /// Records a principal, or sets one anew: its agency, region, roles and names.
    ///
    /// # Errors
    /// `AlreadyExists` when another principal has one of its names; `FailedPrecondition` when it is
    /// of another agency, or removed.
    pub async fn put_principal(&mut self, principal: &Principal, now_micros: i64) -> Result<()> {
        let Principal { id, agency, region, roles, names } = principal;
        let agency_key = self.agency_key(agency.as_str()).await?;
        let agency_key =
            agency_key.ok_or_else(|| Error::internal("a principal of no registered agency"))?;
        let known = self.principal_row(id).await?;
        if known.is_some_and(|(_, of, removed)| of != agency_key || removed) {
            let message = format!("{id} is of another agency, or removed: choose another id");
            return Err(Error::new(Kind::FailedPrecondition, "PRINCIPAL_TAKEN", message));
        }
        let roles: Vec<&str> = roles.iter().map(|role| role.name()).collect();
        let mut insert = Query::insert();
        insert
            .into_table(principals::Entity)
            .columns([P::Slug, P::AgencyId, P::RegionCode, P::Roles, P::CreateMicros])
            .values_panic([
                id.as_str().into(),
                agency_key.into(),
                region.as_ref().map_or("", RegionCode::as_str).into(),
                roles.join(",").into(),
                now_micros.into(),
            ])
            .on_conflict(
                OnConflict::column(P::Slug).update_columns([P::RegionCode, P::Roles]).to_owned(),
            )
            .returning_col(P::Id);
        let key = self.row(&insert, |row| row.int()).await?;
        let key = key.ok_or_else(|| Error::internal("a principal was not written"))?;
        self.put_names(key, names).await?;
        self.credentials_changed().await
    }

    async fn put_names(&mut self, key: i64, names: &[OuterName]) -> Result<()> {
        let mut delete = Query::delete();
        delete.from_table(principal_names::Entity).and_where(Expr::col(N::PrincipalId).eq(key));
        self.execute(&delete).await?;
        for name in names {
            if self.principal_by_name(name).await?.is_some() {
                let message = "another principal has one of the names: remove it there first";
                return Err(Error::new(Kind::AlreadyExists, "NAME_TAKEN", message));
            }
            let [kind, issuer, outer] = columns_of(name);
            let mut insert = Query::insert();
            insert
                .into_table(principal_names::Entity)
                .columns([N::Kind, N::Issuer, N::Name, N::PrincipalId])
                .values_panic([kind.into(), issuer.into(), outer.into(), key.into()]);
            self.execute(&insert).await?;
        }
        Ok(())
    }

    /// Key, key of the agency, and whether it is removed.
    async fn principal_row(&mut self, id: &PrincipalId) -> Result<Option<(i64, i64, bool)>> {
        let mut query = Query::select();
        query
            .columns([P::Id, P::AgencyId, P::RemoveMicros])
            .from(principals::Entity)
            .and_where(Expr::col(P::Slug).eq(id.as_str()));
        self.row(&query, |row| Ok((row.int()?, row.int()?, row.int_or_null()?.is_some()))).await
    }

    /// The principal of an id, without its names.
    ///
    /// # Errors
    /// `NotFound` when there is none, or it is removed.
    pub async fn principal(&mut self, id: &PrincipalId) -> Result<Principal> {
        let mut query = Query::select();
        query.from_as(Alias::new("principals"), Alias::new(PRINCIPAL));
        join_agency(&mut query);
        query.and_where(col(PRINCIPAL, P::Slug).eq(id.as_str()));
        match self.row(&query, read_principal).await? {
            Some((principal, true)) => Ok(principal),
            Some((_, false)) | None => Err(Error::not_found(id.to_string())),
        }
    }

    async fn standing_principal(&mut self, id: &PrincipalId) -> Result<i64> {
        match self.principal_row(id).await? {
            Some((key, _, false)) => Ok(key),
            Some((_, _, true)) | None => Err(Error::not_found(id.to_string())),
        }
    }

    /// Removes a principal: no credential of it is good any more, and its id stays taken.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn remove_principal(&mut self, id: &PrincipalId, now_micros: i64) -> Result<()> {
        let key = self.standing_principal(id).await?;
        let mut update = Query::update();
        update
            .table(principals::Entity)
            .value(P::RemoveMicros, now_micros)
            .and_where(Expr::col(P::Id).eq(key));
        self.execute(&update).await?;
        self.put_names(key, &[]).await?;
        self.credentials_changed().await
    }

    /// Every principal that is not removed, from a to z.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn principals(&mut self) -> Result<Vec<Principal>> {
        let mut query = Query::select();
        query.from_as(Alias::new("principals"), Alias::new(PRINCIPAL));
        join_agency(&mut query);
        query
            .and_where(col(PRINCIPAL, P::RemoveMicros).is_null())
            .order_by((Alias::new(PRINCIPAL), P::Slug), Order::Asc);
        let mut found = self.rows(&query, |row| Ok(read_principal(row)?.0)).await?;
        let mut names = Query::select();
        names.from_as(Alias::new("principal_names"), Alias::new(NAME)).join_as(
            JoinType::InnerJoin,
            Alias::new("principals"),
            Alias::new(PRINCIPAL),
            col(PRINCIPAL, P::Id).eq(col(NAME, N::PrincipalId)),
        );
        names
            .expr(col(PRINCIPAL, P::Slug))
            .exprs([N::Kind, N::Issuer, N::Name].map(|column| col(NAME, column)));
        let read =
            |row: &mut Row<'_>| Ok((row.text()?, name_of(row.int()?, row.text()?, row.text()?)));
        for (slug, name) in self.rows(&names, read).await? {
            let of = found.iter_mut().find(|principal| principal.id.as_str() == slug);
            of.into_iter().for_each(|principal| principal.names.push(name.clone()));
        }
        found.iter_mut().for_each(|principal| principal.names.sort());
        Ok(found)
    }

    /// Whether there is a principal that is not removed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_principals(&mut self) -> Result<bool> {
        let mut query = Query::select();
        query
            .column(P::Id)
            .from(principals::Entity)
            .and_where(Expr::col(P::RemoveMicros).is_null())
            .limit(1);
        Ok(self.row(&query, |row| row.int()).await?.is_some())
    }

    /// The principal that others call so.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn principal_by_name(&mut self, name: &OuterName) -> Result<Option<Principal>> {
        let query = self.kept("principal by name", columns_of(name), |[kind, issuer, outer]| {
            let mut query = Query::select();
            query.from_as(Alias::new("principal_names"), Alias::new(NAME));
            join_principal(&mut query, col(PRINCIPAL, P::Id).eq(col(NAME, N::PrincipalId)));
            query
                .and_where(col(NAME, N::Kind).eq(kind))
                .and_where(col(NAME, N::Issuer).eq(issuer))
                .and_where(col(NAME, N::Name).eq(outer));
            query
        });
        let found = self.row(query, read_principal).await?;
        Ok(found.and_then(|(principal, stands)| stands.then_some(principal)))
    }

    /// Keeps a token of a principal, by its hash.
    ///
    /// # Errors
    /// `NotFound` when there is no such principal.
    pub async fn insert_token(&mut self, record: &TokenRecord, hash: &str) -> Result<()> {
        let TokenRecord { id, principal, last_four, create_micros, expire_micros, revoke_micros } =
            record;
        let key = self.standing_principal(principal).await?;
        let mut insert = Query::insert();
        insert
            .into_table(tokens::Entity)
            .columns([
                T::PublicId,
                T::Hash,
                T::LastFour,
                T::PrincipalId,
                T::CreateMicros,
                T::ExpireMicros,
                T::RevokeMicros,
            ])
            .values_panic([
                id.as_str().into(),
                hash.into(),
                last_four.as_str().into(),
                key.into(),
                (*create_micros).into(),
                (*expire_micros).into(),
                (*revoke_micros).into(),
            ]);
        self.execute(&insert).await?;
        self.credentials_changed().await
    }

    /// Every token, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tokens(&mut self) -> Result<Vec<TokenRecord>> {
        let mut query = Query::select();
        query.from_as(Alias::new("tokens"), Alias::new(TOKEN)).join_as(
            JoinType::InnerJoin,
            Alias::new("principals"),
            Alias::new(PRINCIPAL),
            col(PRINCIPAL, P::Id).eq(col(TOKEN, T::PrincipalId)),
        );
        query.expr(col(PRINCIPAL, P::Slug));
        token_columns(&mut query);
        query.order_by((Alias::new(TOKEN), T::Id), Order::Asc);
        let read = |row: &mut Row<'_>| {
            let principal = PrincipalId::from_stored(row.text()?);
            read_token(row, principal)
        };
        self.rows(&query, read).await
    }

    /// The token that is called so.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn token(&mut self, id: &str) -> Result<Option<KeptToken>> {
        let query = self.kept("token", [id.into()], |[id]| {
            let mut query = Query::select();
            query.from_as(Alias::new("tokens"), Alias::new(TOKEN));
            join_principal(&mut query, col(PRINCIPAL, P::Id).eq(col(TOKEN, T::PrincipalId)));
            query.expr(col(TOKEN, T::Hash));
            token_columns(&mut query);
            query.and_where(col(TOKEN, T::PublicId).eq(id));
            query
        });
        let read = |row: &mut Row<'_>| {
            let (principal, stands) = read_principal(row)?;
            let hash = row.text()?;
            let record = read_token(row, principal.id.clone())?;
            Ok(KeptToken { record, hash, principal: stands.then_some(principal) })
        };
        self.row(query, read).await
    }

    /// Revokes a token: it is no longer good, from the next call on.
    ///
    /// # Errors
    /// `NotFound` when there is none.
    pub async fn revoke_token(&mut self, id: &str, now_micros: i64) -> Result<()> {
        if self.token(id).await?.is_none() {
            return Err(Error::not_found(format!("tokens/{id}")));
        }
        let mut update = Query::update();
        update
            .table(tokens::Entity)
            .value(T::RevokeMicros, now_micros)
            .and_where(Expr::col(T::PublicId).eq(id))
            .and_where(Expr::col(T::RevokeMicros).is_null());
        self.execute(&update).await?;
        self.credentials_changed().await
    }

    /// Counts a change of credentials, and tells every server of it.
    async fn credentials_changed(&mut self) -> Result<()> {
        let mut update = Query::update();
        update.table(credentials_head::Entity).value(
            credentials_head::Column::Revision,
            Expr::col(credentials_head::Column::Revision).add(1),
        );
        self.execute(&update).await?;
        let revision = self.credentials_revision().await?;
        self.announce_credentials(revision).await
    }

    /// How many changes of credentials there were.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub(super) async fn credentials_revision(&mut self) -> Result<i64> {
        let query = self.kept("credentials", [1_i64.into()], |[id]| {
            let mut query = Query::select();
            query
                .column(credentials_head::Column::Revision)
                .from(credentials_head::Entity)
                .and_where(Expr::col(credentials_head::Column::Id).eq(id));
            query
        });
        let found = self.row(query, |row| row.int()).await?;
        found.ok_or_else(|| Error::internal("the store counts no changes of credentials"))
    }
}
