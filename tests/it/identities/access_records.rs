//! Access records: who read what is restricted, and exactly one for each request, whatever becomes of
//! it.
//!
//! `INTERDICTION_ACCESS_REQUESTS` sets how many requests the storm has.

use super::{ANNOUNCED, ask, bearer, channel, config, principal, serve, showing, token};
use crate::{
    server::peers::{Sent, whole},
    world::{World, drafts, on_both},
};
use http::Request;
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use interdiction::{
    domain::{
        markings::Tlp,
        operation_kinds::DetectionRole,
        operations::{Operation, OperationDraft},
        seizures::Seizure,
        sensors::{Sensor, SensorDraft, SensorType},
    },
    proto::{
        self, access_service_client::AccessServiceClient,
        seizure_service_client::SeizureServiceClient,
    },
    server,
    store::StoreUrl,
};
use prost::Message as _;
use sea_orm::{ConnectionTrait as _, Statement, TransactionTrait as _};
use std::{
    collections::HashMap,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpSocket},
    sync::{Barrier, oneshot},
    task::JoinSet,
    time::sleep,
};

on_both! {
    each_way_of_reading_what_is_restricted_is_kept_once: ways;
    each_request_of_a_storm_has_one_record: storm;
    what_a_server_cuts_when_it_stops_is_kept: cut;
    who_asks_many_times_at_once_comes_in_once: comes_in;
}

const KNOWN: [&str; 2] = ["--identities-callers", "known"];
const FAST: [&str; 2] = ["--limits-principal-requests-per-second", "1000000"];
const DENIED: i32 = 1;
const LOG_ON: i32 = 2;
const READ: i32 = 4;
const EXPORT: i32 = 5;

/// Three seizures of another agency: one for everybody, two restricted ones for the reader's region.
async fn record(world: &World) -> Vec<Seizure> {
    let us = world.viewer("us-dod");
    let mut made = Vec::new();
    let markings = [
        drafts::green(),
        drafts::marked(Tlp::Amber, &["MX"]),
        drafts::marked(Tlp::AmberStrict, &["agencies/mx-sedena"]),
    ];
    for (n, marking) in markings.into_iter().enumerate() {
        let mut draft = drafts::seizure(&n.to_string());
        draft.marking = marking;
        made.push(world.add(&us, draft).await);
    }
    made
}

/// A restricted operation that a sensor detected which everybody may see.
async fn detect(world: &World) {
    let us = world.viewer("us-dod");
    let radar = drafts::sensor("Radar", SensorType::GroundRadar);
    let radar = SensorDraft { marking: drafts::green(), ..radar };
    let radar: Sensor = world.add_as(&us, "radar", radar).await;
    let flight = OperationDraft {
        marking: drafts::marked(Tlp::Amber, &["MX"]),
        detections: vec![drafts::detection(radar.id.as_str(), DetectionRole::Primary)],
        ..drafts::operation("Flight")
    };
    let _flight: Operation = world.add(&us, flight).await;
}

