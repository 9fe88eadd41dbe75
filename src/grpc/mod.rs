//! The gRPC contract over the use cases: decode, one call, encode. It knows no row and no SQL.

mod access;
mod agencies;
pub(crate) mod codec;
mod filters;
mod health;
mod operations;
mod pace;
mod requests;
mod seizures;
mod sensors;
pub(crate) mod status;
mod substances;
mod summaries;
mod transfers;
mod values;

use crate::{
    domain::{
        access_records::Shown,
        check::{Path, Violations},
        errors::Error,
        filters::{Filter, SubstanceField},
        pages::{List, Page},
        records::Record,
        requests::{Create, Delete, Retract, Update},
        viewers::Viewer,
    },
    proto::{
        self, access_service_server, agency_service_server, operation_service_server,
        seizure_service_server, sensor_service_server, substance_service_server,
    },
    registry::Registry,
};
pub use health::Health;
pub use pace::ImportPace;

use filters::Decoder;
use requests::{list_of, mask, options};
use std::sync::Arc;
use summaries::{Told, Units};
use tonic::{Request, Response, Status, Streaming, codec::CompressionEncoding, service::Routes};
use transfers::{Answers, Transfers};

/// The contract with its comments.
pub(crate) const CONTRACT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/contract.binpb"));

/// The services, for whoever each request says that its viewer is.
#[derive(Clone)]
pub struct Services {
    registry: Registry,
    transfers: Transfers,
}

/// The viewer of a request, which the server puts there before any service has it. There is no
/// other: a request without one reaches no use case.
fn viewer_of<T>(request: &Request<T>) -> Result<Arc<Viewer>, Status> {
    let viewer = request.extensions().get::<Arc<Viewer>>().cloned();
    viewer.ok_or_else(|| status::from(Error::unauthenticated("CREDENTIAL_REQUIRED")))
}

/// An answer, and how many restricted records it shows, for the access record.
fn showing<T>(message: T, shown: Shown) -> Response<T> {
    let mut answer = Response::new(message);
    answer.extensions_mut().insert(shown);
    answer
}

/// The answer to a change. What was changed is in the ledger; what was only tried, or may have been
/// answered before, is a read.
fn changed<R: Record, M>(record: R, is_read: bool, encode: impl FnOnce(R) -> M) -> Response<M> {
    let shown = Shown::of(std::slice::from_ref(&record));
    let message = encode(record);
    if is_read { showing(message, shown) } else { Response::new(message) }
}

/// The most bytes of an answer: what a client takes when nothing else is said. The records of a page
/// are fewer, and this holds what is reckoned of them to what is sent.
const ANSWER_BYTES_MAX: usize = 4 << 20;

macro_rules! with_limits {
    ($server:expr, $bytes:expr) => {
        $server
            .max_decoding_message_size($bytes)
            .max_encoding_message_size(ANSWER_BYTES_MAX)
            .accept_compressed(CompressionEncoding::Gzip)
            .accept_compressed(CompressionEncoding::Zstd)
            .send_compressed(CompressionEncoding::Gzip)
            .send_compressed(CompressionEncoding::Zstd)
    };
}

impl Services {
    /// The services over a registry.
    #[must_use]
    pub fn new(registry: Registry) -> Self {
        Self { registry, transfers: Transfers::default() }
    }

    /// Every service with health and reflection, and what turns their health; a request message may
    /// have this many bytes once decompressed.
    ///
    /// # Errors
    /// When the contract cannot be read for reflection, which a build that compiled it excludes.
    pub async fn routes(
        self,
        request_bytes_max: usize,
    ) -> Result<(Routes, Health), tonic_reflection::server::Error> {
        use access_service_server::AccessServiceServer;
        use agency_service_server::AgencyServiceServer;
        use operation_service_server::OperationServiceServer;
        use seizure_service_server::SeizureServiceServer;
        use sensor_service_server::SensorServiceServer;
        use substance_service_server::SubstanceServiceServer;
        let (health, health_service) = health::serving().await;
        let contract = || {
            tonic_reflection::server::Builder::configure()
                .register_encoded_file_descriptor_set(CONTRACT)
                .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        };
        let bytes = request_bytes_max;
        let routes = Routes::new(with_limits!(AgencyServiceServer::new(self.clone()), bytes))
            .add_service(with_limits!(AccessServiceServer::new(self.clone()), bytes))
            .add_service(with_limits!(SensorServiceServer::new(self.clone()), bytes))
            .add_service(with_limits!(OperationServiceServer::new(self.clone()), bytes))
            .add_service(with_limits!(SeizureServiceServer::new(self.clone()), bytes))
            .add_service(with_limits!(SubstanceServiceServer::new(self), bytes))
            .add_service(health_service)
            .add_service(contract().build_v1()?)
            .add_service(contract().build_v1alpha()?);
        Ok((routes, health))
    }
}

