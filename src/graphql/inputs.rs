//! Filters and orders: the same fields as in the gRPC contract, read into the same types of the
//! domain. Every field of an input is named when it is read, so that a new one fails to compile.
//!
//! A field that is null or left out says nothing; a list that is given has at least one value.

mod agencies;
mod arguments;
mod operation_parts;
mod operations;
mod orders;
mod seizures;
mod sensors;
mod substances;
mod summaries;
mod values;

pub use agencies::AgencyFilter;
pub use arguments::{Bounded, Excess, Planned};
pub use operation_parts::{
    ConveyanceFilter, ConveyancesFilter, DetectionFilter, DetectionsFilter, ParticipantFilter,
    ParticipantsFilter, StepFilter, StepsFilter, WaypointFilter, WaypointsFilter,
};
pub use operations::OperationFilter;
pub use orders::{
    AgencyOrder, OperationOrder, OrderDirection, SeizureOrder, SensorOrder, SubstanceOrder,
};
pub use seizures::{
    ExternalIdFilter, ItemFilter, ItemsFilter, SeizureFilter, SeizuresFilter, TotalMassFilter,
};
pub use sensors::{ProvisionFilter, ProvisionsFilter, SensorFilter};
pub use substances::SubstanceFilter;
pub use summaries::{SummaryBound, SummaryHaving, SummaryOrder};
pub use values::{
    BoundingBox, Circle, CodeFilter, CountFilter, Measure, NameFilter, PercentFilter, PlaceFilter,
    QuantityFilter, TextFilter, TimeFilter, WhenFilter,
};

use super::codes::Coded;
use crate::domain::{
    check::{Path, Violations},
    codes::Code,
    filters::{
        AgencyField, Decoder, DetectionField, Filter, MetaField, OperationField, SeizureField,
        SensorField, SubstanceField, is,
    },
    ids::ResourceId,
};
use async_graphql::ID;

macro_rules! entrances {
    ($($input:ident, $field:ident: $fields:path;)+) => {$(
        impl $input {
            /// Reads the filter in the argument `filter`; none holds for every record.
            pub fn decode(
                filter: Option<Bounded<Self>>,
                violations: &mut Violations,
            ) -> Filter<$field> {
                let path = Path::root("filter");
                let filter = filter.and_then(|filter| filter.read(&path, violations));
                Decoder::new(violations).message(&path, filter, $fields).unwrap_or_default()
            }
        }
    )+};
}

entrances! {
    AgencyFilter, AgencyField: agencies::agency_fields;
    SensorFilter, SensorField: sensors::sensor_fields;
    OperationFilter, OperationField: operations::operation_fields;
    SeizureFilter, SeizureField: seizures::seizure_fields;
    DetectionFilter, DetectionField: operation_parts::detection_fields;
    SubstanceFilter, SubstanceField: substances::substance_fields;
}

/// What every composable filter has.
type Composed<M> = (Option<Vec<M>>, Option<Vec<M>>, Option<Box<M>>);

fn composed<M, F>(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    (and, or, not): Composed<M>,
    fields: fn(&mut Decoder<'_>, &Path<'_>, M) -> Vec<Filter<F>>,
) -> Vec<Filter<F>> {
    for (field, list) in [("and", &and), ("or", &or)] {
        not_empty(d, &path.field(field), list.as_deref());
    }
    d.composed(path, (and.unwrap_or_default(), or.unwrap_or_default(), not), fields)
}

/// Nobody means a list without values: it would hold for nothing, or for everything.
fn not_empty<T>(d: &mut Decoder<'_>, path: &Path<'_>, list: Option<&[T]>) {
    if list.is_some_and(<[T]>::is_empty) {
        d.violations.add(path, "an empty list: give a value or leave it out");
    }
}

fn codes<C: Code>(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    codes: Option<Vec<Coded<C>>>,
) -> Option<Vec<C>> {
    not_empty(d, path, codes.as_deref());
    let codes = codes?;
    d.count(path, codes.len()).then(|| codes.into_iter().map(|code| code.0).collect())
}

fn ids<I: ResourceId>(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    names: Option<Vec<ID>>,
) -> Option<Vec<I>> {
    not_empty(d, path, names.as_deref());
    let names: Vec<String> = names?.into_iter().map(|name| name.0).collect();
    Some(d.ids(path, &names))
}

fn code_texts(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    texts: Option<Vec<String>>,
) -> Option<Vec<String>> {
    not_empty(d, path, texts.as_deref());
    Some(d.code_texts(path, &texts?))
}

/// Reads what the filter of every record has.
fn meta<F>(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    (originator, create_time, update_time): (
        Option<NameFilter>,
        Option<TimeFilter>,
        Option<TimeFilter>,
    ),
    field: impl Fn(MetaField) -> F,
) -> Vec<Filter<F>> {
    let names = originator.map(|names| names.read(d, &path.field("originator")));
    let created = create_time.map(|time| time.read(d, &path.field("create_time")));
    let updated = update_time.map(|time| time.read(d, &path.field("update_time")));
    let all = [
        names.map(MetaField::Originator),
        created.map(MetaField::CreateTime),
        updated.map(MetaField::UpdateTime),
    ];
    all.into_iter().flatten().map(|meta| is(field(meta))).collect()
}
