//! The methods of every service, and what the four nouns that callers write have alike.

use futures_util::future::BoxFuture;
use interdiction::proto::{self, seizure_service_client::SeizureServiceClient};
use prost_types::FieldMask;
use tonic::{Code, Status, transport::Channel};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt as _};

/// A request on its way to its method.
pub struct Sent {
    pub method: &'static str,
    pub call: Box<dyn FnOnce(Channel) -> BoxFuture<'static, Result<(), Status>> + Send>,
}

/// A message that is the request of a method.
pub trait Call: Sized + Send + 'static {
    fn sent(self) -> Sent;
}

macro_rules! calls {
    ($($service:ident::$Client:ident { $($Request:ident => $method:ident,)+ })+) => {$($(
        impl Call for proto::$Request {
            fn sent(self) -> Sent {
                let call = move |channel| -> BoxFuture<'static, Result<(), Status>> {
                    let mut client = proto::$service::$Client::new(channel);
                    Box::pin(async move { client.$method(self).await.map(drop) })
                };
                Sent { method: stringify!($method), call: Box::new(call) }
            }
        }
    )+)+};
}

calls! {
    agency_service_client::AgencyServiceClient {
        GetAgencyRequest => get_agency,
        ListAgenciesRequest => list_agencies,
        BatchGetAgenciesRequest => batch_get_agencies,
        CreateAgencyRequest => create_agency,
        UpdateAgencyRequest => update_agency,
        DeleteAgencyRequest => delete_agency,
    }
    sensor_service_client::SensorServiceClient {
        GetSensorRequest => get_sensor,
        ListSensorsRequest => list_sensors,
        BatchGetSensorsRequest => batch_get_sensors,
        CreateSensorRequest => create_sensor,
        UpdateSensorRequest => update_sensor,
        DeleteSensorRequest => delete_sensor,
    }
    operation_service_client::OperationServiceClient {
        GetOperationRequest => get_operation,
        ListOperationsRequest => list_operations,
        BatchGetOperationsRequest => batch_get_operations,
        CreateOperationRequest => create_operation,
        UpdateOperationRequest => update_operation,
        DeleteOperationRequest => delete_operation,
    }
    seizure_service_client::SeizureServiceClient {
        GetSeizureRequest => get_seizure,
        ListSeizuresRequest => list_seizures,
        BatchGetSeizuresRequest => batch_get_seizures,
        CreateSeizureRequest => create_seizure,
        UpdateSeizureRequest => update_seizure,
        DeleteSeizureRequest => delete_seizure,
        RetractSeizureRequest => retract_seizure,
    }
    access_service_client::AccessServiceClient {
        WhoAmIRequest => who_am_i,
        ExplainAccessRequest => explain_access,
        ListAccessRecordsRequest => list_access_records,
    }
    substance_service_client::SubstanceServiceClient {
        GetSubstanceRequest => get_substance,
        ListSubstancesRequest => list_substances,
    }
}

impl Call for proto::ExportSeizuresRequest {
    fn sent(self) -> Sent {
        let call = move |channel| -> BoxFuture<'static, Result<(), Status>> {
            let mut client = SeizureServiceClient::new(channel);
            Box::pin(async move {
                let mut parts = client.export_seizures(self).await?.into_inner();
                while parts.message().await?.is_some() {}
                Ok(())
            })
        };
        Sent { method: "export_seizures", call: Box::new(call) }
    }
}

/// An import, which is refused as a whole, or in its first row that is.
pub fn import(requests: Vec<proto::ImportSeizuresRequest>) -> Sent {
    let call = move |channel| -> BoxFuture<'static, Result<(), Status>> {
        let mut client = SeizureServiceClient::new(channel);
        Box::pin(async move {
            let requests = futures_util::stream::iter(requests);
            let mut answers = client.import_seizures(requests).await?.into_inner();
            while let Some(answer) = answers.message().await? {
                answer.rejected.into_iter().next().map_or(Ok(()), |row| Err(of_row(row)))?;
            }
            Ok(())
        })
    };
    Sent { method: "import_seizures", call: Box::new(call) }
}

/// What is said of a row, as the other methods say it of a request.
fn of_row(row: proto::RejectedRow) -> Status {
    let code = match row.reason.as_str() {
        "INVALID_FIELD" => Code::InvalidArgument,
        "NOT_FOUND" => Code::NotFound,
        "DELETED" => Code::FailedPrecondition,
        "NOT_A_PARTICIPANT" => Code::PermissionDenied,
        other => panic!("{other}: {}", row.message),
    };
    let mut details = ErrorDetails::with_error_info(row.reason, "interdiction", []);
    let violation = |one: proto::RowViolation| FieldViolation::new(one.field, one.message);
    details.set_bad_request(row.violations.into_iter().map(violation).collect::<Vec<_>>());
    Status::with_error_details(code, row.message, details)
}

/// One row of an import.
fn import_row(row: proto::ImportRow) -> Sent {
    let options = proto::ImportOptions { dataset: "test".to_owned(), validate_only: false };
    let row = proto::ImportRow { sequence_number: 1, ..row };
    import(vec![proto::ImportSeizuresRequest { options: Some(options), rows: vec![row] }])
}

/// What every list request has alike.
#[derive(Clone, Default)]
pub struct Listing<F> {
    pub page_size: i32,
    pub page_token: String,
    pub filter: F,
    /// Numbers of fields and directions.
    pub order: Vec<(i32, i32)>,
    pub show_deleted: bool,
}

/// A change of a record, or its deletion where there is no record.
#[derive(Clone, Default)]
pub struct Writing {
    pub name: String,
    pub etag: String,
    pub mask: Vec<String>,
    pub request_id: String,
}

