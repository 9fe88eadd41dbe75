//! The services as a client meets them: over a socket, through the generated client.

use crate::world::{Backend, World};
use interdiction::{
    cli,
    config::Config,
    proto::{self, seizure_service_client::SeizureServiceClient},
    server,
};
use std::net::SocketAddr;
use tokio::{net::TcpListener, sync::oneshot};
use tonic::{Code, transport::Channel};
use tonic_types::StatusExt as _;

/// The configuration of a server that nobody configured.
pub fn config() -> Config {
    let nothing = |_: &std::path::Path| Err(std::io::ErrorKind::NotFound.into());
    let arguments = ["interdiction".into(), "serve".into()];
    cli::load(arguments, std::iter::empty(), nothing).unwrap().1
}

pub struct Served {
    pub address: SocketAddr,
    pub channel: Channel,
    pub stop: Option<oneshot::Sender<()>>,
    pub task: tokio::task::JoinHandle<interdiction::domain::errors::Result<()>>,
    _world: World,
}

pub async fn serve() -> Served {
    serve_over(World::new(Backend::Sqlite).await).await
}

/// Serves the records of a world to the agency `us-dod`.
pub async fn serve_over(world: World) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
    let task = tokio::spawn(async move {
        let config = config();
        let shutdown = async move {
            let _asked = stopped.await;
        };
        server::serve(listener, registry, viewer, &config, shutdown).await
    });
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    let channel = channel.connect().await.unwrap();
    Served { address, channel, stop: Some(stop), task, _world: world }
}

pub fn heroin(value: &str, unit: proto::Unit) -> proto::Seizure {
    proto::Seizure {
        items: vec![proto::SeizedItem {
            substance: "substances/heroin".to_owned(),
            quantity: Some(proto::Quantity {
                value: value.to_owned(),
                unit: unit.into(),
                ..proto::Quantity::default()
            }),
            ..proto::SeizedItem::default()
        }],
        ..proto::Seizure::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_records_a_seizure_and_reads_it_back() {
    let mut served = serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    let request = proto::CreateSeizureRequest {
        seizure: Some(heroin("125", proto::Unit::Pound)),
        ..proto::CreateSeizureRequest::default()
    };
    let made = client.create_seizure(request).await.unwrap().into_inner();
    let quantity = made.items[0].quantity.as_ref().unwrap();
    assert_eq!(quantity.value, "125");
    assert_eq!(quantity.normalized_value, 56_699_046_250);
    let request = proto::GetSeizureRequest { name: made.name.clone() };
    assert_eq!(client.get_seizure(request).await.unwrap().into_inner(), made);
    let listed = client.list_seizures(proto::ListSeizuresRequest::default()).await.unwrap();
    assert_eq!(listed.into_inner().seizures, [made]);
    served.stop.take().unwrap().send(()).unwrap();
    drop((client, served.channel));
    served.task.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_wrong_field_is_named_in_one_answer() {
    let served = serve().await;
    let mut client = SeizureServiceClient::new(served.channel.clone());
    let mut seizure = heroin("NaN", proto::Unit::Ton);
    seizure.when = Some(proto::When { edtf: "2019-02-30".to_owned(), ..proto::When::default() });
    seizure.place = Some(proto::Place {
        point: Some(proto::Point { latitude: 91.0, longitude: 0.0, uncertainty_meters: None }),
        ..proto::Place::default()
    });
    seizure.items[0].form = 99;
    let request = proto::CreateSeizureRequest {
        seizure: Some(seizure),
        request_id: "not-a-uuid".to_owned(),
        validate_only: false,
    };
    let status = client.create_seizure(request).await.unwrap_err();
    assert_eq!(status.code(), Code::InvalidArgument);
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "INVALID_FIELD");
    let fields: Vec<&str> = details
        .bad_request()
        .unwrap()
        .field_violations
        .iter()
        .map(|violation| violation.field.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "request_id",
            "seizure.items[0].quantity.value",
            "seizure.items[0].quantity.unit",
            "seizure.items[0].form",
            "seizure.when.edtf",
            "seizure.place.point.latitude",
        ]
    );
}
