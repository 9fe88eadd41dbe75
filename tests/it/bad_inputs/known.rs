//! What the registry holds before the table is sent, and who sends it.

use super::calls::Noun;
use crate::{services, world::World};
use interdiction::{
    domain::viewers::{Role, Viewer},
    proto::{
        self, agency_service_client::AgencyServiceClient,
        operation_service_client::OperationServiceClient,
        seizure_service_client::SeizureServiceClient, sensor_service_client::SensorServiceClient,
        substance_service_client::SubstanceServiceClient,
    },
    server,
};
use prost_types::FieldMask;
use tokio::net::TcpListener;
use tonic::transport::Channel;

/// Who sends a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// The agency that recorded what is ours, with every role.
    Ours,
    /// Another agency, with every role.
    Theirs,
    /// Our agency, reading only.
    Reader,
    /// Our agency, without any role.
    Nobody,
}

/// One server for each caller, all over one registry.
pub struct Servers(Vec<(Caller, Channel)>);

impl Servers {
    pub async fn start(world: &World) -> Self {
        let ours = world.viewer("us-dod");
        let with = |roles: &[Role]| Viewer { roles: roles.to_vec(), ..ours.clone() };
        let mut servers = Vec::new();
        for (caller, viewer) in [
            (Caller::Ours, ours.clone()),
            (Caller::Theirs, world.viewer("mx-sedena")),
            (Caller::Reader, with(&[Role::Reader])),
            (Caller::Nobody, with(&[])),
        ] {
            servers.push((caller, serve(world, viewer).await));
        }
        Self(servers)
    }

    pub fn channel(&self, caller: Caller) -> Channel {
        let (_, channel) = self.0.iter().find(|(of, _)| *of == caller).unwrap();
        channel.clone()
    }
}

/// Serves until the test's runtime ends.
async fn serve(world: &World, viewer: Viewer) -> Channel {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let registry = world.registry.clone();
    tokio::spawn(async move {
        let for_ever = std::future::pending();
        server::serve(listener, registry, viewer, &services::config(), for_ever).await.unwrap();
    });
    Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap()
}

/// Names of records of one noun, and tokens of its lists.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Ours; changed once.
    pub mine: String,
    /// Theirs, and shown to us.
    pub theirs: String,
    /// Theirs, and hidden from us.
    pub hidden: String,
    /// Ours, and deleted.
    pub deleted: String,
    /// Never recorded.
    pub absent: String,
    /// The token of our second page of one record, in no order and unfiltered.
    pub token: String,
    /// The token of their second page.
    pub token_of_theirs: String,
}

/// What was recorded.
#[derive(Debug, Clone, Default)]
pub struct Known {
    pub agencies: Names,
    pub sensors: Names,
    pub operations: Names,
    pub seizures: Names,
    /// Ours, and retracted.
    pub retracted: String,
    pub substances_token: String,
}

/// The request that recorded what is ours, of each noun.
pub fn creation<N: Noun>() -> String {
    request_id::<N>('a')
}

/// The request that changed what is ours: `*`, with the same values.
pub fn change<N: Noun>() -> String {
    request_id::<N>('b')
}

/// The request that deleted what is deleted.
pub fn deletion<N: Noun>() -> String {
    request_id::<N>('c')
}

/// The request that retracted the retracted seizure, for the reason `counted twice`.
pub const RETRACTION: &str = "01890a5d-ac96-774b-8000-00000000000d";

fn request_id<N: Noun>(digit: char) -> String {
    let noun: u32 = N::COLLECTION.bytes().map(u32::from).sum();
    format!("01890a5d-ac96-774b-8000-0000000{noun:04x}{digit}")
}

pub fn marking(label: proto::Tlp) -> Option<proto::Marking> {
    Some(proto::Marking { label: label.into(), releasable_to: Vec::new() })
}

pub fn agency() -> proto::Agency {
    proto::Agency {
        display_name: "Mexican Navy".to_owned(),
        marking: marking(proto::Tlp::Green),
        ..proto::Agency::default()
    }
}

pub fn sensor() -> proto::Sensor {
    proto::Sensor {
        display_name: "Hermosillo radar".to_owned(),
        r#type: proto::SensorType::GroundRadar.into(),
        marking: marking(proto::Tlp::Green),
        ..proto::Sensor::default()
    }
}

pub fn operation() -> proto::Operation {
    proto::Operation {
        display_name: "Hermosillo flight".to_owned(),
        marking: marking(proto::Tlp::Green),
        ..proto::Operation::default()
    }
}

pub fn item() -> proto::SeizedItem {
    proto::SeizedItem {
        substance: "substances/heroin".to_owned(),
        quantity: Some(quantity()),
        ..proto::SeizedItem::default()
    }
}

pub fn quantity() -> proto::Quantity {
    let (value, unit) = ("125".to_owned(), proto::Unit::Pound.into());
    proto::Quantity { value, unit, ..proto::Quantity::default() }
}

pub fn seizure() -> proto::Seizure {
    proto::Seizure {
        items: vec![item()],
        marking: marking(proto::Tlp::Green),
        ..proto::Seizure::default()
    }
}

