//! Substances, from the domain to the contract.

use super::values::name_of;
use crate::{
    domain::{
        codes::Code as _,
        ids::ResourceId as _,
        substances::{Substance, Terms},
    },
    proto,
};

pub(super) fn encode(substance: Substance) -> proto::Substance {
    let Substance { id, display_name, parent, class, terms, dea_codes, nibrs_category } = substance;
    proto::Substance {
        name: id.name(),
        display_name,
        parent: name_of(parent),
        class: class.code(),
        terms: terms.into_iter().map(encode_terms).collect(),
        dea_codes,
        nibrs_category,
    }
}

fn encode_terms(terms: Terms) -> proto::SubstanceTerms {
    let Terms { language, name, aliases } = terms;
    proto::SubstanceTerms { language: language.code(), name, aliases }
}
