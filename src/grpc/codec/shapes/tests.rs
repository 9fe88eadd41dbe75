//! What messages are reckoned to take, against what they take.

use super::*;
use crate::{
    domain::{
        filters::FILTER_MESSAGES_MAX,
        markings::RELEASABLE_TO_MAX,
        operations::{CONVEYANCES_MAX, DETECTIONS_MAX, PARTICIPANTS_MAX, STEPS_MAX, WAYPOINTS_MAX},
        requests::MASK_PATHS_MAX,
        sources::SOURCES_MAX,
    },
    grpc::codec::DECODED_BYTES_MAX,
    proto,
};
use prost::Name;

fn reckoned<M: Name>() -> usize {
    let contract = FileDescriptorSet::decode(CONTRACT).unwrap();
    let place = Messages::of(&contract).places[&format!(".{}", M::full_name())];
    SHAPES.shapes[place].bytes
}

fn taken<M: Name>(bytes: &[u8]) -> usize {
    let mut left = usize::MAX;
    SHAPES.take(SHAPES.requests[M::NAME].place, bytes, DEPTH_MAX, &mut left).unwrap();
    usize::MAX - left
}

macro_rules! close {
    ($($message:ident),+) => {$(
        let (bytes, real) = (reckoned::<proto::$message>(), size_of::<proto::$message>());
        println!("{}: {bytes} reckoned, {real} real", stringify!($message));
        assert!(bytes >= real && bytes <= 2 * real, "{}", stringify!($message));
    )+};
}

#[test]
fn an_empty_message_takes_about_what_is_reckoned() {
    close!(
        Seizure,
        SeizedItem,
        Quantity,
        Place,
        When,
        Operation,
        Step,
        Detection,
        Participant,
        Conveyance,
        Waypoint,
        Sensor,
        Agency,
        SeizureFilter,
        OperationFilter,
        AgencyFilter,
        ItemFilter,
        CreateSeizureRequest,
        ListOperationsRequest
    );
}

/// The most parts that the contract allows, each with everything in it that takes bytes.
#[test]
fn the_largest_operation_takes_a_third_of_what_it_may() {
    let when = Some(proto::When::default());
    let place =
        Some(proto::Place { point: Some(proto::Point::default()), ..proto::Place::default() });
    let detection =
        proto::Detection { when: when.clone(), place: place.clone(), ..Default::default() };
    let step = proto::Step { when: when.clone(), place: place.clone(), ..Default::default() };
    let waypoint = proto::Waypoint { place: place.clone(), ..Default::default() };
    let marking = proto::Marking {
        releasable_to: vec![String::new(); RELEASABLE_TO_MAX],
        ..Default::default()
    };
    let operation = proto::Operation {
        when,
        place,
        participants: vec![proto::Participant::default(); PARTICIPANTS_MAX],
        detections: vec![detection; DETECTIONS_MAX],
        steps: vec![step; STEPS_MAX],
        conveyances: vec![proto::Conveyance::default(); CONVEYANCES_MAX],
        route: vec![waypoint; WAYPOINTS_MAX],
        sources: vec![proto::Source::default(); SOURCES_MAX],
        marking: Some(marking),
        ..proto::Operation::default()
    };
    let request = proto::UpdateOperationRequest {
        operation: Some(operation),
        update_mask: Some(prost_types::FieldMask { paths: vec![String::new(); MASK_PATHS_MAX] }),
        ..proto::UpdateOperationRequest::default()
    };
    let bytes = taken::<proto::UpdateOperationRequest>(&request.encode_to_vec());
    println!("the largest operation takes {bytes} bytes");
    assert!(bytes <= DECODED_BYTES_MAX / 3, "{bytes}");
}

#[test]
fn the_widest_filter_takes_no_more_than_it_may() {
    let widest = reckoned::<proto::OperationFilter>();
    assert!(FILTER_MESSAGES_MAX * widest <= DECODED_BYTES_MAX, "{widest}");
}

#[test]
fn lists_take_by_their_elements() {
    let item = reckoned::<proto::SeizedItem>();
    let seizure = proto::Seizure {
        items: vec![proto::SeizedItem::default(); 3],
        ..proto::Seizure::default()
    };
    let request = proto::CreateSeizureRequest {
        seizure: Some(seizure),
        request_id: "a text of its own".to_owned(),
        validate_only: true,
    };
    let taken_by_items = taken::<proto::CreateSeizureRequest>(&request.encode_to_vec())
        - reckoned::<proto::Seizure>();
    assert_eq!(taken_by_items, 3 * item);
    let names = proto::BatchGetSeizuresRequest { names: vec![String::new(); 5] };
    assert_eq!(taken::<proto::BatchGetSeizuresRequest>(&names.encode_to_vec()), 5 * LIST_BYTES);
}

#[test]
fn numbers_take_by_their_count() {
    let filter = proto::SeizureFilter {
        state_any_of: vec![1, 300, 70_000],
        ..proto::SeizureFilter::default()
    };
    let request = proto::ListSeizuresRequest {
        filter: Some(filter),
        ..proto::ListSeizuresRequest::default()
    };
    let expected = reckoned::<proto::SeizureFilter>() + 3 * 8;
    assert_eq!(taken::<proto::ListSeizuresRequest>(&request.encode_to_vec()), expected);
}

#[test]
fn nesting_has_an_end() {
    let mut filter = proto::SeizureFilter::default();
    for _ in 0..1_000 {
        filter = proto::SeizureFilter { not: Some(Box::new(filter)), ..Default::default() };
    }
    let request = proto::ListSeizuresRequest {
        filter: Some(filter),
        ..proto::ListSeizuresRequest::default()
    };
    let mut left = usize::MAX;
    let place = SHAPES.requests["ListSeizuresRequest"].place;
    let refused = SHAPES.take(place, &request.encode_to_vec(), DEPTH_MAX, &mut left);
    assert!(matches!(refused, Err(Refusal::TooDeep)), "{refused:?}");
}

#[test]
fn what_is_no_message_is_refused_or_left_to_prost() {
    let mut left = usize::MAX;
    let place = SHAPES.requests["CreateSeizureRequest"].place;
    // A key without a value; then a field longer than what is there.
    assert!(SHAPES.take(place, &[0x08], DEPTH_MAX, &mut left).is_err());
    assert!(SHAPES.take(place, &[0x12, 0x7f, 0x00], DEPTH_MAX, &mut left).is_ok());
}

#[test]
fn answers_are_not_reckoned() {
    let bytes = [0x0a, 0x00].repeat(4 << 20);
    assert!(SHAPES.check("ListSeizuresResponse", &bytes, 1).is_ok());
    assert!(
        matches!(SHAPES.check("BatchGetSeizuresRequest", &bytes, 1), Err(Refusal::TooMany(field)) if field == "names")
    );
}
