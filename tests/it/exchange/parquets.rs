//! Parquet files: those that lie about themselves, and what an export says in one.

use super::{Desk, PLAIN, told};
use crate::{program, world::Backend};
use parquet::{
    file::reader::{FileReader as _, SerializedFileReader},
    record::{Field, Row},
};
use std::{fs::File, process::Output};

/// A value of Thrift's compact protocol.
enum Thrift {
    /// 32 bits.
    Int(i64),
    /// 64 bits.
    Long(i64),
    Text(&'static str),
    Many(Vec<Thrift>),
    /// Fields by their numbers, which grow.
    Of(Vec<(u8, Thrift)>),
}

use Thrift::{Int, Long, Many, Of, Text};

impl Thrift {
    fn kind(&self) -> u8 {
        match self {
            Int(_) => 5,
            Long(_) => 6,
            Text(_) => 8,
            Many(_) => 9,
            Of(_) => 12,
        }
    }

    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Int(number) | Long(number) => varint((number << 1 ^ number >> 63).cast_unsigned(), to),
            Text(text) => {
                varint(text.len() as u64, to);
                to.extend(text.as_bytes());
            }
            Many(members) => {
                assert!(members.len() < 15);
                to.push((members.len() as u8) << 4 | members.first().map_or(12, Self::kind));
                members.iter().for_each(|member| member.put(to));
            }
            Of(fields) => {
                let mut last = 0;
                for (number, value) in fields {
                    to.push((number - last) << 4 | value.kind());
                    value.put(to);
                    last = *number;
                }
                to.push(0);
            }
        }
    }
}

fn varint(mut value: u64, to: &mut Vec<u8>) {
    while value >= 0x80 {
        to.push(value as u8 | 0x80);
        value >>= 7;
    }
    to.push(value as u8);
}

/// A page and what its header says of it.
struct Page {
    kind: i64,
    unpacked: i64,
    packed: i64,
    values: i64,
    encoding: i64,
    body: Vec<u8>,
    /// The header as it is, where it is none that says the above.
    header: Option<Vec<u8>>,
}

impl Page {
    /// Texts as they are.
    fn plain(texts: &[&str]) -> Self {
        let each = texts.iter().flat_map(|text| {
            (text.len() as u32).to_le_bytes().into_iter().chain(text.bytes()).collect::<Vec<u8>>()
        });
        let body: Vec<u8> = each.collect();
        let bytes = body.len() as i64;
        let values = texts.len() as i64;
        Self { kind: 0, unpacked: bytes, packed: bytes, values, encoding: 0, body, header: None }
    }

    /// Nothing but nulls: that no line has a value is said once.
    fn nulls(lines: i64) -> Self {
        let mut levels = Vec::new();
        varint(lines.cast_unsigned() << 1, &mut levels);
        levels.push(0);
        let body = [&(levels.len() as u32).to_le_bytes()[..], &levels].concat();
        let bytes = body.len() as i64;
        Self { unpacked: bytes, packed: bytes, values: lines, body, ..Self::plain(&[]) }
    }

    fn put(&self, to: &mut Vec<u8>) {
        if let Some(header) = &self.header {
            to.extend(header.iter().chain(&self.body));
            return;
        }
        let head = [(1, Int(self.kind)), (2, Int(self.unpacked)), (3, Int(self.packed))];
        let counts = vec![(1, Int(self.values)), (2, Int(self.encoding))];
        let (number, counts) = match self.kind {
            2 => (7, Of(counts)),
            // How levels are encoded; a column that is always filled has none.
            _ => (5, Of(counts.into_iter().chain([(3, Int(3)), (4, Int(3))]).collect())),
        };
        Of(head.into_iter().chain([(number, counts)]).collect()).put(to);
        to.extend(&self.body);
    }
}

/// A column, and what the file says of it.
struct Column {
    name: &'static str,
    /// 1 is Snappy.
    codec: i64,
    values: i64,
    pages: Vec<Page>,
    /// Bytes that it is said to have, where that is not what it has.
    size: Option<i64>,
    /// Where it is said to be, where that is not where it is.
    offset: Option<i64>,
    garbage: bool,
    /// Whether lines may lack it.
    optional: bool,
}

