//! The page on operating it names every reason that a caller can be told.

use std::{collections::BTreeSet, fs, path::Path};

const PAGE: &str = include_str!("../../OPERATING.md");

/// Reasons that no caller of a service is told: the process ends with them, or the store keeps them
/// to itself.
const OF_THE_PROCESS: [&str; 11] = [
    "CANNOT_LISTEN",
    "CONFLICT",
    "CUT",
    "INVALID_CERTIFICATE",
    "INVALID_ISSUER",
    "NAME_TAKEN",
    "PRINCIPAL_TAKEN",
    "STORE_DAMAGED",
    "STORE_DENIES",
    "STORE_FOREIGN",
    "STORE_NEWER",
];

/// What makes an error, up to its reason.
const MAKERS: [&str; 7] = [
    "Error::new(",
    "Self::new(",
    "denied(",
    "unauthenticated(",
    "unavailable(",
    "with_error_info(",
    ": &str =",
];

fn reasons(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for maker in MAKERS {
        for rest in text.split(maker).skip(1) {
            let head: String = rest.chars().take_while(|c| *c != ';').take(120).collect();
            let reason = head.split('"').nth(1).unwrap_or_default();
            let is_reason = |c: char| c.is_ascii_uppercase() || c == '_';
            if reason.len() > 4 && reason.chars().all(is_reason) {
                found.push(reason.to_owned());
            }
        }
    }
    found
}

fn walk(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap();
            found.extend(reasons(code));
        }
    }
}

#[test]
fn the_page_names_every_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for floor in ["domain", "store", "registry", "grpc", "graphql", "server"] {
        walk(&root.join(floor), &mut found);
    }
    assert!(found.len() > 25 && found.contains("ETAG_MISMATCH"), "{found:?}");
    let told = |reason: &String| PAGE.contains(&format!("`{reason}`"));
    let untold: Vec<&String> = found
        .iter()
        .filter(|reason| !OF_THE_PROCESS.contains(&reason.as_str()) && !told(reason))
        .collect();
    assert!(untold.is_empty(), "OPERATING.md lacks {untold:?}");
}
