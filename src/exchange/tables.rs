//! Tables in files, row by row: what is wrong with a file is told with its place, and no more of it
//! is held than one row.

use super::mapping::{Encoding, FileForm, Mapping};
use crate::domain::errors::{Error, Result};
use std::{
    cell::Cell,
    collections::HashMap,
    fs::File,
    io::{self, BufReader, Read},
    path::Path,
    rc::Rc,
};

/// The most bytes of a row.
pub const ROW_BYTES_MAX: u64 = 4 << 20;
/// The most columns of a table.
pub const COLUMNS_MAX: usize = 1_000;

/// A row of a table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Row {
    /// Where it begins in its file: a line of text, or a row of a sheet, from 1.
    pub line: u64,
    /// Its cells, one for each column.
    pub cells: Vec<String>,
}

/// The columns of a table.
#[derive(Debug, Clone, Default)]
pub struct Header {
    /// Their names, in their order.
    pub names: Vec<String>,
    places: HashMap<String, usize>,
}

impl Header {
    /// The columns of these names.
    ///
    /// # Errors
    /// Says which name stands twice, or that there are too many.
    pub fn new(names: Vec<String>) -> Result<Self, String> {
        let names: Vec<String> = names.into_iter().map(|name| name.trim().to_owned()).collect();
        if names.len() > COLUMNS_MAX {
            return Err(format!("{} columns: at most {COLUMNS_MAX}", names.len()));
        }
        let mut places = HashMap::new();
        for (place, name) in names.iter().enumerate() {
            if !name.is_empty() && places.insert(name.clone(), place).is_some() {
                return Err(format!("the column `{name}` stands twice"));
            }
        }
        Ok(Self { names, places })
    }

    /// Where a column stands.
    #[must_use]
    pub fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }
}

/// A table that is read row by row.
pub struct Table {
    path: String,
    header: Header,
    rows: Box<dyn Iterator<Item = Result<Row, Fault>>>,
}

/// What is wrong with a file, and where.
#[derive(Debug)]
pub struct Fault {
    /// The line or row, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

/// An error of a file.
pub(super) fn fault(path: &str, line: u64, message: impl std::fmt::Display) -> Error {
    Error::invalid_field(format!("{path}:{line}"), message.to_string())
}

impl Table {
    /// Opens a table, and reads its header.
    ///
    /// # Errors
    /// `Invalid`, with the place.
    pub fn open(path: &Path, form: &FileForm) -> Result<Self> {
        let shown = path.display().to_string();
        let (names, line, rows) = if super::sheets::is_workbook(path) {
            super::sheets::open(path, form)?
        } else if super::parquets::is_of(path) {
            super::parquets::open(path)?
        } else {
            open_text(path, form)?
        };
        let header = Header::new(names).map_err(|message| fault(&shown, line, message))?;
        Ok(Self { path: shown, header, rows })
    }

    /// The columns.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next row; none at the end.
    pub fn next(&mut self) -> Option<Result<Row>> {
        let columns = self.header.names.len();
        let row = self.rows.next()?.and_then(|row| {
            if row.cells.len() == columns {
                return Ok(row);
            }
            let message = format!("{} cells, where the header has {columns}", row.cells.len());
            Err(Fault { line: row.line, message })
        });
        Some(row.map_err(|found| fault(&self.path, found.line, found.message)))
    }
}

/// Holds that a table has the columns that a mapping names, and no other.
///
/// # Errors
/// `Invalid` naming every column that is missing, or that nobody says anything of.
pub fn check_columns(path: &str, header: &Header, mapping: &Mapping) -> Result<()> {
    let named = mapping.columns();
    let missing: Vec<&str> =
        named.iter().copied().filter(|name| header.place(name).is_none()).collect();
    if !missing.is_empty() {
        let mut message = format!(
            "the mapping names columns that the file does not have: {}; it has: {}",
            missing.join(", "),
            header.names.join(", ")
        );
        if let [whole] = header.names.as_slice() {
            let count = |mark: &char| whole.matches(*mark).count();
            let marks = [',', ';', '\t', '|'];
            if let Some(mark) = marks.into_iter().max_by_key(count).filter(|mark| count(mark) > 0) {
                message.push_str(&format!("; is the delimiter {mark:?}?"));
            }
        }
        return Err(fault(path, 1, message));
    }
    let is_known = |name: &&String| {
        named.contains(name.as_str())
            || mapping.file.ignore.contains(name)
            || super::rejects::COLUMNS.contains(&name.as_str())
    };
    let unknown: Vec<&str> =
        header.names.iter().filter(|name| !is_known(name)).map(String::as_str).collect();
    if unknown.is_empty() {
        return Ok(());
    }
    let message = format!(
        "columns that the mapping does not know: {}; name them, or list them under file.ignore",
        unknown.join(", ")
    );
    Err(fault(path, 1, message))
}

/// Names of columns, the line they stand in, and the rows after it.
pub(super) type Opened = (Vec<String>, u64, Box<dyn Iterator<Item = Result<Row, Fault>>>);

fn open_text(path: &Path, form: &FileForm) -> Result<Opened> {
    let shown = path.display().to_string();
    let unreadable = |error: io::Error| fault(&shown, 1, error);
    let file = File::open(path).map_err(unreadable)?;
    let (mut input, seen) = Watched::new(BufReader::with_capacity(1 << 16, file));
    skip_mark(&mut input).map_err(|message| fault(&shown, 1, message))?;
    for _ in 0..form.skip_lines {
        skip_line(&mut input).map_err(unreadable)?;
    }
    let reader = csv::ReaderBuilder::new()
        .delimiter(u8::try_from(form.delimiter).unwrap_or(b','))
        .comment(form.comment.and_then(|mark| u8::try_from(mark).ok()))
        .has_headers(false)
        .flexible(true)
        .from_reader(input);
    let skipped = form.skip_lines as u64;
    let mut lines = Lines { reader, seen, encoding: form.encoding, skipped, ended: false };
    match lines.next() {
        None => Err(fault(&shown, 1, "the file is empty")),
        Some(Err(found)) => Err(fault(&shown, found.line, found.message)),
        Some(Ok(row)) => Ok((row.cells, row.line, Box::new(lines))),
    }
}

/// Counts what is read, and stops where a row does not end.
struct Watched<R> {
    input: R,
    seen: Rc<Seen>,
    pushed_back: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    read: Cell<u64>,
    row_began: Cell<u64>,
    quotes: Cell<u64>,
}

impl<R: Read> Watched<R> {
    fn new(input: R) -> (Self, Rc<Seen>) {
        let seen = Rc::new(Seen::default());
        (Self { input, seen: Rc::clone(&seen), pushed_back: Vec::new() }, seen)
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.pushed_back.is_empty() {
            let count = self.pushed_back.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.pushed_back[..count]);
            self.pushed_back.drain(..count);
            self.count(&buffer[..count]);
            return Ok(count);
        }
        if self.seen.read.get() > self.seen.row_began.get() + ROW_BYTES_MAX {
            let message = format!(
                "a row of more than {} MiB: a quote may be missing, or the file is no table",
                ROW_BYTES_MAX >> 20
            );
            return Err(io::Error::other(message));
        }
        let count = self.input.read(buffer)?;
        self.count(&buffer[..count]);
        Ok(count)
    }
}

