//! Composition: the only place that knows everything. It opens the store, puts the services on one
//! port and drains them.

mod activity;
mod answers;
mod calls;
mod connection;
mod deadlines;
mod limits;
pub mod listener;

pub use limits::Limits;

use crate::{
    config::{
        Config, StoreUrl as ConfiguredStore, Taken, ViewerConfig,
        settings::{self, Spec},
    },
    domain::{
        codes::Code as _,
        errors::{Error, Kind, Result},
        ids::{AgencyId, ResourceId as _},
        regions::RegionCode,
        viewers::{Role, Viewer},
    },
    graphql::{self, documents::Trusted},
    grpc::Services,
    registry::{Registry, Source},
    store::{Options, PostgresLimits, Store, StoreUrl},
};
use axum::Router;
use listener::Drained;
use std::{
    future::Future,
    sync::Arc,
    time::{SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpListener;
use tonic::service::Routes;
use uuid::Uuid;

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
    let wrong = |spec: &Spec, problem: String| {
        Error::new(Kind::Invalid, "INVALID_FIELD", config.refuse(spec, &problem).to_string())
    };
    let ViewerConfig { agency, region, roles } = &config.viewer;
    let agency = AgencyId::parse_id(agency)
        .map_err(|problem| wrong(&settings::VIEWER_AGENCY.spec, problem))?;
    let region = region.as_deref().map(RegionCode::parse).transpose();
    let region = region.map_err(|problem| wrong(&settings::VIEWER_REGION.spec, problem))?;
    let role = |name: &String| {
        Role::from_name(name).ok_or_else(|| {
            let known: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
            let problem = format!("`{name}` is not a role: want some of {}", known.join(","));
            wrong(&settings::VIEWER_ROLES.spec, problem)
        })
    };
    Ok(Viewer { agency, region, roles: roles.iter().map(role).collect::<Result<_>>()? })
}

/// The documents that the configuration trusts.
///
/// # Errors
/// `Invalid` naming the setting or the file that is wrong.
pub fn trusted(config: &Config) -> Result<Trusted> {
    let only = config.graphql.take == Taken::Trusted;
    match &config.graphql.documents {
        Some(directory) => Trusted::read(directory, only),
        None if only => {
            let message = "trusted documents alone are executed, so graphql.documents has to say \
                           where they are";
            Err(Error::invalid_field("graphql.take", message))
        }
        None => Ok(Trusted::default()),
    }
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

/// The gRPC services in this process, for whoever needs no socket.
///
/// # Errors
/// When the contract cannot be read, which a build that compiled it excludes.
pub async fn in_process(registry: Registry, viewer: Viewer, config: &Config) -> Result<Routes> {
    let services = Services::new(registry, viewer).routes(config.limits.request_bytes_max).await;
    let (routes, _health) = services.map_err(|error| Error::internal(error.to_string()))?;
    Ok(routes)
}

/// Serves until the shutdown resolves, then turns health to NOT_SERVING, lets requests in flight
/// end within the drain timeout, and cuts the rest. Dropping the future cuts everything at once.
///
/// # Errors
/// `DeadlineExceeded` when requests had to be cut.
pub async fn serve(
    listener: TcpListener,
    registry: Registry,
    viewer: Viewer,
    config: &Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<()> {
    let request_bytes_max = config.limits.request_bytes_max;
    let trusted = trusted(config)?;
    let graphql = graphql::routes(registry.clone(), viewer.clone(), trusted, request_bytes_max);
    let (grpc, health) = Services::new(registry, viewer)
        .routes(request_bytes_max)
        .await
        .map_err(|error| Error::internal(error.to_string()))?;
    let plain = graphql.merge(graphql::ide::routes());
    let app = with_fallback(grpc.into_axum_router().reset_fallback().merge(plain));
    let shutdown = async move {
        shutdown.await;
        health.stop().await;
    };
    let drained = listener::serve(listener, app, Limits::from(&config.limits), shutdown).await;
    match drained {
        Drained { connections_cut: 0 } => Ok(()),
        Drained { connections_cut } => {
            let message = format!(
                "{connections_cut} connections were cut: their requests did not end within {:?}",
                config.limits.drain_timeout
            );
            Err(Error::new(Kind::DeadlineExceeded, "CUT", message))
        }
    }
}

/// The routes, and one answer for every path that has none.
pub fn with_fallback(routes: Router) -> Router {
    routes.fallback(answers::nothing_here)
}
