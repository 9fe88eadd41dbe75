//! Files in and files out, through the program as a process.

mod broken;
mod crashes;
mod figures;
mod full;
mod large;
mod parquets;
mod published;

use crate::{
    program,
    world::{Backend, templates},
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::Output,
};
use tempfile::TempDir;

/// A folder of its own, with a store.
pub struct Desk {
    pub folder: TempDir,
    pub store: String,
}

impl Desk {
    pub async fn new(backend: Backend) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = match backend {
            Backend::Sqlite => {
                format!("sqlite:{}", templates::sqlite_copy(folder.path()).await.display())
            }
            Backend::Postgres => templates::postgres_copy().await,
        };
        Self { folder, store }
    }

    /// A store beside it that nobody has written.
    pub fn empty(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.path().join(name).display())
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        path
    }

    /// Runs the program over the store, in the folder.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.run_over(&self.store, arguments)
    }

    pub fn run_over(&self, store: &str, arguments: &[&str]) -> Output {
        let mut command = program::program(store, arguments);
        command.current_dir(self.folder.path()).output().unwrap()
    }

    /// What an export says of every seizure, but for what the registry itself gave it.
    pub fn records(&self, store: &str) -> Vec<serde_json::Value> {
        let exported = self.run_over(store, &["export"]);
        assert!(exported.status.success(), "{}", told(&exported));
        let text = String::from_utf8(exported.stdout).unwrap();
        let mut lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let header: serde_json::Value = lines.next().unwrap();
        assert!(header["header"]["asOfTime"].is_string(), "{header}");
        let mut records: Vec<serde_json::Value> = lines.collect();
        for record in &mut records {
            let record = record.as_object_mut().unwrap();
            for own in ["name", "createTime", "updateTime", "etag", "originator"] {
                record.remove(own);
            }
        }
        records.sort_by_key(ToString::to_string);
        records
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        if self.store.starts_with("postgres") {
            let store = self.store.clone();
            let drop = move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
                runtime.unwrap().block_on(templates::drop_database(&store));
            };
            let _panicked = std::thread::spawn(drop).join();
        }
    }
}

/// Everything that a run wrote.
pub fn told(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

pub fn excerpt(name: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    root.join("mappings/excerpts").join(name).display().to_string()
}

/// A mapping of tables with the columns day, drug, grams and id.
pub const PLAIN: &str = r#"
dataset = "plain"
[file]
ignore = ["id"]
[seizure.when]
column = "day"
format = "%Y-%m-%d"
[[item]]
substance = { column = "drug", map = { "PERICO" = "cocaine" } }
quantity = { column = "grams" }
unit = "GRAM"
"#;

#[tokio::test]
async fn a_rejected_row_is_mended_and_imported_again() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    // Two events alike, and what nobody knows.
    let rows = "day,drug,grams,id\n2024-01-02,heroin,5,1\n2024-01-02,heroin,5,1\n\
                2024-01-03,PERICO,7.5,2\n2024-01-04,BAZUCO PURO,1,3\n2024-13-05,heroin,1,4\n";
    let file = desk.write("a.csv", rows);
    let import = ["import", file.to_str().unwrap(), "--mapping", "plain.toml"];
    let first = desk.run(&import);
    let text = told(&first);
    assert_eq!(first.status.code(), Some(5), "{text}");
    assert!(text.contains("rows read 5: 3 new, 0 changed, 0 unchanged, 2 rejected"), "{text}");
    assert!(text.contains("substances/cocaine") && text.contains("7.5 GRAM"), "{text}");
    let rejects = fs::read_to_string(desk.folder.path().join("a.rejects.csv")).unwrap();
    assert!(rejects.contains("`BAZUCO PURO` is no substance that the vocabulary knows: map it"));
    assert!(rejects.lines().nth(2).unwrap().contains(",6,"), "{rejects}");
    let mended = rejects.replace("2024-01-04,BAZUCO PURO,", "2024-01-04,basuco,");
    let mended = mended.replace("2024-13-05,", "2024-12-05,");
    let file = desk.write("mended.csv", mended);
    let second = desk.run(&["import", file.to_str().unwrap(), "--mapping", "plain.toml"]);
    assert!(told(&second).contains("rows read 2: 2 new"), "{}", told(&second));
    assert_eq!(desk.records(&desk.store).len(), 5);
}

