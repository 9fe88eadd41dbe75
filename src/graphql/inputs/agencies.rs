//! Filters of agencies.

use super::{CodeFilter, NameFilter, TextFilter, TimeFilter, codes, composed, meta};
use crate::{
    domain::{
        agencies::AgencyKind,
        check::Path,
        filters::{AgencyField, Decoder, Filter, is},
    },
    graphql::codes::Coded,
};
use async_graphql::InputObject;

/// Filters agencies.
#[derive(Debug, Clone, InputObject)]
pub struct AgencyFilter {
    /// All of these hold.
    pub(super) and: Option<Vec<AgencyFilter>>,
    /// At least one of these holds.
    pub(super) or: Option<Vec<AgencyFilter>>,
    /// This does not hold.
    pub(super) not: Option<Box<AgencyFilter>>,
    /// Resource name.
    pub(super) name: Option<NameFilter>,
    /// Display name.
    pub(super) display_name: Option<TextFilter>,
    /// Native name.
    pub(super) native_name: Option<TextFilter>,
    /// Acronym.
    pub(super) acronym: Option<TextFilter>,
    /// Region code.
    pub(super) region_code: Option<CodeFilter>,
    /// The kind is one of these.
    pub(super) kind_any_of: Option<Vec<Coded<AgencyKind>>>,
    /// The parent agency.
    pub(super) parent: Option<Box<AgencyFilter>>,
    /// Whether it has a parent agency.
    pub(super) has_parent: Option<bool>,
    /// Name of the agency that recorded it.
    pub(super) originator: Option<NameFilter>,
    /// When it was recorded.
    pub(super) create_time: Option<TimeFilter>,
    /// When it last changed.
    pub(super) update_time: Option<TimeFilter>,
}

pub(super) fn agency_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: AgencyFilter,
) -> Vec<Filter<AgencyField>> {
    let AgencyFilter {
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
    let mut all = composed(d, path, (and, or, not), agency_fields);
    all.extend(name.map(|one| is(AgencyField::Name(one.read(d, &path.field("name"))))));
    all.extend(
        display_name
            .map(|one| is(AgencyField::DisplayName(one.read(d, &path.field("display_name"))))),
    );
    all.extend(
        native_name.map(|one| is(AgencyField::NativeName(one.read(d, &path.field("native_name"))))),
    );
    all.extend(acronym.map(|one| is(AgencyField::Acronym(one.read(d, &path.field("acronym"))))));
    all.extend(
        region_code.map(|one| is(AgencyField::RegionCode(one.read(d, &path.field("region_code"))))),
    );
    all.extend(
        codes(d, &path.field("kind_any_of"), kind_any_of).map(|list| is(AgencyField::Kind(list))),
    );
    let one = d.message(&path.field("parent"), parent, agency_fields);
    all.extend(one.map(|one| is(AgencyField::Parent(Box::new(one)))));
    all.extend(has_parent.map(|has| is(AgencyField::HasParent(has))));
    all.extend(meta(d, path, (originator, create_time, update_time), AgencyField::Meta));
    all
}