async fn ways(world: World) {
    let made = record(&world).await;
    let names: Vec<String> = made.iter().map(|one| one.id.to_string()).collect();
    detect(&world).await;
    let address = serve(&world, &KNOWN).await;
    let reader = token(&world.registry, &principal("mx-reader", "mx-sedena", &["READER"])).await;
    let auditor = token(&world.registry, &principal("mx-auditor", "mx-sedena", &["AUDITOR"])).await;
    sleep(ANNOUNCED).await;
    let reader = bearer(&reader);
    let mut client = SeizureServiceClient::new(channel(address).await);
    for name in &names {
        let request = proto::GetSeizureRequest { name: name.clone() };
        client.get_seizure(showing(request, &reader)).await.unwrap();
    }
    let list = proto::ListSeizuresRequest { page_size: 2, ..Default::default() };
    let page = client.list_seizures(showing(list.clone(), &reader)).await.unwrap().into_inner();
    let next = proto::ListSeizuresRequest { page_token: page.next_page_token, ..list };
    client.list_seizures(showing(next, &reader)).await.unwrap();
    let request = proto::BatchGetSeizuresRequest { names: names.clone() };
    client.batch_get_seizures(showing(request, &reader)).await.unwrap();
    let request = proto::ExportSeizuresRequest::default();
    let mut parts = client.export_seizures(showing(request, &reader)).await.unwrap().into_inner();
    while parts.message().await.unwrap().is_some() {}
    let mut access = AccessServiceClient::new(channel(address).await);
    for name in &names {
        let request = proto::ExplainAccessRequest { name: name.clone() };
        access.explain_access(showing(request, &reader)).await.unwrap();
    }
    // What is shown twice is one record; totals show none.
    let twice = format!(
        "{{ a: seizure(id: \"{0}\") {{ id }} b: seizure(id: \"{0}\") {{ state }}
            seizures {{ edges {{ node {{ originator {{ seizures: displayName }} }} }} }} }}",
        names[1]
    );
    let detections = "{ sensors { nodes { detections { nodes { role } } } } }";
    for document in
        [twice.as_str(), "{ seizures { totalCount } }", detections, "{ service { name } }"]
    {
        assert_eq!(ask(address, document, &reader).await.http_status, 200, "{document}");
    }
    let request = proto::ListAccessRecordsRequest { page_size: 1_000, page_token: String::new() };
    let found = access.list_access_records(showing(request, &bearer(&auditor))).await.unwrap();
    let mut found = found.into_inner().access_records;
    found.reverse();
    let told: Vec<(i32, &str, i64)> = found
        .iter()
        .filter(|one| [READ, EXPORT, DENIED].contains(&one.kind))
        .map(|one| (one.kind, one.method.rsplit('/').next().unwrap(), one.shown_count))
        .collect();
    assert_eq!(
        told,
        [
            (READ, "GetSeizure", 1),
            (READ, "GetSeizure", 1),
            (READ, "ListSeizures", 1),
            (READ, "ListSeizures", 1),
            (READ, "BatchGetSeizures", 2),
            (EXPORT, "ExportSeizures", 2),
            (READ, "ExplainAccess", 1),
            (READ, "ExplainAccess", 1),
            (READ, "graphql", 2),
            (READ, "graphql", 1),
        ]
    );
    assert!(found.iter().all(|one| one.peer == "127.0.0.1" || one.peer.is_empty()));
}

/// Requests of the storm, unless the environment says otherwise.
const REQUESTS: u32 = 600;
/// Requests at once.
const AT_ONCE: u32 = 48;

/// What a request of the storm asks, and what its record has to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Restricted,
    Open,
    Denied,
    /// Given up before it is answered, most times.
    Cancelled,
}

impl Kind {
    fn of(n: u32) -> Self {
        match n % 4 {
            0 => Self::Restricted,
            1 => Self::Open,
            2 => Self::Denied,
            _ => Self::Cancelled,
        }
    }
}

