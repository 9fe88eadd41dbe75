//! Seizures, their items and their names in other systems.

use super::{
    Lens,
    dialect::{Row, Session},
    entity::{agencies, operations, seizure_items, seizures, substances},
    guard::{self, col},
    records::{Common, Found, Layout, PartsOf, T, Values},
    references::Keys,
    shapes::{
        PLACE_COLUMNS, WHEN_COLUMNS, from_json, number, place_values, read_place, read_when,
        to_json, when_values,
    },
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Kind, Result},
    ids::{AgencyId, OperationId, SeizureId, SubstanceId},
    quantities::{Amount, Quantity},
    seizures::{Item, Seizure, SeizureBody},
    text::fold,
};
use futures_util::future::BoxFuture;
use sea_orm::{
    Value,
    sea_query::{Alias, Expr, ExprTrait as _, JoinType, Order, Query, SelectStatement},
};
use seizure_items::Column as I;
use seizures::Column as C;
use std::collections::HashMap;

/// Stands for a mass that is not known: below every real one.
const NO_MASS: i64 = -1;

#[expect(private_interfaces, reason = "rows never leave the store")]
impl Layout for Seizure {
    type Entity = seizures::Entity;
    const ID_COLUMN: &'static str = "uid";
    const ID_INDEX: &'static str = "seizures_by_uid";

    fn id_value(id: &SeizureId) -> Value {
        id.uuid().into()
    }

    fn columns(query: &mut SelectStatement, lens: &Lens) {
        guard::join_visible::<operations::Entity>(query, lens, "operation", col(T, C::OperationId));
        guard::join_visible::<agencies::Entity>(query, lens, "agency", col(T, C::AgencyId));
        query
            .expr(col(T, C::Uid))
            .expr(col("operation", operations::Column::Uid))
            .expr(col("agency", agencies::Column::Slug));
        for column in [C::State, C::RetractionReason, C::ExternalIds, C::Sources] {
            query.expr(col(T, column));
        }
        for column in WHEN_COLUMNS.iter().chain(&PLACE_COLUMNS) {
            query.expr(Expr::col((Alias::new(T), Alias::new(*column))));
        }
    }

    fn read(row: &mut Row<'_>, common: Common) -> Result<Self> {
        let Common { key: _, mine: _, meta, marking } = common;
        let id = SeizureId::from_uuid(row.uuid()?);
        let operation = row.uuid_or_null()?.map(OperationId::from_uuid);
        let agency = row.text_or_null()?.map(AgencyId::from_stored);
        let (state, retraction_reason) = (row.code_required()?, row.text()?);
        let (external_ids, sources) = (from_json(&row.text()?)?, from_json(&row.text()?)?);
        let (when, place) = (read_when(row)?, read_place(row)?);
        let body = SeizureBody {
            operation,
            agency,
            when,
            place,
            items: Vec::new(),
            external_ids,
            sources,
            marking,
        };
        Ok(Self { id, body, state, retraction_reason, meta })
    }

    fn load_parts<'s>(
        session: &'s mut Session,
        _lens: &'s Lens,
        found: &'s mut [Found<Self>],
    ) -> BoxFuture<'s, Result<()>> {
        Box::pin(async move {
            let query = items_of(found.iter().map(|one| one.key));
            let items = session.rows(&query, |row| Ok((row.int()?, read_item(row)?))).await?;
            let mut by_key: HashMap<i64, &mut Vec<Item>> =
                found.iter_mut().map(|one| (one.key, &mut one.record.body.items)).collect();
            for (key, item) in items {
                if let Some(list) = by_key.get_mut(&key) {
                    list.push(item);
                }
            }
            Ok(())
        })
    }

    fn values(&self, keys: &Keys) -> Result<Values> {
        let SeizureBody {
            operation,
            agency,
            when,
            place,
            items: _,
            external_ids,
            sources,
            marking: _,
        } = &self.body;
        let mass = self.body.total_mass_micrograms().unwrap_or(NO_MASS);
        let mut values: Values = vec![
            ("operation_id", keys.operation(operation.as_ref())?.into()),
            ("agency_id", keys.agency(agency.as_ref())?.into()),
            ("state", i64::from(self.state.code()).into()),
            ("retraction_reason", self.retraction_reason.as_str().into()),
            ("external_ids", to_json(external_ids)?.into()),
            ("sources", to_json(sources)?.into()),
            ("mass_micrograms", mass.into()),
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
        Box::pin(async move {
            if !row.fresh {
                session.clear_parts("seizure_items", "seizure_id", row.key).await?;
                session.clear_parts("external_ids", "seizure_id", row.key).await?;
            }
            let each = (0_i64..).zip(&self.body.items);
            let items: Result<Vec<Values>> =
                each.map(|(position, item)| item_values(row.key, position, item, keys)).collect();
            session.insert_parts("seizure_items", items?).await?;
            let ids = self.body.external_ids.iter().map(|id| -> Values {
                vec![
                    ("originator_id", row.originator_key.into()),
                    ("scheme", id.scheme.as_str().into()),
                    ("value", id.value.as_str().into()),
                    ("seizure_id", row.key.into()),
                ]
            });
            let written = session.insert_parts("external_ids", ids.collect()).await;
            written.map_err(taken)
        })
    }
}

