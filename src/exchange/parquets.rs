//! Parquet files as tables: flat columns of texts and numbers, line by line.
//!
//! A reader makes room for what a file says of itself, so that is looked at first; where the library
//! panics over pages that contradict themselves, the file is damaged like any other.

mod pages;
mod thrift;

use super::tables::{COLUMNS_MAX, Fault, Opened, ROW_BYTES_MAX, Row, fault};
use crate::{domain::errors::Result, telemetry};
use parquet::{
    basic::{ConvertedType, LogicalType, Repetition, Type as Physical},
    file::{
        metadata::ParquetMetaData,
        reader::{FileReader as _, SerializedFileReader},
    },
    record::{Field, Row as Record, reader::RowIter},
    schema::types::Type,
};
use std::{fs::File, path::Path, sync::Arc};

/// The most bytes that the lines of a file that are stored together may unpack to; each line counts
/// as one more in each column.
pub const GROUP_BYTES_MAX: i64 = 256 << 20;

/// Whether a file is called so.
pub(super) fn is_of(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("parquet"))
}

/// Opens a file; its lines are counted from 1, behind the names of its columns.
pub(super) fn open(path: &Path) -> Result<Opened> {
    let shown = path.display().to_string();
    let wrong = |message: String| fault(&shown, 1, message);
    let file = File::open(path).map_err(|error| wrong(error.to_string()))?;
    if file.metadata().map_err(|error| wrong(error.to_string()))?.len() == 0 {
        return Err(wrong("the file is empty".to_owned()));
    }
    let reader = reader(&file).map_err(wrong)?;
    let names = names(reader.metadata()).map_err(wrong)?;
    pages::look(&file, reader.metadata()).map_err(wrong)?;
    let mut lines = RowIter::from_file_into(Box::new(reader));
    let mut has_failed = false;
    let lines = std::iter::from_fn(move || {
        if has_failed {
            return None;
        }
        let line = next(&mut lines)?;
        has_failed = line.is_err();
        Some(line.map_err(|why| match culprit(&file) {
            Some(name) => format!("the file is damaged: column `{name}`: {why}"),
            None => format!("the file is damaged: {why}"),
        }))
    });
    let rows = (2..).zip(lines).map(|(line, row)| {
        let damaged = |message: String| Fault { line, message };
        let row = row.map_err(damaged)?;
        let mut bytes = 0;
        let each = row.into_columns().into_iter().map(|(name, field)| {
            let text = text(field).map_err(|why| damaged(format!("column `{name}`: {why}")))?;
            bytes += text.len() as u64;
            if bytes > ROW_BYTES_MAX {
                return Err(damaged(format!("a line of more than {} MiB", ROW_BYTES_MAX >> 20)));
            }
            Ok(text)
        });
        Ok(Row { line, cells: each.collect::<std::result::Result<_, _>>()? })
    });
    Ok((names, 1, Box::new(rows)))
}

fn reader(file: &File) -> std::result::Result<SerializedFileReader<File>, String> {
    let file = file.try_clone().map_err(|error| error.to_string())?;
    let read = telemetry::catch(|| SerializedFileReader::new(file)).map_err(|_| contradicted())?;
    read.map_err(|error| format!("not a Parquet file, or cut: {error}"))
}

/// The next line; behind one that failed none may be asked for.
fn next(lines: &mut RowIter<'_>) -> Option<std::result::Result<Record, String>> {
    match telemetry::catch(|| lines.next()) {
        Ok(line) => line.map(|record| record.map_err(|error| error.to_string())),
        Err(_) => Some(Err(contradicted())),
    }
}

fn contradicted() -> String {
    "it contradicts itself".to_owned()
}

/// The first column that cannot be read by itself.
fn culprit(file: &File) -> Option<String> {
    let reader = reader(file).ok()?;
    let schema = reader.metadata().file_metadata().schema_descr().root_schema_ptr();
    let is_damaged = |field: &Arc<Type>| {
        let alone = Type::group_type_builder(schema.name()).with_fields(vec![Arc::clone(field)]);
        let Ok(alone) = alone.build() else { return false };
        let Ok(mut lines) = RowIter::from_file(Some(alone), &reader) else { return true };
        std::iter::from_fn(|| next(&mut lines)).any(|line| line.is_err())
    };
    schema.get_fields().iter().find(|field| is_damaged(field)).map(|field| field.name().to_owned())
}

/// The columns, where each can be read.
fn names(file: &ParquetMetaData) -> std::result::Result<Vec<String>, String> {
    let schema = file.file_metadata().schema_descr();
    let fields = schema.root_schema().get_fields();
    if fields.len() > COLUMNS_MAX {
        return Err(format!("{} columns: at most {COLUMNS_MAX}", fields.len()));
    }
    if let Some(strange) = fields.iter().find(|field| !is_read(field)) {
        return Err(format!(
            "column `{}`: only columns of texts, numbers and truth values are read; cast it",
            strange.name()
        ));
    }
    let is_large = |bytes: i64| !(0..=GROUP_BYTES_MAX).contains(&bytes);
    let large = file.row_groups().iter().any(|group| {
        let mut columns = group.columns().iter();
        is_large(group.total_byte_size()) || columns.any(|one| is_large(one.uncompressed_size()))
    });
    if large {
        return Err(format!(
            "a row group unpacks to more than {} MiB: write smaller ones",
            GROUP_BYTES_MAX >> 20
        ));
    }
    Ok(fields.iter().map(|field| field.name().to_owned()).collect())
}

fn is_read(field: &Type) -> bool {
    let info = field.get_basic_info();
    if !field.is_primitive() || info.repetition() == Repetition::REPEATED {
        return false;
    }
    let converted = info.converted_type();
    // Times in nanoseconds are told apart from numbers by nothing else.
    let is_number = matches!(info.logical_type_ref(), None | Some(LogicalType::Integer(_)));
    match field.get_physical_type() {
        Physical::BOOLEAN | Physical::FLOAT | Physical::DOUBLE => true,
        Physical::BYTE_ARRAY => converted == ConvertedType::UTF8,
        Physical::INT32 => {
            is_number
                && matches!(
                    converted,
                    ConvertedType::NONE
                        | ConvertedType::INT_8
                        | ConvertedType::INT_16
                        | ConvertedType::INT_32
                        | ConvertedType::UINT_8
                        | ConvertedType::UINT_16
                        | ConvertedType::UINT_32
                )
        }
        Physical::INT64 => {
            is_number
                && matches!(
                    converted,
                    ConvertedType::NONE | ConvertedType::INT_64 | ConvertedType::UINT_64
                )
        }
        Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY => false,
    }
}

/// The text of a value: numbers with the fewest digits that say them.
fn text(field: Field) -> std::result::Result<String, String> {
    Ok(match field {
        Field::Null => String::new(),
        Field::Str(text) if text.contains('\0') => {
            return Err("a NUL: the file is damaged".to_owned());
        }
        Field::Str(text) => text,
        Field::Bool(value) => value.to_string(),
        Field::Byte(number) => number.to_string(),
        Field::Short(number) => number.to_string(),
        Field::Int(number) => number.to_string(),
        Field::Long(number) => number.to_string(),
        Field::UByte(number) => number.to_string(),
        Field::UShort(number) => number.to_string(),
        Field::UInt(number) => number.to_string(),
        Field::ULong(number) => number.to_string(),
        Field::Float(number) => number.to_string(),
        Field::Double(number) => number.to_string(),
        other => return Err(format!("{other}: no text and no number")),
    })
}
