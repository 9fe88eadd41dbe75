//! How large answers are: never more than a client takes that says nothing of it.

use crate::{
    services::serve_over,
    world::{World, drafts, on_both},
};
use interdiction::{
    domain::{
        codes::Code as _,
        errors::Kind,
        operation_parts::{StepDraft, StepKind},
        operations::{Operation, OperationDraft},
        records::{RECORD_BYTES_MAX, Record, bytes_of},
        seizures::{Seizure, SeizureDraft},
        sensors::{ProvisionDraft, ProvisionKind, Sensor, SensorDraft, SensorType},
        sources::SourceDraft,
    },
    proto::{
        self, operation_service_client::OperationServiceClient,
        seizure_service_client::SeizureServiceClient, sensor_service_client::SensorServiceClient,
    },
};
use prost::Message as _;
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt as _;

on_both! {
    a_page_of_large_operations_is_short: operations;
    a_page_of_large_seizures_is_short: seizures;
    a_page_of_large_sensors_is_short: sensors;
    a_batch_that_is_too_large_is_refused: batches;
    a_record_that_is_too_large_is_refused: records;
    a_record_takes_no_more_as_a_message_than_is_reckoned: reckoned;
}

/// An operation of about a megabyte.
pub fn large_operation() -> OperationDraft {
    let step = StepDraft {
        kind: StepKind::Tracked.code(),
        note: "n".repeat(2_000),
        asset_label: "a".repeat(200),
        ..StepDraft::default()
    };
    OperationDraft { steps: vec![step; 450], ..drafts::operation("Large") }
}

fn large_sources() -> Vec<SourceDraft> {
    let source = SourceDraft {
        title: "\u{1f681}".repeat(500),
        publisher: "\u{1f681}".repeat(200),
        url: format!("https://example.org/{}", "u".repeat(1_900)),
        published: None,
    };
    vec![source; 20]
}

/// The sizes of the pages of a walk, which has to see every record once and in order.
async fn pages<F>(names: &[String], mut page: impl FnMut(String) -> F) -> Vec<usize>
where
    F: Future<Output = (Vec<String>, String)>,
{
    let (mut seen, mut sizes, mut token) = (Vec::new(), Vec::new(), String::new());
    loop {
        let (found, next) = page(token).await;
        sizes.push(found.len());
        seen.extend(found);
        if next.is_empty() {
            assert_eq!(seen, names);
            return sizes;
        }
        token = next;
    }
}

macro_rules! page {
    ($client:expr, $method:ident, $request:ident, $list:ident) => {
        |page_token| {
            let mut client = $client;
            async move {
                let request =
                    proto::$request { page_size: 1_000, page_token, ..Default::default() };
                let page = client.$method(request).await.unwrap().into_inner();
                let names = page.$list.into_iter().map(|one| one.name).collect();
                (names, page.next_page_token)
            }
        }
    };
}

fn names<R: Record>(records: &[R]) -> Vec<String> {
    records.iter().map(|one| one.id().to_string()).collect()
}

async fn operations(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Operation> = Vec::new();
    for n in 0..9 {
        let small = n % 4 == 1;
        let draft = if small { drafts::operation("Small") } else { large_operation() };
        made.push(world.add(&viewer, draft).await);
    }
    let served = serve_over(world).await;
    let client = || OperationServiceClient::new(served.channel.clone());
    let page = page!(client(), list_operations, ListOperationsRequest, operations);
    assert_eq!(pages(&names(&made), page).await, [4, 4, 1]);
}

async fn seizures(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Seizure> = Vec::new();
    for n in 0..60 {
        let sources = large_sources();
        let draft = SeizureDraft { sources, ..drafts::seizure(&n.to_string()) };
        made.push(world.add(&viewer, draft).await);
    }
    let served = serve_over(world).await;
    let client = || SeizureServiceClient::new(served.channel.clone());
    let page = page!(client(), list_seizures, ListSeizuresRequest, seizures);
    let sizes = pages(&names(&made), page).await;
    assert!(sizes.len() > 1 && sizes[0] > 20, "{sizes:?}");
}

async fn sensors(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Sensor> = Vec::new();
    let when = Some("2018-01-01T00:00:00.000000-07:00".to_owned());
    let (from, until) = (when.clone(), when);
    let provision =
        ProvisionDraft { from, until, ..drafts::provision("us-dod", ProvisionKind::Loaned) };
    for n in 0..600 {
        let draft = drafts::sensor("Radar", SensorType::GroundRadar);
        let draft = SensorDraft { provisions: vec![provision.clone(); 50], ..draft };
        made.push(world.add_as(&viewer, &format!("s-{n:03}"), draft).await);
    }
    let served = serve_over(world).await;
    let client = || SensorServiceClient::new(served.channel.clone());
    let page = page!(client(), list_sensors, ListSensorsRequest, sensors);
    let sizes = pages(&names(&made), page).await;
    assert!(sizes.len() > 1 && sizes[0] > 20, "{sizes:?}");
}

