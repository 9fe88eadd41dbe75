//! Agencies, between the contract and the domain.

use super::values::{MetaFields, decode_marking, encode_marking, encode_meta, name_of, text_of};
use crate::{
    domain::{
        agencies::{Agency, AgencyBody, AgencyDraft},
        codes::Code as _,
        ids::ResourceId as _,
    },
    proto,
};

pub(super) fn decode(agency: proto::Agency) -> AgencyDraft {
    let proto::Agency {
        name: _,
        display_name,
        native_name,
        acronym,
        region_code,
        kind,
        parent,
        marking,
        originator: _,
        etag: _,
        create_time: _,
        update_time: _,
        delete_time: _,
    } = agency;
    let marking = decode_marking(marking);
    AgencyDraft { display_name, native_name, acronym, region_code, kind, parent, marking }
}

pub(super) fn encode(agency: Agency) -> proto::Agency {
    let Agency { id, body, meta } = agency;
    let AgencyBody { display_name, native_name, acronym, region_code, kind, parent, marking } =
        body;
    let MetaFields { originator, etag, create_time, update_time, delete_time } = encode_meta(meta);
    proto::Agency {
        name: id.name(),
        display_name,
        native_name,
        acronym,
        region_code: text_of(region_code),
        kind: kind.map_or(0, |kind| kind.code()),
        parent: name_of(parent),
        marking: Some(encode_marking(marking)),
        originator,
        etag,
        create_time,
        update_time,
        delete_time,
    }
}
