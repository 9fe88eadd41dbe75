//! Imports and exports through a server: over TLS, with a token that nobody is shown.

use super::{certificates, principal, serve, token};
use crate::{
    program,
    world::{World, on_both},
};
use std::{
    ffi::OsStr,
    fs,
    os::unix::ffi::OsStrExt as _,
    path::Path,
    process::Output,
    time::{Duration, Instant},
};

on_both! {
    a_command_goes_through_a_server_over_tls_and_shows_its_token: through;
}

/// A seizure that an import brings in.
const SEIZURE: &str =
    r#"{"rowId": "1", "seizure": {"items": [{"substance": "substances/heroin"}]}}"#;
/// Less than a command waits that takes a refusal for a break.
const AT_ONCE: Duration = Duration::from_secs(8);

/// Runs a command in a folder, with a token in its variable.
async fn run(folder: &Path, arguments: &[&str], variable: impl AsRef<OsStr>) -> Output {
    let mut command = program::program("sqlite:none.db", arguments);
    command.current_dir(folder);
    let variable = variable.as_ref();
    if !variable.is_empty() {
        command.env("INTERDICTION_TOKEN", variable);
    }
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn told(output: &Output) -> String {
    let texts = [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text));
    texts.concat()
}

async fn through(world: World) {
    let folder = tempfile::tempdir().unwrap();
    let made = certificates::write_all(folder.path());
    let flags = certificates::flags(folder.path());
    let flags: Vec<&str> = flags.iter().map(String::as_str).collect();
    let address = serve(&world, &flags).await;
    let importer = principal("importer", "mx-sedena", &["READER", "CONTRIBUTOR"]);
    let token = token(&world.registry, &importer).await;
    let secret = token.reveal();
    for (name, content) in [
        ("ca.pem", made.server.pem()),
        ("none.pem", "no certificate".to_owned()),
        ("importer.token", format!("{secret}\n")),
        ("broken.token", format!("{secret}\n{secret}\n")),
        ("empty.token", "\n".to_owned()),
        ("one.ndjson", format!("{SEIZURE}\n")),
    ] {
        fs::write(folder.path().join(name), content).unwrap();
    }
    let server = format!("https://localhost:{}", address.port());
    let import = ["import", "one.ndjson", "--dataset", "test", "--server"];
    let over = |server, more: &[&'static str]| [&import[..], &[server], more].concat();
    let folder = folder.path();
    let with_both = over(&server, &["--ca", "ca.pem", "--token-file", "importer.token"]);
    let imported = run(folder, &with_both, "").await;
    assert!(told(&imported).contains("1 new"), "{}", told(&imported));
    let export = ["export", "--server", &server, "--ca", "ca.pem"];
    let exported = run(folder, &export, secret).await;
    let text = told(&exported);
    assert!(text.contains("substances/heroin") && text.contains("1 seizures exported"), "{text}");
    // A file comes before the variable.
    let with_file = [&export[..], &["--token-file", "importer.token"]].concat();
    assert!(run(folder, &with_file, "x").await.status.success());
    // Nobody's errand is not what was asked for.
    let refused = run(folder, &export, OsStr::from_bytes(b"x\xff")).await;
    assert_eq!(refused.status.code(), Some(2), "{}", told(&refused));
    assert!(told(&refused).contains("INTERDICTION_TOKEN: not UTF-8"), "{}", told(&refused));
    let elsewhere = "http://192.0.2.1:8080";
    let plain = format!("http://{address}");
    let with_password = format!("ftp://me:{secret}@{address}");
    let refusals: [(Vec<&str>, i32, &str); 10] = [
        (over(&server, &["--ca", "ca.pem"]), 1, "CREDENTIAL_REQUIRED"),
        (over(&server, &["--token-file", "importer.token"]), 1, "invalid peer certificate"),
        (vec!["export", "--server", &server], 1, "invalid peer certificate"),
        (over(elsewhere, &["--token-file", "importer.token"]), 2, "a token is shown over https"),
        (over(&server, &["--token-file", "broken.token"]), 2, "broken.token: no token"),
        (over(&server, &["--token-file", "empty.token"]), 2, "empty.token: no token"),
        (over(&server, &["--token-file", "absent.token"]), 2, "absent.token: No such file"),
        (over(&server, &["--ca", "none.pem"]), 2, "none.pem: no certificates"),
        (over(&plain, &["--ca", "ca.pem"]), 2, "for https alone"),
        (over(&with_password, &[]), 2, "`ftp://me***`: want https://"),
    ];
    for (arguments, code, wanted) in refusals {
        let began = Instant::now();
        let refused = run(folder, &arguments, "").await;
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(code), "{arguments:?}: {text}");
        assert!(text.contains(wanted) && !text.contains(secret), "{arguments:?}: {text}");
        assert!(began.elapsed() < AT_ONCE, "{arguments:?} took {:?}", began.elapsed());
    }
}