async fn storm(world: World) {
    let requests = std::env::var("INTERDICTION_ACCESS_REQUESTS");
    let requests: u32 = requests.map_or(REQUESTS, |text| text.parse().expect("a number"));
    let made = record(&world).await;
    let address = serve(&world, &[&KNOWN[..], &FAST].concat()).await;
    let reader = token(&world.registry, &principal("mx-reader", "mx-sedena", &["READER"])).await;
    sleep(ANNOUNCED).await;
    let (reader, open, restricted) =
        (bearer(&reader), made[0].id.to_string(), made[1].id.to_string());
    let mut running = JoinSet::new();
    let mut answered = HashMap::new();
    for n in 0..requests {
        if running.len() >= AT_ONCE as usize {
            let (n, status) = running.join_next().await.unwrap().unwrap();
            answered.insert(n, status);
        }
        let name = if Kind::of(n) == Kind::Open { open.clone() } else { restricted.clone() };
        running.spawn(one(address, reader.clone(), name, n));
    }
    while let Some(ended) = running.join_next().await {
        let (n, status) = ended.unwrap();
        answered.insert(n, status);
    }
    let kept = settled(&world).await;
    let mut given_up = 0;
    for n in 0..requests {
        let from = source(n).to_string();
        let found = kept.get(&from).map_or(&[][..], Vec::as_slice);
        let status = answered[&n];
        match (Kind::of(n), status) {
            (Kind::Restricted, Some(status)) => {
                assert_eq!((status, found), (0, &[(READ, "OK".to_owned(), 1)][..]), "{n}");
            }
            (Kind::Open, Some(status)) => assert_eq!((status, found.len()), (0, 0), "{n}"),
            (Kind::Denied, Some(status)) => {
                let denied = [(DENIED, "PERMISSION_DENIED".to_owned(), 0)];
                assert_eq!((status, found), (7, &denied[..]), "{n}");
            }
            // Where it was answered before it was given up, nobody knows but the server; and it may
            // have been given up before it came there.
            (Kind::Cancelled, _) => {
                assert!(found.len() <= 1, "{n}: {found:?}");
                given_up += usize::from(status.is_none() && found.len() == 1);
            }
            (kind, None) => panic!("{n}, {kind:?}, was not answered"),
        }
    }
    println!("{requests} requests, {given_up} given up while the server was at work");
    assert!(requests < REQUESTS || given_up > 0, "no request was given up in the middle");
}

/// Where a request comes from, which no other does: so its records are told from others.
fn source(n: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(Ipv4Addr::new(127, 8, 0, 1)) + n)
}

