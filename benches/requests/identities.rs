//! What it costs to show who one is, beside the configured viewer who shows nothing: each kind of
//! credential, where nothing restricted is read and where all is. And what others notice of a
//! principal that asks ten times as often as it may.

use crate::{
    Bench, CALLERS, CONNECTIONS, Options,
    load::{Load, Raw, drive, summary},
    report,
    served::Served,
    stage,
};
use hyper_util::rt::TokioIo;
use interdiction::{
    domain::{
        principals::{OuterName, PrincipalDraft},
        viewers::Operator,
    },
    proto,
};
use prost::{Message as _, bytes::Bytes};
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType,
};
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring as provider,
    pki_types::{PrivateKeyDer, ServerName},
};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use std::{
    fs, io,
    path::Path,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};
use tonic::{
    Status,
    client::Grpc,
    codegen::http::{Uri, uri::PathAndQuery},
    transport::{Channel, Endpoint},
};
use uuid::Uuid;

const GET: &str = "/interdiction.v1.SeizureService/GetSeizure";
const LIST: &str = "/interdiction.v1.SeizureService/ListSeizures";
const ISSUER: &str = "https://login.mx.example";
const URI: &str = "spiffe://mx.example/bench";
/// Labels by their numbers.
const GREEN: i64 = 2;
const AMBER: i64 = 3;
/// Requests that one principal may ask a second, where others are to be left alone.
const SHARE: u32 = 200;

/// Whoever asks: connections, and what each request shows.
#[derive(Clone)]
struct Asker {
    channels: Arc<Vec<Channel>>,
    authorization: Option<String>,
}

impl Asker {
    async fn connect(address: &str, tls: Option<&Tls>, authorization: Option<String>) -> Self {
        let mut channels = Vec::new();
        for _ in 0..CONNECTIONS {
            let endpoint = Endpoint::from_shared(format!("http://{address}")).expect("an address");
            channels.push(match tls {
                Some(tls) => endpoint.connect_with_connector(tls.clone()).await,
                None => endpoint.connect().await,
            });
        }
        let channels = channels.into_iter().map(|one| one.expect("the server answers")).collect();
        Self { channels: Arc::new(channels), authorization }
    }

    async fn ask(
        &self,
        caller: usize,
        path: &'static str,
        message: Vec<u8>,
    ) -> Result<Bytes, Status> {
        let mut client = Grpc::new(self.channels[caller % self.channels.len()].clone());
        client.ready().await.map_err(|error| Status::unavailable(error.to_string()))?;
        let mut request = tonic::Request::new(Bytes::from(message));
        if let Some(authorization) = &self.authorization {
            let value = authorization.parse().expect("a header");
            request.metadata_mut().insert("authorization", value);
        }
        let answer = client.unary(request, PathAndQuery::from_static(path), Raw).await;
        answer.map(tonic::Response::into_inner)
    }

    async fn gets(&self, names: &Arc<Vec<String>>, lasting: Duration) -> Load {
        let (asker, names) = (self.clone(), Arc::clone(names));
        drive(CALLERS, lasting, move |caller, turn| {
            let name = names[(turn * 64 + caller) % names.len()].clone();
            let asker = asker.clone();
            async move {
                let message = proto::GetSeizureRequest { name }.encode_to_vec();
                asker.ask(caller, GET, message).await.expect("a seizure");
            }
        })
        .await
    }

    /// Pages of fifty that hold no restricted seizure, or those that come first, of which half are.
    async fn lists(&self, is_open: bool, lasting: Duration) -> Load {
        let asker = self.clone();
        // The template is GREEN where its number is even, and this is of the even ones.
        let codes = vec!["MX-BCN".to_owned()];
        let code = proto::CodeFilter { any_of: codes, ..Default::default() };
        let place = proto::PlaceFilter { subdivision_code: Some(code), ..Default::default() };
        let filter = proto::SeizureFilter { place: Some(Box::new(place)), ..Default::default() };
        let filter = is_open.then_some(filter);
        let request = proto::ListSeizuresRequest { page_size: 50, filter, ..Default::default() };
        let message = request.encode_to_vec();
        drive(CALLERS, lasting, move |caller, _turn| {
            let (asker, message) = (asker.clone(), message.clone());
            async move {
                asker.ask(caller, LIST, message).await.expect("a page");
            }
        })
        .await
    }
}

