//! Certificates of clients: one URI, vouched for by the authorities of its principal's region.

use super::{operator, principal, read, serve};
use crate::{
    server::peers::{Answer, Http2, Sent, post, unary},
    world::{World, on_both},
};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use interdiction::domain::principals::OuterName;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair,
    SanType, date_time_ymd,
};
use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName},
};
use serde_json::json;
use std::{fs, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

on_both! {
    a_certificate_is_the_viewer_of_the_principal_that_it_names: named;
    certificates_are_reloaded_without_a_restart: reloaded;
}

pub(super) type Authority = CertifiedIssuer<'static, KeyPair>;
/// A certificate with its key.
pub(super) type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

const IMPORTER: &str = "spiffe://mx.example/importer";

fn authority() -> Authority {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

fn client_of(uris: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::default();
    let name = |uri: &&str| SanType::URI((*uri).try_into().unwrap());
    params.subject_alt_names = uris.iter().map(name).collect();
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    params
}

fn signed(params: &CertificateParams, by: &Authority) -> Pair {
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}

/// A certificate of the server, written where the flags say that it is.
fn write_server(folder: &Path, by: &Authority) {
    let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let key = KeyPair::generate().unwrap();
    let certificate = params.signed_by(&key, by).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
    fs::write(folder.join("server.pem"), certificate.pem()).unwrap();
}

pub(super) fn flags(folder: &Path) -> Vec<String> {
    let path = |name: &str| folder.join(name).display().to_string();
    let pairs = [
        ("--identities-callers", "known".to_owned()),
        ("--tls-certificate", path("server.pem")),
        ("--tls-key", path("server.key")),
        ("--tls-clients", path("clients")),
    ];
    pairs.into_iter().flat_map(|(flag, value)| [flag.to_owned(), value]).collect()
}

pub(super) struct Authorities {
    pub(super) server: Authority,
    mx: Authority,
    us: Authority,
}

/// Files of a server and two regions.
pub(super) fn write_all(folder: &Path) -> Authorities {
    let made = Authorities { server: authority(), mx: authority(), us: authority() };
    write_server(folder, &made.server);
    fs::create_dir(folder.join("clients")).unwrap();
    fs::write(folder.join("clients/MX.pem"), made.mx.pem()).unwrap();
    fs::write(folder.join("clients/US.pem"), made.us.pem()).unwrap();
    made
}

pub(super) async fn connect(
    address: SocketAddr,
    server: &Authority,
    client: Option<Pair>,
) -> Result<Http2, String> {
    let mut roots = RootCertStore::empty();
    roots.add(server.der().clone()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match client {
        Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let stream = TcpStream::connect(address).await.map_err(|error| error.to_string())?;
    let name = ServerName::try_from("localhost").unwrap();
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let stream = TokioIo::new(stream.map_err(|error| error.to_string())?);
    let builder = hyper::client::conn::http2::Builder::new(TokioExecutor::new());
    let (sender, driver) = builder.handshake(stream).await.map_err(|error| error.to_string())?;
    tokio::spawn(driver);
    Ok(sender)
}

fn document() -> Request<Sent> {
    let body = json!({ "query": "{ service { name } }" }).to_string();
    Request::post("https://localhost/graphql")
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .body(Full::new(body.into()).boxed())
        .unwrap()
}

async fn ask(peer: &mut Http2) -> Answer {
    unary(peer, document()).await
}

/// Whether a certificate opens anything.
async fn opens(address: SocketAddr, server: &Authority, client: Option<Pair>) -> bool {
    let Ok(mut peer) = connect(address, server, client).await else { return false };
    // In TLS 1.3 a client learns by its first answer that its certificate was refused.
    let Ok(answer) = peer.send_request(document()).await else { return false };
    answer.status() == 200
}

async fn named(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let Authorities { server, mx, us } = write_all(folder.path());
    let flags = flags(folder.path());
    let address = serve(&world, &flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut draft = principal("mx-importer", "mx-sedena", &["READER"]);
    draft.names = vec![OuterName::CertificateUri(IMPORTER.to_owned())];
    world.registry.set_principal(&operator(), &draft).await.unwrap();
    let good = client_of(&[IMPORTER]);
    let mut peer = connect(address, &server, Some(signed(&good, &mx))).await.unwrap();
    let answer = ask(&mut peer).await;
    assert_eq!(
        (answer.http_status, &read(&answer)["data"]["service"]["name"]),
        (200, &json!("interdiction"))
    );
    let list = "/interdiction.v1.SeizureService/ListSeizures";
    let empty = || post(list, "application/grpc", b"\0\0\0\0\0".as_slice().into());
    assert_eq!(unary(&mut peer, empty()).await.grpc_status(), Some("0"));
    let dated = |from: i32, to: i32| {
        let mut params = good.clone();
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        params
    };
    let stranger = authority();
    let mut for_servers = good.clone();
    for_servers.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    for (what, client) in [
        ("none", None),
        ("of another region's authority", Some(signed(&good, &us))),
        ("of an authority that nobody trusts", Some(signed(&good, &stranger))),
        ("of the server's authority", Some(signed(&good, &server))),
        ("two URIs", Some(signed(&client_of(&[IMPORTER, "spiffe://mx.example/x"]), &mx))),
        ("the same URI twice", Some(signed(&client_of(&[IMPORTER, IMPORTER]), &mx))),
        ("no URI", Some(signed(&client_of(&[]), &mx))),
        ("an unknown URI", Some(signed(&client_of(&["spiffe://mx.example/who"]), &mx))),
        ("expired", Some(signed(&dated(2019, 2020), &mx))),
        ("of the future", Some(signed(&dated(2090, 2091), &mx))),
        ("for servers", Some(signed(&for_servers, &mx))),
    ] {
        assert!(!opens(address, &server, client).await, "{what}");
    }
    assert!(opens(address, &server, Some(signed(&good, &mx))).await);
    world.registry.remove_principal(&operator(), "mx-importer").await.unwrap();
    tokio::time::sleep(super::ANNOUNCED).await;
    assert_eq!(ask(&mut peer).await.http_status, 401, "on a connection that is open");
}

async fn reloaded(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let Authorities { server, mx, us: _ } = write_all(folder.path());
    let flags = flags(folder.path());
    let address = serve(&world, &flags.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut draft = principal("mx-importer", "mx-sedena", &["READER"]);
    draft.names = vec![OuterName::CertificateUri(IMPORTER.to_owned())];
    world.registry.set_principal(&operator(), &draft).await.unwrap();
    let good = client_of(&[IMPORTER]);
    let mut open = connect(address, &server, Some(signed(&good, &mx))).await.unwrap();
    assert_eq!(ask(&mut open).await.http_status, 200);
    // A file that is wrong changes nothing.
    fs::write(folder.path().join("clients/MX.pem"), "nothing").unwrap();
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(ask(&mut open).await.http_status, 200);
    let (fresh_server, fresh_mx) = (authority(), authority());
    write_server(folder.path(), &fresh_server);
    fs::write(folder.path().join("clients/MX.pem"), fresh_mx.pem()).unwrap();
    let began = std::time::Instant::now();
    while !opens(address, &fresh_server, Some(signed(&good, &fresh_mx))).await {
        assert!(began.elapsed() < Duration::from_secs(8), "never read again");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    // The connection lives, and what vouched for it does not.
    assert_eq!(ask(&mut open).await.http_status, 401);
    assert!(!opens(address, &fresh_server, Some(signed(&good, &mx))).await);
}
