//! The fields of the filter of agencies, in the order of the contract.

use super::{Decoder, is};
use crate::{
    domain::{
        check::Path,
        filters::{AgencyField, Filter},
    },
    proto,
};

impl Decoder<'_> {
    /// Reads the filter in a field of a request.
    pub fn agencies(
        &mut self,
        field: &str,
        filter: Option<proto::AgencyFilter>,
    ) -> Filter<AgencyField> {
        self.message(&Path::root(field), filter.map(Box::new), agency_fields).unwrap_or_default()
    }
}

pub(super) fn agency_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::AgencyFilter,
) -> Vec<Filter<AgencyField>> {
    let proto::AgencyFilter {
        and,
        or,
        not,
        name,
        display_name,
        native_name,
        acronym,
        region_code,
        kind_any_of,
        parent,
        has_parent,
        originator,
        create_time,
        update_time,
    } = filter;
    let mut all = d.composed(path, (and, or, not), agency_fields);
    all.extend(name.map(|one| is(AgencyField::Name(d.name(&path.field("name"), &one)))));
    all.extend(
        display_name
            .map(|one| is(AgencyField::DisplayName(d.text(&path.field("display_name"), &one)))),
    );
    all.extend(
        native_name
            .map(|one| is(AgencyField::NativeName(d.text(&path.field("native_name"), &one)))),
    );
    all.extend(acronym.map(|one| is(AgencyField::Acronym(d.text(&path.field("acronym"), &one)))));
    all.extend(
        region_code
            .map(|one| is(AgencyField::RegionCode(d.code(&path.field("region_code"), &one)))),
    );
    all.extend(
        d.codes(&path.field("kind_any_of"), &kind_any_of).map(|list| is(AgencyField::Kind(list))),
    );
    let one = d.message(&path.field("parent"), parent, agency_fields);
    all.extend(one.map(|one| is(AgencyField::Parent(Box::new(one)))));
    all.extend(has_parent.map(|has| is(AgencyField::HasParent(has))));
    all.extend(d.meta(
        path,
        originator.as_ref(),
        create_time.as_ref(),
        update_time.as_ref(),
        AgencyField::Meta,
    ));
    all
}