/// A file of two lines.
struct Lying {
    columns: Vec<Column>,
    lines: i64,
}

impl Lying {
    /// One that does not lie.
    fn honest() -> Self {
        let column = |name, texts: &[&str]| Column {
            name,
            codec: 0,
            values: 2,
            pages: vec![Page::plain(texts)],
            size: None,
            offset: None,
            garbage: false,
            optional: false,
        };
        let columns = vec![
            column("day", &["2024-01-02", "2024-01-03"]),
            column("drug", &["heroin", "heroin"]),
            column("grams", &["5", "7.5"]),
            column("id", &["1", "2"]),
        ];
        Self { columns, lines: 2 }
    }

    fn page(&mut self) -> &mut Page {
        &mut self.columns[1].pages[0]
    }

    fn bytes(&self) -> Vec<u8> {
        let mut file = b"PAR1".to_vec();
        let chunks = self.columns.iter().map(|column| {
            let begin = file.len();
            column.pages.iter().for_each(|page| page.put(&mut file));
            if column.garbage {
                file[begin..].fill(0xff);
            }
            let size = column.size.unwrap_or((file.len() - begin) as i64);
            let offset = column.offset.unwrap_or(begin as i64);
            let is_dictionary = column.pages[0].kind == 2;
            let dictionary = is_dictionary.then_some((11, Long(offset)));
            let fields = [
                (1, Int(6)),
                (2, Many(vec![Int(0)])),
                (3, Many(vec![Text(column.name)])),
                (4, Int(column.codec)),
                (5, Long(column.values)),
                (6, Long(100)),
                (7, Long(size)),
                (9, Long(offset)),
            ];
            let fields = fields.into_iter().chain(dictionary).collect();
            Of(vec![(2, Long(offset)), (3, Of(fields))])
        });
        let chunks: Vec<Thrift> = chunks.collect();
        let each = self.columns.iter().map(|column| {
            let optional = (3, Int(i64::from(column.optional)));
            Of(vec![(1, Int(6)), optional, (4, Text(column.name)), (6, Int(0))])
        });
        let root = Of(vec![(4, Text("schema")), (5, Int(self.columns.len() as i64))]);
        let schema = std::iter::once(root).chain(each).collect();
        let group = Of(vec![(1, Many(chunks)), (2, Long(400)), (3, Long(self.lines))]);
        let begin = file.len();
        let groups = Many(vec![group]);
        Of(vec![(1, Int(1)), (2, Many(schema)), (3, Long(self.lines)), (4, groups)]).put(&mut file);
        let bytes = (file.len() - begin) as u32;
        file.extend(bytes.to_le_bytes());
        file.extend(b"PAR1");
        file
    }
}

type Lie = (&'static str, fn(&mut Lying), &'static str);

/// What a file says that is not so, and what its refusal says.
const LIES: [Lie; 18] = [
    ("a page that is a bomb", |file| file.page().unpacked = 0x7fff_ffff, "more than 256 MiB"),
    ("a page larger than the file", |file| file.page().packed = 1 << 30, "where its column has"),
    ("bytes below zero", |file| file.page().packed = -5, "page 1: -5 bytes"),
    ("bytes below zero, unpacked", |file| file.page().unpacked = -5, "-5 unpacked"),
    ("values below zero", |file| file.page().values = -2, "-2 values"),
    ("many values", |file| file.page().values = 1 << 30, "its pages say 1073741824 values"),
    ("few values", |file| file.page().values = 1, "its pages say 1 values, where there are 2"),
    ("lines that a column lacks", |file| file.columns[1].values = 1, "1 values, where there are 2"),
    ("a dictionary that is a bomb", with_a_dictionary, "more than 256 MiB"),
    ("an encoding that says inside how much it is", |file| file.page().encoding = 6, "encoding"),
    ("a column behind the end", |file| file.columns[1].size = Some(1 << 40), "in a file of"),
    ("a column before the beginning", |file| file.columns[1].offset = Some(-9), "bytes at -9"),
    ("a header that is none", |file| file.columns[1].garbage = true, "its header is damaged"),
    ("columns in one place", all_in_one_place, "it lies where other columns lie"),
    (
        "a number that 16 bits take for that of a known field",
        |file| forge(file, &HUGE_BY_65538, &[0x0c, 0x0a], &[]),
        "its header is damaged",
    ),
    (
        "a checksum that is a text, in which the library reads fields",
        |file| forge(file, &[&[0x18, 9][..], &HUGE, &[0x25, 0x00]].concat(), &[0x1c], &[]),
        "its header is damaged",
    ),
    (
        "truth values in a list, which the library takes for no bytes",
        |file| forge(file, &[], &[0x2c], &[&[0x49, 0x71][..], &HUGE].concat()),
        "field 9 is not known there",
    ),
    (
        "lines without end",
        without_end,
        "2147483647 lines: with what came before, more than 256 MiB",
    ),
];

