//! The floor of the wire: a tonic service that answers every Get, and every List, with the same
//! message.

use futures_util::stream::Empty;
use interdiction::proto::{
    self,
    seizure_service_server::{SeizureService, SeizureServiceServer},
};
use prost::Message as _;
use std::path::Path;
use tokio::net::TcpListener;
use tonic::{
    Request, Response, Status, Streaming,
    transport::{Server, server::TcpIncoming},
};

struct Constant(proto::ListSeizuresResponse);

macro_rules! constant_service {
    ($($method:ident $request:ident $response:ident;)+) => {
        #[tonic::async_trait]
        impl SeizureService for Constant {
            async fn get_seizure(
                &self,
                _request: Request<proto::GetSeizureRequest>,
            ) -> Result<Response<proto::Seizure>, Status> {
                Ok(Response::new(self.0.seizures[0].clone()))
            }

            async fn list_seizures(
                &self,
                _request: Request<proto::ListSeizuresRequest>,
            ) -> Result<Response<proto::ListSeizuresResponse>, Status> {
                Ok(Response::new(self.0.clone()))
            }
            $(
                async fn $method(
                    &self,
                    _request: Request<proto::$request>,
                ) -> Result<Response<proto::$response>, Status> {
                    Err(Status::unimplemented("it answers Get and List alone"))
                }
            )+

            type ImportSeizuresStream = Empty<Result<proto::ImportSeizuresResponse, Status>>;

            async fn import_seizures(
                &self,
                _requests: Request<Streaming<proto::ImportSeizuresRequest>>,
            ) -> Result<Response<Self::ImportSeizuresStream>, Status> {
                Err(Status::unimplemented("it answers Get and List alone"))
            }

            type ExportSeizuresStream = Empty<Result<proto::ExportSeizuresResponse, Status>>;

            async fn export_seizures(
                &self,
                _request: Request<proto::ExportSeizuresRequest>,
            ) -> Result<Response<Self::ExportSeizuresStream>, Status> {
                Err(Status::unimplemented("it answers Get and List alone"))
            }
        }
    };
}

constant_service! {
    batch_get_seizures BatchGetSeizuresRequest BatchGetSeizuresResponse;
    create_seizure CreateSeizureRequest Seizure;
    summarize_seizures SummarizeSeizuresRequest SummarizeSeizuresResponse;
    update_seizure UpdateSeizureRequest Seizure;
    delete_seizure DeleteSeizureRequest Seizure;
    retract_seizure RetractSeizureRequest Seizure;
}

/// Serves until the process is ended.
pub async fn serve(message: &Path) {
    let message = std::fs::read(message).expect("a message");
    let page = proto::ListSeizuresResponse::decode(message.as_slice()).expect("a page");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    eprintln!("listening on http://{}", listener.local_addr().expect("an address"));
    Server::builder()
        .add_service(SeizureServiceServer::new(Constant(page)))
        .serve_with_incoming(TcpIncoming::from(listener).with_nodelay(Some(true)))
        .await
        .expect("it serves");
}
