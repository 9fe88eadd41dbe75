//! Ids that callers choose: malformed, and taken.

use super::{Row, at, calls::Noun, invalid, known::creation, methods::REQUEST_ID_REUSED, refused};
use tonic::Code;

const ID_TAKEN: (Code, &str) = (Code::AlreadyExists, "ID_TAKEN");

pub fn rows<N: Noun>(good: fn() -> N) -> Vec<Row> {
    let field = N::ID_FIELD;
    let name = at(N::COLLECTION, "/ours");
    let (long, huge) = ("a".repeat(64), "a".repeat(1 << 20));
    let mut rows = Vec::new();
    for id in [
        "", " ", "Ours", "-a", "a-", "1a", "a_b", "a b", "a/b", "a.b", "é", "a\0", "*", &name,
        &long, &huge,
    ] {
        let what = format!("with the id {:?}", id.chars().take(70).collect::<String>());
        rows.push(invalid(what, good().create(id, ""), [field]));
    }
    for (what, id) in [("by us", "ours"), ("by others", "theirs")] {
        let what = format!("with an id that is taken {what}");
        rows.push(refused(what, good().create(id, ""), ID_TAKEN, [field]));
    }
    for (what, id) in [("hidden", "hidden"), ("deleted", "gone")] {
        let what = format!("with the id of a {what} one");
        rows.push(refused(what, good().create(id, ""), ID_TAKEN, [field]));
    }
    let what = "with the request id of another id";
    let sent = good().create("other", &creation::<N>());
    rows.push(refused(what, sent, REQUEST_ID_REUSED, [field]));
    rows
}
