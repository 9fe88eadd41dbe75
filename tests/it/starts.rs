//! What a start does, in which order, and what it says when it cannot.

use crate::program::{Serving, program, run};
use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};

fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("registry.db").display())
}

#[test]
fn a_server_whose_address_is_taken_makes_no_store() {
    let folder = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let output = run(&sqlite(folder.path()), &["serve", "--listen", &address]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains(&format!("cannot listen on {address}")), "{said}");
    assert!(said.contains("choose another with --listen"), "{said}");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn the_files_of_a_store_are_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let _serving = Serving::start(&sqlite(folder.path()));
    for ending in ["", "-wal", "-shm"] {
        let file = folder.path().join(format!("registry.db{ending}"));
        let mode = fs::metadata(&file).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", file.display());
    }
}

#[test]
fn a_store_that_exists_keeps_the_permissions_that_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("registry.db");
    assert_eq!(run(&sqlite(folder.path()), &["migrate"]).status.code(), Some(0));
    fs::set_permissions(&file, fs::Permissions::from_mode(0o660)).unwrap();
    let _serving = Serving::start(&sqlite(folder.path()));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o660);
}

#[test]
fn a_store_that_nobody_has_open_lies_in_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut serving = Serving::start(&sqlite(folder.path()));
    assert!(folder.path().join("registry.db-wal").exists());
    assert_eq!(serving.stop().code(), Some(0));
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|one| one.unwrap()).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    let agencies = "SELECT count(*) FROM agencies";
    let file = rusqlite::Connection::open(folder.path().join("registry.db")).unwrap();
    assert_eq!(file.query_row(agencies, [], |row| row.get(0)), Ok(1_i64));
}

fn refused(store: &str) -> String {
    let began = Instant::now();
    let output = program(store, &["serve", "--listen", "127.0.0.1:0"]).output().unwrap();
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    assert_eq!(output.status.code(), Some(1));
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn a_postgres_that_is_away_is_told_with_the_cause_and_soon() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = closed.local_addr().unwrap();
    drop(closed);
    let said = refused(&format!("postgres://postgres:s3cret@{address}/registry"));
    assert!(
        said.contains("cannot open the store postgres://") && said.contains("refused"),
        "{said}"
    );
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let said = refused(&format!("postgres://postgres:s3cret@{address}/registry"));
    assert!(said.contains("no answer within"), "{said}");
    assert!(!said.contains("s3cret"), "{said}");
}

#[test]
fn what_postgres_refuses_is_told_in_its_own_words() {
    let server = std::env::var("INTERDICTION_TEST_POSTGRES").unwrap();
    let (server, _) = server.rsplit_once('/').unwrap();
    let said = refused(&format!("{server}/none_of_ours"));
    let told = "/none_of_ours: database \"none_of_ours\" does not exist (";
    assert!(said.contains(told), "{said}");
}
