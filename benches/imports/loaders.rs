//! The bulk loaders of both databases.

use super::{TABLES, timed};
use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Rows that are loaded, and the seconds that it takes.
pub struct Loaded {
    pub rows: usize,
    pub seconds: f64,
}

fn count(text: &str) -> usize {
    text.trim().parse().expect("a count")
}

fn sqlite3(path: &Path, commands: &[&str]) -> (f64, String) {
    // A server that has just ended may still close its file.
    timed(
        Command::new("sqlite3").args(["-batch", "-cmd", ".timeout 30000"]).arg(path).args(commands),
    )
}

/// Loads what an import made into a file of its own, by `.import`.
pub fn sqlite_import(folder: &Path, ours: &Path) -> Loaded {
    let theirs = folder.join("theirs.db");
    for suffix in ["", "-wal", "-shm"] {
        let _none = fs::remove_file(folder.join(format!("theirs.db{suffix}")));
    }
    let mut schema = sqlite3(ours, &[".schema"]).1;
    // What a dump leaves empty is no number, which strict tables refuse, and no different from
    // another.
    schema = schema.replace(") STRICT", ")").replace(" NOT NULL", "");
    schema = schema.replace("CREATE UNIQUE INDEX", "CREATE INDEX");
    sqlite3(&theirs, &[&schema]);
    let mut script = "PRAGMA journal_mode = WAL;\nPRAGMA synchronous = FULL;\n".to_owned();
    for table in TABLES {
        let dump = folder.join(format!("{table}.csv"));
        // A key of bytes is no text: it is spelled in hexadecimal digits.
        let columns = format!(
            "SELECT group_concat(iif(type = 'BLOB', 'hex(' || name || ')', name), ', ') \
             FROM pragma_table_info('{table}')"
        );
        let columns = sqlite3(ours, &[&columns]).1.trim().to_owned();
        let once = format!(".once {}", dump.display());
        sqlite3(ours, &[".mode csv", &once, &format!("SELECT {columns} FROM {table}")]);
        let _infallible = writeln!(script, ".import --csv {} {table}", dump.display());
    }
    let script_file = folder.join("load.sql");
    fs::write(&script_file, script).expect("a file");
    let seconds = sqlite3(&theirs, &[&format!(".read {}", script_file.display())]).0;
    let all = |path: &Path| {
        let of = |table: &str| count(&sqlite3(path, &[&format!("SELECT COUNT(*) FROM {table}")]).1);
        TABLES.map(of).into_iter().sum::<usize>()
    };
    let rows = all(ours);
    assert_eq!(rows, all(&theirs), "some rows were not loaded");
    Loaded { rows, seconds }
}

pub fn psql(url: &str, sql: &str) -> (f64, String) {
    timed(Command::new("psql").args(["-qAt", "-v", "ON_ERROR_STOP=1", url, "-c", sql]))
}

/// Loads what an import made into a migrated database of its own, by `COPY`, in one transaction.
pub fn postgres_copy(folder: &Path, ours: &str, theirs: &str) -> Loaded {
    let mut rows = 0;
    let mut script = "BEGIN;\n".to_owned();
    for table in ["agencies", "markings", "marking_grants"].into_iter().chain(TABLES) {
        let dump: PathBuf = folder.join(format!("{table}.copy"));
        psql(ours, &format!("\\copy {table} TO '{}'", dump.display()));
        if TABLES.contains(&table) {
            rows += count(&psql(ours, &format!("SELECT COUNT(*) FROM {table}")).1);
        }
        let _infallible = writeln!(script, "\\copy {table} FROM '{}'", dump.display());
    }
    script.push_str("COMMIT;\n");
    let script_file = folder.join("load.psql");
    fs::write(&script_file, script).expect("a file");
    let mut load = Command::new("psql");
    load.args(["-qAt", "-v", "ON_ERROR_STOP=1", theirs, "-f"]).arg(&script_file);
    Loaded { rows, seconds: timed(&mut load).0 }
}
