//! Files as parcels of rows, and what becomes of them.

use super::{
    Row,
    controls::Controls,
    lines, lock,
    mapping::{FileForm, Mapping},
    rejects::{RejectedLines, Rejects},
    report::{Report, parts},
    rows::Reader,
    sending,
    tables::{Header, Table, check_columns, fault},
    words::Words,
};
use crate::{
    domain::{
        errors::{Error, Result},
        imports::IMPORT_ROWS_MAX,
    },
    proto,
};
use prost::Message as _;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};
use tokio::sync::mpsc;

/// Bytes of the rows of one message: it decodes to less than a request may.
const PARCEL_BYTES_MAX: usize = 256 << 10;

/// Files, and what their tables mean.
pub(super) struct Source {
    pub files: Vec<PathBuf>,
    pub mapping: Option<Mapping>,
}

/// Rows on their way, with what they were made of.
pub(super) struct Parcel {
    rows: Vec<proto::ImportRow>,
    made_of: Vec<MadeOf>,
    bytes: usize,
}

/// The rows of a table that one row of an import is made of; without a header a line of JSON.
struct MadeOf {
    header: Option<Arc<Header>>,
    rows: Vec<Row>,
}

impl sending::Parcel for Parcel {
    fn rows(&self) -> &[proto::ImportRow] {
        &self.rows
    }
}

impl Parcel {
    fn new() -> Self {
        Self { rows: Vec::new(), made_of: Vec::new(), bytes: 0 }
    }

    /// How many rows of the files it has.
    pub fn lines(&self) -> u64 {
        self.made_of.iter().map(|one| one.rows.len() as u64).sum()
    }
}

/// What reading and sending both tell of.
pub(super) struct Shared {
    pub report: Report,
    path: PathBuf,
    rejects: Option<Rejects>,
    rejected_lines: RejectedLines,
    delimiter: char,
}

impl Shared {
    pub fn new(path: PathBuf) -> Self {
        let delimiter = FileForm::default().delimiter;
        let called = |wanted: bool, extension: &str| match lines::is_of(&path) == wanted {
            true => path.clone(),
            false => path.with_extension(extension),
        };
        let (path, rejected_lines) =
            (called(false, "csv"), RejectedLines::new(called(true, "ndjson")));
        Self { report: Report::default(), path, rejects: None, rejected_lines, delimiter }
    }

    fn reject(
        &mut self,
        header: Option<&Header>,
        rows: &[Row],
        row_id: &str,
        why: &str,
    ) -> Result<()> {
        for row in rows {
            self.report.rejected += 1;
            match header {
                Some(header) => {
                    let make = || Rejects::new(self.path.clone(), self.delimiter, header);
                    self.rejects.get_or_insert_with(make).keep(header, row, row_id, why)?;
                }
                None => self.rejected_lines.keep(row, row_id, why)?,
            }
        }
        let tables = self.rejects.as_ref().and_then(Rejects::written);
        let written = tables.into_iter().chain(self.rejected_lines.written());
        self.report.rejects = written.map(Path::to_owned).collect();
        Ok(())
    }

    /// Notes what became of a parcel.
    pub fn take(&mut self, parcel: Parcel, answer: proto::ImportSeizuresResponse) -> Result<()> {
        let count = |count: i64| u64::try_from(count).unwrap_or(0);
        self.report.created += count(answer.created_count);
        self.report.updated += count(answer.updated_count);
        self.report.unchanged += count(answer.unchanged_count);
        let mut refused = answer.rejected.into_iter().peekable();
        for (row, made_of) in parcel.rows.into_iter().zip(parcel.made_of) {
            match refused.next_if(|one| one.sequence_number == row.sequence_number) {
                Some(one) => {
                    let header = made_of.header.as_deref();
                    self.reject(header, &made_of.rows, &row.row_id, &why(&one))?;
                }
                None => self.report.add(row.seizure.iter().flat_map(parts).collect()),
            }
        }
        Ok(())
    }

    pub fn rejects_written(&mut self) -> Result<()> {
        self.rejects.as_mut().map_or(Ok(()), Rejects::flush)?;
        self.rejected_lines.flush()
    }
}

fn why(refused: &proto::RejectedRow) -> String {
    let each = refused.violations.iter().map(|one| format!("{}: {}", one.field, one.message));
    let fields: Vec<String> = each.collect();
    if fields.is_empty() { refused.message.clone() } else { fields.join("; ") }
}

impl Source {
    /// Looks at every file as a whole, and counts its rows.
    ///
    /// # Errors
    /// `Invalid`, with the place of what is wrong.
    pub fn look(&self) -> Result<u64> {
        let mut count = 0;
        for path in &self.files {
            count += match self.mapping_of(path)? {
                None => lines::look(path)?,
                Some(mapping) => look(path, mapping)?,
            };
        }
        Ok(count)
    }

    fn mapping_of(&self, path: &Path) -> Result<Option<&Mapping>> {
        if lines::is_of(path) {
            return Ok(None);
        }
        let message = || "a table needs --mapping; --suggest writes a first one".to_owned();
        let mapping = self.mapping.as_ref();
        mapping.map(Some).ok_or_else(|| Error::invalid_field(path.display().to_string(), message()))
    }

    /// Reads every file and hands on its rows; an error is handed on too.
    pub fn read(
        &self,
        words: &Words,
        shared: &Mutex<Shared>,
        to_wire: &mpsc::Sender<Result<Parcel>>,
    ) {
        let mut packing = Packing { shared, to_wire, parcel: Parcel::new(), number: 0, open: true };
        if let Err(error) = self.pack(words, &mut packing) {
            // Whoever sends may have left.
            let _left = to_wire.blocking_send(Err(error));
        }
    }