/// Implements a service: each method decodes, calls one use case and encodes. A message that a
/// request lacks reads as an empty one, so that what it requires is asked for with all else that is
/// wrong in one answer.
macro_rules! service {
    (
        $service:ident in $server:ident, $codec:ident, $record:ident, $field:ident, $list_field:ident,
        get: $get:ident $Get:ident,
        list: $list:ident $List:ident $Listed:ident $Order:ident $($show_inactive:ident)?,
        batch: $batch:ident $Batch:ident $Batched:ident,
        create: $create:ident $Create:ident $($id:ident)?,
        update: $update:ident $Update:ident, delete: $delete:ident $Delete:ident,
        { $($extra:tt)* }
    ) => {
        #[tonic::async_trait]
        impl $server::$service for Services {
            async fn $get(
                &self,
                request: Request<proto::$Get>,
            ) -> Result<Response<proto::$record>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$Get { name } = request.into_inner();
                let found = self.registry.$get(&viewer, &name).await.map_err(status::from)?;
                let shown = Shown::of(std::slice::from_ref(&found));
                Ok(showing($codec::encode(found), shown))
            }

            async fn $list(
                &self,
                request: Request<proto::$List>,
            ) -> Result<Response<proto::$Listed>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$List {
                    page_size,
                    page_token,
                    filter,
                    order_by,
                    show_deleted,
                    $($show_inactive,)?
                } = request.into_inner();
                let show_inactive = false $(|| $show_inactive)?;
                let terms = order_by.into_iter();
                let order: Vec<(i32, i32)> =
                    terms.map(|proto::$Order { field, direction }| (field, direction)).collect();
                let mut violations = Violations::default();
                let filter = Decoder::new(&mut violations).$list_field("filter", filter);
                let page = (page_size, page_token);
                let list = list_of(filter, &order, page, (show_deleted, show_inactive), violations)
                    .map_err(status::from)?;
                let page = self.registry.$list(&viewer, list).await.map_err(status::from)?;
                let Page { records, next_page_token } = page;
                let shown = Shown::of(&records);
                let $list_field = records.into_iter().map($codec::encode).collect();
                Ok(showing(proto::$Listed { $list_field, next_page_token }, shown))
            }

            async fn $batch(
                &self,
                request: Request<proto::$Batch>,
            ) -> Result<Response<proto::$Batched>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$Batch { names } = request.into_inner();
                let found = self.registry.$batch(&viewer, &names).await;
                let found = found.map_err(status::from)?;
                let shown = Shown::of(&found);
                let $list_field = found.into_iter().map($codec::encode).collect();
                Ok(showing(proto::$Batched { $list_field }, shown))
            }

            async fn $create(
                &self,
                request: Request<proto::$Create>,
            ) -> Result<Response<proto::$record>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$Create { $($id,)? $field, request_id, validate_only } =
                    request.into_inner();
                let is_read = validate_only || !request_id.is_empty();
                let create = Create {
                    id: String::new() $(+ &$id)?,
                    draft: $codec::decode($field.unwrap_or_default()),
                    options: options(request_id, validate_only),
                };
                let made = self.registry.$create(&viewer, create).await;
                made.map(|one| changed(one, is_read, $codec::encode)).map_err(status::from)
            }

            async fn $update(
                &self,
                request: Request<proto::$Update>,
            ) -> Result<Response<proto::$record>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$Update { $field, update_mask, request_id, validate_only } =
                    request.into_inner();
                let is_read = validate_only || !request_id.is_empty();
                let record = $field.unwrap_or_default();
                let update = Update {
                    name: record.name.clone(),
                    etag: record.etag.clone(),
                    update_mask: mask(update_mask),
                    draft: $codec::decode(record),
                    options: options(request_id, validate_only),
                };
                let updated = self.registry.$update(&viewer, update).await;
                updated.map(|one| changed(one, is_read, $codec::encode)).map_err(status::from)
            }

            async fn $delete(
                &self,
                request: Request<proto::$Delete>,
            ) -> Result<Response<proto::$record>, Status> {
                let viewer = viewer_of(&request)?;
                let proto::$Delete { name, etag, request_id, validate_only } = request.into_inner();
                let is_read = validate_only || !request_id.is_empty();
                let delete = Delete { name, etag, options: options(request_id, validate_only) };
                let deleted = self.registry.$delete(&viewer, delete).await;
                deleted.map(|one| changed(one, is_read, $codec::encode)).map_err(status::from)
            }

            $($extra)*
        }
    };
}

