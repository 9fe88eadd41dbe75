//! Seizures, their items and their names in other systems.
//!
//! A seizure's row holds all of it, items and external ids as JSON, so that reading one is one
//! statement of one row. The tables `seizure_items` and `external_ids` hold what questions compare
//! and sum, nothing else, and are written with the row.

use super::{
    Lens,
    dialect::{Row, Session, code, code_required},
    entity::{agencies, operations, seizures},
    guard::{self, col},
    records::{Common, Layout, PartsOf, T, Values},
    references::Keys,
    shapes::{
        PLACE_COLUMNS, WHEN_COLUMNS, list_from_json, number, place_values, read_place, read_when,
        to_json, when_values,
    },
};
use crate::domain::{
    codes::Code as _,
    errors::{Error, Kind, Result},
    ids::{AgencyId, OperationId, SeizureId, SubstanceId},
    quantities::{Amount, Quantity},
    seizures::{Item, Seizure, SeizureBody, millionths_of_percent},
    text::fold,
};
use futures_util::future::BoxFuture;
use sea_orm::{
    Value,
    sea_query::{Alias, Expr, SelectStatement},
};
use seizures::Column as C;
use serde::{Deserialize, Serialize};

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
        for column in [C::State, C::RetractionReason, C::Items, C::ExternalIds, C::Sources] {
            query.expr(col(T, column));
        }
        for column in WHEN_COLUMNS.iter().chain(&PLACE_COLUMNS) {
            query.expr(Expr::col((Alias::new(T), Alias::new(*column))));
        }
    }

    fn read(row: &mut Row<'_>, common: Common) -> Result<Self> {
        let Common { key: _, bytes: _, mine: _, meta, marking } = common;
        let id = SeizureId::from_uuid(row.uuid()?);
        let operation = row.uuid_or_null()?.map(OperationId::from_uuid);
        let agency = row.text_or_null()?.map(AgencyId::from_stored);
        let (state, retraction_reason) = (row.code_required()?, row.text()?);
        let items = read_items(row.str()?)?;
        let external_ids = list_from_json(row.str()?)?;
        let sources = list_from_json(row.str()?)?;
        let (when, place) = (read_when(row)?, read_place(row)?);
        let body =
            SeizureBody { operation, agency, when, place, items, external_ids, sources, marking };
        Ok(Self { id, body, state, retraction_reason, meta })
    }

    fn values(&self, keys: &Keys) -> Result<Values> {
        let SeizureBody {
            operation,
            agency,
            when,
            place,
            items,
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
            ("items", to_json(&items.iter().map(StoredItem::of).collect::<Vec<_>>())?.into()),
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
            let PartValues { items, external_ids } = part_values(self, row, keys)?;
            session.insert_parts("seizure_items", items).await?;
            let written = session.insert_parts("external_ids", external_ids).await;
            written.map_err(taken)
        })
    }
}

/// The rows of the parts of a seizure.
pub(super) struct PartValues {
    pub items: Vec<Values>,
    pub external_ids: Vec<Values>,
}

pub(super) fn part_values(seizure: &Seizure, row: PartsOf, keys: &Keys) -> Result<PartValues> {
    let each = (0_i64..).zip(&seizure.body.items);
    let items: Result<Vec<Values>> =
        each.map(|(position, item)| item_values(row.key, position, item, keys)).collect();
    let freed_by = if seizure.meta.delete_micros.is_some() { row.key } else { 0 };
    let ids = seizure.body.external_ids.iter().map(|id| -> Values {
        vec![
            ("originator_id", row.originator_key.into()),
            ("scheme", id.scheme.as_str().into()),
            ("value", id.value.as_str().into()),
            ("seizure_id", row.key.into()),
            ("freed_by", freed_by.into()),
        ]
    });
    Ok(PartValues { items: items?, external_ids: ids.collect() })
}

