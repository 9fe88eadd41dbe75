//! The script that generates a client: what it does to the folder that it is given.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// Stands for a Python with the generator: it writes a package where it is told to.
const GENERATOR: &str = r#"#!/bin/sh
for argument; do
  case $argument in --python_out=*) out=${argument#--python_out=} ;; esac
done
mkdir -p "$out/interdiction/v1"
echo new >"$out/interdiction/v1/types_pb2.py"
"#;

struct Place {
    _directory: tempfile::TempDir,
    folder: PathBuf,
    python: PathBuf,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let (folder, python) = (directory.path().join("work"), directory.path().join("python"));
        fs::write(&python, GENERATOR).unwrap();
        fs::set_permissions(&python, fs::Permissions::from_mode(0o755)).unwrap();
        Self { _directory: directory, folder, python }
    }

    fn holds(self, path: &str) -> Self {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "old").unwrap();
        self
    }

    fn generate(&self) -> Output {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let script = root.join("tests/clients/python/generate");
        Command::new(script).arg(&self.folder).arg(&self.python).output().unwrap()
    }

    fn reads(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.folder.join(path)).ok()
    }
}

#[test]
fn generating_a_client_replaces_the_client_and_keeps_all_else() {
    let place = Place::new()
        .holds("notes.txt")
        .holds("interdiction/v1/types_pb2.py")
        .holds("interdiction/v1/gone_pb2.py");
    let done = place.generate();
    assert!(done.status.success(), "{done:?}");
    assert_eq!(place.reads("notes.txt").as_deref(), Some("old"));
    assert_eq!(place.reads("interdiction/v1/types_pb2.py").as_deref(), Some("new\n"));
    assert_eq!(place.reads("interdiction/v1/gone_pb2.py"), None);
}

#[test]
fn generating_a_client_makes_its_folder() {
    let place = Place::new();
    assert!(place.generate().status.success());
    assert_eq!(place.reads("interdiction/v1/types_pb2.py").as_deref(), Some("new\n"));
}

#[test]
fn a_folder_of_that_name_that_is_no_client_is_refused() {
    let place = Place::new().holds("interdiction/Cargo.toml");
    let refused = place.generate();
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no generated client"));
    assert_eq!(place.reads("interdiction/Cargo.toml").as_deref(), Some("old"));
}
