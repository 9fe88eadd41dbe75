//! Seizures, between the contract and the domain.

use super::values::{
    MetaFields, decode_external_ids, decode_marking, decode_place, decode_quantity, decode_sources,
    decode_when, encode_external_ids, encode_marking, encode_meta, encode_place, encode_quantity,
    encode_sources, encode_when, name_of,
};
use crate::{
    domain::{
        codes::Code as _,
        ids::ResourceId as _,
        seizures::{Item, ItemDraft, Seizure, SeizureBody, SeizureDraft},
    },
    proto,
};

pub(super) fn decode(seizure: proto::Seizure) -> SeizureDraft {
    let proto::Seizure {
        name: _,
        operation,
        agency,
        when,
        place,
        items,
        external_ids,
        state: _,
        retraction_reason: _,
        sources,
        total_mass_micrograms: _,
        marking,
        originator: _,
        etag: _,
        create_time: _,
        update_time: _,
        delete_time: _,
    } = seizure;
    SeizureDraft {
        operation,
        agency,
        when: decode_when(when),
        place: place.map(decode_place),
        items: items.into_iter().map(decode_item).collect(),
        external_ids: decode_external_ids(external_ids),
        sources: decode_sources(sources),
        marking: decode_marking(marking),
    }
}

fn decode_item(item: proto::SeizedItem) -> ItemDraft {
    let proto::SeizedItem {
        kind,
        substance,
        reported_label,
        quantity,
        form,
        identification,
        purity_percent,
        package_count,
    } = item;
    ItemDraft {
        kind,
        substance,
        reported_label,
        quantity: quantity.map(decode_quantity),
        form,
        identification,
        purity_percent,
        package_count,
    }
}

pub(super) fn encode(seizure: Seizure) -> proto::Seizure {
    let total_mass_micrograms = seizure.body.total_mass_micrograms();
    let Seizure { id, body, state, retraction_reason, meta } = seizure;
    let SeizureBody { operation, agency, when, place, items, external_ids, sources, marking } =
        body;
    let MetaFields { originator, etag, create_time, update_time, delete_time } = encode_meta(meta);
    proto::Seizure {
        name: id.name(),
        operation: name_of(operation),
        agency: name_of(agency),
        when: when.map(encode_when),
        place: place.map(encode_place),
        items: items.into_iter().map(encode_item).collect(),
        external_ids: encode_external_ids(external_ids),
        state: state.code(),
        retraction_reason,
        sources: encode_sources(sources),
        total_mass_micrograms,
        marking: Some(encode_marking(marking)),
        originator,
        etag,
        create_time,
        update_time,
        delete_time,
    }
}

fn encode_item(item: Item) -> proto::SeizedItem {
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
    proto::SeizedItem {
        kind: kind.code(),
        substance: name_of(substance),
        reported_label,
        quantity: quantity.map(encode_quantity),
        form: form.map_or(0, |form| form.code()),
        identification: identification.code(),
        purity_percent,
        package_count,
    }
}
