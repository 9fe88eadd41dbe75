//! The parts that several records share, between the wire and the domain. Every field is named, so
//! that a new one fails to compile here.

use crate::{
    domain::{
        codes::Code,
        dates::When,
        ids::ResourceId,
        markings::{Marking, MarkingDraft},
        places::{AdministrativeCode, Place, PlaceDraft, Point, PointDraft},
        quantities::Quantity,
        records::Meta,
        seizures::QuantityDraft,
        sources::{ExternalId, Source, SourceDraft},
    },
    proto,
};
use prost_types::Timestamp;

const MICROS_PER_SECOND: i64 = 1_000_000;
const NANOS_PER_MICRO: i32 = 1_000;

/// The number of a value; 0 when there is none.
pub(super) fn number<C: Code>(value: Option<C>) -> i32 {
    value.map_or(0, Code::code)
}

/// The name of a record; empty when there is none.
pub(super) fn name_of<I: ResourceId>(id: Option<I>) -> String {
    id.map_or_else(String::new, |id| id.name())
}

/// The text of something; empty when there is none.
pub(super) fn text_of<T: Into<String>>(value: Option<T>) -> String {
    value.map_or_else(String::new, T::into)
}

/// An instant from microseconds since 1970-01-01T00:00:00Z.
pub(super) fn timestamp(micros: i64) -> Timestamp {
    let sub_second = i32::try_from(micros.rem_euclid(MICROS_PER_SECOND))
        .expect("a remainder by a million fits into 32 bits");
    Timestamp { seconds: micros.div_euclid(MICROS_PER_SECOND), nanos: sub_second * NANOS_PER_MICRO }
}

/// What every record has, as messages hold it.
pub(super) struct MetaFields {
    pub originator: String,
    pub etag: String,
    pub create_time: Option<Timestamp>,
    pub update_time: Option<Timestamp>,
    pub delete_time: Option<Timestamp>,
}

/// What every record has.
pub(super) fn encode_meta(meta: Meta) -> MetaFields {
    let etag = meta.etag();
    let Meta { originator, version: _, create_micros, update_micros, delete_micros } = meta;
    MetaFields {
        originator: name_of(originator),
        etag,
        create_time: Some(timestamp(create_micros)),
        update_time: Some(timestamp(update_micros)),
        delete_time: delete_micros.map(timestamp),
    }
}

/// The text of a date. An empty text in a message that is there stays, for the check to refuse.
pub(super) fn decode_when(when: Option<proto::When>) -> Option<String> {
    when.map(|proto::When { edtf, earliest_time: _, latest_time: _ }| edtf)
}

/// A date, with the instants it can mean.
pub(super) fn encode_when(when: When) -> proto::When {
    let (earliest, latest) = (when.earliest_micros(), when.latest_micros());
    proto::When {
        edtf: when.into(),
        earliest_time: (earliest != When::OPEN_START_MICROS).then(|| timestamp(earliest)),
        latest_time: (latest != When::OPEN_END_MICROS).then(|| timestamp(latest)),
    }
}

/// A place as proposed.
pub(super) fn decode_place(place: proto::Place) -> PlaceDraft {
    let proto::Place {
        kind,
        point,
        region_code,
        subdivision_code,
        administrative_code,
        unlocode,
        text,
    } = place;
    PlaceDraft {
        kind,
        point: point.map(|proto::Point { latitude, longitude, uncertainty_meters }| PointDraft {
            latitude,
            longitude,
            uncertainty_meters,
        }),
        region_code,
        subdivision_code,
        administrative_code: administrative_code
            .map(|proto::AdministrativeCode { scheme, code }| AdministrativeCode { scheme, code }),
        unlocode,
        text,
    }
}

/// A place.
pub(super) fn encode_place(place: Place) -> proto::Place {
    let Place { kind, point, region_code, subdivision_code, administrative_code, unlocode, text } =
        place;
    proto::Place {
        kind: number(kind),
        point: point.map(|Point { latitude, longitude, uncertainty_meters }| proto::Point {
            latitude,
            longitude,
            uncertainty_meters,
        }),
        region_code: text_of(region_code),
        subdivision_code,
        administrative_code: administrative_code
            .map(|AdministrativeCode { scheme, code }| proto::AdministrativeCode { scheme, code }),
        unlocode,
        text,
    }
}

/// A marking as proposed.
pub(super) fn decode_marking(marking: Option<proto::Marking>) -> Option<MarkingDraft> {
    marking.map(|proto::Marking { label, releasable_to }| MarkingDraft { label, releasable_to })
}

/// A marking.
pub(super) fn encode_marking(marking: Marking) -> proto::Marking {
    let Marking { label, releasable_to } = marking;
    proto::Marking {
        label: label.code(),
        releasable_to: releasable_to.into_iter().map(String::from).collect(),
    }
}

/// A quantity as proposed.
pub(super) fn decode_quantity(quantity: proto::Quantity) -> QuantityDraft {
    let proto::Quantity { value, unit, bound, basis, method, dimension: _, normalized_value: _ } =
        quantity;
    QuantityDraft { value, unit, bound, basis, method }
}

/// A quantity, with what it measures and its normalised value.
pub(super) fn encode_quantity(quantity: Quantity) -> proto::Quantity {
    let dimension = quantity.dimension().code();
    let Quantity { amount, unit, bound, basis, method, normalized } = quantity;
    proto::Quantity {
        value: amount.into(),
        unit: unit.code(),
        bound: bound.code(),
        basis: basis.code(),
        method: number(method),
        dimension,
        normalized_value: normalized,
    }
}

/// Sources as proposed.
pub(super) fn decode_sources(sources: Vec<proto::Source>) -> Vec<SourceDraft> {
    let decode = |proto::Source { title, publisher, url, published }| SourceDraft {
        title,
        publisher,
        url,
        published: decode_when(published),
    };
    sources.into_iter().map(decode).collect()
}

/// Sources.
pub(super) fn encode_sources(sources: Vec<Source>) -> Vec<proto::Source> {
    let encode = |Source { title, publisher, url, published }| proto::Source {
        title,
        publisher,
        url,
        published: published.map(encode_when),
    };
    sources.into_iter().map(encode).collect()
}

/// Names in other systems, as proposed.
pub(super) fn decode_external_ids(ids: Vec<proto::ExternalId>) -> Vec<ExternalId> {
    let decode = |proto::ExternalId { scheme, value }| ExternalId { scheme, value };
    ids.into_iter().map(decode).collect()
}

/// Names in other systems.
pub(super) fn encode_external_ids(ids: Vec<ExternalId>) -> Vec<proto::ExternalId> {
    let encode = |ExternalId { scheme, value }| proto::ExternalId { scheme, value };
    ids.into_iter().map(encode).collect()
}

#[cfg(test)]
mod tests;
