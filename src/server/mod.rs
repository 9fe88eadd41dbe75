//! Composition: the only place that knows everything. It opens the store, puts the services on one
//! port and drains them.

mod activity;
mod answers;
mod calls;
mod connection;
mod deadlines;
mod identities;
mod limits;
pub mod listener;
mod tls;

pub use limits::Limits;
pub use tls::Tls;

use crate::{
    config::{
        self, Config, StoreUrl as ConfiguredStore, Taken, ViewerConfig,
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
use axum::{Extension, Router, middleware::from_fn_with_state};
use identities::{Admitted, Callers};
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

/// The viewer that the configuration names: every caller is it, unless callers show who they are.
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
    let roles = roles.iter().map(role).collect::<Result<_>>()?;
    Ok(Viewer { agency, region, roles, principal: None })
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

/// Opens the store, and the registry over it for callers: where they are the configured viewer, its
/// agency is registered; where others can reach the server, somebody has to be known.
///
/// # Errors
/// As [`Store::open`]; `Invalid` where nobody could come in.
pub async fn open(config: &Config, viewer: &Viewer) -> Result<Registry> {
    let registry = open_store(config).await?;
    if config.identities.callers == config::Callers::Configured {
        registry.register_own_agency(viewer).await?;
    } else if !config.listen.ip().to_canonical().is_loopback() && !registry.has_principals().await?
    {
        let problem = "others can reach this address, and nobody is known yet: begin with \
                       `interdiction principal set` and `interdiction token create`";
        let problem = config.refuse(&settings::LISTEN.spec, problem).to_string();
        return Err(Error::new(Kind::Invalid, "INVALID_FIELD", problem));
    }
    Ok(registry)
}

/// Opens the store, and the registry over it.
///
/// # Errors
/// As [`Store::open`].
pub async fn open_store(config: &Config) -> Result<Registry> {
    let options = Options {
        url: store_url(config),
        sqlite_readers_max: config.sqlite.readers_max as usize,
        postgres: PostgresLimits {
            connections_max: config.postgres.connections_max,
            statement_timeout: config.postgres.statement_timeout,
            lock_timeout: config.postgres.lock_timeout,
        },
    };
    Ok(Registry::new(Store::open(&options).await?, Arc::new(System)))
}

/// The gRPC services in this process, for whoever needs no socket.
///
/// # Errors
/// When the contract cannot be read, which a build that compiled it excludes.
pub async fn in_process(registry: Registry, viewer: Viewer, config: &Config) -> Result<Routes> {
    let services = Services::new(registry).routes(config.limits.request_bytes_max).await;
    let (routes, _health) = services.map_err(|error| Error::internal(error.to_string()))?;
    Ok(routes.into_axum_router().layer(Extension(Arc::new(viewer))).into())
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
    let callers = Callers::new(
        admitted(config, viewer),
        &config.identities,
        &config.limits,
        registry.clone(),
    )?;
    let admit = from_fn_with_state(Arc::clone(&callers), identities::admit);
    let graphql = graphql::routes(registry.clone(), trusted, request_bytes_max);
    let (grpc, health) = Services::new(registry)
        .routes(request_bytes_max)
        .await
        .map_err(|error| Error::internal(error.to_string()))?;
    let asked = grpc.into_axum_router().reset_fallback().merge(graphql).route_layer(admit);
    let app = with_fallback(asked.merge(graphql::ide::routes()));
    let shutdown = async move {
        shutdown.await;
        health.stop().await;
    };
    let tls = config.tls.as_ref().map(Tls::read).transpose()?;
    let look_after = look_after(Arc::clone(&callers), tls.clone());
    let limits = Limits::from(&config.limits);
    let drained = tokio::select! {
        drained = listener::serve_with(listener, tls, app, limits, shutdown) => drained,
        () = look_after => unreachable!("it looks for as long as it is polled"),
    };
    callers.part().await;
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

/// Looks after what changes while the server runs, for as long as it is polled.
async fn look_after(callers: Arc<Callers>, tls: Option<Arc<Tls>>) {
    let tls = async {
        match tls {
            Some(tls) => tls.look_after().await,
            None => std::future::pending().await,
        }
    };
    tokio::join!(callers.look_after(), tls);
}

/// Who callers may be.
fn admitted(config: &Config, viewer: Viewer) -> Admitted {
    match config.identities.callers {
        config::Callers::Configured => Admitted::Configured(Arc::new(viewer)),
        config::Callers::Known => Admitted::Known,
        config::Callers::Anyone => Admitted::Anyone,
    }
}

/// The routes, and one answer for every path that has none.
pub fn with_fallback(routes: Router) -> Router {
    routes.fallback(answers::nothing_here)
}