/// Connects by TLS, showing a certificate or none.
#[derive(Clone)]
struct Tls(TlsConnector);

impl tower_service::Service<Uri> for Tls {
    type Response = TokioIo<TlsStream<TcpStream>>;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<Self::Response>> + Send>>;

    fn poll_ready(&mut self, _cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let connector = self.0.clone();
        Box::pin(async move {
            let address = uri.authority().expect("an address").as_str().to_owned();
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            let name = ServerName::try_from("localhost").expect("a name");
            Ok(TokioIo::new(connector.connect(name, stream).await?))
        })
    }
}

/// Everything that a principal can show, and the files that the server needs for it.
struct Credentials {
    folder: tempfile::TempDir,
    token: String,
    jwt: String,
    tls: Tls,
    tls_with_certificate: Tls,
}

impl Credentials {
    async fn of(bench: &Bench, id: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let names = vec![
            OuterName::CertificateUri(URI.to_owned()),
            OuterName::Subject { issuer: ISSUER.to_owned(), subject: id.to_owned() },
        ];
        let token = token(bench, id, names).await;
        let jwt = trust(folder.path(), id);
        let (tls, tls_with_certificate) = certify(folder.path());
        Self { folder, token, jwt, tls, tls_with_certificate }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn tls_flags(&self) -> Vec<String> {
        let pairs = [
            ("--tls-certificate", "server.pem"),
            ("--tls-key", "server.key"),
            ("--tls-clients", "clients"),
        ];
        pairs.into_iter().flat_map(|(flag, name)| [flag.to_owned(), self.path(name)]).collect()
    }
}

/// A token of a principal that is recorded for it. The clock of the benchmark's registry stands at
/// 2020, so that the server would find it expired: its end is moved.
async fn token(bench: &Bench, id: &str, names: Vec<OuterName>) -> String {
    let draft = PrincipalDraft {
        id: id.to_owned(),
        agency: stage::AGENCY.to_owned(),
        region: "MX".to_owned(),
        roles: vec!["READER".to_owned()],
        names,
    };
    let operator = Operator::at_the_command_line();
    bench.registry.set_principal(&operator, &draft).await.expect("a principal");
    let made = bench.registry.create_token(&operator, id, 30, &rand::random()).await;
    let connection = stage::connect(&bench.url).await;
    let sql = "UPDATE tokens SET expire_micros = 9000000000000000";
    connection.execute_unprepared(sql).await.expect("the tokens");
    format!("Bearer {}", made.expect("a token").0.reveal())
}

#[expect(clippy::disallowed_methods, reason = "the clock that the server goes by")]
fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("a time").as_secs()
}

/// An issuer that the server trusts, and a token of it.
fn trust(folder: &Path, subject: &str) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    let base64 = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let pkcs8 = KeyPair::generate().expect("a key").serialize_der();
    let chance = SystemRandom::new();
    let fixed = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let key = EcdsaKeyPair::from_pkcs8(fixed, &pkcs8, &chance).expect("a key");
    let point = key.public_key().as_ref();
    let keys = json!({ "keys": [{ "kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig",
        "x": base64(&point[1..33]), "y": base64(&point[33..]) }] });
    let issuers = folder.join("issuers");
    fs::create_dir(&issuers).expect("a folder");
    let text = format!(
        "issuer = \"{ISSUER}\"\naudience = \"interdiction\"\ntype = \"at+jwt\"\n\
         algorithms = [\"ES256\"]\nkeys = \"keys.json\"\n"
    );
    fs::write(issuers.join("mx.toml"), text).expect("a file");
    fs::write(issuers.join("keys.json"), keys.to_string()).expect("a file");
    let now = seconds_now();
    let header = json!({ "alg": "ES256", "typ": "at+jwt", "kid": "ec" }).to_string();
    let claims = json!({ "iss": ISSUER, "sub": subject, "aud": "interdiction", "iat": now,
        "exp": now + 12 * 3_600 });
    let message =
        format!("{}.{}", base64(header.as_bytes()), base64(claims.to_string().as_bytes()));
    let signed = key.sign(&chance, message.as_bytes()).expect("a signature");
    format!("Bearer {message}.{}", base64(signed.as_ref()))
}

