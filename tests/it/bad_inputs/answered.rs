//! What looks bad and breaks no rule: it is answered. And what the table cannot say of an answer.

use super::{
    calls::{Call as _, Listing, Noun, Sent, Writing},
    filters::{any_of, set},
    known::{Caller, Known, Servers, agency, item, marking, operation, seizure, sensor},
    operation_filters,
    values::when,
};
use crate::world::World;
use interdiction::proto::{
    self, agency_service_client::AgencyServiceClient,
    operation_service_client::OperationServiceClient, seizure_service_client::SeizureServiceClient,
    sensor_service_client::SensorServiceClient,
};
use prost_types::{FieldMask, Timestamp};
use tonic::Code;
use tonic_types::StatusExt as _;

/// The widest filter that is taken: 200 messages that hold 1,000 values.
fn widest<N: Noun>(name: &str) -> N::Filter {
    let named = |names| {
        let any_of = vec![name.to_owned(); names];
        N::named(proto::NameFilter { any_of, none_of: Vec::new() })
    };
    let mut members = vec![N::or(vec![named(20); 50])];
    members.extend(vec![N::not(N::Filter::default()); 49]);
    N::and(members)
}

/// Sixteen levels.
fn deepest<N: Noun>() -> N::Filter {
    (1..16).fold(N::Filter::default(), |filter, _| N::not(filter))
}

fn lists<N: Noun>(name: &str) -> Vec<(&'static str, Sent)> {
    let by = |filter| N::list(Listing { filter, ..Listing::default() });
    let time = |seconds| Some(Timestamp { seconds, nanos: 0 });
    let reversed = proto::TimeFilter { from_time: time(2), until_time: time(1) };
    vec![
        ("an empty filter in every branch", by(N::and(vec![N::or(vec![N::Filter::default()])]))),
        ("nothing that holds for everything", by(N::not(N::Filter::default()))),
        ("a span of time that is reversed", by(N::recorded(None, Some(reversed), None))),
        ("the widest filter", by(widest::<N>(name))),
        ("the deepest filter", by(deepest::<N>())),
        ("a page of all", N::list(Listing { page_size: i32::MAX, ..Listing::default() })),
    ]
}

fn seizures_by(edit: impl FnOnce(&mut proto::SeizureFilter)) -> Sent {
    let mut filter = proto::SeizureFilter::default();
    edit(&mut filter);
    proto::Seizure::list(Listing { filter, ..Listing::default() })
}

fn odd_filters() -> Vec<(&'static str, Sent)> {
    let every = Some(Box::<proto::ItemFilter>::default());
    let kilograms = |value: &str| {
        Some(proto::Measure { value: value.to_owned(), unit: proto::Unit::Kilogram.into() })
    };
    vec![
        (
            "quantifiers that contradict one another",
            seizures_by(|f| {
                let (some, none) = (every.clone(), every.clone());
                f.items = Some(proto::ItemsFilter { some, none, every }.into());
            }),
        ),
        (
            "a span of dates that is reversed",
            seizures_by(|f| {
                let (from, until) = ("2020".to_owned(), "2019".to_owned());
                f.when = Some(proto::WhenFilter { from, until, ..proto::WhenFilter::default() });
            }),
        ),
        (
            "a mass of at least more than at most",
            seizures_by(|f| {
                let (at_least, at_most) = (kilograms("2"), kilograms("1"));
                let known = Some(false);
                f.total_mass = Some(proto::TotalMassFilter { at_least, at_most, known }.into());
            }),
        ),
        (
            "a region that is none",
            seizures_by(|f| {
                let region_code = any_of("nowhere".to_owned());
                f.place = set(|place: &mut proto::PlaceFilter| place.region_code = region_code);
            }),
        ),
    ]
}

/// Fifteen levels, each of which reaches another table.
fn deepest_by_relations() -> Sent {
    let mut filter = proto::OperationFilter::default();
    operation_filters::recursive(&mut filter, 7);
    proto::Operation::list(Listing { filter, ..Listing::default() })
}

pub async fn answers(world: World) {
    let servers = Servers::start(&world).await;
    let known = Known::record(&servers).await;
    let names = &known.seizures;
    let mut answered = lists::<proto::Agency>(&known.agencies.mine);
    answered.extend(lists::<proto::Sensor>(&known.sensors.mine));
    answered.extend(lists::<proto::Operation>(&known.operations.mine));
    answered.extend(lists::<proto::Seizure>(&known.seizures.mine));
    answered.extend(odd_filters());
    answered.push(("the deepest filter by relations", deepest_by_relations()));
    let mask = ["sources", "sources"].map(ToString::to_string).to_vec();
    let name = names.mine.clone();
    let update = seizure().update(Writing { name, mask, ..Writing::default() });
    answered.push(("a path that stands twice in a mask", update));
    let to = ["MX", "agencies/theirs", "MX"].map(ToString::to_string).to_vec();
    let marking = Some(proto::Marking { label: 0, releasable_to: to });
    let record = proto::Seizure { marking, ..seizure() };
    answered.push(("a grantee that stands twice", record.create("", "")));
    answered.push(("what is deleted", proto::Seizure::get(&names.deleted)));
    let last = proto::GetSubstanceRequest { name: "substances/heroin".to_owned() };
    answered.push(("a substance", last.sent()));
    for (what, Sent { method, call }) in answered {
        let answer = call(servers.channel(Caller::Ours)).await;
        assert!(answer.is_ok(), "{method} of {what}: {answer:?}");
    }
}

