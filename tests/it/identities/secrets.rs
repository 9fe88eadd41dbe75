//! Secrets that come in by every way there is, each one recognisable, and nothing that goes out or is
//! kept holds any: the log of all that is traced, answers, the store, what commands print, and what
//! `Debug` shows.

use super::{
    bearer,
    certificates::{Authorities, connect, flags, write_all},
    jwt,
};
use crate::{
    program::program,
    server::peers::{Answer, Http2, Sent, unary},
    world::{World, on_both, options},
};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use interdiction::{domain::tokens::Token, store::StoreUrl};
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::json;
use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

on_both! {
    no_secret_that_came_in_goes_out_or_is_kept: nowhere;
}

const PASSWORD: &str = "planted-password-9f2c";
const MISSPELT: &str = "planted-misspelt-token-41d8";
const START_TIMEOUT: Duration = Duration::from_secs(30);

/// What nothing may hold, by what it is.
struct Planted(Vec<(&'static str, String)>);

impl Planted {
    /// Holds that a text has none of them.
    fn is_not_in(&self, place: &str, text: &str) {
        for (what, secret) in &self.0 {
            let at = text.find(secret.as_str());
            let around = at.map(|at| {
                let from = text.floor_char_boundary(at.saturating_sub(200));
                &text[from..text.ceil_char_boundary((at + 200).min(text.len()))]
            });
            assert_eq!(around, None, "{place} holds {what}");
        }
    }
}

/// The server as a process whose log is kept whole.
struct Traced {
    child: Child,
    address: SocketAddr,
    log: Arc<Mutex<String>>,
}

impl Traced {
    fn start(store: &str, arguments: &[String]) -> Self {
        let mut command = program(store, &["serve", "--listen", "127.0.0.1:0"]);
        command.args(arguments).args(["--log-filter", "trace"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (log, (found, address)) = (Arc::new(Mutex::new(String::new())), mpsc::channel());
        let kept = Arc::clone(&log);
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, after)) = line.split_once("listening on https://")
                    && let Ok(address) = after.trim().parse()
                {
                    found.send(address).unwrap_or(());
                }
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        let address = address.recv_timeout(START_TIMEOUT).unwrap_or_else(|_| {
            let _gone = child.kill();
            panic!("it does not listen:\n{}", log.lock().unwrap())
        });
        Self { child, address, log }
    }
}

impl Drop for Traced {
    fn drop(&mut self) {
        let _gone = self.child.kill();
        let _waited = self.child.wait();
    }
}

/// The store as it is told to the program; of Postgres with a password, which it does not ask for.
fn told(url: &StoreUrl) -> String {
    match url {
        StoreUrl::Sqlite(path) => format!("sqlite:{}", path.display()),
        StoreUrl::Postgres(url) => {
            let (user, rest) = url.split_once('@').unwrap();
            format!("{user}:{PASSWORD}@{rest}")
        }
    }
}

async fn nowhere(world: World) {
    let store = told(&world.url);
    let folder = tempfile::tempdir().unwrap();
    let Authorities { server, .. } = write_all(folder.path());
    let key = fs::read_to_string(folder.path().join("server.key")).unwrap();
    let issuer = jwt::Issuer::new();
    let issuers = trust(folder.path(), &issuer);
    let good = made(&store);
    let unknown = Token::of_chance(&rand::random());
    let now = seconds_now();
    let claims = json!({ "iss": jwt::ISSUER, "sub": "nobody", "aud": "interdiction",
        "iat": now, "exp": now + 600 });
    let believed = issuer.token(&jwt::header(), &claims, "ec");
    let forged = issuer.token(&jwt::header(), &claims, "ed");
    let signature = |jwt: &str| jwt.rsplit('.').next().unwrap().to_owned();
    let planted = Planted(vec![
        ("a token that is good", good.reveal()[13..53].to_owned()),
        ("a token that nobody knows", unknown.reveal()[13..53].to_owned()),
        ("a misspelt token", MISSPELT.to_owned()),
        ("the signature of a JWT", signature(&believed)),
        ("the signature of a forged JWT", signature(&forged)),
        ("the password of Postgres", PASSWORD.to_owned()),
        ("the key of TLS", key.lines().nth(1).unwrap().to_owned()),
    ]);
    let mut arguments = flags(folder.path());
    arguments.extend(["--identities-issuers".to_owned(), issuers]);
    let traced = Traced::start(&store, &arguments);
    let shown = [
        bearer(&good),
        bearer(&unknown),
        format!("Bearer intd_{MISSPELT}"),
        format!("Basic {MISSPELT}"),
        format!("Bearer {believed}"),
        format!("Bearer {forged}"),
    ];
    let mut peer = connect(traced.address, &server, None).await.unwrap();
    for (n, authorization) in shown.iter().enumerate() {
        let answers = show(&mut peer, authorization).await;
        // The first alone is let in.
        assert_eq!(answers[0].http_status == 200, n == 0, "{:?}", answers[0]);
        for answer in answers {
            let text = String::from_utf8_lossy(&answer.body);
            planted.is_not_in("an answer", &format!("{answer:?} {text}"));
        }
    }
    printed(&planted, &store, &good);
    // Written a moment after what it tells of.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let log = traced.log.lock().unwrap().clone();
    assert!(log.lines().count() > 100, "nothing was traced:\n{log}");
    planted.is_not_in("the log", &log);
    planted.is_not_in("the store", &kept(&world).await);
    debugged(&planted, &store, &arguments, &good);
}

#[expect(clippy::disallowed_methods, reason = "the clock that the process goes by")]
fn seconds_now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// A token as the command line makes it, by the clock that the server goes by.
fn made(store: &str) -> Token {
    let roles = ["--region", "MX", "--roles", "READER,AUDITOR"];
    let set = ["principal", "set", "mx-one", "--agency", "mx-sedena"];
    let set = program(store, &[&set[..], &roles].concat()).output().unwrap();
    assert!(set.status.success(), "{set:?}");
    let output = program(store, &["token", "create", "mx-one"]).output().unwrap();
    Token::parse(String::from_utf8(output.stdout).unwrap().trim()).expect("a token")
}

/// A folder of one issuer, whose keys are a file.
fn trust(folder: &Path, issuer: &jwt::Issuer) -> String {
    let issuers = folder.join("issuers");
    fs::create_dir(&issuers).unwrap();
    let text = format!(
        "issuer = \"{}\"\naudience = \"interdiction\"\ntype = \"at+jwt\"\n\
         algorithms = [\"ES256\", \"EdDSA\"]\nkeys = \"keys.json\"\n",
        jwt::ISSUER
    );
    fs::write(issuers.join("mx.toml"), text).unwrap();
    fs::write(issuers.join("keys.json"), issuer.keys("ec").to_string()).unwrap();
    issuers.display().to_string()
}

/// The answers of every way in to what is shown: both contracts, in the head and, where it does not
/// belong, in the address.
async fn show(peer: &mut Http2, authorization: &str) -> Vec<Answer> {
    let secret = authorization.rsplit(' ').next().unwrap();
    let body = json!({ "query": "{ seizures { totalCount } }" }).to_string();
    let requests = [
        Request::post("https://localhost/graphql")
            .header("content-type", "application/json")
            .header("authorization", authorization),
        Request::post("https://localhost/interdiction.v1.SeizureService/ListSeizures")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", authorization),
        Request::post("https://localhost/interdiction.v1.AccessService/ListAccessRecords")
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("authorization", authorization),
        Request::get(format!("https://localhost/graphql?query=%7Bx%7D&access_token={secret}")),
        Request::get(format!("https://localhost/nowhere?access_token={secret}")),
    ];
    let mut answers = Vec::new();
    for (n, request) in requests.into_iter().enumerate() {
        let body = match n {
            0 => body.clone().into(),
            1 | 2 => vec![0; 5].into(),
            _ => Vec::new().into(),
        };
        let request: Request<Sent> = request.body(Full::new(body).boxed()).unwrap();
        answers.push(unary(peer, request).await);
    }
    answers
}

/// What commands print that are given secrets.
fn printed(planted: &Planted, store: &str, token: &Token) {
    for arguments in [
        &["token", "list"][..],
        &["principal", "list"],
        &["check"],
        &["token", "revoke", token.reveal()],
        &["token", "revoke", token.reveal()],
        &["token", "revoke", MISSPELT],
        &["token", "list", "--log-filter", "trace"],
    ] {
        let output = program(store, arguments).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        planted.is_not_in(&format!("{arguments:?}"), &String::from_utf8_lossy(&text));
    }
    // A server that is not there.
    if store.starts_with("postgres") {
        let (before, _) = store.split_once('@').unwrap();
        let output = program(&format!("{before}@127.0.0.1:1/none"), &["check"]).output().unwrap();
        let text = [output.stdout, output.stderr].concat();
        planted.is_not_in("an error", &String::from_utf8_lossy(&text));
    }
}

/// All that the store holds, as text.
async fn kept(world: &World) -> String {
    let connection = world.connect().await;
    let backend = connection.get_database_backend();
    let mut text = String::new();
    if let StoreUrl::Postgres(_) = &world.url {
        let list = "SELECT table_name::text FROM information_schema.tables
            WHERE table_schema = 'public'";
        let list = Statement::from_string(backend, list);
        for table in connection.query_all_raw(list).await.unwrap() {
            let table: String = table.try_get_by_index(0).unwrap();
            let rows = format!("SELECT t::text FROM \"{table}\" AS t");
            let rows = connection.query_all_raw(Statement::from_string(backend, rows)).await;
            for row in rows.unwrap() {
                text += &row.try_get_by_index::<String>(0).unwrap();
            }
        }
    }
    connection.close().await.unwrap();
    if let StoreUrl::Sqlite(path) = &world.url {
        // The pages themselves, with what was deleted from them, and the log ahead of them.
        for name in [path.clone(), path.with_extension("db-wal")] {
            text += &String::from_utf8_lossy(&fs::read(name).unwrap_or_default());
        }
    }
    assert!(
        text.contains("mx-one") && text.contains("SetPrincipal"),
        "nothing was read: {}",
        text.len()
    );
    text
}

/// What `Debug` shows of all that holds a secret.
fn debugged(planted: &Planted, store: &str, arguments: &[String], token: &Token) {
    let mut all = arguments.to_vec();
    all.extend(["--store".to_owned(), store.to_owned()]);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let config = super::config(&all);
    planted.is_not_in("Debug of a configuration", &format!("{config:?} {config:#?}"));
    planted.is_not_in("Debug of a token", &format!("{token:?}"));
    let url = interdiction::server::store_url(&config);
    planted.is_not_in("Debug of where the store is", &format!("{url:?}"));
    planted.is_not_in("Debug of options", &format!("{:?}", options(url)));
    let tls = config.tls.as_ref().map(|tls| interdiction::server::Tls::read(tls).unwrap());
    planted.is_not_in("Debug of TLS", &format!("{tls:?}"));
}
