//! A registry over a fresh store, and the verbs that tests speak.

pub mod drafts;
pub mod nouns;
pub mod templates;

use interdiction::{
    domain::{
        codes::Code,
        errors::Result,
        filters::Filter,
        ids::{AgencyId, ResourceId as _},
        pages::{Direction, List, OrderTerm, PageSize},
        records::Draft,
        regions::RegionCode,
        requests::{Create, Delete, Update, WriteOptions},
        viewers::{Role, Viewer},
    },
    registry::{Registry, Source},
    store::{Options, PostgresLimits, Store, StoreUrl},
};
use nouns::Noun;
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

/// What the clock of a [`World`] shows first.
pub const EPOCH_MICROS: i64 = 1_600_000_000_000_000;
/// The agencies that every world has; each sees the others.
pub const AGENCIES: [&str; 3] = ["us-dod", "mx-sedena", "co-ponal"];

pub struct World {
    pub registry: Registry,
    pub store: Store,
    pub url: StoreUrl,
    _directory: tempfile::TempDir,
}

/// A second registry over the rows of a world; they go with the world.
pub struct Instance {
    pub registry: Registry,
}

impl World {
    pub async fn new(backend: Backend) -> Self {
        Self::with_source(backend, Arc::new(Ticking(AtomicI64::new(EPOCH_MICROS)))).await
    }

    pub async fn with_source(backend: Backend, source: Arc<dyn Source>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = match backend {
            Backend::Sqlite => StoreUrl::Sqlite(templates::sqlite_copy(directory.path()).await),
            Backend::Postgres => StoreUrl::Postgres(templates::postgres_copy().await),
        };
        let store = Store::open(&options(url.clone())).await.unwrap();
        let registry = Registry::new(store.clone(), source);
        let world = Self { registry, store, url, _directory: directory };
        for agency in AGENCIES {
            world.registry.register_own_agency(&viewer(agency)).await.unwrap();
        }
        world
    }

    /// Another instance over the same rows.
    pub async fn reopen(&self) -> Instance {
        self.reopen_with(Arc::new(Ticking(AtomicI64::new(EPOCH_MICROS)))).await
    }

    pub async fn reopen_with(&self, source: Arc<dyn Source>) -> Instance {
        let store = Store::open(&options(self.url.clone())).await.unwrap();
        Instance { registry: Registry::new(store, source) }
    }

    pub async fn reopen_so(&self, options: &Options) -> Instance {
        let source = Arc::new(Ticking(AtomicI64::new(EPOCH_MICROS)));
        Instance { registry: Registry::new(Store::open(options).await.unwrap(), source) }
    }

    /// A connection past the store, for what no use case does.
    pub async fn connect(&self) -> sea_orm::DatabaseConnection {
        let url = match &self.url {
            StoreUrl::Sqlite(path) => format!("sqlite://{}?mode=rw", path.display()),
            StoreUrl::Postgres(url) => url.clone(),
        };
        sea_orm::Database::connect(url).await.unwrap()
    }

    /// A viewer with every role.
    pub fn viewer(&self, agency: &str) -> Viewer {
        viewer(agency)
    }

    /// Creates a record whose id the server makes.
    pub async fn add<R: Noun>(&self, viewer: &Viewer, draft: R::Draft) -> R {
        self.add_as(viewer, "", draft).await
    }

    /// Creates a record under an id.
    pub async fn add_as<R: Noun>(&self, viewer: &Viewer, id: &str, draft: R::Draft) -> R {
        R::create(&self.registry, viewer, create(id, draft)).await.unwrap()
    }

    pub async fn try_add<R: Noun>(&self, viewer: &Viewer, draft: R::Draft) -> Result<R> {
        R::create(&self.registry, viewer, create("", draft)).await
    }

    /// The record as a viewer sees it now.
    pub async fn see<R: Noun>(&self, viewer: &Viewer, record: &R) -> R {
        R::get(&self.registry, viewer, &record.id().to_string()).await.unwrap()
    }

    pub async fn try_see<R: Noun>(&self, viewer: &Viewer, record: &R) -> Result<R> {
        R::get(&self.registry, viewer, &record.id().to_string()).await
    }

    /// Sets the fields that the mask names, whatever the etag.
    pub async fn change<R: Noun>(
        &self,
        viewer: &Viewer,
        record: &R,
        mask: &[&str],
        draft: R::Draft,
    ) -> Result<R> {
        R::update(&self.registry, viewer, update(record, mask, draft)).await
    }

    pub async fn remove<R: Noun>(&self, viewer: &Viewer, record: &R) -> Result<R> {
        R::delete(&self.registry, viewer, delete(record)).await
    }

