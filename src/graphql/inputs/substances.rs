//! Filters of substances.

use super::{NameFilter, codes, ids};
use crate::{
    domain::{
        check::Path,
        filters::{Decoder, Filter, SubstanceField, is},
        substances::SubstanceClass,
    },
    graphql::codes::Coded,
};
use async_graphql::{ID, InputObject};

/// Compares a substance.
#[derive(Debug, Clone, InputObject)]
pub struct SubstanceFilter {
    /// The substance is one of these names: `substances/heroin`.
    pub(super) name: Option<NameFilter>,
    /// The substance is one of these or lies under one of them in the hierarchy.
    pub(super) under: Option<Vec<ID>>,
    /// The class is one of these.
    pub(super) class_any_of: Option<Vec<Coded<SubstanceClass>>>,
}

pub(super) fn substance_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: SubstanceFilter,
) -> Vec<Filter<SubstanceField>> {
    let SubstanceFilter { name, under, class_any_of } = filter;
    let mut all = Vec::new();
    all.extend(name.map(|one| is(SubstanceField::Name(one.read(d, &path.field("name"))))));
    all.extend(ids(d, &path.field("under"), under).map(|list| is(SubstanceField::Under(list))));
    let classes = codes(d, &path.field("class_any_of"), class_any_of);
    all.extend(classes.map(|list| is(SubstanceField::Class(list))));
    all
}