/// Field 2, told by its number and not by a step from the last: 2 GiB unpacked.
const HUGE: [u8; 7] = [0x05, 0x04, 0xfe, 0xff, 0xff, 0xff, 0x0f];
/// The same as field 65538, whose lower 16 bits are 2.
const HUGE_BY_65538: [u8; 9] = [0x05, 0x84, 0x80, 0x08, 0xfe, 0xff, 0xff, 0xff, 0x0f];

/// Puts bytes into a header: before its inner header, as the number of that, and behind it.
fn forge(file: &mut Lying, before: &[u8], number: &[u8], behind: &[u8]) {
    let size = file.page().body.len() as u8 * 2;
    let head = [0x15, 0, 0x15, size, 0x15, size];
    let counts = [0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6, 0];
    file.page().header = Some([&head[..], before, number, &counts, behind, &[0]].concat());
}

/// No lie: so many lines, and nothing in any.
fn without_end(file: &mut Lying) {
    file.lines = i64::from(i32::MAX);
    for column in &mut file.columns {
        column.optional = true;
        column.values = file.lines;
        column.pages = vec![Page::nulls(file.lines)];
    }
}

fn with_a_dictionary(file: &mut Lying) {
    let dictionary = Page { kind: 2, values: 1 << 28, ..Page::plain(&["heroin"]) };
    file.columns[1].pages.insert(0, dictionary);
}

/// The second column lies where the first does.
fn all_in_one_place(file: &mut Lying) {
    let page = || Page::plain(&[&"x".repeat(10_000), "x"]);
    file.columns[0].pages = vec![page()];
    let mut bytes = Vec::new();
    page().put(&mut bytes);
    file.columns[1].offset = Some(4);
    file.columns[1].size = Some(bytes.len() as i64);
}

/// Lies that headers cannot tell, for they agree: the column is found by reading it.
const DEEP_LIES: [Lie; 3] = [
    (
        "more lines than there are",
        |file| {
            file.lines = 1_000_000;
            for column in &mut file.columns {
                column.values = 1_000_000;
                column.pages[0].values = 1_000_000;
            }
        },
        "column `day`",
    ),
    (
        "a text longer than its page",
        |file| file.page().body[..4].copy_from_slice(&[0xff, 0xff, 0xff, 0x7f]),
        "column `drug`",
    ),
    (
        "a page that unpacks to more than its header says",
        |file| {
            // Snappy: 1 GiB, of which a byte comes.
            let body = vec![0x80, 0x80, 0x80, 0x80, 0x04, 0x00, b'x'];
            let page = file.page();
            page.packed = body.len() as i64;
            page.body = body;
            file.columns[1].codec = 1;
        },
        "column `drug`",
    ),
];

/// Imports a file with no more room than a small machine has.
fn import(desk: &Desk, file: &str) -> Output {
    // The allocator sets aside a GiB of addresses at its start.
    let mut command = program::under("sh", &desk.store);
    let script = "ulimit -v 3145728 && exec \"$0\" \"$@\"";
    command.args(["-c", script, &program::binary(), "import", file, "--mapping", "plain.toml"]);
    command.current_dir(desk.folder.path()).output().unwrap()
}

