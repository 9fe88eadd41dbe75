//! The fields of the filters of seizures and their items, in the order of the contract.

use super::{
    Decoder, agencies::agency_fields, is, operations::operation_fields,
    substances::substance_fields,
};
use crate::{
    domain::{
        check::Path,
        filters::{Filter, ItemField, SeizureField},
        quantities::Dimension,
        sources::check_scheme,
    },
    proto,
};

impl Decoder<'_> {
    /// Reads the filter in a field of a request.
    pub fn seizures(
        &mut self,
        field: &str,
        filter: Option<proto::SeizureFilter>,
    ) -> Filter<SeizureField> {
        self.message(&Path::root(field), filter.map(Box::new), seizure_fields).unwrap_or_default()
    }
}

pub(super) fn seizure_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SeizureFilter,
) -> Vec<Filter<SeizureField>> {
    let proto::SeizureFilter {
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
    let mut all = d.composed(path, (and, or, not), seizure_fields);
    all.extend(name.map(|one| is(SeizureField::Name(d.name(&path.field("name"), &one)))));
    let one = d.message(&path.field("operation"), operation, operation_fields);
    all.extend(one.map(|one| is(SeizureField::Operation(Box::new(one)))));
    all.extend(has_operation.map(|has| is(SeizureField::HasOperation(has))));
    let one = d.message(&path.field("agency"), agency, agency_fields);
    all.extend(one.map(|one| is(SeizureField::Agency(one))));
    all.extend(has_agency.map(|has| is(SeizureField::HasAgency(has))));
    all.extend(when.map(|one| is(SeizureField::When(d.when(&path.field("when"), &one)))));
    all.extend(
        place.map(|one| is(SeizureField::Place(Box::new(d.place(&path.field("place"), &one))))),
    );
    if let Some(list) = items {
        let proto::ItemsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SeizureField::Items(d.quantified(&path.field("items"), list, item_fields))));
    }
    all.extend(total_mass.map(|one| mass(d, &path.field("total_mass"), &one)));
    all.extend(
        d.codes(&path.field("state_any_of"), &state_any_of)
            .map(|list| is(SeizureField::State(list))),
    );
    all.extend(external_id.map(|one| named(d, &path.field("external_id"), &one)));
    let calendar = d.violations.code(&path.field("dated_to"), dated_to);
    all.extend(calendar.map(|calendar| is(SeizureField::DatedTo(calendar))));
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        SeizureField::Meta,
    ));
    all
}

fn mass(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: &proto::TotalMassFilter,
) -> Filter<SeizureField> {
    d.fits(path);
    let proto::TotalMassFilter { at_least, at_most, known } = filter;
    let mut micrograms = |field, measure: Option<&proto::Measure>| {
        let path = path.field(field);
        let measure = d.amount(&path, measure)?;
        if measure.dimension != Dimension::Mass {
            d.violations.add(&path.field("unit"), "want a unit of mass");
        }
        Some(measure.normalized)
    };
    is(SeizureField::TotalMass {
        at_least: micrograms("at_least", at_least.as_ref()),
        at_most: micrograms("at_most", at_most.as_ref()),
        known: *known,
    })
}

fn named(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: &proto::ExternalIdFilter,
) -> Filter<SeizureField> {
    d.fits(path);
    let proto::ExternalIdFilter { scheme, value_any_of } = filter;
    d.violations.keep(&path.field("scheme"), check_scheme(scheme));
    let values = d.code_texts(&path.field("value_any_of"), value_any_of);
    is(SeizureField::ExternalId { scheme: scheme.clone(), values })
}

fn item_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ItemFilter,
) -> Vec<Filter<ItemField>> {
    let proto::ItemFilter {
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
    let mut all = d.composed(path, (and, or, not), item_fields);
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(ItemField::Kind(list))),
    );
    let one = d.message(&path.field("substance"), substance, substance_fields);
    all.extend(one.map(|one| is(ItemField::Substance(one))));
    all.extend(has_substance.map(|has| is(ItemField::HasSubstance(has))));
    all.extend(
        reported_label
            .map(|one| is(ItemField::ReportedLabel(d.text(&path.field("reported_label"), &one)))),
    );
    all.extend(
        quantity.map(|one| is(ItemField::Quantity(d.quantity(&path.field("quantity"), &one)))),
    );
    all.extend(
        d.codes(&path.field("form_any_of"), &form_any_of).map(|list| is(ItemField::Form(list))),
    );
    all.extend(
        d.codes(&path.field("identification_any_of"), &identification_any_of)
            .map(|list| is(ItemField::Identification(list))),
    );
    all.extend(
        purity_percent
            .map(|one| is(ItemField::Purity(d.percent(&path.field("purity_percent"), &one)))),
    );
    all.extend(
        package_count
            .map(|one| is(ItemField::PackageCount(d.number(&path.field("package_count"), &one)))),
    );
    all
}
