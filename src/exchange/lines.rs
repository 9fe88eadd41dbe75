//! Files of JSON, one record a line.

use super::{
    json, rejects,
    tables::{ROW_BYTES_MAX, Row, fault},
};
use crate::{domain::errors::Result, proto};
use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
};

/// Whether a file is called as one of JSON lines.
#[must_use]
pub fn is_of(path: &Path) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str());
    extension.is_some_and(|extension| matches!(extension, "ndjson" | "jsonl" | "geojson"))
}

/// Looks at every line, and counts the rows.
pub(super) fn look(path: &Path) -> Result<u64> {
    let mut count = 0;
    read(path, |_, _| {
        count += 1;
        true
    })?;
    Ok(count)
}

/// Reads every row, until `take` wants no more.
pub(super) fn read(path: &Path, mut take: impl FnMut(proto::ImportRow, Row) -> bool) -> Result<()> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|error| fault(&shown, 1, error))?;
    let mut input = BufReader::with_capacity(1 << 16, file);
    let (mut text, mut line) = (Vec::new(), 0);
    loop {
        text.clear();
        line += 1;
        let mut bounded = input.by_ref().take(ROW_BYTES_MAX + 1);
        let count = bounded.read_until(b'\n', &mut text);
        if count.map_err(|error| fault(&shown, line, error))? == 0 {
            break;
        }
        if text.len() as u64 > ROW_BYTES_MAX {
            let message = format!("a line of more than {} MiB", ROW_BYTES_MAX >> 20);
            return Err(fault(&shown, line, message));
        }
        let whole = std::str::from_utf8(&text).map_err(|error| fault(&shown, line, error))?;
        // Of a map the features alone, each on a line of its own.
        let record = whole.trim().trim_start_matches(',');
        let frames = record.starts_with("{\"type\":\"FeatureCollection\"") || record == "]}";
        if record.is_empty() || frames {
            continue;
        }
        let row = json::row(record).map_err(|message| fault(&shown, line, message))?;
        let Some(mut row) = row else { continue };
        if row.row_id.is_empty() && row.seizure.is_some() {
            let kept = rejects::row_id_of_line(record);
            row.row_id = kept.unwrap_or_else(|| format!("line-{line}"));
        }
        if !take(row, Row { line, cells: vec![record.to_owned()] }) {
            return Ok(());
        }
    }
    if line == 1 {
        return Err(fault(&shown, 1, "the file is empty"));
    }
    Ok(())
}