    fn pack(&self, words: &Words, packing: &mut Packing<'_>) -> Result<()> {
        for path in &self.files {
            match self.mapping_of(path)? {
                None => lines::read(path, |row, line| {
                    lock(packing.shared).report.read += 1;
                    packing.add(row, MadeOf { header: None, rows: vec![line] });
                    packing.open
                })?,
                Some(mapping) => Tabled::of(path, mapping, words, packing)?.read()?,
            }
        }
        packing.send();
        Ok(())
    }
}

/// Looks at a whole table.
fn look(path: &Path, mapping: &Mapping) -> Result<u64> {
    let shown = path.display().to_string();
    let mut table = Table::open(path, &mapping.file)?;
    check_columns(&shown, table.header(), mapping)?;
    let mut controls = Controls::new(mapping, table.header());
    let (mut count, mut last) = (0, 1);
    while let Some(row) = table.next() {
        let row = row?;
        last = row.line;
        if controls.footer(&row).is_none() {
            count += 1;
        }
    }
    let missing = controls.missing();
    if let Some(missing) = missing {
        return Err(fault(&shown, last, format!("the file ends without {missing}: it may be cut")));
    }
    Ok(count)
}

/// Rows that are put together to parcels.
struct Packing<'p> {
    shared: &'p Mutex<Shared>,
    to_wire: &'p mpsc::Sender<Result<Parcel>>,
    parcel: Parcel,
    number: i64,
    /// Whether anybody takes them.
    open: bool,
}

impl Packing<'_> {
    fn add(&mut self, mut row: proto::ImportRow, made_of: MadeOf) {
        self.number += 1;
        row.sequence_number = self.number;
        let bytes = row.encoded_len();
        let is_full = self.parcel.rows.len() == IMPORT_ROWS_MAX
            || self.parcel.bytes + bytes > PARCEL_BYTES_MAX;
        if is_full {
            self.send();
        }
        self.parcel.bytes += bytes;
        self.parcel.rows.push(row);
        self.parcel.made_of.push(made_of);
    }

    fn send(&mut self) {
        let parcel = std::mem::replace(&mut self.parcel, Parcel::new());
        if !parcel.rows.is_empty() {
            self.open = self.to_wire.blocking_send(Ok(parcel)).is_ok();
        }
    }
}

/// A seizure whose rows are not all read yet.
struct Pending {
    group: Option<Vec<String>>,
    row_id: String,
    rows: Vec<Row>,
    read: std::result::Result<proto::Seizure, String>,
}

/// A table that is read.
struct Tabled<'p, 'q> {
    path: String,
    table: Table,
    header: Arc<Header>,
    reader: Reader<'p>,
    controls: Controls<'p>,
    packing: &'p mut Packing<'q>,
}

impl<'p, 'q> Tabled<'p, 'q> {
    fn of(
        path: &Path,
        mapping: &'p Mapping,
        words: &'p Words,
        packing: &'p mut Packing<'q>,
    ) -> Result<Self> {
        let table = Table::open(path, &mapping.file)?;
        let header = Arc::new(table.header().clone());
        lock(packing.shared).delimiter = mapping.file.delimiter;
        let controls = Controls::new(mapping, &header);
        let reader = Reader::new(mapping, words);
        Ok(Self { path: path.display().to_string(), table, header, reader, controls, packing })
    }

    fn read(mut self) -> Result<()> {
        let mut pending: Option<Pending> = None;
        while let Some(row) = self.table.next() {
            let row = row?;
            if let Some(footer) = self.controls.footer(&row) {
                let claims = self.controls.claim(footer, &self.path, &row);
                lock(self.packing.shared).report.controls.extend(claims);
                continue;
            }
            lock(self.packing.shared).report.read += 1;
            self.controls.add(&row);
            let group = self.reader.group(&self.header, &row);
            match &mut pending {
                Some(open) if group.is_some() && open.group == group => self.join(open, row),
                _ => {
                    let next = self.begin(group, row);
                    if let Some(whole) = pending.replace(next) {
                        self.end(whole)?;
                    }
                }
            }
            if !self.packing.open {
                return Ok(());
            }
        }
        pending.map_or(Ok(()), |whole| self.end(whole))
    }

    fn begin(&mut self, group: Option<Vec<String>>, row: Row) -> Pending {
        let row_id = self.reader.row_id(&self.header, &row);
        let read = self.reader.seizure(&self.header, &row);
        if let Ok(seizure) = &read {
            self.controls.note_units(&seizure.items);
        }
        Pending { group, row_id, rows: vec![row], read }
    }

    fn join(&self, open: &mut Pending, row: Row) {
        if let Ok(seizure) = &mut open.read {
            match self.reader.items(&self.header, &row) {
                Ok(items) => seizure.items.extend(items),
                Err(why) => open.read = Err(why),
            }
        }
        open.rows.push(row);
    }

    fn end(&mut self, whole: Pending) -> Result<()> {
        let Pending { group: _, row_id, rows, read } = whole;
        match read {
            Err(why) => {
                let header = Some(&*self.header);
                lock(self.packing.shared).reject(header, &rows, &row_id, &why)
            }
            Ok(seizure) => {
                let row = proto::ImportRow {
                    row_id,
                    seizure: Some(seizure),
                    ..proto::ImportRow::default()
                };
                self.packing.add(row, MadeOf { header: Some(Arc::clone(&self.header)), rows });
                Ok(())
            }
        }
    }
}
