//! Filters of seizures and their items.

use super::{
    AgencyFilter, CountFilter, Measure, NameFilter, OperationFilter, PercentFilter, PlaceFilter,
    QuantityFilter, SubstanceFilter, TextFilter, TimeFilter, WhenFilter, agencies::agency_fields,
    code_texts, codes, composed, meta, operations::operation_fields, substances::substance_fields,
};
use crate::{
    domain::{
        check::Path,
        dates::Calendar,
        filters::{Decoder, Filter, ItemField, SeizureField, is},
        quantities::Dimension,
        seizures::{Form, Identification, ItemKind, SeizureState},
        sources::check_scheme,
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

/// Filters the items of a seizure.
#[derive(Debug, Clone, InputObject)]
pub struct ItemFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<ItemFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<ItemFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<ItemFilter>>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<ItemKind>>>,
    /// The substance.
    pub(super) substance: Option<Box<SubstanceFilter>>,
    /// Whether a substance is known.
    pub(super) has_substance: Option<bool>,
    /// The label as reported.
    pub(super) reported_label: Option<TextFilter>,
    /// The quantity.
    pub(super) quantity: Option<QuantityFilter>,
    /// The form is one of these.
    pub(super) form_any_of: Option<Vec<Coded<Form>>>,
    /// The identification is one of these.
    pub(super) identification_any_of: Option<Vec<Coded<Identification>>>,
    /// The purity.
    pub(super) purity_percent: Option<PercentFilter>,
    /// The number of packages.
    pub(super) package_count: Option<CountFilter>,
}

/// Quantifies over the items of a seizure; every field that is set must hold.
#[derive(Debug, Clone, InputObject)]
pub struct ItemsFilter {
    /// At least one item passes.
    pub(super) some: Option<Box<ItemFilter>>,
    /// No item passes.
    pub(super) none: Option<Box<ItemFilter>>,
    /// Every item passes; also where there are none.
    pub(super) every: Option<Box<ItemFilter>>,
}

/// Compares an external id.
#[derive(Debug, Clone, InputObject)]
pub struct ExternalIdFilter {
    /// The scheme.
    pub(super) scheme: String,
    /// The value is one of these; null: any value of the scheme.
    pub(super) value_any_of: Option<Vec<String>>,
}

/// Compares the mass of all items of a seizure together.
#[derive(Debug, Clone, InputObject)]
pub struct TotalMassFilter {
    /// At least this much; its unit is one of mass.
    pub(super) at_least: Option<Measure>,
    /// At most this much; its unit is one of mass.
    pub(super) at_most: Option<Measure>,
    /// Whether the mass of any item is known. The bounds hold only where it is.
    pub(super) known: Option<bool>,
}

/// Quantifies over the seizures of an operation; every field that is set must hold. Only seizures
/// that count are looked at: not retracted, not deleted.
#[derive(Debug, Clone, InputObject)]
pub struct SeizuresFilter {
    /// At least one seizure passes.
    pub(super) some: Option<Box<SeizureFilter>>,
    /// No seizure passes.
    pub(super) none: Option<Box<SeizureFilter>>,
    /// Every seizure passes; also where there are none.
    pub(super) every: Option<Box<SeizureFilter>>,
}

/// Filters seizures.
#[derive(Debug, Clone, InputObject)]
pub struct SeizureFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<SeizureFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<SeizureFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<SeizureFilter>>,
    /// Resource name.
    pub(super) name: Option<NameFilter>,
    /// The operation it was made under.
    pub(super) operation: Option<Box<OperationFilter>>,
    /// Whether it was made under an operation.
    pub(super) has_operation: Option<bool>,
    /// The agency that seized.
    pub(super) agency: Option<Box<AgencyFilter>>,
    /// Whether the agency is known.
    pub(super) has_agency: Option<bool>,
    /// When.
    pub(super) when: Option<WhenFilter>,
    /// Where.
    pub(super) place: Option<PlaceFilter>,
    /// What was seized.
    pub(super) items: Option<Box<ItemsFilter>>,
    /// Mass of all substances together.
    pub(super) total_mass: Option<TotalMassFilter>,
    /// The state is one of these.
    pub(super) state_any_of: Option<Vec<Coded<SeizureState>>>,
    /// The name in another system.
    pub(super) external_id: Option<ExternalIdFilter>,
    /// Name of the agency that recorded it.
    pub(super) originator: Option<NameFilter>,
    /// When it was recorded.
    pub(super) create_time: Option<TimeFilter>,
    /// When it last changed.
    pub(super) update_time: Option<TimeFilter>,
    /// Every instant that its date can mean lies in one and the same bucket of this kind: for
    /// MONTH, the month is known.
    pub(super) dated_to: Option<Coded<Calendar>>,
}

