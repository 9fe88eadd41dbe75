//! The commands by which an operator keeps who may come in.

use crate::program::run;
use interdiction::domain::tokens::Token;
use std::process::Output;

fn said(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn an_operator_makes_lists_and_revokes_a_token() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("registry.db").display());
    let ask = |arguments: &[&str]| said(&run(&store, arguments));
    let set =
        ["principal", "set", "mx-importer", "--agency", "mx-semar", "--region", "MX", "--roles"];
    let (code, shown, _) = ask(&[set.as_slice(), &["CONTRIBUTOR,READER"]].concat());
    assert_eq!(code, 0);
    assert_eq!(shown, "mx-importer  agencies/mx-semar  MX  READER,CONTRIBUTOR\n");
    let (code, shown, told) = ask(&["token", "create", "mx-importer", "--days", "30"]);
    assert_eq!(code, 0);
    let token = Token::parse(shown.trim_end()).expect("a token alone on standard output");
    assert!(told.contains(token.id()) && !told.contains(token.reveal()), "{told}");
    let (_, listed, _) = ask(&["token", "list"]);
    assert!(listed.contains(&format!("{}  ...{}", token.id(), token.last_four())), "{listed}");
    assert!(listed.contains("principals/mx-importer") && listed.contains("good until"), "{listed}");
    assert!(!listed.contains(&token.reveal()[13..50]));
    assert_eq!(ask(&["token", "revoke", token.id()]).0, 0);
    assert!(ask(&["token", "list"]).1.contains("revoked "));
    assert_eq!(ask(&["principal", "remove", "mx-importer"]).0, 0);
    assert_eq!(ask(&["principal", "list"]).1, "");
    let (code, _, told) = ask(&["token", "create", "mx-importer"]);
    assert_eq!(code, 1);
    assert!(told.contains("principals/mx-importer not found"), "{told}");
}

#[test]
fn what_is_wrong_is_told_with_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let store = format!("sqlite:{}", folder.path().join("registry.db").display());
    let ask = |arguments: &[&str]| said(&run(&store, arguments));
    let wrong = ["principal", "set", "MX", "--agency", "mx-semar", "--region", "XX", "--roles"];
    let (code, _, told) = ask(&[wrong.as_slice(), &["PILOT"]].concat());
    assert_eq!(code, 2);
    assert!(told.contains("3 fields are wrong"), "{told}");
    let (code, _, told) = ask(&["token", "create", "nobody", "--days", "367"]);
    assert_eq!(code, 2);
    assert!(told.contains("1 to 366"), "{told}");
    let (code, _, told) = ask(&["token", "revoke", "short"]);
    assert_eq!(code, 2);
    assert!(told.contains("8 characters"), "{told}");
    let reach = ["serve", "--listen", "0.0.0.0:0", "--identities-callers", "known"];
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (certificate, key) = (path("server.pem"), path("server.key"));
    let reach = [&reach[..], &["--tls-certificate", &certificate, "--tls-key", &key]].concat();
    let (code, _, told) = ask(&reach);
    assert_eq!(code, 2);
    assert!(told.contains("server.pem: No such file"), "{told}");
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(&certificate, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let (code, _, told) = ask(&reach);
    assert_eq!(code, 2);
    assert!(told.contains("nobody is known yet"), "{told}");
}
