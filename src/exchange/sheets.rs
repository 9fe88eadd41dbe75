//! Workbooks (XLSX), cell by cell. An archive is measured before it is opened: it may be small and
//! unpack to anything.

use super::{
    mapping::FileForm,
    tables::{COLUMNS_MAX, Fault, Opened, ROW_BYTES_MAX, Row, fault},
};
use crate::domain::errors::Result;
use calamine::{DataRef, Reader as _, Xlsx};
use std::{
    fs::File,
    io::{self, BufReader, Read as _},
    path::Path,
    sync::mpsc::{SyncSender, sync_channel},
    thread,
};

/// The most bytes that a workbook may unpack to.
pub const UNPACKED_BYTES_MAX: u64 = 256 << 20;
/// Rows that are read ahead.
const AHEAD: usize = 64;

/// Whether a file is called like a workbook.
pub(super) fn is_workbook(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
}

/// Opens a sheet: its first row that is not empty has the names of the columns.
pub(super) fn open(path: &Path, form: &FileForm) -> Result<Opened> {
    let shown = path.display().to_string();
    let wrong = |message: String| fault(&shown, 1, message);
    measure(path).map_err(wrong)?;
    let (send, rows) = sync_channel(AHEAD);
    let (owned, sheet) = (path.to_owned(), form.sheet.clone());
    thread::spawn(move || {
        if let Err(found) = read(&owned, sheet.as_deref(), &send) {
            // Whoever reads has left where nobody takes it.
            let _left = send.send(Err(found));
        }
    });
    let skipped = form.skip_lines;
    let mut rows = rows.into_iter().skip(skipped);
    match rows.next() {
        None => Err(wrong("the sheet is empty".to_owned())),
        Some(Err(found)) => Err(fault(&shown, found.line, found.message)),
        Some(Ok(header)) => {
            let width = header.cells.len();
            let padded = rows.map(move |row| {
                row.map(|mut row| {
                    // A row has no cells behind its last one that is filled.
                    if row.cells.len() < width {
                        row.cells.resize(width, String::new());
                    }
                    row
                })
            });
            Ok((header.cells, header.line, Box::new(padded)))
        }
    }
}

/// Unpacks an archive to nowhere, and refuses one that is too large, whatever it says of itself.
fn measure(path: &Path) -> std::result::Result<(), String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    if file.metadata().map_err(|error| error.to_string())?.len() == 0 {
        return Err("the file is empty".to_owned());
    }
    let mut archive = zip::ZipArchive::new(BufReader::new(file))
        .map_err(|error| format!("not a workbook, or cut: {error}"))?;
    let mut left = UNPACKED_BYTES_MAX;
    for i in 0..archive.len() {
        let entry = archive.by_index(i).map_err(|error| format!("a damaged workbook: {error}"))?;
        let mut bounded = entry.take(left + 1);
        let bytes = io::copy(&mut bounded, &mut io::sink())
            .map_err(|error| format!("a damaged workbook: {error}"))?;
        left = left.checked_sub(bytes).ok_or_else(|| {
            format!("it unpacks to more than {} MiB: split it", UNPACKED_BYTES_MAX >> 20)
        })?;
    }
    Ok(())
}

fn read(
    path: &Path,
    sheet: Option<&str>,
    to: &SyncSender<std::result::Result<Row, Fault>>,
) -> std::result::Result<(), Fault> {
    let wrong = |line: u64, message: String| Fault { line, message };
    let mut book: Xlsx<_> = calamine::open_workbook(path)
        .map_err(|error: calamine::XlsxError| wrong(1, format!("not a workbook: {error}")))?;
    let names = book.sheet_names();
    let name = match sheet {
        None => names.first().cloned(),
        Some(name) => names.iter().find(|known| *known == name).cloned(),
    };
    let name = name.ok_or_else(|| {
        wrong(1, format!("no sheet {:?}; it has: {}", sheet.unwrap_or(""), names.join(", ")))
    })?;
    let mut cells = book
        .worksheet_cells_reader(&name)
        .map_err(|error| wrong(1, format!("sheet {name:?}: {error}")))?;
    let mut row = Row::default();
    let mut bytes = 0;
    loop {
        let cell = cells.next_cell().map_err(|error| wrong(row.line, error.to_string()))?;
        let line = cell.as_ref().map_or(u64::MAX, |cell| u64::from(cell.get_position().0) + 1);
        if line != row.line {
            let is_filled = row.cells.iter().any(|cell| !cell.is_empty());
            let whole = std::mem::replace(&mut row, Row { line, cells: Vec::new() });
            bytes = 0;
            if is_filled && to.send(Ok(whole)).is_err() {
                return Ok(());
            }
        }
        let Some(cell) = cell else { return Ok(()) };
        let column = cell.get_position().1 as usize;
        if column >= COLUMNS_MAX {
            return Err(wrong(line, format!("more than {COLUMNS_MAX} columns")));
        }
        let text = text(cell.get_value())
            .map_err(|message| wrong(line, format!("column {}: {message}", column + 1)))?;
        bytes += text.len() as u64;
        if bytes > ROW_BYTES_MAX {
            return Err(wrong(line, format!("a row of more than {} MiB", ROW_BYTES_MAX >> 20)));
        }
        if !text.is_empty() {
            row.cells.resize(row.cells.len().max(column + 1), String::new());
            row.cells[column] = text;
        }
    }
}

/// The text of a cell: numbers with the fewest digits that say them, dates as EDTF.
fn text(value: &DataRef<'_>) -> std::result::Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            text.clone()
        }
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(value) => value.to_string(),
        DataRef::DateTime(date) => {
            let (year, month, day, hour, minute, second, milli) = date.to_ymd_hms_milli();
            let day = format!("{year:04}-{month:02}-{day:02}");
            match (hour, minute, second, milli) {
                (0, 0, 0, 0) => day,
                (_, _, _, 0) => format!("{day}T{hour:02}:{minute:02}:{second:02}"),
                _ => format!("{day}T{hour:02}:{minute:02}:{second:02}.{milli:03}"),
            }
        }
        DataRef::Error(error) => return Err(format!("the sheet has an error: {error}")),
    })
}
