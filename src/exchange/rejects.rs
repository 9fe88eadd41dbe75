//! Rows that were not taken, in a file of their own: the row as it was, and beside it the reason.
//! Mended, it is fed again with the same mapping; a line of JSON with none.

use super::tables::{Header, Row};
use crate::domain::errors::{Error, Kind, Result};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufWriter, Write as _},
    path::{Path, PathBuf},
};

/// The column of the row id that a rejected row keeps, so that it stays the same row when mended.
pub const ROW_ID: &str = "rejected_row_id";
/// The columns beside those of the row.
pub const COLUMNS: [&str; 3] = ["rejected_line", "rejected_reason", ROW_ID];

/// A file of rejected rows, made when there is one.
pub struct Rejects {
    path: PathBuf,
    form: (u8, Vec<String>),
    writer: Option<csv::Writer<File>>,
}

impl Rejects {
    /// Rows of a table, whose cells are separated as there.
    #[must_use]
    pub fn new(path: PathBuf, delimiter: char, header: &Header) -> Self {
        let known = |name: &&String| !COLUMNS.contains(&name.as_str());
        let names = header.names.iter().filter(known).cloned().collect();
        Self { path, form: (u8::try_from(delimiter).unwrap_or(b','), names), writer: None }
    }

    /// Where they are; none while there are none.
    #[must_use]
    pub fn written(&self) -> Option<&Path> {
        self.writer.as_ref().map(|_| self.path.as_path())
    }

    /// Keeps a row.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, header: &Header, row: &Row, row_id: &str, reason: &str) -> Result<()> {
        let failed = |error: csv::Error| unwritten(&self.path, &error);
        let mut writer = match self.writer.take() {
            Some(writer) => writer,
            None => {
                let mut writer = csv::WriterBuilder::new()
                    .delimiter(self.form.0)
                    .from_path(&self.path)
                    .map_err(failed)?;
                let names = self.form.1.iter().map(String::as_str).chain(COLUMNS);
                writer.write_record(names).map_err(failed)?;
                writer
            }
        };
        let line = row.line.to_string();
        let cells = self.form.1.iter().map(|name| {
            let place = header.place(name);
            place.and_then(|place| row.cells.get(place)).map_or("", String::as_str)
        });
        let beside = [line.as_str(), reason, row_id];
        writer.write_record(cells.chain(beside)).map_err(failed)?;
        self.writer = Some(writer);
        Ok(())
    }

    /// Puts on the disk what was kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.flush().map_err(|error| unwritten(&self.path, &error))
    }
}

/// The member of a rejected line of JSON that says why; an import leaves it out.
pub const MEMBER: &str = "rejected";

/// A file of rejected lines of JSON, made when there is one: each as it came, but for the member
/// that says why.
pub struct RejectedLines {
    path: PathBuf,
    writer: Option<BufWriter<File>>,
}

impl RejectedLines {
    /// None yet.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path, writer: None }
    }

    /// Where they are; none while there are none.
    #[must_use]
    pub fn written(&self) -> Option<&Path> {
        self.writer.as_ref().map(|_| self.path.as_path())
    }

    /// Keeps a line.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep(&mut self, row: &Row, row_id: &str, reason: &str) -> Result<()> {
        let failed = |error: std::io::Error| unwritten(&self.path, &error);
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(BufWriter::new(File::create(&self.path).map_err(failed)?)),
        };
        let beside = json!({ "line": row.line, "reason": reason, "rowId": row_id });
        let line = row.cells.first().map_or("", String::as_str);
        writeln!(writer, "{}", with_member(line, &beside)).map_err(failed)
    }

    /// Puts on the disk what was kept.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn flush(&mut self) -> Result<()> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        writer.flush().map_err(|error| unwritten(&self.path, &error))
    }
}

/// The line as it is with the member before all else; one that it has already is replaced.
fn with_member(line: &str, beside: &Value) -> String {
    let mut members = serde_json::from_str(line).unwrap_or(Value::Null);
    let had = members.as_object_mut().is_some_and(|members| members.remove(MEMBER).is_some());
    let without = if had { members.to_string() } else { line.to_owned() };
    let rest = without.trim_start().trim_start_matches('{').trim_start();
    let comma = if rest.starts_with('}') { "" } else { "," };
    format!("{{\"{MEMBER}\":{beside}{comma}{rest}")
}

/// The id that a line was rejected with, so that it stays the same row when mended.
pub fn row_id_of_line(line: &str) -> Option<String> {
    // Few lines were rejected before: the others are not read twice.
    if !line.contains(MEMBER) {
        return None;
    }
    let line: Value = serde_json::from_str(line).ok()?;
    let kept = line[MEMBER]["rowId"].as_str().filter(|kept| !kept.is_empty());
    kept.map(str::to_owned)
}

fn unwritten(path: &Path, error: &dyn std::fmt::Display) -> Error {
    let message = format!("cannot write {}: {error}", path.display());
    Error::new(Kind::Unavailable, "UNWRITTEN", message)
}
