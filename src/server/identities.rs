//! Who a request comes from: the one place where a credential becomes a viewer.
//!
//! What is found out stands in the request, where the services look for it; a request that shows
//! nothing good reaches none of them. A credential is looked up once and then known, for as long as
//! the store counts no change of credentials: a revoked one is refused on the next call.

mod credentials;
mod failures;
mod fetch;
mod issuers;
mod jwt;
mod notes;
mod shares;

use super::{answers::Dialect, tls::Certificate};
use crate::{
    config,
    domain::{
        access_records::{AccessKind, Outcome},
        errors::{Error, Kind, Result},
        tokens::Token,
        viewers::Viewer,
    },
    registry::{Identified, Registry},
};
use axum::{
    body::Body,
    extract::{Request, State},
    middleware::Next,
    response::Response,
};
use credentials::{Credential, Malformed, bearer};
use failures::Failures;
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{AUTHORIZATION, WWW_AUTHENTICATE},
};
use issuers::Issuers;
use jwt::Jwt;
use notes::Noting;
use shares::{Place, Shares};
use std::{
    collections::HashMap,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio::{
    sync::{Mutex, watch},
    time::{Instant, interval, sleep, timeout},
};

/// What is answered to anybody: who balances load has no credential.
const OPEN: &str = "/grpc.health.v1.Health/";
/// Credentials that are known; when there are as many, all are looked up anew.
const KNOWN_MAX: usize = 4_096;
/// How often open streams learn that credentials changed.
const LOOK_EVERY: Duration = Duration::from_millis(250);

/// Of how many credentials the first requests are noted at the same time, but for chance.
const DOORS: usize = 64;
/// How long a request waits for another that comes in with the same credential.
const DOOR_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a server that stops may take to note what it cut.
const PART_TIMEOUT: Duration = Duration::from_secs(5);
/// How often access records whose time is over are forgotten.
const FORGET_EVERY: Duration = Duration::from_secs(3_600);

/// The peer of a connection, which stands in each of its requests.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    /// Where it is.
    pub address: SocketAddr,
    /// What it has shown of itself.
    pub certificate: Option<Arc<Certificate>>,
}

impl Peer {
    /// A peer that has shown nothing.
    pub(super) fn new(address: SocketAddr) -> Self {
        Self { address, certificate: None }
    }
}

/// Who callers may be.
#[derive(Debug)]
pub(super) enum Admitted {
    /// The configured viewer, each of them.
    Configured(Arc<Viewer>),
    /// Principals alone.
    Known,
    /// Principals, and the anonymous.
    Anyone,
}

/// What tells who callers are.
pub(super) struct Callers {
    admitted: Admitted,
    registry: Registry,
    /// Credentials that were looked up, by their hashes.
    known: RwLock<HashMap<[u8; 32], Arc<Caller>>>,
    /// Held by who comes in with a credential, one of them by its hash: it is noted once.
    doors: [Mutex<()>; DOORS],
    failures: Failures,
    issuers: Arc<Issuers>,
    shares: Shares,
    record_days: u32,
    revision: watch::Sender<i64>,
    /// Heard by each request that may still have to be noted.
    noting: watch::Sender<()>,
}

/// Whose a credential is.
#[derive(Debug)]
struct Caller {
    viewer: Arc<Viewer>,
    expire_micros: i64,
    /// What the store counted when it was looked up, and what else it was judged by.
    revision: i64,
    generation: i64,
}

