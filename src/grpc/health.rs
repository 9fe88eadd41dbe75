//! The health of the services, by gRPC's own protocol. What is served is healthy until the server
//! stops: whether the store answers is not asked for each check.

use crate::proto::{
    access_service_server, agency_service_server, operation_service_server, seizure_service_server,
    sensor_service_server, substance_service_server,
};
use tonic_health::{
    ServingStatus,
    pb::health_server,
    server::{HealthReporter, health_reporter},
};

/// The server as a whole, and each of its services.
const SERVICES: [&str; 7] = [
    "",
    access_service_server::SERVICE_NAME,
    agency_service_server::SERVICE_NAME,
    sensor_service_server::SERVICE_NAME,
    operation_service_server::SERVICE_NAME,
    seizure_service_server::SERVICE_NAME,
    substance_service_server::SERVICE_NAME,
];

/// Turns the health of all services at once.
#[derive(Debug, Clone)]
pub struct Health(HealthReporter);

/// The health of services that serve, and the service that tells it.
pub(super) async fn serving() -> (Health, health_server::HealthServer<impl health_server::Health>) {
    let (reporter, service) = health_reporter();
    let health = Health(reporter);
    health.set(ServingStatus::Serving).await;
    (health, service)
}

impl Health {
    /// Tells whoever asks or watches that nothing is served any more.
    pub async fn stop(&self) {
        self.set(ServingStatus::NotServing).await;
    }

    async fn set(&self, status: ServingStatus) {
        for service in SERVICES {
            self.0.set_service_status(service, status).await;
        }
    }
}
