//! Composition: the only place that knows everything. It opens the store, puts the services on one
//! port and drains them.

use crate::{
    config::{Config, StoreUrl as ConfiguredStore},
    domain::{
        codes::Code as _,
        errors::{Error, Kind, Result},
        ids::{AgencyId, ResourceId as _},
        regions::RegionCode,
        viewers::{Role, Viewer},
    },
    grpc::Services,
    registry::{Registry, Source},
    store::{Options, PostgresLimits, Store, StoreUrl},
};
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;
use tonic::transport::{Server, server::TcpIncoming};
use uuid::Uuid;

/// Streams of one connection at the same time.
const STREAMS_MAX: u32 = 256;
/// Bytes of a request's header list.
const HEADER_BYTES_MAX: u32 = 16 * 1_024;
/// How often a connection is asked whether it lives.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(20);
/// How long it may take to answer that.
const KEEP_ALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// The system's clock and chance.
struct System;

#[expect(clippy::disallowed_methods, reason = "this is the clock and the source of ids")]
impl Source for System {
    fn now_micros(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
    fn new_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Where the configuration says that the rows are.
#[must_use]
pub fn store_url(config: &Config) -> StoreUrl {
    match &config.store {
        ConfiguredStore::Sqlite(path) => StoreUrl::Sqlite(path.clone()),
        ConfiguredStore::Postgres(url) => StoreUrl::Postgres(url.clone()),
    }
}

/// The viewer that the configuration names: until identities arrive, every caller is it.
///
/// # Errors
/// `Invalid` naming the setting that is wrong.
pub fn viewer(config: &Config) -> Result<Viewer> {
    let wrong = |field: &'static str| move |message: String| Error::invalid_field(field, message);
    let agency = AgencyId::parse_id(&config.viewer.agency).map_err(wrong("viewer.agency"))?;
    let region = config.viewer.region.as_deref().map(RegionCode::parse).transpose();
    let roles: Option<Vec<Role>> =
        config.viewer.roles.iter().map(|name| Role::from_name(name)).collect();
    let unknown = || Error::invalid_field("viewer.roles", "not a role");
    Ok(Viewer {
        agency,
        region: region.map_err(wrong("viewer.region"))?,
        roles: roles.ok_or_else(unknown)?,
    })
}

/// Opens the store, and the registry over it for a viewer.
///
/// # Errors
/// As [`Store::open`].
pub async fn open(config: &Config, viewer: &Viewer) -> Result<Registry> {
    let options = Options {
        url: store_url(config),
        sqlite_readers_max: config.sqlite.readers_max as usize,
        postgres: PostgresLimits {
            connections_max: config.postgres.connections_max,
            statement_timeout: config.postgres.statement_timeout,
            lock_timeout: config.postgres.lock_timeout,
        },
    };
    let registry = Registry::new(Store::open(&options).await?, Arc::new(System));
    registry.register_own_agency(viewer).await?;
    Ok(registry)
}

/// Serves until the shutdown resolves, then lets requests in flight end within the drain timeout.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    registry: Registry,
    viewer: Viewer,
    config: &Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let failed = |error: String| Error::new(Kind::Internal, "INTERNAL", error);
    let routes = Services::new(registry, viewer)
        .routes(config.limits.request_bytes_max)
        .await
        .map_err(|error| failed(error.to_string()))?;
    let web = routes.into_axum_router().layer(tonic_web::GrpcWebLayer::new());
    let (drain, draining) = tokio::sync::oneshot::channel::<()>();
    let server = Server::builder()
        .accept_http1(true)
        .timeout(config.limits.request_timeout)
        .max_concurrent_streams(STREAMS_MAX)
        .http2_max_header_list_size(HEADER_BYTES_MAX)
        .http2_keepalive_interval(Some(KEEP_ALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEP_ALIVE_TIMEOUT))
        .add_routes(web.into())
        .serve_with_incoming_shutdown(
            TcpIncoming::from(listener).with_nodelay(Some(true)),
            async move {
                shutdown.await;
                let _waiting = drain.send(());
            },
        );
    let drain_timeout = config.limits.drain_timeout;
    tokio::select! {
        served = server => served.map_err(|error| failed(error.to_string())),
        () = async {
            let _asked = draining.await;
            tokio::time::sleep(drain_timeout).await;
        } => {
            tracing::warn!(?drain_timeout, "requests in flight were cut: they did not end in time");
            Ok(())
        }
    }
}