/// External ids are unique for each originator, so that a conflict speaks of the caller's own
/// records alone.
fn taken(error: Error) -> Error {
    let is = |index| error.is_conflict_on(index);
    if !is("external_ids_by_originator_id_scheme_value") && !is("external_ids_pkey") {
        return error;
    }
    let message = "another seizure of this agency has one of these external ids";
    Error::new(Kind::AlreadyExists, "EXTERNAL_ID_TAKEN", message)
        .at("seizure.external_ids", message)
}

fn items_of(keys: impl Iterator<Item = i64>) -> SelectStatement {
    let mut query = Query::select();
    query
        .from_as(seizure_items::Entity, Alias::new("i"))
        .join_as(
            JoinType::LeftJoin,
            substances::Entity,
            Alias::new("substance"),
            col("substance", substances::Column::Id).eq(col("i", I::SubstanceId)),
        )
        .expr(col("i", I::SeizureId))
        .expr(col("substance", substances::Column::Slug));
    for column in [
        I::Kind,
        I::ReportedLabel,
        I::Amount,
        I::Unit,
        I::Bound,
        I::Basis,
        I::Method,
        I::Normalized,
        I::Form,
        I::Identification,
        I::PurityPercent,
        I::PackageCount,
    ] {
        query.expr(col("i", column));
    }
    query
        .and_where(col("i", I::SeizureId).is_in(keys))
        .order_by((Alias::new("i"), I::SeizureId), Order::Asc)
        .order_by((Alias::new("i"), I::Position), Order::Asc);
    query
}

fn read_item(row: &mut Row<'_>) -> Result<Item> {
    let substance = row.text_or_null()?.map(SubstanceId::from_stored);
    let (kind, reported_label) = (row.code_required()?, row.text()?);
    let amount = row.text_or_null()?.map(Amount::from_stored);
    let (unit, bound, basis) = (row.code()?, row.code()?, row.code()?);
    let (method, normalized) = (row.code()?, row.int_or_null()?);
    let quantity = match (amount, unit, bound, basis, normalized) {
        (Some(amount), Some(unit), Some(bound), Some(basis), Some(normalized)) => {
            Some(Quantity { amount, unit, bound, basis, method, normalized })
        }
        _ => None,
    };
    Ok(Item {
        kind,
        substance,
        reported_label,
        quantity,
        form: row.code()?,
        identification: row.code_required()?,
        purity_percent: row.text()?,
        package_count: row.int_or_null()?.and_then(|count| i32::try_from(count).ok()),
    })
}

fn item_values(key: i64, position: i64, item: &Item, keys: &Keys) -> Result<Values> {
    let Item {
        kind,
        substance,
        reported_label,
        quantity,
        form,
        identification,
        purity_percent,
        package_count,
    } = item;
    let quantity = quantity.as_ref();
    Ok(vec![
        ("seizure_id", key.into()),
        ("position", position.into()),
        ("kind", number(Some(*kind))),
        ("substance_id", keys.substance(substance.as_ref())?.into()),
        ("reported_label", reported_label.as_str().into()),
        ("reported_label_folded", fold(reported_label).into()),
        ("amount", quantity.map(|q| q.amount.as_str().to_owned()).into()),
        ("unit", number(quantity.map(|q| q.unit))),
        ("bound", number(quantity.map(|q| q.bound))),
        ("basis", number(quantity.map(|q| q.basis))),
        ("method", number(quantity.and_then(|q| q.method))),
        ("dimension", number(quantity.map(Quantity::dimension))),
        ("normalized", quantity.map(|q| q.normalized).into()),
        ("form", number(*form)),
        ("identification", number(Some(*identification))),
        ("purity_percent", purity_percent.as_str().into()),
        ("package_count", package_count.map(i64::from).into()),
    ])
}
