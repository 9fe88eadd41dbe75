//! As many rows as an agency has: in through a server, out again, and into an empty store, which
//! holds the same then. Neither side holds more of it than a bound, however many rows there are.
//!
//! The suite takes a few thousand. For more, and with a program that is built to be quick:
//!
//!     cargo build --release
//!     INTERDICTION_TEST_LARGE_ROWS=1000000 INTERDICTION_TEST_PROGRAM=target/release/interdiction \
//!         cargo test --test it large -- --nocapture --test-threads 1

use super::{Desk, told};
use crate::{
    program::{self, Serving},
    world::Backend,
};
use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, BufWriter, Write as _},
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

const ROWS_DEFAULT: usize = 2_000;
/// The most memory of a process at any time, in KiB.
const MEMORY_KIBIBYTES_MAX: u64 = 256 << 10;
/// How often a process is asked how much it has had.
const LOOK_EVERY: Duration = Duration::from_millis(20);

const MAPPING: &str = r#"
dataset = "large"
[identity]
column = "id"
[seizure.when]
column = "day"
[seizure.place]
subdivision_code = { column = "sub" }
text = { column = "town" }
latitude = { column = "lat" }
longitude = { column = "lon" }
[seizure.marking]
label = "AMBER"
releasable_to = "CO MX"
[[item]]
substance = { column = "drug" }
quantity = { column = "grams" }
unit = "GRAM"
"#;

fn rows() -> usize {
    let asked = std::env::var("INTERDICTION_TEST_LARGE_ROWS").ok();
    asked.map_or(ROWS_DEFAULT, |rows| rows.parse().expect("a number of rows"))
}

fn write_table(path: &Path, rows: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    writeln!(file, "id,day,drug,grams,lat,lon,sub,town").unwrap();
    for i in 0..rows {
        // Multiples of a large prime, so that neighbours differ.
        let n = i * 7_919;
        let day = format!("{}-{:02}-{:02}", 2010 + n % 15, n % 12 + 1, n % 28 + 1);
        let drug = ["heroin", "cocaine", "basuco", "ketamine"][n % 4];
        let (lat, lon) = ((n % 20_000) as f64 / 1e3 - 10.0, (n % 19_999) as f64 / -1e3 - 60.0);
        let sub = ["CO-ANT", "CO-CUN", "CO-VAC", "MX-SON"][n % 4];
        writeln!(
            file,
            "e{i},{day},{drug},{}.{:03},{lat},{lon},{sub},Town {}",
            n % 9_973,
            n % 1_000,
            n % 2_999
        )
        .unwrap();
    }
    file.flush().unwrap();
}

/// The most memory that a process has had, in KiB; none when it is over.
fn most_memory(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// One run of the program against a server.
struct Run<'d> {
    desk: &'d Desk,
    serving: &'d Serving,
}

impl Run<'_> {
    fn command(&self, arguments: &[&str]) -> Command {
        let server = format!("http://{}", self.serving.address);
        let mut command = program::program(&self.desk.store, arguments);
        command.args(["--server", &server]).current_dir(self.desk.folder.path());
        command
    }

    /// Runs it piped, so that nobody looks, and holds it and its server to the bound.
    fn piped(&self, arguments: &[&str]) -> String {
        let began = Instant::now();
        let mut command = self.command(arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut most = 0;
        while child.try_wait().unwrap().is_none() {
            most = most_memory(child.id()).unwrap_or(0).max(most);
            std::thread::park_timeout(LOOK_EVERY);
        }
        let output = child.wait_with_output().unwrap();
        let text = told(&output);
        assert!(output.status.success(), "{text}");
        assert!(!text.contains("left") && !text.contains('\r'), "a bar: {text}");
        let server = most_memory(self.serving.id()).unwrap();
        let (seconds, rows) = (began.elapsed().as_secs_f64(), rows() as f64);
        let (client_mib, server_mib) = (most >> 10, server >> 10);
        println!(
            "{} in {seconds:.1} s, {:.0} rows/s; client {client_mib} MiB, server {server_mib} MiB",
            arguments[0],
            rows / seconds
        );
        assert!(most > 0 && most < MEMORY_KIBIBYTES_MAX, "the client has had {most} KiB");
        assert!(server < MEMORY_KIBIBYTES_MAX, "the server has had {server} KiB");
        text
    }

    /// Runs it on a terminal.
    fn on_a_terminal(&self, arguments: &[&str]) -> String {
        let inner = self.command(arguments);
        let words = std::iter::once(inner.get_program()).chain(inner.get_args());
        let words: Vec<String> =
            words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let mut command = program::under("script", &self.desk.store);
        command.args(["-qec", &words.join(" "), "/dev/null"]).env("TERM", "xterm");
        let output: Output = command.current_dir(self.desk.folder.path()).output().unwrap();
        let text = told(&output);
        assert!(output.status.success(), "{text}");
        text
    }
}

/// The records of an export, without what the registry itself gave them.
fn records(path: PathBuf) -> impl Iterator<Item = serde_json::Value> {
    let lines = BufReader::new(File::open(path).unwrap()).lines();
    lines.skip(1).map(|line| {
        let mut record: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
        let fields = record.as_object_mut().unwrap();
        for own in ["name", "createTime", "updateTime", "etag", "originator"] {
            fields.remove(own);
        }
        record
    })
}

async fn there_and_back(backend: Backend) {
    let rows = rows();
    let (here, there) = (Desk::new(backend).await, Desk::new(backend).await);
    let (serving, other) = (Serving::start(&here.store), Serving::start(&there.store));
    here.write("large.toml", MAPPING);
    let table = here.folder.path().join("large.csv");
    write_table(&table, rows);
    let run = Run { desk: &here, serving: &serving };
    let import = ["import", table.to_str().unwrap(), "--mapping", "large.toml"];
    let text = run.piped(&import);
    assert!(text.contains(&format!("rows read {rows}: {rows} new, 0 changed")), "{text}");
    let text = run.on_a_terminal(&import);
    assert!(text.contains(&format!("0 new, 0 changed, {rows} unchanged, 0 rejected")), "{text}");
    let of_all = text.split(" of ").nth(1).unwrap_or_else(|| panic!("no bar: {text}"));
    let digits: String = of_all.chars().filter(char::is_ascii_digit).collect();
    assert!(digits.starts_with(&rows.to_string()) && of_all.contains("/s"), "{of_all}");
    run.piped(&["export", "--output", "first.ndjson"]);
    let first = here.folder.path().join("first.ndjson");
    let back = Run { desk: &there, serving: &other };
    let text = back.piped(&["import", first.to_str().unwrap()]);
    assert!(text.contains(&format!("rows read {rows}: {rows} new, 0 changed")), "{text}");
    back.piped(&["export", "--output", "second.ndjson"]);
    let mut count = 0;
    let mut second = records(there.folder.path().join("second.ndjson"));
    for record in records(first) {
        assert_eq!(Some(record), second.next(), "record {count}");
        count += 1;
    }
    assert_eq!((count, second.next()), (rows, None));
}

#[tokio::test]
async fn a_large_table_comes_in_goes_out_and_comes_in_again_within_bounds_on_sqlite() {
    there_and_back(Backend::Sqlite).await;
}

#[tokio::test]
async fn a_large_table_comes_in_goes_out_and_comes_in_again_within_bounds_on_postgres() {
    there_and_back(Backend::Postgres).await;
}
