//! A disk that is full in the middle of an import: the answer says so, reads go on, and the import
//! ends as an unbroken one when there is room again.
//!
//! On SQLite the disk is one: a small file system in memory that the server alone sees. On Postgres
//! it is the server's own answer to a full disk, given by a trigger; its disk is not ours to fill.

use super::{
    Desk, PLAIN,
    crashes::{ROWS, rows},
    told,
};
use crate::{
    program::{self, Serving},
    services,
    world::Backend,
};
use interdiction::proto::{self, seizure_service_client::SeizureServiceClient};
use sea_orm::{ConnectionTrait as _, Database};
use std::{
    future::Future,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tonic::{Code, Status, transport::Channel};
use tonic_types::StatusExt as _;

/// How long the store may take to be full.
const PATIENCE: Duration = Duration::from_secs(60);
const DISK_MIB: u32 = 128;
/// What leaves room for some of the rows, until it is removed.
const BALLAST_MIB: u32 = 112;

type Client = SeizureServiceClient<Channel>;

async fn client(serving: &Serving) -> Client {
    let channel = Channel::from_shared(format!("http://{}", serving.address)).unwrap();
    SeizureServiceClient::new(channel.connect().await.unwrap())
}

async fn create(client: &mut Client) -> Result<(), Status> {
    let request = proto::CreateSeizureRequest {
        seizure: Some(services::heroin("1", proto::Unit::Gram)),
        validate_only: false,
        ..proto::CreateSeizureRequest::default()
    };
    client.create_seizure(request).await.map(drop)
}

/// How many seizures the server tells of.
async fn held(client: &mut Client) -> i64 {
    let parts = client.export_seizures(proto::ExportSeizuresRequest::default()).await;
    let header = parts.unwrap().into_inner().message().await.unwrap().unwrap().header;
    header.unwrap().seizure_count
}

fn import(desk: &Desk, file: &Path, serving: &Serving) -> Child {
    let server = format!("http://{}", serving.address);
    let import = ["import", file.to_str().unwrap(), "--mapping", "plain.toml", "--server", &server];
    let mut command = program::program(&desk.store, &import);
    command.current_dir(desk.folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.spawn().unwrap()
}

/// Imports until there is no room, makes some, and looks at what came of it.
async fn filled<M: Future<Output = ()>>(desk: Desk, serving: Serving, make_room: M) {
    desk.write("plain.toml", PLAIN);
    let file = desk.write("many.csv", rows());
    let importing = import(&desk, &file, &serving);
    let mut client = client(&serving).await;
    let began = Instant::now();
    let mut made = 0;
    let full = loop {
        assert!(began.elapsed() < PATIENCE, "the store is never full");
        match create(&mut client).await {
            Ok(()) => made += 1,
            Err(status) => break status,
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    assert_eq!(full.code(), Code::Unavailable, "{full:?}");
    assert_eq!(full.message(), "the store has no room left: nothing was written");
    let details = full.get_error_details();
    assert_eq!(details.error_info().unwrap().reason, "STORE_FULL");
    assert!(details.retry_info().is_some());
    let before = held(&mut client).await;
    assert!((1_000..i64::try_from(ROWS).unwrap()).contains(&(before - made)), "{before} are held");
    let page = client.list_seizures(proto::ListSeizuresRequest::default()).await;
    assert!(!page.unwrap().into_inner().seizures.is_empty());
    make_room.await;
    let output = importing.wait_with_output().unwrap();
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(&format!("rows read {ROWS}:")) && text.contains(" 0 rejected"), "{text}");
    assert_eq!(held(&mut client).await, i64::try_from(ROWS).unwrap() + made);
    create(&mut client).await.unwrap();
    // It changed nothing that was there, and lost nothing.
    let again = import(&desk, &file, &serving).wait_with_output().unwrap();
    assert!(told(&again).contains(&format!("{ROWS} unchanged")), "{}", told(&again));
}

/// A server over a file on a disk of its own.
fn on_a_small_disk(disk: &Path) -> Serving {
    let store = format!("sqlite:{}", disk.join("store.db").display());
    let script = format!(
        "mount -t tmpfs -o size={DISK_MIB}m tmpfs \"$1\" && \
         head -c {BALLAST_MIB}M /dev/zero > \"$1/ballast\" && shift && exec \"$@\""
    );
    // Whoever is not root may mount what it alone sees in a namespace of its own.
    let runs = |flags: &[&str]| {
        let mut probe = Command::new("unshare");
        probe.args(flags).args(["mount", "-t", "tmpfs", "tmpfs"]).arg(disk);
        probe.stderr(Stdio::null()).status().is_ok_and(|status| status.success())
    };
    let ways: [&[&str]; 2] = [&["--mount"], &["--user", "--map-root-user", "--mount"]];
    let flags = ways.into_iter().find(|flags| runs(flags)).expect(
        "this test mounts a small file system: run it as root, or allow unprivileged user \
         namespaces (sysctl kernel.unprivileged_userns_clone=1)",
    );
    let mut command = program::under("unshare", &store);
    command.args(flags).args(["sh", "-c", &script, "sh"]).arg(disk);
    command.args([&program::binary(), "serve", "--listen", "127.0.0.1:0"]);
    Serving::run(command)
}

#[tokio::test]
async fn a_full_disk_is_said_and_the_import_goes_on_when_there_is_room_on_sqlite() {
    let desk = Desk::new(Backend::Sqlite).await;
    let disk = desk.folder.path().join("disk");
    std::fs::create_dir(&disk).unwrap();
    let serving = on_a_small_disk(&disk);
    // The disk as the server sees it.
    let root = PathBuf::from(format!("/proc/{}/root", serving.id()));
    let ballast = root.join(disk.join("ballast").strip_prefix("/").unwrap());
    filled(desk, serving, async { std::fs::remove_file(ballast).unwrap() }).await;
}

#[tokio::test]
async fn a_full_disk_is_said_and_the_import_goes_on_when_there_is_room_on_postgres() {
    let desk = Desk::new(Backend::Postgres).await;
    let connection = Database::connect(&desk.store).await.unwrap();
    let run = async |sql: &str| {
        connection.execute_unprepared(sql).await.unwrap();
    };
    run("CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
         IF (SELECT max(id) FROM seizures) > 3000 THEN \
         RAISE EXCEPTION 'could not extend file: No space left on device' \
         USING ERRCODE = 'disk_full'; END IF; RETURN NULL; END $$")
    .await;
    run("CREATE TRIGGER no_room AFTER INSERT ON seizure_items EXECUTE FUNCTION no_room()").await;
    let serving = Serving::start(&desk.store);
    filled(desk, serving, async {
        run("DROP TRIGGER no_room ON seizure_items").await;
    })
    .await;
    connection.close().await.unwrap();
}
