//! A store that lacks what statements name: callers are told an id, and nothing of what the database
//! said, of a statement, or of a place on the server.

use crate::{
    services::{Served, heroin, serve_over},
    world::{World, on_both},
};
use interdiction::{
    demo,
    domain::viewers::Viewer,
    graphql::{self, examples, query::Asked},
    proto::{
        self, agency_service_client::AgencyServiceClient,
        operation_service_client::OperationServiceClient,
        seizure_service_client::SeizureServiceClient, sensor_service_client::SensorServiceClient,
    },
    registry::Registry,
};
use sea_orm::ConnectionTrait as _;
use tonic::{Code, Status};

on_both! {
    what_the_database_says_stays_here: broken;
}

/// Tables that go, one after the other; what reads none of them is answered still.
const GONE: [&str; 5] = ["seizure_items", "detections", "seizures", "operations", "agencies"];

/// What databases, their drivers, statements and places on a server are known by.
const TOLD: [&str; 16] = [
    "select",
    "insert",
    "update ",
    "sql",
    "postgres",
    "no such",
    "relation",
    "column",
    "table",
    "does not exist",
    "syntax",
    "error returned",
    "panicked",
    ".rs",
    "/tmp",
    "/home",
];

async fn broken(world: World) {
    let viewer = world.viewer("us-dod");
    demo::record(&world.registry, &viewer).await.unwrap();
    let (registry, connection) = (world.registry.clone(), world.connect().await);
    let served = serve_over(world).await;
    assert_eq!(calls(&served).await, 0, "a whole store answers");
    assert_eq!(documents(&registry, &viewer).await, 0, "a whole store answers");
    let mut faults = (0, 0);
    for table in GONE {
        let rename = format!("ALTER TABLE {table} RENAME TO gone_{table}");
        connection.execute_unprepared(&rename).await.unwrap();
        let now = (calls(&served).await, documents(&registry, &viewer).await);
        assert!(now.0 >= faults.0 && now.1 >= faults.1 && now > (0, 0), "{table}: {now:?}");
        faults = now;
    }
    assert!(faults.0 >= 10 && faults.1 == examples::ALL.len(), "{faults:?}");
    connection.close().await.unwrap();
}

/// Holds that a text is nothing but an id.
fn tells_nothing(text: &str) {
    let lower = text.to_lowercase();
    let told: Vec<&&str> = TOLD.iter().filter(|word| lower.contains(**word)).collect();
    assert!(told.is_empty(), "{told:?}: {text}");
    assert!(text.contains("internal error, id "), "{text}");
}

/// Calls methods of every service; how many failed.
async fn calls(served: &Served) -> usize {
    let channel = || served.channel.clone();
    let mut seizures = SeizureServiceClient::new(channel());
    let mut operations = OperationServiceClient::new(channel());
    let mut sensors = SensorServiceClient::new(channel());
    let mut agencies = AgencyServiceClient::new(channel());
    let seizure = || Some(heroin("1", proto::Unit::Gram));
    let create = proto::CreateSeizureRequest { seizure: seizure(), ..Default::default() };
    let answers: [Result<(), Status>; 10] = [
        seizures.list_seizures(proto::ListSeizuresRequest::default()).await.map(drop),
        seizures.create_seizure(create).await.map(drop),
        seizures
            .summarize_seizures(proto::SummarizeSeizuresRequest {
                group_by: vec![proto::GroupBy {
                    key: proto::SummaryKey::SensorType.into(),
                    depth: None,
                }],
                figures: vec![proto::SummaryFigure::Mass.into()],
                ..Default::default()
            })
            .await
            .map(drop),
        exported(&mut seizures).await,
        operations.list_operations(proto::ListOperationsRequest::default()).await.map(drop),
        operations
            .summarize_operations(proto::SummarizeOperationsRequest::default())
            .await
            .map(drop),
        sensors.list_sensors(proto::ListSensorsRequest::default()).await.map(drop),
        agencies.list_agencies(proto::ListAgenciesRequest::default()).await.map(drop),
        agencies
            .get_agency(proto::GetAgencyRequest { name: "agencies/us-dod".to_owned() })
            .await
            .map(drop),
        agencies
            .batch_get_agencies(proto::BatchGetAgenciesRequest {
                names: vec!["agencies/us-dod".to_owned()],
            })
            .await
            .map(drop),
    ];
    let failed = answers.into_iter().filter_map(Result::err);
    let told = failed.map(|status| {
        assert_eq!(status.code(), Code::Internal, "{status:?}");
        let details = String::from_utf8_lossy(status.details()).into_owned();
        tells_nothing(&format!("{} {details} {:?}", status.message(), status.metadata()));
    });
    told.count()
}

async fn exported(
    seizures: &mut SeizureServiceClient<tonic::transport::Channel>,
) -> Result<(), Status> {
    let mut rows =
        seizures.export_seizures(proto::ExportSeizuresRequest::default()).await?.into_inner();
    while rows.message().await?.is_some() {}
    Ok(())
}

/// Asks every worked question; how many answers had an error.
async fn documents(registry: &Registry, viewer: &Viewer) -> usize {
    let schema = graphql::schema();
    let mut failed = 0;
    for (_, document) in examples::ALL {
        let asked = Asked::new(registry.clone(), viewer.clone());
        let answer = schema.execute(async_graphql::Request::new(*document).data(asked)).await;
        failed += usize::from(!answer.errors.is_empty());
        for error in &answer.errors {
            tells_nothing(&format!("{} {:?}", error.message, error.extensions));
        }
    }
    failed
}
