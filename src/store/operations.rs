//! Operations in their table. Their parts are in `operation_parts`.

use super::{
    Lens, Reach, Span,
    dialect::{Row, RowLock, Session},
    entity::{agencies, operations, participants},
    guard::{self, col},
    operation_parts,
    records::{Common, Found, Layout, PartsOf, T, Values},
    references::Keys,
    shapes::{
        PLACE_COLUMNS, WHEN_COLUMNS, list_from_json, place_values, read_place, read_when, to_json,
        when_values,
    },
    texts::Shape,
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Result},
    ids::{AgencyId, OperationId, ResourceId as _},
    operations::{Operation, OperationBody},
    text::fold,
};
use futures_util::future::BoxFuture;
use operations::Column as C;
use sea_orm::{
    Value,
    sea_query::{Alias, CaseStatement, Condition, Expr, ExprTrait as _, Query, SelectStatement},
};

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Layout for Operation {
    type Entity = operations::Entity;
    const ID_COLUMN: &'static str = "uid";
    const ID_INDEX: &'static str = "operations_by_uid";

    fn id_value(id: &OperationId) -> Value {
        id.uuid().into()
    }

    fn columns(query: &mut SelectStatement, lens: &Lens) {
        guard::join_visible::<agencies::Entity>(query, lens, "lead", col(T, C::LeadAgencyId));
        query.expr(col(T, C::Uid)).expr(col("lead", agencies::Column::Slug));
        for column in [C::DisplayName, C::Domain, C::Outcome, C::Narrative, C::Sources] {
            query.expr(col(T, column));
        }
        for column in WHEN_COLUMNS.iter().chain(&PLACE_COLUMNS) {
            query.expr(Expr::col((Alias::new(T), Alias::new(*column))));
        }
    }

    fn read(row: &mut Row<'_>, common: Common) -> Result<Self> {
        let Common { key: _, bytes: _, mine: _, meta, marking } = common;
        let id = OperationId::from_uuid(row.uuid()?);
        let lead_agency = row.text_or_null()?.map(AgencyId::from_stored);
        let (display_name, domain, outcome) = (row.text()?, row.code()?, row.code_required()?);
        let (narrative, sources) = (row.text()?, list_from_json(row.str()?)?);
        let (when, place) = (read_when(row)?, read_place(row)?);
        let body = OperationBody {
            display_name,
            domain,
            outcome,
            when,
            place,
            lead_agency,
            participants: Vec::new(),
            detections: Vec::new(),
            steps: Vec::new(),
            conveyances: Vec::new(),
            route: Vec::new(),
            narrative,
            sources,
            marking,
        };
        Ok(Self { id, body, meta })
    }

    const SPAN: Span = Span::Statements;

    fn load_parts<'s>(
        session: &'s mut Session,
        lens: &'s Lens,
        found: &'s mut [Found<Self>],
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(operation_parts::load(session, lens, found))
    }

    fn values(&self, keys: &Keys) -> Result<Values> {
        let OperationBody {
            display_name,
            domain,
            outcome,
            when,
            place,
            lead_agency,
            participants: _,
            detections: _,
            steps: _,
            conveyances: _,
            route: _,
            narrative,
            sources,
            marking: _,
        } = &self.body;
        let mut values: Values = vec![
            ("display_name", display_name.as_str().into()),
            ("display_name_folded", fold(display_name).into()),
            ("domain", domain.map_or(0, |domain| i64::from(domain.code())).into()),
            ("outcome", i64::from(outcome.code()).into()),
            ("lead_agency_id", keys.agency(lead_agency.as_ref())?.into()),
            ("narrative", narrative.as_str().into()),
            ("narrative_folded", fold(narrative).into()),
            ("sources", to_json(sources)?.into()),
        ];
        values.extend(when_values(when.as_ref()));
        values.extend(place_values(place.as_ref()));
        Ok(values)
    }

    fn write_parts<'s>(
        &'s self,
        session: &'s mut Session,
        row: PartsOf,
        keys: &'s Keys,
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(operation_parts::write(session, &self.body, row, keys))
    }
}

impl Session {
    /// Whether the viewer's agency recorded, leads or takes part in an operation, which stays as it
    /// is until the transaction ends.
    ///
    /// # Errors
    /// `NotFound` when it is hidden or absent.
    pub async fn takes_part(&mut self, lens: &Lens, id: &OperationId) -> Result<bool> {
        if self.locks_rows() {
            self.lock::<Operation>(lens, id, RowLock::ToKeep).await?;
        }
        let ids = [Operation::id_value(id)];
        let shape = Shape::TakesPart { grants: lens.grants.len() };
        let query =
            self.kept_lookup(shape, lens, &ids, |sample| (part_of(sample, &ids), ids.to_vec()));
        let found = self.row(query, |row| Ok(row.int()? == 1)).await?;
        found.ok_or_else(|| Error::not_found(id.name()))
    }
}

fn part_of(lens: &Lens, ids: &[Value]) -> SelectStatement {
    let mut participant = Query::select();
    participant
        .from(participants::Entity)
        .expr(Expr::value(1_i64))
        .and_where(Expr::col(participants::Column::OperationId).eq(col(T, C::Id)))
        .and_where(Expr::col(participants::Column::AgencyId).eq(lens.key));
    let takes_part = Condition::any()
        .add(col(T, C::OriginatorId).eq(lens.key))
        .add(col(T, C::LeadAgencyId).eq(lens.key))
        .add(Expr::exists(participant));
    let (yes, no) = (Expr::value(1_i64), Expr::value(0_i64));
    let mut query = guard::select::<operations::Entity>(lens, T, Reach::Keys);
    query
        .expr(CaseStatement::new().case(takes_part, yes).finally(no))
        .and_where(col(T, C::Uid).is_in(ids.iter().cloned()));
    query
}