async fn one(address: SocketAddr, reader: String, name: String, n: u32) -> (u32, Option<i32>) {
    let kind = Kind::of(n);
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from((source(n), 0))).unwrap();
    let stream = socket.connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let (mut http2, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .unwrap();
    let driver = tokio::spawn(connection);
    let (path, message) = match kind {
        Kind::Denied => {
            let message = proto::ListAccessRecordsRequest::default().encode_to_vec();
            ("AccessService/ListAccessRecords", message)
        }
        Kind::Restricted | Kind::Open | Kind::Cancelled => {
            ("SeizureService/GetSeizure", proto::GetSeizureRequest { name }.encode_to_vec())
        }
    };
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    let body = [&[0], &length[..], &message].concat();
    let request: Request<Sent> = Request::post(format!("http://x/interdiction.v1.{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers")
        .header("authorization", reader)
        .body(Full::new(body.into()).boxed())
        .unwrap();
    let answer = async {
        let answer = whole(http2.send_request(request).await.unwrap()).await.unwrap();
        answer.grpc_status().unwrap().parse::<i32>().unwrap()
    };
    let status = match kind {
        Kind::Cancelled => {
            let patience = Duration::from_micros(u64::from(n * 37 % 2_000));
            tokio::time::timeout(patience, answer).await.ok()
        }
        Kind::Restricted | Kind::Open | Kind::Denied => Some(answer.await),
    };
    driver.abort();
    (n, status)
}

/// How many access records there are of a kind with an answer.
async fn count(world: &World, kind: i32, answer: &str) -> i64 {
    let connection = world.connect().await;
    let sql =
        format!("SELECT count(*) FROM access_records WHERE kind = {kind} AND answer = '{answer}'");
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get_by_index(0).unwrap()
}

async fn cut(world: World) {
    const HELD: i64 = 24;
    let made = record(&world).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = config(&[&KNOWN[..], &["--limits-drain-timeout-seconds", "1"]].concat());
    let (stop, stopped) = oneshot::channel::<()>();
    let (registry, viewer) = (world.registry.clone(), world.viewer("us-dod"));
    let server = tokio::spawn(async move {
        let shutdown = async { stopped.await.unwrap() };
        server::serve(listener, registry, viewer, &config, shutdown).await
    });
    let reader = token(&world.registry, &principal("mx-reader", "mx-sedena", &["READER"])).await;
    sleep(ANNOUNCED).await;
    let mut client = SeizureServiceClient::new(channel(address).await);
    let request = || proto::GetSeizureRequest { name: made[1].id.to_string() };
    client.get_seizure(showing(request(), &bearer(&reader))).await.unwrap();
    // No record can be written, so no answer leaves, until the server has cut all.
    let other = world.connect().await;
    let lock = match world.url {
        StoreUrl::Sqlite(_) => "DELETE FROM access_records WHERE 0 = 1",
        StoreUrl::Postgres(_) => "LOCK TABLE access_records IN SHARE MODE",
    };
    let writing = other.begin().await.unwrap();
    writing.execute_unprepared(lock).await.unwrap();
    let mut held = JoinSet::new();
    for _ in 0..HELD {
        let (mut client, request) = (client.clone(), showing(request(), &bearer(&reader)));
        held.spawn(async move { client.get_seizure(request).await });
    }
    sleep(Duration::from_millis(500)).await;
    stop.send(()).unwrap();
    sleep(Duration::from_millis(1_500)).await;
    assert!(!server.is_finished(), "it waits for what it cut");
    writing.rollback().await.unwrap();
    other.close().await.unwrap();
    let error = server.await.unwrap().unwrap_err();
    assert_eq!(error.reason, "CUT");
    while let Some(answer) = held.join_next().await {
        assert!(answer.unwrap().is_err(), "an answer left without its record");
    }
    let kept = count(&world, READ, "OK").await + count(&world, READ, "CANCELLED").await;
    assert_eq!(kept, 1 + HELD, "at once, when it has stopped");
}

async fn comes_in(world: World) {
    const CALLERS: usize = 32;
    let made = record(&world).await;
    let address = serve(&world, &KNOWN).await;
    let reader = token(&world.registry, &principal("mx-reader", "mx-sedena", &["READER"])).await;
    sleep(ANNOUNCED).await;
    let barrier = Arc::new(Barrier::new(CALLERS));
    let mut callers = JoinSet::new();
    for _ in 0..CALLERS {
        let (barrier, reader) = (Arc::clone(&barrier), bearer(&reader));
        let request = proto::GetSeizureRequest { name: made[1].id.to_string() };
        callers.spawn(async move {
            let mut client = SeizureServiceClient::new(channel(address).await);
            barrier.wait().await;
            client.get_seizure(showing(request, &reader)).await.unwrap();
        });
    }
    callers.join_all().await;
    assert_eq!(count(&world, LOG_ON, "OK").await, 1);
    assert_eq!(count(&world, READ, "OK").await, i64::try_from(CALLERS).unwrap());
}

/// What is kept of each address, once nothing is added any more: kind, answer and count.
async fn settled(world: &World) -> HashMap<String, Vec<(i32, String, i64)>> {
    let connection = world.connect().await;
    let mut before = usize::MAX;
    loop {
        sleep(Duration::from_millis(300)).await;
        let sql = "SELECT peer, kind, answer, shown FROM access_records WHERE peer LIKE '127.8.%'
            OR peer LIKE '127.9.%'";
        let statement = Statement::from_string(connection.get_database_backend(), sql);
        let rows = connection.query_all_raw(statement).await.unwrap();
        if rows.len() == before {
            let mut kept: HashMap<String, Vec<_>> = HashMap::new();
            for row in rows {
                let (peer, kind): (String, i64) =
                    (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
                let kind = i32::try_from(kind).unwrap();
                // The first to come in logs on.
                if kind != LOG_ON {
                    let told =
                        (kind, row.try_get_by_index(2).unwrap(), row.try_get_by_index(3).unwrap());
                    kept.entry(peer).or_default().push(told);
                }
            }
            connection.close().await.unwrap();
            return kept;
        }
        before = rows.len();
    }
}
