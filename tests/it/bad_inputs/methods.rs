//! What is bad of every method of every noun alike: names, etags, masks, request ids, roles. What
//! lists take is in `lists`.

use super::{
    NONE, Row, at,
    calls::{Listing, Noun, Sent, Writing},
    invalid,
    known::{Caller, Names, change, creation, deletion},
    refused,
};
use interdiction::proto;
use tonic::Code;

pub const INVALID_FIELD: (Code, &str) = (Code::InvalidArgument, "INVALID_FIELD");
pub const NOT_FOUND: (Code, &str) = (Code::NotFound, "NOT_FOUND");
const NOT_ORIGINATOR: (Code, &str) = (Code::PermissionDenied, "NOT_ORIGINATOR");
const ROLE_REQUIRED: (Code, &str) = (Code::PermissionDenied, "ROLE_REQUIRED");
pub const DELETED: (Code, &str) = (Code::FailedPrecondition, "DELETED");
const ETAG_MISMATCH: (Code, &str) = (Code::Aborted, "ETAG_MISMATCH");
pub const REQUEST_ID_REUSED: (Code, &str) = (Code::AlreadyExists, "REQUEST_ID_REUSED");

/// Texts that are no UUID of 36 characters, or the one of nobody.
const NO_REQUEST_IDS: [&str; 8] = [
    "x",
    "01890a5d-ac96-774b-bcce-b302099a805",
    "01890a5d-ac96-774b-bcce-b302099a8057 ",
    "01890a5dac96774bbcceb302099a8057",
    "{01890a5d-ac96-774b-bcce-b302099a8057}",
    "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057",
    "00000000-0000-0000-0000-000000000000",
    "01890a5d-ac96-774b-bcce-b302099a\0\0\0\0",
];

/// A good record of a noun, the names of some, and what a request without a record lacks.
pub struct Methods<'n, N> {
    pub good: fn() -> N,
    pub names: &'n Names,
    /// Paths within the record.
    pub required: &'static [&'static str],
    /// Fields that no caller sets, besides those of every record.
    pub fixed: &'static [&'static str],
}

/// Texts that are no name of a collection.
fn no_names(collection: &str) -> Vec<String> {
    let other = if collection == "agencies" { "sensors" } else { "agencies" };
    let mut names: Vec<String> =
        ["", " ", "/", "x", "\0"].iter().map(ToString::to_string).collect();
    names.extend(
        [
            "", "/", "/Ours", "/-ours", "/ours-", "/o_urs", "/o urs", "/ours/x", "/../x",
            "/ours\0", "/*", "/-",
        ]
        .map(|rest| format!("{collection}{rest}")),
    );
    names.extend([
        format!("{other}/ours"),
        format!("/{collection}/ours"),
        format!("//interdiction/{collection}/ours"),
        format!("{}/ours", collection.to_uppercase()),
        format!("{collection}/{}", "a".repeat(64)),
        format!("{collection}/{}", "a".repeat(1 << 20)),
        format!("{collection}/01890A5D-AC96-774B-BCCE-B302099A8057"),
        format!("{collection}/{{01890a5d-ac96-774b-bcce-b302099a8057}}"),
    ]);
    names
}

/// The beginning of a text, for the name of a row.
fn shown(text: &str) -> String {
    format!("{:?}", text.chars().take(60).collect::<String>())
}

