//! JSON web tokens: what is believed, what is not, and what it costs to find out.

use super::{ask, channel, operator, principal, serve, showing};
use crate::world::{World, on_both};
use axum::{Router, routing::get};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use interdiction::{
    domain::principals::OuterName,
    proto::{self, seizure_service_client::SeizureServiceClient},
};
use rcgen::{KeyPair, PKCS_ED25519};
use ring::{
    hmac,
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _,
        RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents,
    },
};
use serde_json::{Value, json};
use std::{
    fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::net::TcpListener;
use tonic::Code;

on_both! {
    a_token_of_a_trusted_issuer_is_the_viewer_of_its_subject: believed;
    of_sixty_bad_tokens_none_is_believed: bad;
    a_new_key_works_and_unknown_ones_cost_little: keys;
    issuers_are_trusted_as_their_files_say_now: files;
}

pub(super) const ISSUER: &str = "https://login.mx.example";
/// What a world's clock shows, in seconds.
const NOW: i64 = crate::world::EPOCH_MICROS / 1_000_000;

/// An issuer with a key of each kind.
pub(super) struct Issuer {
    ec: EcdsaKeyPair,
    ed: Ed25519KeyPair,
    rsa: RsaKeyPair,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Issuer {
    pub(super) fn new() -> Self {
        let ec = KeyPair::generate().unwrap().serialize_der();
        let ed = KeyPair::generate_for(&PKCS_ED25519).unwrap().serialize_der();
        let (chance, fixed) = (SystemRandom::new(), &ECDSA_P256_SHA256_FIXED_SIGNING);
        Self {
            ec: EcdsaKeyPair::from_pkcs8(fixed, &ec, &chance).unwrap(),
            ed: Ed25519KeyPair::from_pkcs8_maybe_unchecked(&ed).unwrap(),
            // Made for this test; it opens nothing.
            rsa: RsaKeyPair::from_pkcs8(include_bytes!("rsa_of_tests.pk8")).unwrap(),
        }
    }

    /// The set that it publishes, with another id for its first key.
    pub(super) fn keys(&self, ec_id: &str) -> Value {
        let point = self.ec.public_key().as_ref();
        let RsaPublicKeyComponents { n, e } =
            RsaPublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "kid": ec_id, "use": "sig",
              "x": base64(&point[1..33]), "y": base64(&point[33..]) },
            { "kty": "OKP", "crv": "Ed25519", "kid": "ed", "x": base64(self.ed.public_key()) },
            { "kty": "RSA", "kid": "rsa", "n": base64(n),
              "e": base64(e) },
            { "kty": "oct", "kid": "oct", "k": base64("secret") },
            { "kty": "EC", "crv": "P-256", "kid": "enc", "use": "enc",
              "x": base64(&point[1..33]), "y": base64(&point[33..]) },
        ] })
    }

    fn signature(&self, by: &str, message: &[u8]) -> Vec<u8> {
        match by {
            "ec" => self.ec.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
            "ed" => self.ed.sign(message).as_ref().to_vec(),
            "rsa" => {
                let mut signed = vec![0; self.rsa.public().modulus_len()];
                let chance = SystemRandom::new();
                self.rsa.sign(&RSA_PKCS1_SHA256, &chance, message, &mut signed).unwrap();
                signed
            }
            // A shared secret made of a key that everybody has.
            "public" => {
                let key = hmac::Key::new(hmac::HMAC_SHA256, self.ec.public_key().as_ref());
                hmac::sign(&key, message).as_ref().to_vec()
            }
            "nobody" => Vec::new(),
            other => panic!("{other} signs nothing"),
        }
    }

    pub(super) fn token(&self, header: &Value, claims: &Value, by: &str) -> String {
        self.token_of(&header.to_string(), &claims.to_string(), by)
    }

    fn token_of(&self, header: &str, claims: &str, by: &str) -> String {
        let message = format!("{}.{}", base64(header), base64(claims));
        let signed = base64(self.signature(by, message.as_bytes()));
        format!("{message}.{signed}")
    }
}