impl Callers {
    /// Callers as the configuration says.
    pub(super) fn new(
        admitted: Admitted,
        identities: &config::IdentitiesConfig,
        limits: &config::Limits,
        registry: Registry,
    ) -> Result<Arc<Self>> {
        let config::Limits {
            principal_requests_per_second,
            principal_requests_in_flight_max,
            principal_import_rows_per_second,
            ..
        } = *limits;
        let shares = Shares::new(
            principal_requests_per_second,
            principal_requests_in_flight_max,
            principal_import_rows_per_second,
        );
        let config::IdentitiesConfig { callers: _, issuers: folder, record_days } = identities;
        let issuers = folder.as_deref().map(Issuers::read).transpose()?;
        let issuers = Arc::new(issuers.unwrap_or_default());
        Ok(Arc::new(Self {
            admitted,
            registry,
            issuers,
            shares,
            record_days: *record_days,
            known: RwLock::default(),
            doors: [const { Mutex::const_new(()) }; DOORS],
            failures: Failures::default(),
            revision: watch::Sender::new(0),
            noting: watch::Sender::new(()),
        }))
    }

    /// Waits until what was cut is noted, once nobody can ask any more.
    pub(super) async fn part(&self) {
        if timeout(PART_TIMEOUT, self.noting.closed()).await.is_err() {
            let lost = self.noting.receiver_count();
            tracing::warn!(lost, "requests that were cut have no access record");
        }
    }

    /// Tells open streams of changes, for as long as it is polled.
    pub(super) async fn look_after(self: Arc<Self>) {
        if let Admitted::Configured(_) = self.admitted {
            return std::future::pending().await;
        }
        tokio::join!(self.issuers.look_after(), self.look_at_revisions(), self.forget_records());
    }

    /// Forgets access records whose time is over, for as long as it is polled.
    async fn forget_records(&self) {
        let mut rounds = interval(FORGET_EVERY);
        loop {
            rounds.tick().await;
            if let Err(error) = self.registry.forget_access_records(self.record_days).await {
                tracing::warn!(%error, "old access records are still there");
            }
        }
    }

    async fn look_at_revisions(&self) {
        let mut looks = interval(LOOK_EVERY);
        loop {
            looks.tick().await;
            // Where the store is away, new requests fail by it, and open ones at their own reads.
            if let Ok(revision) = self.registry.credentials_revision().await {
                let changes = |known: &mut i64| std::mem::replace(known, revision) != revision;
                self.revision.send_if_modified(changes);
            }
        }
    }