fn authority() -> CertifiedIssuer<'static, KeyPair> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("an authority")
}

/// The files of the server, and connections that show no certificate and one.
fn certify(folder: &Path) -> (Tls, Tls) {
    let (server, clients) = (authority(), authority());
    let write = |name: &str, text: String| fs::write(folder.join(name), text).expect("a file");
    let key = KeyPair::generate().expect("a key");
    let params = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    write("server.pem", params.signed_by(&key, &server).expect("a certificate").pem());
    write("server.key", key.serialize_pem());
    fs::create_dir(folder.join("clients")).expect("a folder");
    write("clients/MX.pem", clients.pem());
    let mut params = CertificateParams::default();
    params.subject_alt_names = vec![SanType::URI(URI.try_into().expect("a URI"))];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let key = KeyPair::generate().expect("a key");
    let shown = params.signed_by(&key, &clients).expect("a certificate").der().clone();
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let connector = |shows: bool| {
        let mut roots = RootCertStore::empty();
        roots.add(server.der().clone()).expect("an authority");
        let provider = Arc::new(provider::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = if shows {
            builder.with_client_auth_cert(vec![shown.clone()], key.clone_key()).expect("a pair")
        } else {
            builder.with_no_client_auth()
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Tls(TlsConnector::from(Arc::new(config)))
    };
    (connector(false), connector(true))
}

impl Bench {
    /// Names of seizures of one label.
    async fn names_of(&self, label: i64) -> Arc<Vec<String>> {
        let connection = stage::connect(&self.url).await;
        let sql = format!(
            "SELECT uid FROM seizures WHERE marking_id IN (SELECT id FROM markings WHERE label = \
             {label}) AND id % 20 < 2 LIMIT 20000"
        );
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.expect("the ids");
        let name = |row: &sea_orm::QueryResult| {
            let uid: Uuid = row.try_get_by_index(0).expect("an id");
            format!("seizures/{uid}")
        };
        Arc::new(rows.iter().map(name).collect())
    }

    /// Each kind of credential beside the configured viewer, over the same kind of connection.
    pub async fn identities(&self, options: &Options) {
        let store = stage::spelled(&self.url);
        let credentials = Credentials::of(self, "bench").await;
        let often = ["--limits-principal-requests-per-second", "1000000"];
        let issuers = credentials.path("issuers");
        let known = ["--identities-callers", "known", "--identities-issuers", &issuers];
        let configured = ["--viewer-agency", stage::AGENCY, "--viewer-region", "MX"];
        let tls = credentials.tls_flags();
        let tls: Vec<&str> = tls.iter().map(String::as_str).collect();
        let plain = [
            Served::with(&store, &configured),
            Served::with(&store, &[&known[..], &often].concat()),
        ];
        let token = Some(credentials.token.clone());
        let floor = Asker::connect(&plain[0].address, None, None).await;
        for (kind, shown) in [("API token", token), ("JWT", Some(credentials.jwt.clone()))] {
            let subject = Asker::connect(&plain[1].address, None, shown).await;
            self.beside(kind, "configured viewer", (&subject, &floor), options).await;
        }
        drop(plain);
        let over_tls = [
            Served::with(&store, &[&configured[..], &tls[..4]].concat()),
            Served::with(&store, &[&known[..], &often, &tls].concat()),
        ];
        let floor = Asker::connect(&over_tls[0].address, Some(&credentials.tls), None).await;
        let shown = &credentials.tls_with_certificate;
        let subject = Asker::connect(&over_tls[1].address, Some(shown), None).await;
        let names = "configured viewer over TLS";
        self.beside("certificate", names, (&subject, &floor), options).await;
    }

    async fn beside(
        &self,
        kind: &str,
        floor_name: &str,
        (subject, floor): (&Asker, &Asker),
        options: &Options,
    ) {
        let (open, restricted) = (self.names_of(GREEN).await, self.names_of(AMBER).await);
        let lasting = options.lasting;
        let what =
            ["Get, open", "Get, restricted", "List of 50, open", "List of 50, half restricted"];
        let mut pairs: [Vec<(Load, Load)>; 4] = Default::default();
        for _ in 0..options.rounds {
            for (names, pairs) in [&open, &restricted].into_iter().zip(&mut pairs[..2]) {
                let under = floor.gets(names, lasting).await;
                pairs.push((subject.gets(names, lasting).await, under));
            }
            for (is_open, pairs) in [true, false].into_iter().zip(&mut pairs[2..]) {
                let under = floor.lists(is_open, lasting).await;
                pairs.push((subject.lists(is_open, lasting).await, under));
            }
        }
        for (what, pairs) in what.into_iter().zip(pairs) {
            report(&format!("{what}, {}, {kind}; floor: {floor_name}", self.backend), pairs);
        }
    }

    /// A principal that asks ten times as often as it may, and one that asks half as often as it
    /// may, alone and beside the other.
    pub async fn fairness(&self, options: &Options) {
        let store = stage::spelled(&self.url);
        let modest = token(self, "modest", Vec::new()).await;
        let greedy = token(self, "greedy", Vec::new()).await;
        let share = SHARE.to_string();
        let flags =
            ["--identities-callers", "known", "--limits-principal-requests-per-second", &share];
        let server = Served::with(&store, &flags);
        let modest = Asker::connect(&server.address, None, Some(modest)).await;
        let greedy = Asker::connect(&server.address, None, Some(greedy)).await;
        let names = self.names_of(GREEN).await;
        let mut rounds = Vec::new();
        for _ in 0..options.rounds {
            let alone = paced(&modest, &names, SHARE / 2, options.lasting).await;
            let (beside, over) = futures_util::future::join(
                paced(&modest, &names, SHARE / 2, options.lasting),
                paced(&greedy, &names, SHARE * 10, options.lasting),
            )
            .await;
            rounds.push((beside, alone, over));
        }
        let ratio = |(beside, alone, _): &(Paced, Paced, Paced)| {
            beside.0.p99.as_secs_f64() / alone.0.p99.as_secs_f64()
        };
        rounds.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let ((beside, shed), (alone, _), (over, refused)) = rounds[rounds.len() / 2];
        println!(
            "| fairness, {}: {SHARE}/s may be asked; one asks ten times as often ({:.0}/s answered, \
             {refused} refused), another half as often: {:.0}/s, {shed} refused | p99 {} µs | alone \
             {} µs | {:.2} | {} µs | {} µs |",
            self.backend,
            over.rate,
            beside.rate,
            beside.p99.as_micros(),
            alone.p99.as_micros(),
            beside.p99.as_secs_f64() / alone.p99.as_secs_f64(),
            beside.p50.as_micros(),
            beside.p99.as_micros(),
        );
    }
}

/// What was answered, and how many requests were refused.
type Paced = (Load, u64);

/// Asks so many times a second, whether or not there are answers.
async fn paced(asker: &Asker, names: &Arc<Vec<String>>, rate: u32, lasting: Duration) -> Paced {
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / rate);
    let (began, refused) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let mut asked = Vec::new();
    for turn in 0.. {
        if began.elapsed() >= lasting {
            break;
        }
        ticks.tick().await;
        let (asker, refused) = (asker.clone(), Arc::clone(&refused));
        let name = names[turn * 7 % names.len()].clone();
        asked.push(tokio::spawn(async move {
            let at = Instant::now();
            let message = proto::GetSeizureRequest { name }.encode_to_vec();
            match asker.ask(turn, GET, message).await {
                Ok(_) => Some(at.elapsed()),
                Err(status) => {
                    assert_eq!(status.code(), tonic::Code::ResourceExhausted, "{status:?}");
                    refused.fetch_add(1, Ordering::Relaxed);
                    None
                }
            }
        }));
    }
    let mut took = Vec::new();
    for one in asked {
        took.extend(one.await.expect("a caller ends"));
    }
    (summary(took, began.elapsed()), refused.load(Ordering::Relaxed))
}