#[tokio::test]
async fn a_rejected_line_of_json_is_mended_and_imported_again() {
    let desk = Desk::new(Backend::Sqlite).await;
    let line =
        |drug: &str| format!("{{ \"items\": [{{ \"substance\": \"substances/{drug}\" }}] }}\n");
    let rows = format!("{}{}{{}}\n", line("heroin"), line("nobody-knows"));
    let file = desk.write("a.ndjson", rows);
    let first = desk.run(&["import", file.to_str().unwrap()]);
    assert_eq!(first.status.code(), Some(5), "{}", told(&first));
    let kept = |name: &str| fs::read_to_string(desk.folder.path().join(name)).unwrap();
    let rejects = kept("a.rejects.ndjson");
    assert!(rejects.contains(" }] }\n"), "as it came: {rejects}");
    // Fed again as it is, it is rejected again, with one reason.
    let again = desk.run(&["import", "a.rejects.ndjson"]);
    assert!(told(&again).contains("0 new, 0 changed, 0 unchanged, 2 rejected"), "{}", told(&again));
    assert_eq!(kept("a.rejects.rejects.ndjson").matches("\"rejected\"").count(), 2);
    let value: serde_json::Value = serde_json::from_str(rejects.lines().next().unwrap()).unwrap();
    let beside = &value["rejected"];
    assert_eq!((&beside["line"], &beside["rowId"]), (&2.into(), &"line-2".into()), "{beside}");
    assert!(beside["reason"].as_str().unwrap().contains("substance"), "{beside}");
    let mended = rejects.lines().next().unwrap().replace("nobody-knows", "cocaine");
    desk.write("mended.ndjson", mended);
    let second = desk.run(&["import", "mended.ndjson"]);
    assert!(told(&second).contains("1 new"), "{}", told(&second));
    desk.write("a.ndjson", format!("{}{}", line("heroin"), line("cocaine")));
    let whole = desk.run(&["import", file.to_str().unwrap()]);
    assert!(told(&whole).contains("0 new, 0 changed, 2 unchanged"), "{}", told(&whole));
}

#[tokio::test]
async fn a_store_that_is_not_there_is_not_made_to_be_looked_at() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    desk.write("a.csv", "day,drug,grams,id\n2024-01-02,heroin,5,1\n");
    let there = desk.empty("mistyped.db");
    for arguments in [
        &["export"][..],
        &["import", "a.csv", "--mapping", "plain.toml", "--dry-run"],
        &["token", "list"],
        &["token", "create", "mx-officer"],
        &["token", "revoke", "mzxw6ytb"],
        &["principal", "list"],
        &["principal", "remove", "mx-officer"],
    ] {
        let refused = desk.run_over(&there, arguments);
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains("there is no store at ") && text.contains("mistyped.db: "), "{text}");
        assert!(!desk.folder.path().join("mistyped.db").exists(), "{arguments:?}");
    }
}

#[tokio::test]
async fn what_fails_is_told_with_its_name_and_what_to_do() {
    let desk = Desk::new(Backend::Sqlite).await;
    for (arguments, wanted) in [
        (&["export", "--output", "nowhere/x.csv"][..], "cannot write nowhere/x.csv: No such file"),
        (&["export", "--server", "http://127.0.0.1:1"], "http://127.0.0.1:1: "),
        (&["token", "revoke", "mzxw6ytb"], "`interdiction token list` shows them"),
        (&["token", "create", "nobody"], "`interdiction principal list` shows them"),
        (&["principal", "list", "--store", "sqlite:/proc/x.db"], "there is no store at /proc/x.db"),
        (&["migrate", "--store", "sqlite:/proc/x.db"], "cannot open the store sqlite:/proc/x.db: "),
    ] {
        let failed = desk.run(arguments);
        assert!(!failed.status.success(), "{arguments:?}");
        assert!(told(&failed).contains(wanted), "{arguments:?}: {}", told(&failed));
    }
    let listed = desk.run(&["token", "list"]);
    assert_eq!(told(&listed), "", "a command that ends logs what is wrong alone");
}