impl<N: Noun> Methods<'_, N> {
    pub fn rows(&self) -> Vec<Row> {
        let mut rows = self.names();
        rows.extend(self.states());
        rows.extend(self.etags());
        rows.extend(self.masks());
        rows.extend(self.request_ids());
        rows.extend(self.roles());
        rows.extend(self.batches());
        rows.extend(self.lists());
        rows.extend(self.everything_at_once());
        rows
    }

    /// An update that sets what it leaves unset.
    fn update(&self, writing: Writing) -> Sent {
        let mask = if writing.mask.is_empty() { vec!["marking".to_owned()] } else { writing.mask };
        (self.good)().update(Writing { mask, ..writing })
    }

    fn masked<S: ToString>(&self, mask: &[S]) -> Sent {
        let (name, mask) =
            (self.names.mine.clone(), mask.iter().map(ToString::to_string).collect());
        (self.good)().update(Writing { name, mask, ..Writing::default() })
    }

    fn names(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for name in no_names(N::COLLECTION) {
            let what = format!("named {}", shown(&name));
            let writing = Writing { name: name.clone(), ..Writing::default() };
            rows.push(invalid(&what, N::get(&name), ["name"]));
            rows.push(invalid(&what, N::delete(writing.clone()), ["name"]));
            rows.push(invalid(&what, self.update(writing), [at(N::FIELD, "name")]));
            rows.push(invalid(&what, N::batch(vec![self.names.mine.clone(), name]), ["names[1]"]));
        }
        rows
    }

    /// Hidden and absent answer alike; what is seen and foreign, or deleted, says so.
    fn states(&self) -> Vec<Row> {
        let Names { theirs, hidden, deleted, absent, .. } = self.names;
        let writing = |name: &str| Writing { name: name.to_owned(), ..Writing::default() };
        let mut rows = Vec::new();
        for (what, name) in [("hidden", hidden), ("absent", absent)] {
            rows.push(refused(what, N::get(name), NOT_FOUND, NONE));
            rows.push(refused(what, N::batch(vec![name.clone()]), NOT_FOUND, ["names[0]"]));
            rows.push(refused(what, N::delete(writing(name)), NOT_FOUND, NONE));
            rows.push(refused(what, self.update(writing(name)), NOT_FOUND, NONE));
        }
        for (what, name, answer) in
            [("of others", theirs, NOT_ORIGINATOR), ("deleted", deleted, DELETED)]
        {
            rows.push(refused(what, N::delete(writing(name)), answer, NONE));
            rows.push(refused(what, self.update(writing(name)), answer, NONE));
        }
        rows
    }

    fn etags(&self) -> Vec<Row> {
        let huge = "9".repeat(1 << 20);
        let mut rows = Vec::new();
        for etag in ["\"1\"", "\"3\"", "2", "\"2", "W/\"2\"", "*", " \"2\"", "\"2\"\0", &huge] {
            let what = format!("with the etag {}", shown(etag));
            let (name, etag) = (self.names.mine.clone(), etag.to_owned());
            let writing = Writing { name, etag, ..Writing::default() };
            rows.push(refused(&what, N::delete(writing.clone()), ETAG_MISMATCH, ["etag"]));
            let field = at(N::FIELD, "etag");
            rows.push(refused(&what, self.update(writing), ETAG_MISMATCH, [field]));
        }
        rows
    }

    fn masks(&self) -> Vec<Row> {
        let first = ["update_mask.paths[0]"];
        let mut rows = vec![
            invalid("without a mask", self.masked::<&str>(&[]), ["update_mask"]),
            invalid("with a mask of 101 paths", self.masked(&["marking"; 101]), ["update_mask"]),
            invalid("with a mask of 10,000 paths", self.masked(&["x"; 10_000]), ["update_mask"]),
            invalid("with * and a field", self.masked(&["*", "marking"]), first),
            invalid(
                "with three unknown paths beside a known one",
                self.masked(&["colour", "marking", "", "*"]),
                ["update_mask.paths[0]", "update_mask.paths[2]", "update_mask.paths[3]"],
            ),
        ];
        let huge = "a".repeat(1 << 20);
        for path in [
            "",
            " ",
            "colour",
            "Marking",
            "marking ",
            "marking.label",
            "marking.releasable_to",
            "marking.",
            ".marking",
            "marking[0]",
            "**",
            "marking\0",
            "createTime",
            &huge,
        ] {
            let what = format!("with the mask {}", shown(path));
            rows.push(invalid(what, self.masked(&[path]), first));
        }
        for path in ["name", "originator", "etag", "create_time", "update_time", "delete_time"]
            .iter()
            .chain(self.fixed)
        {
            let what = format!("with a mask of {path}, which no caller sets");
            rows.push(invalid(what, self.masked(&[path]), first));
        }
        rows
    }

    fn request_ids(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for id in NO_REQUEST_IDS {
            let what = format!("with the request id {id:?}");
            let (name, request_id) = (self.names.mine.clone(), id.to_owned());
            let writing = Writing { name, request_id, ..Writing::default() };
            rows.push(invalid(&what, (self.good)().create("fresh", id), ["request_id"]));
            rows.push(invalid(&what, self.update(writing.clone()), ["request_id"]));
            rows.push(invalid(&what, N::delete(writing), ["request_id"]));
        }
        rows.extend(self.reused_request_ids());
        rows
    }

    fn reused_request_ids(&self) -> Vec<Row> {
        let Names { mine, theirs, deleted, .. } = self.names;
        let reused =
            |what: &str, sent, field: String| refused(what, sent, REQUEST_ID_REUSED, [field]);
        let update = |name: &str, etag: &str, mask: &[&str]| {
            self.update(Writing {
                name: name.to_owned(),
                etag: etag.to_owned(),
                mask: mask.iter().map(ToString::to_string).collect(),
                request_id: change::<N>(),
            })
        };
        let delete = |name: &str, etag: &str, request_id| {
            let (name, etag) = (name.to_owned(), etag.to_owned());
            N::delete(Writing { name, etag, mask: Vec::new(), request_id })
        };
        let what = "with the request id of an update of";
        let record = |field| at(N::FIELD, field);
        vec![
            reused(
                "with the request id of a creation",
                delete(mine, "", creation::<N>()),
                "request_id".to_owned(),
            ),
            reused(
                "with the request id of a deletion",
                (self.good)().create("ours", &deletion::<N>()),
                "request_id".to_owned(),
            ),
            reused(&format!("{what} another record"), update(theirs, "", &["*"]), record("name")),
            reused(&format!("{what} another etag"), update(mine, "\"1\"", &["*"]), record("etag")),
            reused(
                &format!("{what} another mask"),
                update(mine, "", &["marking"]),
                "update_mask.paths[0]".to_owned(),
            ),
            reused(
                &format!("{what} a longer mask"),
                update(mine, "", &["marking", "marking"]),
                "update_mask".to_owned(),
            ),
            reused(
                "with the request id of a deletion of another record",
                delete(mine, "", deletion::<N>()),
                "name".to_owned(),
            ),
            reused(
                "with the request id of a deletion of another etag",
                delete(deleted, "\"1\"", deletion::<N>()),
                "etag".to_owned(),
            ),
        ]
    }

    fn roles(&self) -> Vec<Row> {
        let denied = |what, sent| refused(what, sent, ROLE_REQUIRED, NONE);
        let Names { mine, .. } = self.names;
        let mine = || Writing { name: mine.clone(), ..Writing::default() };
        let mut rows = vec![
            denied("by nobody", N::get(&self.names.mine)).by(Caller::Nobody),
            denied("by nobody", N::batch(vec![self.names.mine.clone()])).by(Caller::Nobody),
            denied("by nobody", N::list(Listing::default())).by(Caller::Nobody),
        ];
        for caller in [Caller::Nobody, Caller::Reader] {
            let what = "by one who may not write";
            rows.push(denied(what, (self.good)().create("fresh", "")).by(caller));
            rows.push(denied(what, self.update(mine())).by(caller));
            rows.push(denied(what, N::delete(mine())).by(caller));
        }
        rows
    }

    fn batches(&self) -> Vec<Row> {
        let Names { mine, hidden, absent, .. } = self.names;
        let of = |names: &[&String]| N::batch(names.iter().map(|name| (*name).clone()).collect());
        vec![
            invalid("of no names", of(&[]), ["names"]),
            invalid("of 1,001 names", of(&[mine; 1_001]), ["names"]),
            invalid("of 10,001 names", of(&[mine; 10_001]), ["names"]),
            invalid(
                "of three that are no names",
                N::batch(vec![String::new(), mine.clone(), "x".to_owned(), "\0".to_owned()]),
                ["names[0]", "names[2]", "names[3]"],
            ),
            refused(
                "of an absent one and a hidden one",
                of(&[absent, mine, hidden]),
                NOT_FOUND,
                ["names[0]", "names[2]"],
            ),
            invalid(
                "of two that stand twice",
                of(&[absent, mine, absent, hidden, mine, mine]),
                ["names[2]", "names[4]", "names[5]"],
            ),
        ]
    }

    /// Every violation of a request comes in one answer.
    fn everything_at_once(&self) -> Vec<Row> {
        let required: Vec<String> = self.required.iter().map(|field| at(N::FIELD, field)).collect();
        let mut of_create = required.clone();
        of_create.push("request_id".to_owned());
        of_create.extend((!N::ID_FIELD.is_empty()).then(|| N::ID_FIELD.to_owned()));
        let writing = Writing {
            name: "x".to_owned(),
            etag: "x".to_owned(),
            mask: vec!["x".to_owned()],
            request_id: "x".to_owned(),
        };
        let name = self.names.mine.clone();
        let unset = Writing { name, mask: vec!["*".to_owned()], ..Writing::default() };
        let listing = Listing {
            page_size: -1,
            page_token: "x".repeat(5_000),
            filter: N::named(proto::NameFilter {
                any_of: vec!["x".to_owned()],
                none_of: vec!["y".to_owned()],
            }),
            order: vec![(99, 99)],
            show_deleted: true,
        };
        vec![
            invalid("with everything wrong", N::default().create("-", "x"), of_create),
            invalid("with every field unset", N::default().update(unset), required),
            invalid(
                "with everything wrong",
                N::default().update(writing.clone()),
                [at(N::FIELD, "name"), "update_mask.paths[0]".to_owned(), "request_id".to_owned()],
            ),
            invalid("with everything wrong", N::delete(writing), ["name", "request_id"]),
            invalid(
                "with everything wrong",
                N::list(listing),
                [
                    "page_size",
                    "page_token",
                    "filter.name.any_of[0]",
                    "filter.name.none_of[0]",
                    "order_by[0].field",
                    "order_by[0].direction",
                ],
            ),
        ]
    }
}
