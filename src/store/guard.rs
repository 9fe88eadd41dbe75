//! The visibility rule as SQL, and the only start of a query over records.
//!
//! A record is seen by its originator and by a viewer that holds one of the grants of its marking.
//! The same rule as a pure function is `domain::markings`; a test holds the two against each other.

use super::{
    Reach,
    dialect::Session,
    entity::{agencies, marking_grants, operations, seizures, sensors},
};
use crate::domain::{agencies::Agency, errors::Result, viewers::Viewer};
use sea_orm::{
    EntityTrait, Iden,
    sea_query::{
        Alias, CaseStatement, Condition, Expr, ExprTrait as _, IntoColumnRef as _, Query,
        SelectStatement,
    },
};
use std::{ops::Deref, sync::Arc};

/// A viewer with what the store knows of it.
#[derive(Debug)]
pub struct Eye {
    /// Who looks.
    pub viewer: Viewer,
    pub(super) key: i64,
    pub(super) grants: Vec<String>,
}

/// What records are seen through. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Lens {
    eye: Arc<Eye>,
    /// Shows every reference of a record; for a record's own originator while it changes it, so
    /// that a field that it does not name is kept even where it is hidden.
    pub(super) all_references: bool,
}

/// Key of an agency that the registry does not know: no row has it.
const NOBODY: i64 = -1;
/// Key of the lens that texts are built with.
const SAMPLE_KEY: i64 = -2;

impl Session {
    /// What a viewer may see.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn lens(&mut self, viewer: &Viewer) -> Result<Lens> {
        if let Some(eye) = self.shared.known.eye(viewer) {
            return Ok(Lens { eye, all_references: false });
        }
        let key = self.agency_key(viewer.agency.as_str()).await?;
        let lens = Lens::of(viewer.clone(), key.unwrap_or(NOBODY));
        if key.is_some() {
            self.shared.known.keep_eye(&lens.eye);
        }
        Ok(lens)
    }
}

impl Deref for Lens {
    type Target = Eye;
    fn deref(&self) -> &Eye {
        &self.eye
    }
}

impl Lens {
    /// The lens of an agency that is being registered under a key.
    pub(super) fn of_key(agency: &Agency, key: i64) -> Self {
        Self::of(
            Viewer { agency: agency.id.clone(), region: None, roles: Vec::new(), principal: None },
            key,
        )
    }

    fn of(viewer: Viewer, key: i64) -> Self {
        let eye = Eye { grants: viewer.grants(), viewer, key };
        Self { eye: Arc::new(eye), all_references: false }
    }

    /// A lens of the same shape whose key and grants are nobody's, and each different.
    pub(super) fn sample(&self) -> Self {
        let grants = (0..self.grants.len()).map(|grant| format!("{SAMPLE_KEY} {grant}")).collect();
        let eye = Eye { viewer: self.viewer.clone(), key: SAMPLE_KEY, grants };
        Self { eye: Arc::new(eye), all_references: self.all_references }
    }

    /// Whether the registry knows the viewer's agency; what nobody knows can record nothing.
    #[must_use]
    pub fn is_registered(&self) -> bool {
        self.key != NOBODY
    }

    /// The same lens, through which every reference of the viewer's own record is seen.
    #[must_use]
    pub fn with_all_references(mut self) -> Self {
        self.all_references = true;
        self
    }
}

/// A table of records, each of which has an originator and a marking.
pub(super) trait Guarded: EntityTrait {
    const TABLE: &'static str;
}

impl Guarded for agencies::Entity {
    const TABLE: &'static str = "agencies";
}
impl Guarded for sensors::Entity {
    const TABLE: &'static str = "sensors";
}
impl Guarded for operations::Entity {
    const TABLE: &'static str = "operations";
}
impl Guarded for seizures::Entity {
    const TABLE: &'static str = "seizures";
}

/// A column of a table under an alias.
pub(super) fn col(alias: &str, column: impl Iden + 'static) -> Expr {
    Expr::col((Alias::new(alias), column).into_column_ref())
}

/// The records of a table that the lens shows, under an alias.
pub(super) fn select<E: Guarded>(lens: &Lens, alias: &str, reach: Reach) -> SelectStatement {
    let mut query = Query::select();
    query.from_as(Alias::new(E::TABLE), Alias::new(alias)).cond_where(visible(alias, lens, reach));
    query
}

/// All records of a table, for a lookup that says of each whether the lens shows it
/// ([`visible_flag`]) and tells nobody of the others.
pub(super) fn unfiltered<E: Guarded>(alias: &str) -> SelectStatement {
    let mut query = Query::select();
    query.from_as(Alias::new(E::TABLE), Alias::new(alias));
    query
}

/// 1 where the lens shows the record under an alias, else 0.
pub(super) fn visible_flag(alias: &str, lens: &Lens) -> CaseStatement {
    let (yes, no) = (Expr::value(1_i64), Expr::value(0_i64));
    CaseStatement::new().case(visible(alias, lens, Reach::Keys), yes).finally(no)
}

/// Whether the lens shows the record under an alias.
pub(super) fn visible(alias: &str, lens: &Lens, reach: Reach) -> Condition {
    let marking = || Expr::col((Alias::new(alias), Alias::new("marking_id")));
    let originator = Expr::col((Alias::new(alias), Alias::new("originator_id")));
    let mut grants = Query::select();
    grants
        .from(marking_grants::Entity)
        .and_where(Expr::col(marking_grants::Column::Grantee).is_in(lens.grants.clone()));
    let granted = match reach {
        // A few probes for each row; what is visible in all need not be gathered.
        Reach::Keys => {
            grants.expr(Expr::value(1_i64)).and_where(
                Expr::col((marking_grants::Entity, marking_grants::Column::MarkingId))
                    .eq(marking()),
            );
            Expr::exists(grants)
        }
        // Gathered once for all rows.
        Reach::Page | Reach::Scan => {
            grants.column(marking_grants::Column::MarkingId);
            marking().in_subquery(grants)
        }
    };
    Condition::any().add(originator.eq(lens.key)).add(granted)
}

/// Joins the record that a key refers to for many rows, where the lens shows it and it is not
/// deleted; elsewhere its columns are null.
pub(super) fn join_present<E: Guarded>(
    query: &mut SelectStatement,
    lens: &Lens,
    alias: &str,
    key: Expr,
) {
    let column = |name: &'static str| Expr::col((Alias::new(alias), Alias::new(name)));
    let on = Condition::all()
        .add(column("id").eq(key))
        .add(visible(alias, lens, Reach::Scan))
        .add(column("delete_micros").is_null());
    query.join_as(
        sea_orm::sea_query::JoinType::LeftJoin,
        Alias::new(E::TABLE),
        Alias::new(alias),
        on,
    );
}

/// Joins the record that a key refers to, where the lens shows it; elsewhere its columns are null.
pub(super) fn join_visible<E: Guarded>(
    query: &mut SelectStatement,
    lens: &Lens,
    alias: &str,
    key: Expr,
) {
    let mut on = Condition::all().add(Expr::col((Alias::new(alias), Alias::new("id"))).eq(key));
    if !lens.all_references {
        on = on.add(visible(alias, lens, Reach::Keys));
    }
    query.join_as(
        sea_orm::sea_query::JoinType::LeftJoin,
        Alias::new(E::TABLE),
        Alias::new(alias),
        on,
    );
}