    /// Every record that passes, in the order of recording.
    pub async fn list<R: Noun>(&self, viewer: &Viewer, filter: Filter<R::Field>) -> Vec<R> {
        self.walk::<R>(viewer, List { filter, ..all::<R>() }).await
    }

    /// Every page of a list.
    pub async fn walk<R: Noun>(
        &self,
        viewer: &Viewer,
        mut list: List<R::Field, R::Sort>,
    ) -> Vec<R> {
        let mut seen = Vec::new();
        loop {
            let page = R::list(&self.registry, viewer, list.clone()).await.unwrap();
            assert!(page.records.len() <= list.page_size.get() as usize);
            seen.extend(page.records);
            if page.next_page_token.is_empty() {
                return seen;
            }
            list.page_token = page.next_page_token;
        }
    }

    /// Holds that each filter passes the records of these labels and no other. A filter that
    /// passes all or none of the fixture would prove nothing and is refused.
    pub async fn filters<R: Noun>(&self, viewer: &Viewer, cases: Vec<Case<R::Field>>) {
        let everything = self.list::<R>(viewer, Filter::default()).await.len();
        for Case { name, filter, passes } in cases {
            assert!(!passes.is_empty() && passes.len() < everything, "{name} proves nothing");
            let inverse = Filter::Not(Box::new(filter.clone()));
            let found = self.list::<R>(viewer, filter).await;
            assert_eq!(labels(&found), passes, "{name}");
            let others = self.list::<R>(viewer, inverse).await;
            assert_eq!(others.len(), everything - passes.len(), "not: {name}");
        }
    }
}

/// A database of a server outlives the test's directory, so it is dropped by itself.
impl Drop for World {
    fn drop(&mut self) {
        let StoreUrl::Postgres(url) = self.url.clone() else { return };
        let drop = move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.unwrap().block_on(templates::drop_database(&url));
        };
        // Inside a runtime nothing may block, so another thread waits.
        let _panicked = std::thread::spawn(drop).join();
    }
}

/// A filter with the labels of what it passes, in the order of recording.
pub struct Case<F> {
    pub name: &'static str,
    pub filter: Filter<F>,
    pub passes: Vec<String>,
}

pub fn case<F>(name: &'static str, filter: Filter<F>, passes: &[&str]) -> Case<F> {
    Case { name, filter, passes: passes.iter().map(ToString::to_string).collect() }
}

pub fn labels<R: Noun>(records: &[R]) -> Vec<String> {
    records.iter().map(Noun::label).collect()
}

pub fn options(url: StoreUrl) -> Options {
    let second = Duration::from_secs(1);
    Options {
        url,
        sqlite_readers_max: 4,
        postgres: PostgresLimits {
            connections_max: 8,
            statement_timeout: 30 * second,
            lock_timeout: 10 * second,
        },
    }
}

/// A viewer with every role, of the region that its agency's id begins with.
pub fn viewer(agency: &str) -> Viewer {
    let region = RegionCode::parse(&agency[..2].to_ascii_uppercase()).ok();
    let agency = AgencyId::parse_id(agency).unwrap();
    Viewer { agency, region, roles: Role::ALL.to_vec(), principal: None }
}

/// The same agency with these roles alone.
pub fn with_roles(viewer: &Viewer, roles: &[Role]) -> Viewer {
    Viewer { roles: roles.to_vec(), ..viewer.clone() }
}

pub fn create<D>(id: &str, draft: D) -> Create<D> {
    Create { id: id.to_owned(), draft, options: WriteOptions::default() }
}

pub fn update<R: Noun>(record: &R, mask: &[&str], draft: R::Draft) -> Update<R::Draft> {
    Update {
        name: record.id().to_string(),
        etag: String::new(),
        update_mask: mask.iter().map(ToString::to_string).collect(),
        draft,
        options: WriteOptions::default(),
    }
}

pub fn delete<R: Noun>(record: &R) -> Delete {
    let name = record.id().to_string();
    Delete { name, etag: String::new(), options: WriteOptions::default() }
}

/// Everything that is listed by default.
pub fn all<R: Noun>() -> List<R::Field, R::Sort> {
    List {
        filter: Filter::default(),
        order: Vec::new(),
        show_deleted: false,
        show_inactive: false,
        page_size: size(1_000),
        page_token: String::new(),
    }
}

pub fn size(size: i32) -> PageSize {
    PageSize::check(size, &mut Default::default())
}

pub fn ascending<S: Code>(field: S) -> Vec<OrderTerm<S>> {
    vec![OrderTerm { field, direction: Direction::Ascending }]
}

pub fn descending<S: Code>(field: S) -> Vec<OrderTerm<S>> {
    vec![OrderTerm { field, direction: Direction::Descending }]
}

/// The draft that would make a record's body.
pub fn draft_of<R: Noun>(record: &R) -> R::Draft {
    <R::Draft as Draft>::of(record.body())
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