#[tokio::test]
async fn a_file_that_lies_is_refused_with_its_column_and_changes_nothing() {
    let desk = Desk::new(Backend::Sqlite).await;
    desk.write("plain.toml", PLAIN);
    desk.write("honest.parquet", Lying::honest().bytes());
    for (lie, tell, wanted) in LIES.iter().chain(&DEEP_LIES) {
        let mut file = Lying::honest();
        tell(&mut file);
        desk.write("lying.parquet", file.bytes());
        let refused = import(&desk, "lying.parquet");
        let text = told(&refused);
        assert_eq!(refused.status.code(), Some(2), "{lie}: {text}");
        let named = text.contains("lying.parquet") && text.contains("column `");
        assert!(named && text.contains(wanted), "{lie}: {text}");
        assert!(!text.contains("panicked"), "{lie}: {text}");
        assert!(desk.records(&desk.store).is_empty(), "{lie}");
    }
    let honest = import(&desk, "honest.parquet");
    assert!(told(&honest).contains("2 new") && told(&honest).contains("12.5 GRAM"));
}

/// The cells of columns, line by line.
fn cells(row: &Row, names: &[&str]) -> Vec<String> {
    let text = |field: &Field| match field {
        Field::Null => String::new(),
        Field::Str(text) => text.clone(),
        other => other.to_string(),
    };
    let found = |name: &&str| row.get_column_iter().find(|(column, _)| column == name).unwrap().1;
    names.iter().map(|name| text(found(name))).collect()
}

#[tokio::test]
async fn an_export_has_its_header_and_normalised_quantities_in_typed_columns() {
    let desk = Desk::new(Backend::Sqlite).await;
    let item = |substance: &str, value: &str, unit: &str| {
        serde_json::json!({
            "substance": format!("substances/{substance}"),
            "quantity": { "value": value, "unit": unit },
        })
    };
    let seizure = serde_json::json!({ "rowId": "1", "seizure": {
        "place": { "point": { "latitude": 29.5, "longitude": -110.25 } },
        "items": [
            item("heroin", "2", "UNIT_POUND"),
            item("lsd", "1.5", "UNIT_MILLILITRE"),
            item("mdma", "12", "UNIT_TABLET"),
            { "substance": "substances/cocaine", "packageCount": 3 },
        ],
        "marking": { "label": "TLP_AMBER", "releasableTo": ["MX", "US"] },
    }});
    desk.write("one.ndjson", format!("{seizure}\n"));
    let imported = desk.run(&["import", "one.ndjson", "--dataset", "test"]);
    assert!(told(&imported).contains("1 new"), "{}", told(&imported));
    desk.run(&["export", "--format", "parquet", "--output", "out.parquet"]);
    let file = File::open(desk.folder.path().join("out.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let told = reader.metadata().file_metadata().key_value_metadata().unwrap().iter();
    let header = told.filter(|one| one.key == "interdiction.header").map(|one| &one.value);
    let header: Vec<_> = header.collect();
    let [Some(header)] = header[..] else { panic!("{header:?}") };
    let header: serde_json::Value = serde_json::from_str(header).unwrap();
    assert_eq!(header["seizureCount"], "1", "{header}");
    assert_eq!(header["marking"], seizure["seizure"]["marking"]);
    assert!(header["asOfTime"].is_string() && header["countingRule"].is_string(), "{header}");
    let names = ["substance", "normalized_dimension", "normalized_value", "package_count"];
    let rows: Vec<_> = reader.into_iter().map(|row| cells(&row.unwrap(), &names)).collect();
    assert_eq!(
        rows,
        [
            ["substances/heroin", "MASS", "907184740", ""],
            ["substances/lsd", "VOLUME", "1500", ""],
            ["substances/mdma", "COUNT", "12", ""],
            ["substances/cocaine", "", "", "3"],
        ]
    );
    let file = File::open(desk.folder.path().join("out.parquet")).unwrap();
    let schema = SerializedFileReader::new(file).unwrap();
    let schema = schema.metadata().file_metadata().schema_descr();
    let kind = |name: &str| {
        let mut columns = schema.columns().iter();
        columns.find(|column| column.name() == name).unwrap().physical_type().to_string()
    };
    let kinds = ["normalized_value", "package_count", "latitude", "quantity"].map(kind);
    assert_eq!(kinds, ["INT64", "INT32", "DOUBLE", "BYTE_ARRAY"]);
}
