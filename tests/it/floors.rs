//! The floors of the house: a module names only modules below its own, and each library stays on
//! the floors that may know it.

mod source;

use source::Named;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The floors from the lowest up. What stands on one floor may not name each other.
const FLOORS: [&[&str]; 9] = [
    &["domain"],
    &["store"],
    &["registry"],
    &["proto", "faults"],
    &["grpc", "graphql"],
    &["config"],
    &["telemetry"],
    &["server", "demo", "exchange", "operator"],
    &["cli"],
];

/// The messages of one wire contract are nothing to the other.
const APART: (&str, &str) = ("graphql", "proto");

/// Libraries, and the only modules that may name them.
const LIBRARIES: [(&[&str], &[&str]); 5] = [
    (&["sea_orm", "sea_query", "sqlx", "rusqlite", "migrations"], &["store"]),
    (
        &[
            "tonic",
            "tonic_prost",
            "tonic_health",
            "tonic_reflection",
            "tonic_web",
            "tonic_types",
            "prost",
            "prost_types",
        ],
        &["grpc", "server", "exchange", "proto"],
    ),
    (&["ring", "tokio_rustls", "x509_parser", "webpki_roots"], &["server"]),
    (&["rustls"], &["server", "exchange"]),
    (&["async_graphql", "axum"], &["graphql", "server"]),
];

/// The first part of the path of a file below `src`.
fn module_of(path: &Path) -> String {
    let first = path.components().next().unwrap().as_os_str().to_str().unwrap();
    first.trim_end_matches(".rs").to_owned()
}

fn floor_of(module: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&module))
}

/// Everything that is wrong in one file.
fn faults(path: &Path, text: &str) -> Vec<String> {
    let from = module_of(path);
    let mut faults = Vec::new();
    let mut fault = |line: usize, what: String| {
        faults.push(format!("src/{}:{line}: {what}", path.display()));
    };
    for Named { line, crate_root, name } in source::named(path, text) {
        if crate_root {
            if let Some(why) = upward(&from, &name) {
                fault(line, format!("{from} names {name}: {why}"));
            }
        } else if let Some((_, homes)) = library(&name)
            // lib.rs lists the modules, and includes the one that is made of the contract.
            && from != "lib"
            && !homes.contains(&from.as_str())
        {
            fault(line, format!("{from} names {name}, which belongs to {}", homes.join(", ")));
        }
    }
    faults
}

fn library(name: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    LIBRARIES.into_iter().find(|(names, _)| names.contains(&name))
}

fn upward(from: &str, to: &str) -> Option<String> {
    // The binary stands above everything, and lib.rs only lists the modules.
    if from == to || from == "main" || from == "lib" {
        return None;
    }
    let (Some(floor), Some(other)) = (floor_of(from), floor_of(to)) else {
        return Some("one of them stands on no floor".to_owned());
    };
    match () {
        () if other > floor => Some("it lies above".to_owned()),
        () if other == floor => Some("it lies on the same floor".to_owned()),
        () if APART == (from, to) => Some("the two know nothing of each other".to_owned()),
        () => None,
    }
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

#[test]
fn imports_point_down() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = sources(&root);
    assert!(files.len() > 50, "the sources are elsewhere");
    let mut found: Vec<String> = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        found.extend(faults(file.strip_prefix(&root).unwrap(), &text));
    }
    assert!(found.is_empty(), "{} imports point up:\n{}", found.len(), found.join("\n"));
}

#[test]
fn every_module_stands_on_a_floor() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for entry in fs::read_dir(root).unwrap() {
        let module = module_of(Path::new(&entry.unwrap().file_name()));
        let known = floor_of(&module).is_some() || module == "main" || module == "lib";
        assert!(known, "{module} stands on no floor: give it one in FLOORS");
    }
}

/// The faults of a planted text, without the place.
fn planted(path: &str, text: &str) -> Vec<String> {
    let faults = faults(Path::new(path), text);
    faults.iter().map(|fault| fault.split_once(": ").unwrap().1.to_owned()).collect()
}

#[test]
fn a_planted_upward_import_is_found() {
    for (path, text, wanted) in [
        ("store/lists.rs", "use crate::registry::Registry;", "store names registry"),
        ("store/lists.rs", "use crate::{domain::ids, registry::Registry};", "store names registry"),
        ("domain/ids.rs", "fn f() { crate::store::open() }", "domain names store"),
        (
            "domain/dates/tests.rs",
            "use super::super::super::config::Config;",
            "domain names config",
        ),
        ("registry/mod.rs", "use super::grpc;", "registry names grpc"),
        ("grpc/mod.rs", "use crate::{\n  graphql,\n  domain,\n};", "grpc names graphql"),
        ("graphql/mod.rs", "pub(in crate::grpc) fn f() {}", "graphql names grpc"),
        ("graphql/mod.rs", "fn f(_: crate::proto::Seizure) {}", "graphql names proto"),
        ("server.rs", "pub use crate::cli::run;", "server names cli"),
        ("registry/reads.rs", "use sea_orm::Value;", "registry names sea_orm"),
        ("registry/reads.rs", "fn f() -> ::tonic::Status {}", "registry names tonic"),
        ("domain/ids.rs", "use {rusqlite as r, std::fmt};", "domain names rusqlite"),
        (
            "store/mod.rs",
            "mod a { mod b { use super::super::super::server; } }",
            "store names server",
        ),
        ("store/mod.rs", "type A = Vec<crate::unheard_of::B>;", "store names unheard_of"),
    ] {
        let found = planted(path, text);
        assert!(found.len() == 1 && found[0].starts_with(wanted), "{text}: {found:?}");
    }
}

#[test]
fn what_points_down_or_is_only_talked_of_is_let_be() {
    for (path, text) in [
        ("registry/mod.rs", "use crate::{domain::{ids::{self, AgencyId}}, store::Store};"),
        ("store/mod.rs", "//! crate::registry calls this.\n/* use crate::grpc; */"),
        ("store/mod.rs", "const A: &str = \"use crate::registry;\"; const B: char = '\"';"),
        ("store/mod.rs", "const A: &str = r#\"crate::grpc \"quoted\" \"#;"),
        ("store/lists.rs", "mod a { use super::{b, c::{d}}; } mod e { use super::super::f; }"),
        ("store/lists.rs", "use super::guard; mod tests { use super::super::filters; }"),
        ("store/lists.rs", "fn f<'a>(a: &'a str) -> &'a str { a } use sea_orm::Value;"),
        ("grpc/mod.rs", "use tonic::Status; use crate::{proto, registry::Registry};"),
        ("main.rs", "use interdiction::cli;"),
        ("domain/mod.rs", "fn tonic() {} struct A { prost: u8 }"),
    ] {
        assert_eq!(planted(path, text), [""; 0], "{text}");
    }
}