async fn batches(world: World) {
    let viewer = world.viewer("us-dod");
    let mut made: Vec<Operation> = Vec::new();
    for _ in 0..4 {
        made.push(world.add(&viewer, large_operation()).await);
    }
    let names = names(&made);
    let served = serve_over(world).await;
    let mut client = OperationServiceClient::new(served.channel.clone());
    let of = |names: &[String]| proto::BatchGetOperationsRequest { names: names.to_vec() };
    let found = client.batch_get_operations(of(&names[..3])).await.unwrap().into_inner();
    assert_eq!(found.operations.len(), 3);
    let refused = client.batch_get_operations(of(&names)).await.unwrap_err();
    assert_eq!(refused.code(), Code::ResourceExhausted);
    assert_eq!(refused.get_details_error_info().unwrap().reason, "ANSWER_TOO_LARGE");
    assert!(refused.message().contains("ask for fewer"), "{refused}");
    assert!(refused.get_details_retry_info().is_none());
    let twice = [&names[0], &names[1], &names[0]].map(Clone::clone);
    let refused = client.batch_get_operations(of(&twice)).await.unwrap_err();
    let fields = refused.get_details_bad_request().unwrap().field_violations;
    assert_eq!((refused.code(), fields[0].field.as_str()), (Code::InvalidArgument, "names[2]"));
}

async fn records(world: World) {
    let viewer = world.viewer("us-dod");
    let step = StepDraft { note: "\u{1f681}".repeat(2_000), ..large_operation().steps[0].clone() };
    let of = |steps: usize| OperationDraft {
        steps: vec![step.clone(); steps],
        ..drafts::operation("Larger")
    };
    let made: Operation = world.add(&viewer, of(370)).await;
    assert!(bytes_of(&made).unwrap() > RECORD_BYTES_MAX - 100_000);
    let refused = world.try_add::<Operation>(&viewer, of(400)).await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "operation"));
    assert!(refused.message.contains("3145728"), "{refused}");
    let refused = world.change(&viewer, &made, &["steps"], of(400)).await.unwrap_err();
    assert_eq!((refused.kind, refused.violations[0].field.as_str()), (Kind::Invalid, "operation"));
    assert_eq!(world.see(&viewer, &made).await, made);
    world.change(&viewer, &made, &["display_name"], drafts::operation("x")).await.unwrap();
    world.remove(&viewer, &made).await.unwrap();
}

macro_rules! reckon {
    ($channel:expr, $client:ident, $get:ident, $request:ident, $records:expr) => {
        for record in $records {
            let name = record.id().to_string();
            let request = proto::$request { name };
            let message = $client::new($channel.clone()).$get(request).await.unwrap().into_inner();
            let reckoned = bytes_of(record).unwrap();
            assert!(message.encoded_len() <= reckoned, "{reckoned} {record:?}");
        }
    };
}

/// The most and the least that records hold, and lists of the parts that tell the most beside what
/// they keep.
async fn reckoned(world: World) {
    let viewer = world.viewer("us-dod");
    let sensor = |draft: SensorDraft| SensorDraft { marking: drafts::green(), ..draft };
    let radar: Sensor = world.add_as(&viewer, "radar", sensor(drafts::full_sensor())).await;
    let plain = drafts::sensor("r", SensorType::Other);
    let aerostat: Sensor = world.add_as(&viewer, "aerostat", plain).await;
    let dated = StepDraft {
        kind: StepKind::Landed.code(),
        when: Some("2019".to_owned()),
        ..StepDraft::default()
    };
    let mut operations: Vec<Operation> = Vec::new();
    for draft in [
        drafts::operation("o"),
        OperationDraft { marking: drafts::green(), ..drafts::full_operation() },
        OperationDraft { steps: vec![dated; 500], ..drafts::operation("o") },
    ] {
        operations.push(world.add(&viewer, draft).await);
    }
    let item = drafts::full_seizure("").items[0].clone();
    let mut seizures: Vec<Seizure> = Vec::new();
    for draft in [
        drafts::seizure("s"),
        SeizureDraft { marking: drafts::green(), ..drafts::full_seizure("") },
        SeizureDraft { items: vec![item; 200], ..drafts::seizure("t") },
    ] {
        seizures.push(world.add(&viewer, draft).await);
    }
    let served = serve_over(world).await;
    let channel: &Channel = &served.channel;
    reckon!(channel, SensorServiceClient, get_sensor, GetSensorRequest, [&radar, &aerostat]);
    reckon!(channel, OperationServiceClient, get_operation, GetOperationRequest, &operations);
    reckon!(channel, SeizureServiceClient, get_seizure, GetSeizureRequest, &seizures);
}