pub(super) fn header() -> Value {
    json!({ "alg": "ES256", "typ": "at+jwt", "kid": "ec" })
}

fn claims() -> Value {
    json!({ "iss": ISSUER, "sub": "importer", "aud": "interdiction", "iat": NOW, "exp": NOW + 600 })
}

/// With a member set, or taken out where it is null.
fn with(mut object: Value, name: &str, value: Value) -> Value {
    let members = object.as_object_mut().unwrap();
    if value.is_null() {
        members.remove(name);
    } else {
        members.insert(name.to_owned(), value);
    }
    object
}

/// What an issuer publishes, and how often it was asked.
#[derive(Clone)]
struct Published {
    keys: Arc<Mutex<Value>>,
    asked: Arc<AtomicUsize>,
}

impl Published {
    /// Publishes keys, and serves the world to whom they open it.
    async fn serve(world: &World, keys: Value) -> (Self, std::net::SocketAddr, tempfile::TempDir) {
        let published = Self { keys: Arc::new(Mutex::new(keys)), asked: Arc::default() };
        let of = published.clone();
        let answer = move || {
            of.asked.fetch_add(1, Ordering::SeqCst);
            std::future::ready(of.keys.lock().unwrap().to_string())
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let limits = crate::server::stub::brief();
        let router = Router::new().route("/keys", get(answer));
        tokio::spawn(interdiction::server::listener::serve(
            listener,
            router,
            limits,
            std::future::pending(),
        ));
        let folder = tempfile::tempdir().unwrap();
        let file = format!(
            "issuer = \"{ISSUER}\"\naudience = \"interdiction\"\ntype = \"at+jwt\"\n\
             algorithms = [\"ES256\", \"EdDSA\", \"RS256\"]\nkeys = \"{url}\"\n"
        );
        fs::write(folder.path().join("mx.toml"), file).unwrap();
        let path = folder.path().display().to_string();
        let flags = ["--identities-callers", "known", "--identities-issuers", &path];
        let address = serve(world, &flags).await;
        let mut draft = principal("mx-importer", "mx-sedena", &["READER"]);
        let (issuer, subject) = (ISSUER.to_owned(), "importer".to_owned());
        draft.names = vec![OuterName::Subject { issuer, subject }];
        world.registry.set_principal(&operator(), &draft).await.unwrap();
        (published, address, folder)
    }
}

async fn opens(address: std::net::SocketAddr, token: &str) -> bool {
    let mut client = SeizureServiceClient::new(channel(address).await);
    let request = showing(proto::ListSeizuresRequest::default(), &format!("Bearer {token}"));
    let answered = client.list_seizures(request).await;
    let document = ask(address, "{ service { name } }", &format!("Bearer {token}")).await;
    match answered {
        Ok(_) => assert_eq!(document.http_status, 200),
        Err(status) => {
            let refused = [Code::Unauthenticated, Code::ResourceExhausted];
            assert!(refused.contains(&status.code()), "{status:?}");
            assert!([401, 429].contains(&document.http_status));
            return false;
        }
    }
    true
}

async fn believed(world: World) {
    let issuer = Issuer::new();
    let (published, address, _folder) = Published::serve(&world, issuer.keys("ec")).await;
    for (header, by) in [
        (header(), "ec"),
        (json!({ "alg": "EdDSA", "typ": "at+JWT", "kid": "ed" }), "ed"),
        (json!({ "alg": "RS256", "typ": "at+jwt", "kid": "rsa" }), "rsa"),
    ] {
        assert!(opens(address, &issuer.token(&header, &claims(), by)).await, "{by}");
    }
    let several = with(claims(), "aud", json!(["other", "interdiction"]));
    let token = issuer.token(&header(), &several, "ec");
    assert!(opens(address, &token).await);
    assert_eq!(published.asked.load(Ordering::SeqCst), 1, "one set for all");
    world.registry.remove_principal(&operator(), "mx-importer").await.unwrap();
    tokio::time::sleep(super::ANNOUNCED).await;
    assert!(!opens(address, &token).await, "a removed principal");
}

/// Tokens that nobody should believe, with what is wrong with each.
#[expect(clippy::too_many_lines, reason = "a table, one row for each wrong token")]
fn bad_tokens(issuer: &Issuer) -> Vec<(String, String)> {
    let stranger = Issuer::new();
    let good = issuer.token(&header(), &claims(), "ec");
    let parts: Vec<&str> = good.split('.').collect();
    let mut bad: Vec<(String, String)> = Vec::new();
    let mut add = |what: &str, token: String| bad.push((what.to_owned(), token));
    for alg in ["none", "None", "HS256", "HS384", "RS256", "ES384", "ES512", "PS256", "EdDSA", ""] {
        let header = with(header(), "alg", json!(alg));
        add(&format!("alg {alg}, signed"), issuer.token(&header, &claims(), "ec"));
        add(&format!("alg {alg}, unsigned"), issuer.token(&header, &claims(), "nobody"));
    }
    let shared = with(header(), "alg", json!("HS256"));
    add("a public key as a shared secret", issuer.token(&shared, &claims(), "public"));
    add("a wrong key", stranger.token(&header(), &claims(), "ec"));
    for kid in ["ed", "rsa", "oct", "enc", "unknown", "", "../../etc/passwd"] {
        let header = with(header(), "kid", json!(kid));
        add(&format!("kid {kid}"), issuer.token(&header, &claims(), "ec"));
    }
    for (name, value) in [
        ("alg", Value::Null),
        ("typ", Value::Null),
        ("kid", Value::Null),
        ("typ", json!("JWT")),
        ("kid", json!(1)),
        ("crit", json!(["exp"])),
        ("b64", json!(false)),
        ("jku", json!("https://evil.example/keys")),
        ("x5u", json!("https://evil.example/chain")),
        ("jwk", stranger.keys("ec")["keys"][0].clone()),
        ("x5c", json!(["MIIB"])),
        ("enc", json!("A256GCM")),
    ] {
        let header = with(header(), name, value.clone());
        add(&format!("header {name}: {value}"), stranger.token(&header, &claims(), "ec"));
        add(&format!("header {name}: {value}, signed"), issuer.token(&header, &claims(), "ec"));
    }
    for (name, value) in [
        ("iss", Value::Null),
        ("iss", json!("https://login.us.example")),
        ("iss", json!("https://login.mx.example/")),
        ("iss", json!([ISSUER])),
        ("sub", Value::Null),
        ("sub", json!("")),
        ("sub", json!("somebody")),
        ("sub", json!(1)),
        ("aud", Value::Null),
        ("aud", json!("another")),
        ("aud", json!([])),
        ("aud", json!({ "interdiction": true })),
        ("exp", Value::Null),
        ("exp", json!(NOW - 1)),
        ("exp", json!("9999999999")),
        ("exp", json!(1e300)),
        ("exp", json!(-1)),
        ("exp", json!(i64::MAX)),
        ("exp", json!(NOW + 10 * 24 * 3_600)),
        ("nbf", json!(NOW + 600)),
        ("nbf", json!("soon")),
        ("iat", json!(NOW + 600)),
        ("iat", json!([])),
    ] {
        let claims = with(claims(), name, value.clone());
        add(&format!("claim {name}: {value}"), issuer.token(&header(), &claims, "ec"));
    }
    let twice = claims().to_string().replace("{\"aud\"", "{\"sub\":\"importer\",\"aud\"");
    add("a claim that stands twice", issuer.token_of(&header().to_string(), &twice, "ec"));
    let other = base64(with(claims(), "exp", json!(NOW + 700)).to_string());
    add("changed claims", format!("{}.{other}.{}", parts[0], parts[2]));
    add("no signature", format!("{}.{}.", parts[0], parts[1]));
    add("two parts", format!("{}.{}", parts[0], parts[1]));
    add("four parts", format!("{good}.{}", parts[2]));
    add("half a signature", good[..good.len() - 43].to_owned());
    add("padding", format!("{good}=="));
    add("a blank inside", good.replace('.', ". "));
    let long = with(claims(), "pad", json!("a".repeat(9_000)));
    add("oversized", issuer.token(&header(), &long, "ec"));
    add("no JSON", issuer.token_of("{", "}", "ec"));
    bad
}

async fn bad(world: World) {
    let issuer = Issuer::new();
    let (published, address, _folder) = Published::serve(&world, issuer.keys("ec")).await;
    let good = issuer.token(&header(), &claims(), "ec");
    assert!(opens(address, &good).await);
    let bad = bad_tokens(&issuer);
    assert!(bad.len() >= 60, "{}", bad.len());
    for (what, token) in &bad {
        assert!(!opens(address, token).await, "{what}");
    }
    // None of them was refused for the sake of those before it: each again, at a fresh server.
    for batch in bad.chunks(14) {
        let (_published, address, _folder) = Published::serve(&world, issuer.keys("ec")).await;
        for (what, token) in batch {
            let answer = ask(address, "{ service { name } }", &format!("Bearer {token}")).await;
            assert_eq!(answer.http_status, 401, "{what}");
        }
    }
    assert!(opens(address, &good).await, "what is known is not held up");
    assert!(published.asked.load(Ordering::SeqCst) <= 3);
}

async fn keys(world: World) {
    let issuer = Issuer::new();
    let (published, address, _folder) = Published::serve(&world, issuer.keys("old")).await;
    let of = |kid: &str| issuer.token(&with(header(), "kid", json!(kid)), &claims(), "ec");
    let storm: Vec<String> = (0..20).map(|n| of(&format!("unknown-{n}"))).collect();
    let asked = storm.iter().map(|token| opens(address, token));
    let opened = futures_util::future::join_all(asked).await;
    assert!(opened.iter().all(|opened| !opened));
    assert_eq!(published.asked.load(Ordering::SeqCst), 1, "one fetch for all that wait");
    let (published, address, _folder) = Published::serve(&world, issuer.keys("old")).await;
    assert!(opens(address, &of("old")).await);
    *published.keys.lock().unwrap() = issuer.keys("new");
    assert!(!opens(address, &of("new")).await, "they were fetched a moment ago");
    tokio::time::sleep(Duration::from_secs(10)).await;
    let began = std::time::Instant::now();
    assert!(opens(address, &of("new")).await);
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(!opens(address, &of("old")).await, "a key that was withdrawn");
    assert_eq!(published.asked.load(Ordering::SeqCst), 2);
}

async fn files(world: World) {
    let issuer = Issuer::new();
    let (_published, address, folder) = Published::serve(&world, issuer.keys("ec")).await;
    let good = issuer.token(&header(), &claims(), "ec");
    assert!(opens(address, &good).await);
    let path = folder.path().join("mx.toml");
    let text = fs::read_to_string(&path).unwrap();
    let change = async |text: &str, opened: bool| {
        fs::write(&path, text).unwrap();
        // They are looked at every two seconds.
        for _ in 0..12 {
            tokio::time::sleep(Duration::from_millis(500)).await;
            if opens(address, &good).await == opened {
                return;
            }
        }
        panic!("{text} was not read");
    };
    change(&text.replace("\"interdiction\"", "\"another\""), false).await;
    change(&text, true).await;
    fs::write(&path, "issuer = 7").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(opens(address, &good).await, "what is wrong changes nothing");
    fs::remove_file(&path).unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert!(!opens(address, &good).await, "nobody trusts the issuer any more");
}