    /// The viewer of a request, and the credential by which it is one. What a request shows itself
    /// comes before what its connection has shown.
    async fn identify(
        &self,
        headers: &HeaderMap,
        peer: Option<&Peer>,
    ) -> Result<(Arc<Viewer>, Option<Credential>)> {
        if let Admitted::Configured(viewer) = &self.admitted {
            return Ok((Arc::clone(viewer), None));
        }
        let address = peer.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.address.ip());
        let credential = match bearer(headers) {
            Ok(Some(text)) => match (Token::parse(text), Jwt::parse(text)) {
                (Some(token), _) => Credential::Token(token),
                (None, Some(jwt)) => Credential::Jwt(Box::new(jwt)),
                (None, None) => return Err(self.refuse(address)),
            },
            Ok(None) => match peer.and_then(|peer| peer.certificate.clone()) {
                Some(certificate) => Credential::Certificate(certificate),
                None => return self.identify_nobody(),
            },
            Err(Malformed) => return Err(self.refuse(address)),
        };
        let caller = self.caller_of(&credential, address).await?;
        Ok((Arc::clone(&caller.viewer), Some(credential)))
    }

    fn identify_nobody(&self) -> Result<(Arc<Viewer>, Option<Credential>)> {
        match &self.admitted {
            Admitted::Anyone => Ok((Arc::new(Viewer::anonymous()), None)),
            Admitted::Configured(_) | Admitted::Known => {
                Err(Error::unauthenticated("CREDENTIAL_REQUIRED"))
            }
        }
    }

    async fn caller_of(&self, credential: &Credential, address: IpAddr) -> Result<Arc<Caller>> {
        // Asked first: what is looked up after it is no older.
        let generation = credential.generation(&self.issuers);
        let revision = self.registry.credentials_revision().await?;
        let hash = credential.hash();
        let now = self.registry.now_micros();
        let known = self.known(&hash);
        if let Some(caller) = &known
            && (caller.revision, caller.generation) == (revision, generation)
        {
            let is_good = now < caller.expire_micros;
            return if is_good { Ok(Arc::clone(caller)) } else { Err(self.refuse(address)) };
        }
        // Who was let in before is not held up by those who try out credentials beside it.
        if known.is_none() && !address.is_unspecified() {
            self.failures.check(address, Instant::now())?;
        }
        let Some(found) = self.look_up(credential).await? else {
            self.forget(&hash);
            return Err(self.refuse(address));
        };
        let Identified { principal, expire_micros } = found;
        if now >= expire_micros {
            return Err(self.refuse(address));
        }
        let viewer = Arc::new(principal.viewer());
        let caller = Arc::new(Caller { viewer, expire_micros, revision, generation });
        // An open stream that is looked at again does not come in.
        if known.is_none() && !address.is_unspecified() {
            self.come_in(hash, &caller, credential, address).await?;
        } else {
            self.keep(hash, &caller);
        }
        Ok(caller)
    }

    /// Notes that a credential comes in, once.
    async fn come_in(
        &self,
        hash: [u8; 32],
        caller: &Arc<Caller>,
        credential: &Credential,
        address: IpAddr,
    ) -> Result<()> {
        let door = &self.doors[usize::from(hash[0]) % DOORS];
        let _door = timeout(DOOR_TIMEOUT, door.lock()).await.map_err(|_| {
            let message = "many come in with this credential at once: try again";
            Error::new(Kind::Unavailable, "STORE_BUSY", message).retry_after(DOOR_TIMEOUT)
        })?;
        // Who stood before us at the door may have come in with the same.
        if self.known(&hash).is_none() {
            self.note_log_on(&caller.viewer, credential, address).await?;
            self.keep(hash, caller);
        }
        Ok(())
    }

    async fn note_log_on(
        &self,
        viewer: &Viewer,
        credential: &Credential,
        address: IpAddr,
    ) -> Result<()> {
        let asked = self.registry.asked(address.to_string(), credential.kind().to_owned());
        let outcome = Outcome { kind: AccessKind::LogOn, answer: "OK", shown: 0 };
        self.registry.note_access(Some(viewer), asked, outcome).await
    }

    async fn look_up(&self, credential: &Credential) -> Result<Option<Identified>> {
        match credential {
            Credential::Token(token) => self.registry.identify_token(token).await,
            Credential::Jwt(jwt) => {
                let believed = self.issuers.believe(jwt, self.registry.now_micros()).await;
                let Some(name) = believed else { return Ok(None) };
                let principal = self.registry.identify_name(&name).await?;
                let expire_micros = jwt.expire_micros;
                Ok(principal.map(|principal| Identified { principal, expire_micros }))
            }
            Credential::Certificate(certificate) => {
                let Some(name) = &certificate.name else { return Ok(None) };
                let principal = self.registry.identify_name(name).await?;
                let regions = certificate.regions();
                // An authority vouches for the principals of its region alone.
                let vouched = principal
                    .filter(|one| one.region.as_ref().is_some_and(|of| regions.contains(of)));
                let expire_micros = certificate.expire_micros;
                Ok(vouched.map(|principal| Identified { principal, expire_micros }))
            }
        }
    }

    /// A place for a request of a viewer; the configured one takes what there is.
    fn share_of(&self, viewer: &Viewer) -> Result<Option<Place>> {
        let name = match &viewer.principal {
            Some(principal) => principal.as_str(),
            None if viewer.is_anonymous() => "",
            None => return Ok(None),
        };
        self.shares.take(name, Instant::now()).map(Some)
    }

    fn known(&self, hash: &[u8; 32]) -> Option<Arc<Caller>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(hash).cloned()
    }

    fn keep(&self, hash: [u8; 32], caller: &Arc<Caller>) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(hash, Arc::clone(caller));
    }

    fn forget(&self, hash: &[u8; 32]) {
        self.known.write().unwrap_or_else(PoisonError::into_inner).remove(hash);
    }

    /// A credential that is no good: counted, and answered alike whatever is wrong with it.
    fn refuse(&self, peer: IpAddr) -> Error {
        // An open stream that is looked at again tries nothing.
        if peer.is_unspecified() {
            return Error::unauthenticated("CREDENTIAL_REFUSED");
        }
        match self.failures.count(peer, Instant::now()) {
            Ok(()) => Error::unauthenticated("CREDENTIAL_REFUSED"),
            Err(too_many) => too_many,
        }
    }
}

