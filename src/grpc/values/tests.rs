//! The enumerations of the domain against those of the contract.

use super::*;
use crate::domain::{
    access::Ground,
    access_records::AccessKind,
    agencies::AgencyKind,
    dates::Calendar,
    filters::{AgencySort, OperationSort, SeizureSort, SensorSort, WhenMode},
    markings::Tlp,
    operation_kinds::{
        Confidence, ConveyanceDisposition, ConveyanceKind, DetectionRole, Domain, Outcome,
        ParticipantRole, StepKind, TargetKind, WaypointKind,
    },
    pages::Direction,
    places::PlaceKind,
    quantities::{Basis, Bound, Dimension, Method, Unit},
    seizures::{Form, Identification, ItemKind, SeizureState},
    sensors::{ProvisionKind, SensorType},
    substances::{Language, SubstanceClass},
    summaries::{Attribution, Figure, Key},
    viewers::Role,
};
use prost_reflect::DescriptorPool;
use std::collections::BTreeMap;

#[test]
fn an_instant_before_1970_counts_its_nanoseconds_forward() {
    assert_eq!(timestamp(-1), Timestamp { seconds: -1, nanos: 999_999_000 });
    assert_eq!(timestamp(1_500_000), Timestamp { seconds: 1, nanos: 500_000_000 });
}

#[test]
fn an_open_end_of_a_date_has_no_instant() {
    let open = encode_when(When::parse("2019-10/..").expect("EDTF"));
    assert!(open.earliest_time.is_some() && open.latest_time.is_none());
    let open = encode_when(When::parse("../2019-10").expect("EDTF"));
    assert!(open.earliest_time.is_none() && open.latest_time.is_some());
}

#[test]
fn a_date_that_is_there_and_empty_reaches_its_check() {
    assert_eq!(decode_when(Some(proto::When::default())), Some(String::new()));
    assert_eq!(decode_when(None), None);
}

/// Numbers and names, each name without the prefix that the contract gives it.
type Values = BTreeMap<i32, String>;

fn of_the_domain<C: Code>() -> Values {
    C::ALL.iter().map(|value| (value.code(), value.name().to_owned())).collect()
}

/// Every enumeration of the domain that the contract has, under its name there.
fn domain_enums() -> BTreeMap<&'static str, Values> {
    // The order of two directions is read without a code: 0 and 1 ascending, 2 descending.
    let directions = [(1, Direction::Ascending), (2, Direction::Descending)]
        .map(|(number, direction)| (number, format!("{direction:?}").to_uppercase()));
    BTreeMap::from([
        ("AccessGround", of_the_domain::<Ground>()),
        ("AccessRecordKind", of_the_domain::<AccessKind>()),
        ("AgencyKind", of_the_domain::<AgencyKind>()),
        ("AgencySortField", of_the_domain::<AgencySort>()),
        ("Attribution", of_the_domain::<Attribution>()),
        ("Basis", of_the_domain::<Basis>()),
        ("Bound", of_the_domain::<Bound>()),
        ("Calendar", of_the_domain::<Calendar>()),
        ("Confidence", of_the_domain::<Confidence>()),
        ("ConveyanceDisposition", of_the_domain::<ConveyanceDisposition>()),
        ("ConveyanceKind", of_the_domain::<ConveyanceKind>()),
        ("DetectionRole", of_the_domain::<DetectionRole>()),
        ("Dimension", of_the_domain::<Dimension>()),
        ("Direction", Values::from(directions)),
        ("Domain", of_the_domain::<Domain>()),
        ("Form", of_the_domain::<Form>()),
        ("Identification", of_the_domain::<Identification>()),
        ("ItemKind", of_the_domain::<ItemKind>()),
        ("Language", of_the_domain::<Language>()),
        ("Method", of_the_domain::<Method>()),
        ("OperationSortField", of_the_domain::<OperationSort>()),
        ("Outcome", of_the_domain::<Outcome>()),
        ("ParticipantRole", of_the_domain::<ParticipantRole>()),
        ("PlaceKind", of_the_domain::<PlaceKind>()),
        ("ProvisionKind", of_the_domain::<ProvisionKind>()),
        ("Role", of_the_domain::<Role>()),
        ("SeizureSortField", of_the_domain::<SeizureSort>()),
        ("SeizureState", of_the_domain::<SeizureState>()),
        ("SensorSortField", of_the_domain::<SensorSort>()),
        ("SensorType", of_the_domain::<SensorType>()),
        ("StepKind", of_the_domain::<StepKind>()),
        ("SubstanceClass", of_the_domain::<SubstanceClass>()),
        ("SummaryFigure", of_the_domain::<Figure>()),
        ("SummaryKey", of_the_domain::<Key>()),
        ("TargetKind", of_the_domain::<TargetKind>()),
        ("Tlp", of_the_domain::<Tlp>()),
        ("Unit", of_the_domain::<Unit>()),
        ("WaypointKind", of_the_domain::<WaypointKind>()),
        ("WhenMode", of_the_domain::<WhenMode>()),
    ])
}

/// `AgencyKind` in the style of its values: `AGENCY_KIND`.
fn upper_snake(name: &str) -> String {
    let mut upper = String::new();
    for (i, c) in name.chars().enumerate() {
        if i > 0 && c.is_uppercase() {
            upper.push('_');
        }
        upper.push(c.to_ascii_uppercase());
    }
    upper
}

#[test]
fn every_enumeration_agrees_with_the_contract_number_for_number() {
    let contract = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));
    let pool = DescriptorPool::decode(contract.as_slice()).expect("the contract");
    let mut domain = domain_enums();
    for descriptor in pool.all_enums().filter(|e| e.package_name() == "interdiction.v1") {
        let prefix = upper_snake(descriptor.name()) + "_";
        let mut values: Values = descriptor
            .values()
            .map(|value| {
                let name = value.name().strip_prefix(&prefix);
                (value.number(), name.expect("a value has its enumeration's prefix").to_owned())
            })
            .collect();
        assert_eq!(values.remove(&0).as_deref(), Some("UNSPECIFIED"), "{prefix}0");
        assert_eq!(domain.remove(descriptor.name()), Some(values), "{}", descriptor.name());
    }
    assert!(domain.is_empty(), "not in the contract: {:?}", domain.keys());
}