/// The items of a seizure as its row holds them.
pub(super) fn read_items(text: &str) -> Result<Vec<Item>> {
    let items = list_from_json::<StoredItem<String>>(text)?;
    items.into_iter().map(StoredItem::read).collect()
}

/// External ids are unique for each originator among what is not deleted, so that a conflict speaks of the caller's own
/// records alone.
pub(super) fn taken(error: Error) -> Error {
    let is = |index| error.is_conflict_on(index);
    if !is("external_ids_by_originator_id_scheme_value_freed_by") && !is("external_ids_pkey") {
        return error;
    }
    let message = "another seizure of this agency has one of these external ids";
    Error::new(Kind::AlreadyExists, "EXTERNAL_ID_TAKEN", message)
        .at("seizure.external_ids", message)
}

/// An item as its seizure's row holds it: kind, substance, label, quantity, form, identification,
/// purity and packages, codes by number. A list without names takes a fourth of the time to read.
#[derive(Serialize, Deserialize)]
struct StoredItem<S>(i32, Option<S>, S, Option<StoredQuantity<S>>, i32, i32, S, Option<i32>);

/// Amount, unit, bound, basis, method, normalised value.
#[derive(Serialize, Deserialize)]
struct StoredQuantity<S>(S, i32, i32, i32, i32, i64);

impl<'i> StoredItem<&'i str> {
    fn of(item: &'i Item) -> Self {
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
        Self(
            kind.code(),
            substance.as_ref().map(SubstanceId::as_str),
            reported_label,
            quantity.as_ref().map(StoredQuantity::of),
            form.map_or(0, |form| form.code()),
            identification.code(),
            purity_percent,
            *package_count,
        )
    }
}

impl StoredItem<String> {
    fn read(self) -> Result<Item> {
        let Self(kind, substance, label, quantity, form, identification, purity, packages) = self;
        Ok(Item {
            kind: code_required(kind)?,
            substance: substance.map(SubstanceId::from_stored),
            reported_label: label,
            quantity: quantity.map(StoredQuantity::read).transpose()?,
            form: code(form)?,
            identification: code_required(identification)?,
            purity_percent: purity,
            package_count: packages,
        })
    }
}

impl<'q> StoredQuantity<&'q str> {
    fn of(quantity: &'q Quantity) -> Self {
        let Quantity { amount, unit, bound, basis, method, normalized } = quantity;
        let method = method.map_or(0, |method| method.code());
        Self(amount.as_str(), unit.code(), bound.code(), basis.code(), method, *normalized)
    }
}

impl StoredQuantity<String> {
    fn read(self) -> Result<Quantity> {
        let Self(amount, unit, bound, basis, method, normalized) = self;
        Ok(Quantity {
            amount: Amount::from_stored(amount),
            unit: code_required(unit)?,
            bound: code_required(bound)?,
            basis: code_required(basis)?,
            method: code(method)?,
            normalized,
        })
    }
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
    let purity = (!purity_percent.is_empty()).then(|| millionths_of_percent(purity_percent));
    let quantity = quantity.as_ref();
    Ok(vec![
        ("seizure_id", key.into()),
        ("position", position.into()),
        ("kind", number(Some(*kind))),
        ("substance_id", keys.substance(substance.as_ref())?.into()),
        ("reported_label_folded", fold(reported_label).into()),
        ("unit", number(quantity.map(|q| q.unit))),
        ("bound", number(quantity.map(|q| q.bound))),
        ("basis", number(quantity.map(|q| q.basis))),
        ("method", number(quantity.and_then(|q| q.method))),
        ("dimension", number(quantity.map(Quantity::dimension))),
        ("normalized", quantity.map(|q| q.normalized).into()),
        ("form", number(*form)),
        ("identification", number(Some(*identification))),
        ("purity", purity.transpose().map_err(Error::internal)?.into()),
        ("package_count", package_count.map(i64::from).into()),
    ])
}