/// The credential by which a request was admitted, while its answer is on the way.
#[derive(Clone)]
pub(super) struct Standing {
    callers: Arc<Callers>,
    credential: Credential,
    /// Kept until the answer has gone.
    _place: Option<Arc<Place>>,
}

impl Standing {
    /// Resolves once the credential is no longer good.
    pub(super) async fn ended(self) -> Error {
        let Self { callers, credential, _place } = self;
        let mut revision = callers.revision.subscribe();
        let nobody = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        loop {
            let left = match callers.caller_of(&credential, nobody).await {
                Ok(caller) => caller.expire_micros - callers.registry.now_micros(),
                Err(error) if error.kind == Kind::Unauthenticated => {
                    return Error::unauthenticated("CREDENTIAL_REFUSED");
                }
                // The store is away: looked at again with the next change, or by and by.
                Err(_) => i64::try_from(LOOK_EVERY.as_micros()).unwrap_or(i64::MAX),
            };
            tokio::select! {
                _ = revision.changed() => {}
                () = sleep(Duration::from_micros(u64::try_from(left).unwrap_or(0))) => {}
            }
        }
    }
}

/// The layer around the services: finds out whose a request is, and notes it there.
pub(super) async fn admit(
    State(callers): State<Arc<Callers>>,
    mut request: Request,
    next: Next,
) -> Response {
    if request.uri().path().starts_with(OPEN) {
        return next.run(request).await;
    }
    let peer = request.extensions().get::<Peer>().cloned();
    let mut noting = Noting::begin(&callers, &request, peer.as_ref());
    let (viewer, credential) = match callers.identify(request.headers(), peer.as_ref()).await {
        Ok(identified) => identified,
        Err(error) => return noting.close(refusal(&request, error)).await,
    };
    noting.is_of(&viewer);
    let dialect =
        credential.is_some().then(|| Dialect::of(request.uri().path(), request.headers()));
    let place = match callers.share_of(&viewer) {
        Ok(place) => place,
        Err(error) => return noting.close(refusal(&request, error)).await,
    };
    request.headers_mut().remove(AUTHORIZATION);
    request.extensions_mut().insert(Arc::clone(&viewer));
    if let Some(place) = &place {
        request.extensions_mut().insert(place.pace());
    }
    let answer = next.run(request);
    let Some((credential, dialect)) = credential.zip(dialect) else {
        let answer = noting.close(answer.await).await;
        drop(place);
        return answer;
    };
    let standing =
        Standing { callers: Arc::clone(&callers), credential, _place: place.map(Arc::new) };
    let answer = tokio::select! {
        biased;
        answer = answer => answer,
        error = standing.clone().ended() => dialect.answer(error),
    };
    let mut answer = noting.close(answer).await;
    answer.extensions_mut().insert(standing);
    answer
}

fn refusal(request: &Request, error: Error) -> Response<Body> {
    let shown = request.headers().contains_key(AUTHORIZATION);
    let mut answer = Dialect::of(request.uri().path(), request.headers()).answer(error);
    if answer.status() == StatusCode::UNAUTHORIZED {
        // RFC 6750, 3: the error is told only to who has shown something.
        let challenge = match shown {
            true => "Bearer realm=\"interdiction\", error=\"invalid_token\"",
            false => "Bearer realm=\"interdiction\"",
        };
        answer.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
    }
    answer
}