#[tokio::test]
async fn an_export_that_nobody_reads_on_ends_in_silence() {
    let desk = Desk::new(Backend::Sqlite).await;
    let brazil = excerpt("brazil-pf-portos-aeroportos.csv");
    desk.run(&["import", &brazil, "--mapping", "brazil-pf-portos-aeroportos"]);
    let mut command = program::program(&desk.store, &["export"]);
    command.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(141));
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[tokio::test]
async fn a_corrected_quantity_is_a_change_where_the_identity_leaves_it_out() {
    let desk = Desk::new(Backend::Sqlite).await;
    let mapping = PLAIN.replace("[seizure.when]", "[identity]\ncolumn = \"id\"\n[seizure.when]");
    desk.write("ours.toml", mapping.replace("ignore = [\"id\"]", ""));
    let import = |rows: &str| {
        let file = desk.write("a.csv", rows);
        told(&desk.run(&["import", file.to_str().unwrap(), "--mapping", "ours.toml"]))
    };
    import("day,drug,grams,id\n2024-01-02,heroin,5,1\n2024-01-02,heroin,0.3,2\n");
    let text = import(
        "day,drug,grams,id\n2024-01-02,heroin,5.00,1\n2024-01-02,heroin,0.30000000000000004,2\n",
    );
    assert!(text.contains("0 new, 0 changed, 2 unchanged") && text.contains("nothing changed"));
    let text = import("day,drug,grams,id\n2024-01-02,heroin,6,1\n2024-01-02,heroin,0.3,2\n");
    assert!(text.contains("0 new, 1 changed, 1 unchanged"), "{text}");
}

#[tokio::test]
async fn every_form_of_an_export_imports_to_the_same_records() {
    let desk = Desk::new(Backend::Sqlite).await;
    let brazil = excerpt("brazil-pf-portos-aeroportos.csv");
    desk.run(&["import", &brazil, "--mapping", "brazil-pf-portos-aeroportos"]);
    let full = serde_json::json!({ "rowId": "full", "seizure": {
        "when": { "edtf": "2020-10-15?" },
        "place": { "kind": "PLACE_KIND_HIGH_SEAS", "text": "«El Peñasco», \"off\" Colima",
            "point": { "latitude": 29.072967300000002, "longitude": -110.5,
                "uncertaintyMeters": 1500.25 } },
        "items": [
            { "substance": "substances/heroin", "reportedLabel": "«heroína»", "packageCount": 3,
              "purityPercent": "97.250", "form": "FORM_POWDER",
              "identification": "IDENTIFICATION_LAB_CONFIRMED",
              "quantity": { "value": "0425.00", "unit": "UNIT_POUND", "bound": "BOUND_AT_LEAST",
                  "basis": "BASIS_GROSS", "method": "METHOD_WEIGHED" } },
            { "kind": "ITEM_KIND_WEAPON", "reportedLabel": "AK-47" }
        ],
        "externalIds": [{ "scheme": "mx.sedena", "value": "2020/000 417-Ñ" }],
        "sources": [{ "title": "Parte, \"uno\"", "published": { "edtf": "2020-10-16" } }],
        "marking": { "label": "TLP_AMBER", "releasableTo": ["MX", "US"] }
    }});
    let file = desk.write("full.ndjson", format!("{full}\n"));
    let imported = desk.run(&["import", file.to_str().unwrap(), "--dataset", "test"]);
    assert!(told(&imported).contains("1 new"), "{}", told(&imported));
    let records = desk.records(&desk.store);
    assert_eq!(records.len(), 112);
    for format in ["ndjson", "geojson", "csv", "parquet"] {
        let name = format!("out.{format}");
        let exported = desk.run(&["export", "--format", format, "--output", &name]);
        assert!(told(&exported).contains("112 seizures exported"), "{}", told(&exported));
        let there = desk.empty(&format!("{format}.db"));
        let import = ["import", &name, "--mapping", "interdiction-export"];
        let imported = desk.run_over(&there, &import);
        assert!(
            told(&imported).contains("112 new, 0 changed, 0 unchanged, 0 rejected"),
            "{}",
            told(&imported)
        );
        assert!(desk.records(&there) == records, "{format}");
        let again = desk.run_over(&there, &import);
        assert!(told(&again).contains("nothing changed"), "{}", told(&again));
    }
    let head = fs::read_to_string(desk.folder.path().join("out.csv")).unwrap();
    let head = head.lines().next().unwrap();
    assert!(
        head.contains("\"label\":\"TLP_AMBER\"") && head.contains("Each seizure once"),
        "{head}"
    );
    let filter = r#"{"items":{"some":{"substance":{"name":{"anyOf":["substances/lsd"]}}}}}"#;
    let some = desk.run(&["export", "--filter", filter]);
    assert!(told(&some).contains("2 seizures exported"), "{}", told(&some));
}