/// What is referred to, and what refers to it: seizures and operations to sensors and agencies.
pub async fn references_stay(world: World) {
    let servers = Servers::start(&world).await;
    let channel = servers.channel(Caller::Ours);
    let mut agencies = AgencyServiceClient::new(channel.clone());
    let mut sensors = SensorServiceClient::new(channel.clone());
    let mut operations = OperationServiceClient::new(channel.clone());
    let mut seizures = SeizureServiceClient::new(channel);
    let create = proto::CreateAgencyRequest {
        agency_id: "old".to_owned(),
        agency: Some(agency()),
        ..Default::default()
    };
    let old = agencies.create_agency(create).await.unwrap().into_inner().name;
    let create = proto::CreateSensorRequest {
        sensor_id: "old".to_owned(),
        sensor: Some(proto::Sensor { operator: old.clone(), ..sensor() }),
        ..Default::default()
    };
    let radar = sensors.create_sensor(create).await.unwrap().into_inner().name;
    let detection = proto::Detection {
        sensor: radar.clone(),
        role: proto::DetectionRole::Primary.into(),
        ..Default::default()
    };
    let record =
        proto::Operation { lead_agency: old.clone(), detections: vec![detection], ..operation() };
    let create = proto::CreateOperationRequest { operation: Some(record), ..Default::default() };
    let case = operations.create_operation(create).await.unwrap().into_inner();
    let record = proto::Seizure { operation: case.name.clone(), agency: old.clone(), ..seizure() };
    let create = proto::CreateSeizureRequest { seizure: Some(record), ..Default::default() };
    let taken = seizures.create_seizure(create).await.unwrap().into_inner();

    let name = radar.clone();
    sensors.delete_sensor(proto::DeleteSensorRequest { name, ..Default::default() }).await.unwrap();
    let name = old.clone();
    agencies
        .delete_agency(proto::DeleteAgencyRequest { name, ..Default::default() })
        .await
        .unwrap();

    let everything = || Some(FieldMask { paths: vec!["*".to_owned()] });
    let changed = proto::Operation { narrative: "more".to_owned(), ..case.clone() };
    let update = proto::UpdateOperationRequest {
        operation: Some(changed),
        update_mask: everything(),
        ..Default::default()
    };
    let case_after = operations.update_operation(update).await.unwrap().into_inner();
    assert_eq!((&case_after.lead_agency, &case_after.detections), (&old, &case.detections));
    let name = case.name.clone();
    let delete = proto::DeleteOperationRequest { name, ..Default::default() };
    operations.delete_operation(delete).await.unwrap();
    let changed = proto::Seizure { when: Some(when("2020")), ..taken.clone() };
    let update = |record| proto::UpdateSeizureRequest {
        seizure: Some(record),
        update_mask: everything(),
        ..Default::default()
    };
    let after = seizures.update_seizure(update(changed)).await.unwrap().into_inner();
    assert_eq!((&after.agency, &after.operation), (&old, &case.name));

    // What the record lets go of it cannot take up again.
    let without = proto::Seizure { agency: String::new(), ..after.clone() };
    let without = seizures.update_seizure(update(without)).await.unwrap().into_inner();
    let again = proto::Seizure { agency: old, ..without };
    let refused = seizures.update_seizure(update(again)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition);
    let violations = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations[0].field, "seizure.agency");
}

/// A thousand absent names do not fit into an answer: it says how many it leaves out.
pub async fn omits(world: World) {
    let servers = Servers::start(&world).await;
    let mut client = SeizureServiceClient::new(servers.channel(Caller::Ours));
    let name = |n: usize| format!("seizures/01890a5d-ac96-774b-bcce-b302099a8{n:03}");
    let request = proto::BatchGetSeizuresRequest { names: (0..1_000).map(name).collect() };
    let status = client.batch_get_seizures(request).await.unwrap_err();
    let request = proto::CreateSeizureRequest {
        seizure: Some(proto::Seizure {
            items: vec![proto::SeizedItem { substance: String::new(), ..item() }; 200],
            marking: marking(proto::Tlp::Green),
            ..proto::Seizure::default()
        }),
        ..Default::default()
    };
    let of_create = client.create_seizure(request).await.unwrap_err();
    let lists = [("names", status), ("seizure.items", of_create)];
    for (list, status) in lists {
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        for (i, violation) in violations.iter().enumerate() {
            assert!(violation.field.starts_with(&format!("{list}[{i}]")), "{}", violation.field);
        }
        let omitted = &details.error_info().unwrap().metadata["omitted_violations"];
        assert_eq!(violations.len() + omitted.parse::<usize>().unwrap(), 100);
        assert!(violations.len() > 20, "{}", violations.len());
    }
}
