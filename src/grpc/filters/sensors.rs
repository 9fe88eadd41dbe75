//! The fields of the filters of sensors and their provisions, in the order of the contract.

use super::{Decoder, agencies::agency_fields, is, operations::detection_fields};
use crate::{
    domain::{
        check::Path,
        filters::{Filter, ProvisionField, SensorField},
    },
    proto,
};

impl Decoder<'_> {
    /// Reads the filter in a field of a request.
    pub fn sensors(
        &mut self,
        field: &str,
        filter: Option<proto::SensorFilter>,
    ) -> Filter<SensorField> {
        self.message(&Path::root(field), filter.map(Box::new), sensor_fields).unwrap_or_default()
    }
}

pub(super) fn sensor_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SensorFilter,
) -> Vec<Filter<SensorField>> {
    let proto::SensorFilter {
        and,
        or,
        not,
        name,
        display_name,
        type_any_of,
        operator,
        has_operator,
        provisions,
        site,
        detections,
        originator,
        create_time,
        update_time,
    } = filter;
    let mut all = d.composed(path, (and, or, not), sensor_fields);
    all.extend(name.map(|one| is(SensorField::Name(d.name(&path.field("name"), &one)))));
    all.extend(
        display_name
            .map(|one| is(SensorField::DisplayName(d.text(&path.field("display_name"), &one)))),
    );
    all.extend(
        d.codes(&path.field("type_any_of"), &type_any_of).map(|list| is(SensorField::Type(list))),
    );
    let one = d.message(&path.field("operator"), operator, agency_fields);
    all.extend(one.map(|one| is(SensorField::Operator(one))));
    all.extend(has_operator.map(|has| is(SensorField::HasOperator(has))));
    if let Some(list) = provisions {
        let proto::ProvisionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SensorField::Provisions(d.quantified(
            &path.field("provisions"),
            list,
            provision_fields,
        ))));
    }
    all.extend(site.map(|one| is(SensorField::Site(Box::new(d.place(&path.field("site"), &one))))));
    if let Some(list) = detections {
        let proto::DetectionsFilter { some, none, every } = *list;
        let list = [some, none, every];
        all.push(is(SensorField::Detections(d.quantified(
            &path.field("detections"),
            list,
            detection_fields,
        ))));
    }
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        SensorField::Meta,
    ));
    all
}

fn provision_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::ProvisionFilter,
) -> Vec<Filter<ProvisionField>> {
    let proto::ProvisionFilter { and, or, not, provider, kind_any_of, from, until } = filter;
    let mut all = d.composed(path, (and, or, not), provision_fields);
    let one = d.message(&path.field("provider"), provider, agency_fields);
    all.extend(one.map(|one| is(ProvisionField::Provider(one))));
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of)
            .map(|list| is(ProvisionField::Kind(list))),
    );
    all.extend(from.map(|one| is(ProvisionField::From(d.when(&path.field("from"), &one)))));
    all.extend(until.map(|one| is(ProvisionField::Until(d.when(&path.field("until"), &one)))));
    all
}
