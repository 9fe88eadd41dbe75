//! Makes rows of bad records: a good record, and a table of what is done to it.

use super::{
    Row, at,
    calls::{Noun, Writing},
    known::{self, Names},
    methods::{DELETED, INVALID_FIELD, NOT_FOUND},
    refused,
    values::{
        AMOUNTS, DATES, MARKINGS, PLACE_TEXTS, PLACES, QUANTITIES, SOURCE_TEXTS, SOURCES, long,
        sonora, source, when,
    },
};
use interdiction::proto;
use tonic::Code;

/// What is wrong, how it comes to be, and the paths at fault.
pub type Bad<T> = (&'static str, fn(&mut T), &'static [&'static str]);
/// A field by its path, and what sets it.
pub type Field<T, V> = (&'static str, fn(&mut T, V));
/// A text by its path, its most characters, and what sets it.
pub type Text<T> = (&'static str, usize, fn(&mut T, String));

/// The numbers that no enumeration has.
pub const NO_CODES: [i32; 3] = [99, -1, i32::MIN];

/// Lists that decode to what a request may just have; a row of an import has a little besides, so its
/// message is refused, not the row.
const TOO_MUCH_BESIDE_A_SEIZURE: [&str; 2] = ["10,000 PRIMARY detections", "10,000 steps"];

/// Texts that name no record of any collection.
const NO_NAMES: [&str; 9] = [
    " ",
    "x",
    "ours",
    "nobody/ours",
    "Agencies/ours",
    "agencies/",
    "sensors/",
    "operations/01890A5D-AC96-774B-BCCE-B302099A8057",
    "agencies/\0",
];

/// Bad records of one noun: each row is sent to be created, over the
/// one that is ours, and as a row of an import where it can be.
pub struct Records<'n, N> {
    good: fn() -> N,
    mine: &'n str,
    rows: Vec<Row>,
}

impl<'n, N: Noun> Records<'n, N> {
    pub fn new(good: fn() -> N, mine: &'n str) -> Self {
        Self { good, mine, rows: Vec::new() }
    }

    pub fn into_rows(self) -> Vec<Row> {
        self.rows
    }

    /// A good record that is changed, and how that is answered.
    fn push(
        &mut self,
        what: &str,
        edit: impl FnOnce(&mut N),
        (code, reason): (Code, &'static str),
        fields: &[&str],
    ) {
        let fields: Vec<String> = fields.iter().map(|field| at(N::FIELD, field)).collect();
        let mut record = (self.good)();
        edit(&mut record);
        let what = format!("with {what}");
        let create = record.clone().create("fresh", "");
        self.rows.push(refused(&what, create, (code, reason), fields.clone()));
        if let Some(import) = record.clone().import() {
            let mut fields = fields.clone();
            if TOO_MUCH_BESIDE_A_SEIZURE.iter().any(|much| what.ends_with(much)) {
                fields.iter_mut().for_each(|field| field.insert_str(0, "rows."));
            }
            self.rows.push(refused(&what, import, (code, reason), fields));
        }
        let (name, mask) = (self.mine.to_owned(), vec!["*".to_owned()]);
        let update = record.update(Writing { name, mask, ..Writing::default() });
        self.rows.push(refused(&what, update, (code, reason), fields));
    }

    fn set(&mut self, what: &str, edit: impl FnOnce(&mut N), fields: &[&str]) {
        self.push(what, edit, INVALID_FIELD, fields);
    }

    /// Changes of a good record.
    pub fn bad(mut self, table: &[Bad<N>]) -> Self {
        for (name, edit, fields) in table {
            self.set(name, edit, fields);
        }
        self
    }

    /// Fields that name a record, each with what is no name of one, and with one that cannot be
    /// referred to.
    pub fn references(mut self, fields: &[Field<N, String>], names: &Names) -> Self {
        for (path, set) in fields {
            for no_name in NO_NAMES {
                let what = format!("{no_name:?} for {path}");
                self.set(&what, |record| set(record, no_name.to_string()), &[path]);
            }
        }
        self.unseen(fields, names)
    }

    /// Fields that name a record, each with one that cannot be referred to.
    pub fn unseen(mut self, fields: &[Field<N, String>], names: &Names) -> Self {
        let Names { hidden, absent, deleted, .. } = names;
        for (path, set) in fields {
            for (what, name, answer) in [
                ("a hidden", hidden, NOT_FOUND),
                ("an absent", absent, NOT_FOUND),
                ("a deleted", deleted, DELETED),
            ] {
                let what = format!("{what} {path}");
                self.push(&what, |record| set(record, name.clone()), answer, &[path]);
            }
        }
        self
    }

    /// Fields of enumerations, each with every number that no enumeration has.
    pub fn codes(mut self, fields: &[Field<N, i32>]) -> Self {
        for (path, set) in fields {
            for code in NO_CODES {
                self.set(&format!("{code} for {path}"), |record| set(record, code), &[path]);
            }
        }
        self
    }

    /// Texts, each with what no text may be.
    pub fn texts(mut self, fields: &[Text<N>]) -> Self {
        for (path, chars_max, set) in fields {
            for (what, text) in bad_texts(*chars_max) {
                self.set(&format!("{what} in {path}"), |record| set(record, text), &[path]);
            }
        }
        self
    }

    /// Dates, each with what no date is.
    pub fn dates(mut self, fields: &[Field<N, proto::When>]) -> Self {
        for (path, set) in fields {
            for (what, text) in DATES {
                let path = at(path, "edtf");
                self.set(&format!("{what} in {path}"), |n| set(n, when(text)), &[&path]);
            }
        }
        self
    }

    /// Places, each with what no place is.
    pub fn places(self, fields: &[Field<N, proto::Place>]) -> Self {
        self.parts(
            fields,
            sonora,
            PLACES,
            PLACE_TEXTS,
            &[("kind", |place, kind| place.kind = kind)],
        )
    }

    /// Quantities, each with what no quantity is.
    pub fn quantities(mut self, fields: &[Field<N, proto::Quantity>]) -> Self {
        for (path, set) in fields {
            for (what, text) in AMOUNTS {
                let quantity = proto::Quantity { value: text.to_string(), ..known::quantity() };
                self.set(&format!("{what} in {path}"), |n| set(n, quantity), &[&at(path, "value")]);
            }
        }
        self.parts(
            fields,
            known::quantity,
            QUANTITIES,
            &[],
            &[
                ("unit", |quantity, code| quantity.unit = code),
                ("bound", |quantity, code| quantity.bound = code),
                ("basis", |quantity, code| quantity.basis = code),
                ("method", |quantity, code| quantity.method = code),
            ],
        )
    }

    /// Markings, each with what no marking is.
    pub fn markings(self, fields: &[Field<N, proto::Marking>]) -> Self {
        let label: Field<proto::Marking, i32> = ("label", |marking, label| marking.label = label);
        self.parts(fields, proto::Marking::default, MARKINGS, &[], &[label])
    }

    /// Sources, each with what no source is.
    pub fn sources(self, fields: &[Field<N, proto::Source>]) -> Self {
        self.parts(fields, source, SOURCES, SOURCE_TEXTS, &[])
    }

    fn parts<P: Clone>(
        mut self,
        fields: &[Field<N, P>],
        good: fn() -> P,
        table: &[Bad<P>],
        texts: &[Text<P>],
        codes: &[Field<P, i32>],
    ) -> Self {
        for (path, set) in fields {
            let mut put = |what: &str, edit: &dyn Fn(&mut P), faults: &[&str]| {
                let mut part = good();
                edit(&mut part);
                let faults: Vec<String> = faults.iter().map(|fault| at(path, fault)).collect();
                let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
                self.set(&format!("{what} in {path}"), |record| set(record, part), &faults);
            };
            for (what, edit, faults) in table {
                put(what, edit, faults);
            }
            for (text_path, chars_max, set_text) in texts {
                for (what, text) in bad_texts(*chars_max) {
                    put(
                        &format!("{what} in {text_path}"),
                        &|p| set_text(p, text.clone()),
                        &[text_path],
                    );
                }
            }
            for (code_path, set_code) in codes {
                for code in NO_CODES {
                    put(&format!("{code} for {code_path}"), &|p| set_code(p, code), &[code_path]);
                }
            }
        }
        self
    }
}

/// What no text may be: too long by one and by a megabyte, and with control characters.
fn bad_texts(chars_max: usize) -> Vec<(&'static str, String)> {
    vec![
        ("one character too many", long("a", chars_max + 1)),
        ("a megabyte", "a".repeat(1 << 20)),
        ("NUL", "a\0b".to_owned()),
        ("an escape", "a\u{1b}[31mb".to_owned()),
        ("a control character of two bytes", "a\u{85}b".to_owned()),
    ]
}
