//! A registry over a fresh store, and the verbs that tests speak.

use interdiction::{
    domain::{
        codes::Code as _,
        ids::{AgencyId, ResourceId as _},
        viewers::{Role, Viewer},
    },
    registry::{Registry, Source},
    store::{Options, PostgresLimits, Store, StoreUrl},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};
use uuid::Uuid;

/// Ticks a microsecond at every look.
struct Ticking(AtomicI64);

#[expect(clippy::disallowed_methods, reason = "this is the source of ids of the tests")]
impl Source for Ticking {
    fn now_micros(&self) -> i64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
    fn new_uuid(&self) -> Uuid {
        Uuid::now_v7()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

pub struct World {
    pub registry: Registry,
    pub store: Store,
    _directory: tempfile::TempDir,
}

impl World {
    pub async fn new(backend: Backend) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = match backend {
            Backend::Sqlite => StoreUrl::Sqlite(directory.path().join("registry.db")),
            Backend::Postgres => StoreUrl::Postgres(fresh_database().await),
        };
        let second = Duration::from_secs(1);
        let options = Options {
            url,
            sqlite_readers_max: 4,
            postgres: PostgresLimits {
                connections_max: 8,
                statement_timeout: 30 * second,
                lock_timeout: 10 * second,
            },
        };
        let store = Store::open(&options).await.unwrap();
        let clock = Arc::new(Ticking(AtomicI64::new(1_600_000_000_000_000)));
        let registry = Registry::new(store.clone(), clock);
        let world = Self { registry, store, _directory: directory };
        for agency in ["us-dod", "mx-sedena", "co-ponal"] {
            world.registry.register_own_agency(&world.viewer(agency)).await.unwrap();
        }
        world
    }

    /// A viewer with every role.
    pub fn viewer(&self, agency: &str) -> Viewer {
        let region =
            interdiction::domain::regions::RegionCode::parse(&agency[..2].to_ascii_uppercase());
        Viewer {
            agency: AgencyId::parse_id(agency).unwrap(),
            region: region.ok(),
            roles: Role::ALL.to_vec(),
        }
    }
}

/// A database of its own on the server that the test command started.
pub async fn fresh_database() -> String {
    use sea_orm::ConnectionTrait as _;
    let server = std::env::var("INTERDICTION_TEST_POSTGRES").expect(
        "INTERDICTION_TEST_POSTGRES is not set: run tests/run, which starts a server, or set it to \
         postgres://user@host:port/postgres",
    );
    #[expect(clippy::disallowed_methods, reason = "a name that no other test takes")]
    let name = format!("t{}", Uuid::now_v7().simple());
    let connection = sea_orm::Database::connect(&server).await.unwrap();
    connection.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    connection.close().await.unwrap();
    let (base, _) = server.rsplit_once('/').unwrap();
    format!("{base}/{name}")
}

/// Runs a case on both backends.
macro_rules! on_both {
    ($($name:ident: $case:ident;)+) => {$(
        mod $name {
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let world = $crate::world::World::new($crate::world::Backend::Sqlite).await;
                super::$case(world).await;
            }
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let world = $crate::world::World::new($crate::world::Backend::Postgres).await;
                super::$case(world).await;
            }
        }
    )+};
}
pub(crate) use on_both;