service! {
    AgencyService in agency_service_server, agencies, Agency, agency, agencies,
    get: get_agency GetAgencyRequest,
    list: list_agencies ListAgenciesRequest ListAgenciesResponse AgencyOrder,
    batch: batch_get_agencies BatchGetAgenciesRequest BatchGetAgenciesResponse,
    create: create_agency CreateAgencyRequest agency_id,
    update: update_agency UpdateAgencyRequest,
    delete: delete_agency DeleteAgencyRequest, {}
}

service! {
    SensorService in sensor_service_server, sensors, Sensor, sensor, sensors,
    get: get_sensor GetSensorRequest,
    list: list_sensors ListSensorsRequest ListSensorsResponse SensorOrder,
    batch: batch_get_sensors BatchGetSensorsRequest BatchGetSensorsResponse,
    create: create_sensor CreateSensorRequest sensor_id,
    update: update_sensor UpdateSensorRequest,
    delete: delete_sensor DeleteSensorRequest, {}
}

service! {
    OperationService in operation_service_server, operations, Operation, operation, operations,
    get: get_operation GetOperationRequest,
    list: list_operations ListOperationsRequest ListOperationsResponse OperationOrder,
    batch: batch_get_operations BatchGetOperationsRequest BatchGetOperationsResponse,
    create: create_operation CreateOperationRequest,
    update: update_operation UpdateOperationRequest,
    delete: delete_operation DeleteOperationRequest, {
        async fn summarize_operations(
            &self,
            request: Request<proto::SummarizeOperationsRequest>,
        ) -> Result<Response<proto::SummarizeOperationsResponse>, Status> {
            let viewer = viewer_of(&request)?;
            let request = summaries::decode_operations(request.into_inner());
            let (filter, draft, [mass, volume]) = request;
            let mut violations = Violations::default();
            let filter = Decoder::new(&mut violations).operations("filter", filter);
            let summary = draft.check_operations(filter, &Path::root(""), &mut violations);
            let units = Units::check(mass, volume, &mut violations);
            let summary = violations.finish(Some(summary)).map_err(status::from)?;
            let figures = summary.figures.clone();
            let found = self.registry.summarize_operations(&viewer, summary).await;
            let told = Told { figures: &figures, units };
            found.map(|one| Response::new(told.encode_operations(one))).map_err(status::from)
        }
    }
}

