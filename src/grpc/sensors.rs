//! Sensors, between the contract and the domain.

use super::values::{
    MetaFields, decode_marking, decode_place, decode_when, encode_marking, encode_meta,
    encode_place, encode_when, name_of,
};
use crate::{
    domain::{
        codes::Code as _,
        ids::ResourceId as _,
        sensors::{Provision, ProvisionDraft, Sensor, SensorBody, SensorDraft},
    },
    proto,
};

pub(super) fn decode(sensor: proto::Sensor) -> SensorDraft {
    let proto::Sensor {
        name: _,
        display_name,
        r#type,
        operator,
        provisions,
        site,
        marking,
        originator: _,
        etag: _,
        create_time: _,
        update_time: _,
        delete_time: _,
    } = sensor;
    let each = provisions.into_iter();
    let provisions = each
        .map(|proto::Provision { provider, kind, from, until }| ProvisionDraft {
            provider,
            kind,
            from: decode_when(from),
            until: decode_when(until),
        })
        .collect();
    SensorDraft {
        display_name,
        sensor_type: r#type,
        operator,
        provisions,
        site: site.map(decode_place),
        marking: decode_marking(marking),
    }
}

pub(super) fn encode(sensor: Sensor) -> proto::Sensor {
    let Sensor { id, body, meta } = sensor;
    let SensorBody { display_name, sensor_type, operator, provisions, site, marking } = body;
    let MetaFields { originator, etag, create_time, update_time, delete_time } = encode_meta(meta);
    let each = provisions.into_iter();
    let provisions = each
        .map(|Provision { provider, kind, from, until }| proto::Provision {
            provider: name_of(provider),
            kind: kind.code(),
            from: from.map(encode_when),
            until: until.map(encode_when),
        })
        .collect();
    proto::Sensor {
        name: id.name(),
        display_name,
        r#type: sensor_type.code(),
        operator: name_of(operator),
        provisions,
        site: site.map(encode_place),
        marking: Some(encode_marking(marking)),
        originator,
        etag,
        create_time,
        update_time,
        delete_time,
    }
}