impl<R> Watched<R> {
    fn count(&self, bytes: &[u8]) {
        let quotes = bytes.iter().filter(|byte| **byte == b'"').count() as u64;
        self.seen.quotes.set(self.seen.quotes.get() + quotes);
        self.seen.read.set(self.seen.read.get() + bytes.len() as u64);
    }
}

/// Passes over a byte-order mark; one of UTF-16 is refused.
fn skip_mark<R: Read>(input: &mut Watched<R>) -> Result<(), String> {
    let mut first = [0; 3];
    let mut count = 0;
    while count < first.len() {
        match input.input.read(&mut first[count..]) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) => return Err(error.to_string()),
        }
    }
    match &first[..count] {
        [0xef, 0xbb, 0xbf] => Ok(()),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Err("UTF-16: save it as UTF-8".to_owned()),
        [b'P', b'K', 3] => Err("a ZIP archive: a workbook is called .xlsx".to_owned()),
        other => {
            input.pushed_back = other.to_vec();
            Ok(())
        }
    }
}

fn skip_line(input: &mut impl Read) -> io::Result<()> {
    let mut byte = [0];
    while input.read(&mut byte)? == 1 && byte[0] != b'\n' {}
    Ok(())
}

struct Lines<R> {
    reader: csv::Reader<Watched<R>>,
    seen: Rc<Seen>,
    encoding: Encoding,
    skipped: u64,
    ended: bool,
}

impl<R: Read> Lines<R> {
    fn read(&mut self) -> Result<Option<Row>, Fault> {
        let mut record = csv::ByteRecord::new();
        let at = |reader: &csv::Reader<Watched<R>>| reader.position().line();
        let before = at(&self.reader) + self.skipped;
        let more = self.reader.read_byte_record(&mut record);
        let more = more.map_err(|error| Fault { line: before, message: text_of(&error) })?;
        self.seen.row_began.set(self.reader.position().byte());
        let line = record.position().map_or(before, |place| place.line() + self.skipped);
        if !more {
            // Every quote has its other one, in a cell or within it.
            if self.seen.quotes.get() % 2 == 1 {
                let message = "a quoted cell is not closed: the file is cut".to_owned();
                return Err(Fault { line: before, message });
            }
            return Ok(None);
        }
        let decode = |(i, cell): (usize, &[u8])| {
            decode(cell, self.encoding).map_err(|message| {
                let message = format!("column {}: {message}", i + 1);
                Fault { line, message }
            })
        };
        let cells = record.iter().enumerate().map(decode).collect::<Result<_, _>>()?;
        Ok(Some(Row { line, cells }))
    }
}

impl<R: Read> Iterator for Lines<R> {
    type Item = Result<Row, Fault>;
    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let row = self.read().transpose();
        self.ended = !matches!(row, Some(Ok(_)));
        row
    }
}

fn text_of(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Io(error) => error.to_string(),
        _ => error.to_string(),
    }
}

fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, String> {
    if bytes.contains(&0) {
        return Err("a NUL byte: the file is damaged, or no text".to_owned());
    }
    match encoding {
        Encoding::Utf8 => std::str::from_utf8(bytes).map(str::to_owned).map_err(|error| {
            let byte = bytes[error.valid_up_to()];
            format!("the byte {byte:#04x} is not UTF-8: is file.encoding `latin-1`?")
        }),
        Encoding::Latin1 => {
            let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes);
            Ok(text.into_owned())
        }
    }
}
