//! The fields of the filter of substances, in the order of the contract.

use super::{Decoder, is};
use crate::{
    domain::{
        check::Path,
        filters::{Filter, SubstanceField},
    },
    proto,
};

impl Decoder<'_> {
    /// Reads the filter in a field of a request.
    pub fn substances(
        &mut self,
        field: &str,
        filter: Option<proto::SubstanceFilter>,
    ) -> Filter<SubstanceField> {
        self.message(&Path::root(field), filter.map(Box::new), substance_fields).unwrap_or_default()
    }
}

pub(super) fn substance_fields(
    d: &mut Decoder<'_>,
    path: &Path<'_>,
    filter: proto::SubstanceFilter,
) -> Vec<Filter<SubstanceField>> {
    let proto::SubstanceFilter { name, under, class_any_of } = filter;
    let mut all = Vec::new();
    all.extend(name.map(|one| is(SubstanceField::Name(d.name(&path.field("name"), &one)))));
    if !under.is_empty() {
        all.push(is(SubstanceField::Under(d.ids(&path.field("under"), &under))));
    }
    let classes = d.codes(&path.field("class_any_of"), &class_any_of);
    all.extend(classes.map(|list| is(SubstanceField::Class(list))));
    all
}