service! {
    SeizureService in seizure_service_server, seizures, Seizure, seizure, seizures,
    get: get_seizure GetSeizureRequest,
    list: list_seizures ListSeizuresRequest ListSeizuresResponse SeizureOrder show_inactive,
    batch: batch_get_seizures BatchGetSeizuresRequest BatchGetSeizuresResponse,
    create: create_seizure CreateSeizureRequest,
    update: update_seizure UpdateSeizureRequest,
    delete: delete_seizure DeleteSeizureRequest, {
        async fn retract_seizure(
            &self,
            request: Request<proto::RetractSeizureRequest>,
        ) -> Result<Response<proto::Seizure>, Status> {
            let viewer = viewer_of(&request)?;
            let proto::RetractSeizureRequest { name, reason, etag, request_id, validate_only } =
                request.into_inner();
            let is_read = validate_only || !request_id.is_empty();
            let options = options(request_id, validate_only);
            let retract = Retract { name, reason, etag, options };
            let retracted = self.registry.retract_seizure(&viewer, retract).await;
            retracted.map(|one| changed(one, is_read, seizures::encode)).map_err(status::from)
        }

        async fn summarize_seizures(
            &self,
            request: Request<proto::SummarizeSeizuresRequest>,
        ) -> Result<Response<proto::SummarizeSeizuresResponse>, Status> {
            let viewer = viewer_of(&request)?;
            let (filter, draft, [mass, volume]) = summaries::decode_seizures(request.into_inner());
            let mut violations = Violations::default();
            let filter = Decoder::new(&mut violations).seizures("filter", filter);
            let summary = draft.check_seizures(filter, &Path::root(""), &mut violations);
            let units = Units::check(mass, volume, &mut violations);
            let summary = violations.finish(Some(summary)).map_err(status::from)?;
            let figures = summary.figures.clone();
            let found = self.registry.summarize_seizures(&viewer, summary).await;
            let told = Told { figures: &figures, units };
            found.map(|one| Response::new(told.encode_seizures(one))).map_err(status::from)
        }

        type ImportSeizuresStream = Answers<proto::ImportSeizuresResponse>;

        async fn import_seizures(
            &self,
            requests: Request<Streaming<proto::ImportSeizuresRequest>>,
        ) -> Result<Response<Self::ImportSeizuresStream>, Status> {
            let (registry, viewer) = (self.registry.clone(), viewer_of(&requests)?);
            let pace = requests.extensions().get::<Arc<ImportPace>>().cloned();
            let requests = requests.into_inner();
            let answers = self.transfers.import(registry, (viewer, pace), requests);
            answers.map(Response::new).map_err(status::from)
        }

        type ExportSeizuresStream = Answers<proto::ExportSeizuresResponse>;

        async fn export_seizures(
            &self,
            request: Request<proto::ExportSeizuresRequest>,
        ) -> Result<Response<Self::ExportSeizuresStream>, Status> {
            let (registry, viewer) = (self.registry.clone(), viewer_of(&request)?);
            let answers = self.transfers.export(registry, viewer, request.into_inner()).await;
            let (answers, shown) = answers.map_err(status::from)?;
            Ok(showing(answers, shown))
        }
    }
}

#[tonic::async_trait]
impl substance_service_server::SubstanceService for Services {
    async fn get_substance(
        &self,
        request: Request<proto::GetSubstanceRequest>,
    ) -> Result<Response<proto::Substance>, Status> {
        let viewer = viewer_of(&request)?;
        let proto::GetSubstanceRequest { name } = request.into_inner();
        let found = self.registry.get_substance(&viewer, &name).await;
        found.map(substances::encode).map(Response::new).map_err(status::from)
    }

    async fn list_substances(
        &self,
        request: Request<proto::ListSubstancesRequest>,
    ) -> Result<Response<proto::ListSubstancesResponse>, Status> {
        let viewer = viewer_of(&request)?;
        let proto::ListSubstancesRequest { page_size, page_token, filter, called } =
            request.into_inner();
        let mut violations = Violations::default();
        let mut decoder = Decoder::new(&mut violations);
        let filter = decoder.substances("filter", filter);
        let called = decoder.folded("called", &called);
        let called = Filter::Is(SubstanceField::Called(called));
        let filter = match called {
            Filter::Is(SubstanceField::Called(text)) if text.is_empty() => filter,
            called => Filter::All(vec![filter, called]),
        };
        let page = (page_size, page_token);
        let list: List<_, _> =
            list_of(filter, &[], page, (false, false), violations).map_err(status::from)?;
        let page = self.registry.list_substances(&viewer, list).await;
        let Page { records, next_page_token } = page.map_err(status::from)?;
        let substances = records.into_iter().map(substances::encode).collect();
        Ok(Response::new(proto::ListSubstancesResponse { substances, next_page_token }))
    }
}