/// The retracted seizure has this name elsewhere.
pub fn external_id() -> proto::ExternalId {
    proto::ExternalId { scheme: "cnes".to_owned(), value: "2020/1".to_owned() }
}

impl Known {
    pub async fn record(servers: &Servers) -> Self {
        let absent = "01890a5d-ac96-774b-bcce-b302099a8057";
        let agencies = agencies(servers, agency(), "nobody").await;
        let sensors = sensors(servers, sensor(), "nothing").await;
        let operations = operations(servers, operation(), absent).await;
        let seizures = seizures(servers, seizure(), absent).await;
        let retracted = retracted(servers).await;
        let substances_token = substances_token(servers).await;
        Self { agencies, sensors, operations, seizures, retracted, substances_token }
    }
}

async fn retracted(servers: &Servers) -> String {
    let mut client = SeizureServiceClient::new(servers.channel(Caller::Ours));
    let record = proto::Seizure { external_ids: vec![external_id()], ..seizure() };
    let request = proto::CreateSeizureRequest { seizure: Some(record), ..Default::default() };
    let name = client.create_seizure(request).await.unwrap().into_inner().name;
    let request = proto::RetractSeizureRequest {
        name: name.clone(),
        reason: "counted twice".to_owned(),
        request_id: RETRACTION.to_owned(),
        ..Default::default()
    };
    client.retract_seizure(request).await.unwrap();
    name
}

async fn substances_token(servers: &Servers) -> String {
    let mut client = SubstanceServiceClient::new(servers.channel(Caller::Ours));
    let request = proto::ListSubstancesRequest { page_size: 1, ..Default::default() };
    client.list_substances(request).await.unwrap().into_inner().next_page_token
}

/// Records one of each, ours, theirs, hidden and deleted, and changes ours into the same.
macro_rules! recorded {
    (
        $noun:ident, $Record:ident($field:ident) $($id:ident)?, $Client:ident,
        $Create:ident $create:ident, $Update:ident $update:ident, $Delete:ident $delete:ident,
        $List:ident $list:ident
    ) => {
        async fn $noun(
            servers: &Servers,
            record: proto::$Record,
            absent: &str,
        ) -> Names {
            let mut ours = $Client::new(servers.channel(Caller::Ours));
            let mut theirs = $Client::new(servers.channel(Caller::Theirs));
            let with = |_id: &str, label, request_id| proto::$Create {
                $($id: _id.to_owned(),)?
                $field: Some(proto::$Record { marking: marking(label), ..record.clone() }),
                request_id,
                validate_only: false,
            };
            let create = with("ours", proto::Tlp::Green, creation::<proto::$Record>());
            let mine = ours.$create(create).await.unwrap().into_inner().name;
            let create = with("gone", proto::Tlp::Green, String::new());
            let deleted = ours.$create(create).await.unwrap().into_inner().name;
            let create = with("theirs", proto::Tlp::Green, String::new());
            let seen = theirs.$create(create).await.unwrap().into_inner().name;
            let create = with("hidden", proto::Tlp::Red, String::new());
            let hidden = theirs.$create(create).await.unwrap().into_inner().name;
            let update = proto::$Update {
                $field: Some(proto::$Record { name: mine.clone(), ..record.clone() }),
                update_mask: Some(FieldMask { paths: vec!["*".to_owned()] }),
                request_id: change::<proto::$Record>(),
                validate_only: false,
            };
            ours.$update(update).await.unwrap();
            let (name, request_id) = (deleted.clone(), deletion::<proto::$Record>());
            let delete = proto::$Delete { name, request_id, ..proto::$Delete::default() };
            ours.$delete(delete).await.unwrap();
            let list = || proto::$List { page_size: 1, ..proto::$List::default() };
            let token = ours.$list(list()).await.unwrap().into_inner().next_page_token;
            let of_theirs = theirs.$list(list()).await.unwrap().into_inner().next_page_token;
            assert!(!token.is_empty() && !of_theirs.is_empty());
            let absent = format!("{}/{absent}", <proto::$Record as Noun>::COLLECTION);
            Names { mine, theirs: seen, hidden, deleted, absent, token, token_of_theirs: of_theirs }
        }
    };
}

recorded! {
    agencies, Agency(agency) agency_id, AgencyServiceClient,
    CreateAgencyRequest create_agency, UpdateAgencyRequest update_agency,
    DeleteAgencyRequest delete_agency, ListAgenciesRequest list_agencies
}
recorded! {
    sensors, Sensor(sensor) sensor_id, SensorServiceClient,
    CreateSensorRequest create_sensor, UpdateSensorRequest update_sensor,
    DeleteSensorRequest delete_sensor, ListSensorsRequest list_sensors
}
recorded! {
    operations, Operation(operation), OperationServiceClient,
    CreateOperationRequest create_operation, UpdateOperationRequest update_operation,
    DeleteOperationRequest delete_operation, ListOperationsRequest list_operations
}
recorded! {
    seizures, Seizure(seizure), SeizureServiceClient,
    CreateSeizureRequest create_seizure, UpdateSeizureRequest update_seizure,
    DeleteSeizureRequest delete_seizure, ListSeizuresRequest list_seizures
}