/// A record that callers write, and the methods of its service.
pub trait Noun: Clone + Default + Send + 'static {
    /// Its field in requests.
    const FIELD: &'static str;
    /// The first part of its names.
    const COLLECTION: &'static str;
    /// Field of the id in a request to create one; empty where the server makes the id.
    const ID_FIELD: &'static str;
    type Filter: Clone + Default + Send + 'static;

    fn get(name: &str) -> Sent;
    fn list(listing: Listing<Self::Filter>) -> Sent;
    fn batch(names: Vec<String>) -> Sent;
    /// The id is dropped where the server makes it.
    fn create(self, id: &str, request_id: &str) -> Sent;
    /// As a row of an import; none where no row has one.
    fn import(self) -> Option<Sent>;
    fn update(self, writing: Writing) -> Sent;
    fn delete(writing: Writing) -> Sent;

    fn and(filters: Vec<Self::Filter>) -> Self::Filter;
    fn or(filters: Vec<Self::Filter>) -> Self::Filter;
    fn not(filter: Self::Filter) -> Self::Filter;
    fn named(name: proto::NameFilter) -> Self::Filter;
    fn recorded(
        originator: Option<proto::NameFilter>,
        create_time: Option<proto::TimeFilter>,
        update_time: Option<proto::TimeFilter>,
    ) -> Self::Filter;
}

macro_rules! noun {
    (
        $Record:ident($field:ident) in $collection:literal, $Filter:ident, $Order:ident,
        $Get:ident, $List:ident $($inactive:ident)?, $Batch:ident, $Create:ident $($id:ident)?,
        $Update:ident, $Delete:ident $(, imported under $row_id:ident)?
    ) => {
        impl Noun for proto::$Record {
            const FIELD: &'static str = stringify!($field);
            const COLLECTION: &'static str = $collection;
            const ID_FIELD: &'static str = concat!($(stringify!($id))?);
            type Filter = proto::$Filter;

            fn get(name: &str) -> Sent {
                proto::$Get { name: name.to_owned() }.sent()
            }
            fn list(listing: Listing<Self::Filter>) -> Sent {
                let Listing { page_size, page_token, filter, order, show_deleted } = listing;
                let order = order.into_iter();
                proto::$List {
                    page_size,
                    page_token,
                    filter: Some(filter),
                    order_by: order
                        .map(|(field, direction)| proto::$Order { field, direction })
                        .collect(),
                    show_deleted,
                    $($inactive: false,)?
                }
                .sent()
            }
            fn batch(names: Vec<String>) -> Sent {
                proto::$Batch { names }.sent()
            }
            fn create(self, _id: &str, request_id: &str) -> Sent {
                let (request_id, validate_only) = (request_id.to_owned(), false);
                let record = Some(self);
                proto::$Create {
                    $($id: _id.to_owned(),)?
                    $field: record,
                    request_id,
                    validate_only,
                }
                .sent()
            }
            fn import(self) -> Option<Sent> {
                let rows: Vec<Sent> = vec![$(import_row(proto::ImportRow {
                    $row_id: "fresh".to_owned(),
                    $field: Some(self),
                    ..proto::ImportRow::default()
                }))?];
                rows.into_iter().next()
            }
            fn update(mut self, writing: Writing) -> Sent {
                let Writing { name, etag, mask, request_id } = writing;
                (self.name, self.etag) = (name, etag);
                let update_mask = (!mask.is_empty()).then_some(FieldMask { paths: mask });
                let validate_only = false;
                proto::$Update { $field: Some(self), update_mask, request_id, validate_only }.sent()
            }
            fn delete(writing: Writing) -> Sent {
                let Writing { name, etag, mask: _, request_id } = writing;
                proto::$Delete { name, etag, request_id, validate_only: false }.sent()
            }

            fn and(filters: Vec<Self::Filter>) -> Self::Filter {
                proto::$Filter { and: filters, ..Self::Filter::default() }
            }
            fn or(filters: Vec<Self::Filter>) -> Self::Filter {
                proto::$Filter { or: filters, ..Self::Filter::default() }
            }
            fn not(filter: Self::Filter) -> Self::Filter {
                proto::$Filter { not: Some(Box::new(filter)), ..Self::Filter::default() }
            }
            fn named(name: proto::NameFilter) -> Self::Filter {
                proto::$Filter { name: Some(name), ..Self::Filter::default() }
            }
            fn recorded(
                originator: Option<proto::NameFilter>,
                create_time: Option<proto::TimeFilter>,
                update_time: Option<proto::TimeFilter>,
            ) -> Self::Filter {
                proto::$Filter { originator, create_time, update_time, ..Self::Filter::default() }
            }
        }
    };
}

noun! {
    Agency(agency) in "agencies", AgencyFilter, AgencyOrder, GetAgencyRequest, ListAgenciesRequest,
    BatchGetAgenciesRequest, CreateAgencyRequest agency_id, UpdateAgencyRequest, DeleteAgencyRequest
}
noun! {
    Sensor(sensor) in "sensors", SensorFilter, SensorOrder, GetSensorRequest, ListSensorsRequest,
    BatchGetSensorsRequest, CreateSensorRequest sensor_id, UpdateSensorRequest, DeleteSensorRequest
}
noun! {
    Operation(operation) in "operations", OperationFilter, OperationOrder, GetOperationRequest,
    ListOperationsRequest, BatchGetOperationsRequest, CreateOperationRequest,
    UpdateOperationRequest, DeleteOperationRequest, imported under operation_row_id
}
noun! {
    Seizure(seizure) in "seizures", SeizureFilter, SeizureOrder, GetSeizureRequest,
    ListSeizuresRequest show_inactive, BatchGetSeizuresRequest, CreateSeizureRequest,
    UpdateSeizureRequest,
    DeleteSeizureRequest, imported under row_id
}
