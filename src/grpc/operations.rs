//! Operations and their parts, between the contract and the domain.

use super::values::{
    MetaFields, decode_marking, decode_place, decode_sources, decode_when, encode_marking,
    encode_meta, encode_place, encode_sources, encode_when, name_of, number, text_of,
};
use crate::{
    domain::{
        codes::Code as _,
        ids::ResourceId as _,
        operation_parts::{
            Conveyance, ConveyanceDraft, Detection, DetectionDraft, Participant, ParticipantDraft,
            Step, StepDraft, Waypoint, WaypointDraft,
        },
        operations::{Operation, OperationBody, OperationDraft},
    },
    proto,
};

fn map<A, B>(list: Vec<A>, each: impl Fn(A) -> B) -> Vec<B> {
    list.into_iter().map(each).collect()
}

pub(super) fn decode(operation: proto::Operation) -> OperationDraft {
    let proto::Operation {
        name: _,
        display_name,
        domain,
        outcome,
        when,
        place,
        lead_agency,
        participants,
        detections,
        steps,
        conveyances,
        route,
        narrative,
        sources,
        marking,
        originator: _,
        etag: _,
        create_time: _,
        update_time: _,
        delete_time: _,
    } = operation;
    OperationDraft {
        display_name,
        domain,
        outcome,
        when: decode_when(when),
        place: place.map(decode_place),
        lead_agency,
        participants: map(participants, decode_participant),
        detections: map(detections, decode_detection),
        steps: map(steps, decode_step),
        conveyances: map(conveyances, decode_conveyance),
        route: map(route, decode_waypoint),
        narrative,
        sources: decode_sources(sources),
        marking: decode_marking(marking),
    }
}

fn decode_participant(part: proto::Participant) -> ParticipantDraft {
    let proto::Participant { agency, role, asset_label, asset_count } = part;
    ParticipantDraft { agency, role, asset_label, asset_count }
}

fn decode_detection(part: proto::Detection) -> DetectionDraft {
    let proto::Detection { sensor, role, when, place, target_kind, confidence } = part;
    let (when, place) = (decode_when(when), place.map(decode_place));
    DetectionDraft { sensor, role, when, place, target_kind, confidence }
}

fn decode_step(part: proto::Step) -> StepDraft {
    let proto::Step { kind, when, agency, asset_label, asset_count, place, note } = part;
    let (when, place) = (decode_when(when), place.map(decode_place));
    StepDraft { kind, when, agency, asset_label, asset_count, place, note }
}

fn decode_conveyance(part: proto::Conveyance) -> ConveyanceDraft {
    let proto::Conveyance {
        kind,
        registration,
        flag_region_code,
        imo_number,
        mmsi,
        claimed_name,
        model,
        disposition,
    } = part;
    ConveyanceDraft {
        kind,
        registration,
        flag_region_code,
        imo_number,
        mmsi,
        claimed_name,
        model,
        disposition,
    }
}

fn decode_waypoint(part: proto::Waypoint) -> WaypointDraft {
    let proto::Waypoint { kind, place } = part;
    WaypointDraft { kind, place: place.map(decode_place) }
}

pub(super) fn encode(operation: Operation) -> proto::Operation {
    let Operation { id, body, meta } = operation;
    let OperationBody {
        display_name,
        domain,
        outcome,
        when,
        place,
        lead_agency,
        participants,
        detections,
        steps,
        conveyances,
        route,
        narrative,
        sources,
        marking,
    } = body;
    let MetaFields { originator, etag, create_time, update_time, delete_time } = encode_meta(meta);
    proto::Operation {
        name: id.name(),
        display_name,
        domain: number(domain),
        outcome: outcome.code(),
        when: when.map(encode_when),
        place: place.map(encode_place),
        lead_agency: name_of(lead_agency),
        participants: map(participants, encode_participant),
        detections: map(detections, encode_detection),
        steps: map(steps, encode_step),
        conveyances: map(conveyances, encode_conveyance),
        route: map(route, encode_waypoint),
        narrative,
        sources: encode_sources(sources),
        marking: Some(encode_marking(marking)),
        originator,
        etag,
        create_time,
        update_time,
        delete_time,
    }
}

fn encode_participant(part: Participant) -> proto::Participant {
    let Participant { agency, role, asset_label, asset_count } = part;
    proto::Participant { agency: name_of(agency), role: role.code(), asset_label, asset_count }
}

fn encode_detection(part: Detection) -> proto::Detection {
    let Detection { sensor, role, when, place, target_kind, confidence } = part;
    proto::Detection {
        sensor: name_of(sensor),
        role: role.code(),
        when: when.map(encode_when),
        place: place.map(encode_place),
        target_kind: number(target_kind),
        confidence: number(confidence),
    }
}

fn encode_step(part: Step) -> proto::Step {
    let Step { kind, when, agency, asset_label, asset_count, place, note } = part;
    proto::Step {
        kind: kind.code(),
        when: when.map(encode_when),
        agency: name_of(agency),
        asset_label,
        asset_count,
        place: place.map(encode_place),
        note,
    }
}

fn encode_conveyance(part: Conveyance) -> proto::Conveyance {
    let Conveyance {
        kind,
        registration,
        flag_region_code,
        imo_number,
        mmsi,
        claimed_name,
        model,
        disposition,
    } = part;
    proto::Conveyance {
        kind: kind.code(),
        registration,
        flag_region_code: text_of(flag_region_code),
        imo_number,
        mmsi,
        claimed_name,
        model,
        disposition: number(disposition),
    }
}

fn encode_waypoint(part: Waypoint) -> proto::Waypoint {
    let Waypoint { kind, place } = part;
    proto::Waypoint { kind: kind.code(), place: Some(encode_place(place)) }
}