pub(super) fn seizure_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: SeizureFilter,
) -> Vec<Filter<SeizureField>> {
    let SeizureFilter {
        and,
        or,
        not,
        name,
        operation,
        has_operation,
        agency,
        has_agency,
        when,
        place,
        items,
        total_mass,
        state_any_of,
        external_id,
        originator,
        create_time,
        update_time,
        dated_to,
    } = filter;
    let mut all = composed(d, path, (and, or, not), seizure_fields);
    all.extend(name.map(|one| is(SeizureField::Name(one.read(d, &path.field("name"))))));
    let one = d.message(&path.field("operation"), operation, operation_fields);
    all.extend(one.map(|one| is(SeizureField::Operation(Box::new(one)))));
    all.extend(has_operation.map(|has| is(SeizureField::HasOperation(has))));
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(SeizureField::Agency(one))));
    all.extend(has_agency.map(|has| is(SeizureField::HasAgency(has))));
    all.extend(when.map(|one| is(SeizureField::When(one.read(d, &path.field("when"))))));
    all.extend(
        place.map(|one| is(SeizureField::Place(Box::new(one.read(d, &path.field("place")))))),
    );
    if let Some(list) = items {
        let ItemsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SeizureField::Items(d.quantified(&path.field("items"), list, item_fields))));
    }
    all.extend(total_mass.map(|one| mass(d, &path.field("total_mass"), one)));
    all.extend(
        codes(d, &path.field("state_any_of"), state_any_of)
            .map(|list| is(SeizureField::State(list))),
    );
    all.extend(external_id.map(|one| named(d, &path.field("external_id"), one)));
    all.extend(dated_to.map(|calendar| is(SeizureField::DatedTo(calendar.0))));
    all.extend(meta(d, path, (originator, create_time, update_time), SeizureField::Meta));
    all
}

fn mass(d: &mut Decoder<'_>, path: &Path<'_>, filter: TotalMassFilter) -> Filter<SeizureField> {
    d.fits(path);
    let TotalMassFilter { at_least, at_most, known } = filter;
    let mut micrograms = |field, measure: Option<Measure>| {
        let path = path.field(field);
        let measure = measure?.read(d, &path)?;
        if measure.dimension != Dimension::Mass {
            d.violations.add(&path.field("unit"), "want a unit of mass");
        }
        Some(measure.normalized)
    };
    is(SeizureField::TotalMass {
        at_least: micrograms("at_least", at_least),
        at_most: micrograms("at_most", at_most),
        known,
    })
}

fn named(d: &mut Decoder<'_>, path: &Path<'_>, filter: ExternalIdFilter) -> Filter<SeizureField> {
    d.fits(path);
    let ExternalIdFilter { scheme, value_any_of } = filter;
    d.violations.keep(&path.field("scheme"), check_scheme(&scheme));
    let values = code_texts(d, &path.field("value_any_of"), value_any_of).unwrap_or_default();
    is(SeizureField::ExternalId { scheme, values })
}

pub(super) fn item_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: ItemFilter,
) -> Vec<Filter<ItemField>> {
    let ItemFilter {
        and,
        or,
        not,
        kind_any_of,
        substance,
        has_substance,
        reported_label,
        quantity,
        form_any_of,
        identification_any_of,
        purity_percent,
        package_count,
    } = filter;
    let mut all = composed(d, path, (and, or, not), item_fields);
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of).map(|list| is(ItemField::Kind(list))),
    );
    let one = d.message(&path.field("substance"), substance, substance_fields);
    all.extend(one.map(|one| is(ItemField::Substance(one))));
    all.extend(has_substance.map(|has| is(ItemField::HasSubstance(has))));
    all.extend(
        reported_label
            .map(|one| is(ItemField::ReportedLabel(one.read(d, &path.field("reported_label"))))),
    );
    all.extend(quantity.map(|one| is(ItemField::Quantity(one.read(d, &path.field("quantity"))))));
    all.extend(
        codes(d, &path.field("form_any_of"), form_any_of).map(|list| is(ItemField::Form(list))),
    );
    all.extend(
        codes(d, &path.field("identification_any_of"), identification_any_of)
            .map(|list| is(ItemField::Identification(list))),
    );
    all.extend(
        purity_percent.map(|one| is(ItemField::Purity(one.read(d, &path.field("purity_percent"))))),
    );
    all.extend(
        package_count
            .map(|one| is(ItemField::PackageCount(one.read(d, &path.field("package_count"))))),
    );
    all
}
