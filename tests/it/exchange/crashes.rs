//! A server that is killed in the middle of an import: the import goes on when it is back, and the
//! store equals that of an unbroken one.

use super::{Desk, PLAIN, told};
use crate::{
    program::{self, Serving},
    world::Backend,
};
use sea_orm::{ConnectionTrait as _, Statement};
use std::{
    process::Stdio,
    time::{Duration, Instant},
};

pub const ROWS: usize = 12_000;

pub fn rows() -> String {
    let mut text = "day,drug,grams,id\n".to_owned();
    for i in 0..ROWS {
        text.push_str(&format!("2024-01-{:02},heroin,{},{i}\n", i % 28 + 1, i % 7));
    }
    text
}

/// How many seizures a store has.
pub async fn count(store: &str) -> usize {
    let url = match store.strip_prefix("sqlite:") {
        Some(path) => format!("sqlite://{path}?mode=ro"),
        None => store.to_owned(),
    };
    let connection = sea_orm::Database::connect(url).await.unwrap();
    let sql = "SELECT COUNT(*) FROM seizures";
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await.unwrap().unwrap();
    connection.close().await.unwrap();
    usize::try_from(row.try_get_by_index::<i64>(0).unwrap()).unwrap()
}

async fn killed(backend: Backend) {
    let desk = Desk::new(backend).await;
    desk.write("plain.toml", PLAIN);
    let file = desk.write("many.csv", rows());
    let mut serving = Serving::start(&desk.store);
    let address = serving.address;
    let server = format!("http://{address}");
    let import = ["import", file.to_str().unwrap(), "--mapping", "plain.toml", "--server", &server];
    let mut command = program::program(&desk.store, &import);
    command.current_dir(desk.folder.path()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let importing = command.spawn().unwrap();
    // In the middle: some rows are there, and not all.
    let began = Instant::now();
    while count(&desk.store).await < 1_000 {
        assert!(began.elapsed() < Duration::from_secs(60), "nothing comes in");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    serving.kill();
    assert!(count(&desk.store).await < ROWS, "it was over already");
    let _again = Serving::start_at(&desk.store, &address.to_string());
    let output = importing.wait_with_output().unwrap();
    let text = told(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains(&format!("rows read {ROWS}:")) && text.contains(" 0 rejected"), "{text}");
    let unbroken = desk.empty("unbroken.db");
    let whole = desk.run_over(&unbroken, &import[..4]);
    assert!(told(&whole).contains(&format!("{ROWS} new")), "{}", told(&whole));
    assert!(desk.records(&desk.store) == desk.records(&unbroken));
}

#[tokio::test]
async fn a_killed_server_over_sqlite_ends_with_what_an_unbroken_import_makes() {
    killed(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_killed_server_over_postgres_ends_with_what_an_unbroken_import_makes() {
    killed(Backend::Postgres).await;
}
