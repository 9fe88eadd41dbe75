//! The Parquet form of an export: the columns of the table, each of its type, and the normalised
//! quantities beside them.

use super::{
    formats::{PACKAGE_COUNT, TABLE_COLUMNS, rows},
    unwritten,
};
use crate::{
    domain::{
        codes::Code as _,
        errors::{Error, Result},
        quantities::Dimension,
    },
    exchange::json,
    proto,
};
use parquet::{
    basic::Compression,
    data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type, Int64Type},
    errors::ParquetError,
    file::{
        metadata::KeyValue, properties::WriterProperties, writer::SerializedColumnWriter,
        writer::SerializedFileWriter,
    },
    schema::{parser::parse_message_type, types::Type},
};
use std::{
    io::{self, Write},
    sync::Arc,
};

/// Lines of a group, which is held until it is written: a few tens of MB with every column filled.
const GROUP_LINES_MAX: usize = 20_000;
/// Bytes of the texts of a group.
const GROUP_BYTES_MAX: usize = 16 << 20;
/// Under which the header stands in the file's metadata, as the JSON that other forms begin with.
const HEADER_KEY: &str = "interdiction.header";
/// What a table of text cannot sum without knowing units.
const NORMALIZED: [&str; 2] = ["normalized_dimension", "normalized_value"];

/// Writes an export as Parquet.
pub(super) struct Columns<'w> {
    file: SerializedFileWriter<&'w mut (dyn Write + Send)>,
    columns: Vec<Column>,
    lines: usize,
    bytes: usize,
}

/// The values of one column that are not written yet; a blank one has a level alone.
struct Column {
    name: &'static str,
    levels: Vec<i16>,
    values: Values,
}

enum Values {
    Text(Vec<ByteArray>),
    Real(Vec<f64>),
    Int(Vec<i32>),
    Long(Vec<i64>),
}

impl<'w> Columns<'w> {
    pub fn new(to: &'w mut (dyn Write + Send)) -> Result<Self> {
        let names = TABLE_COLUMNS.iter().chain([&PACKAGE_COUNT]).chain(&NORMALIZED);
        let columns: Vec<Column> = names.map(|name| Column::new(name)).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(concat!("interdiction ", env!("CARGO_PKG_VERSION")).to_owned());
        let schema = schema(&columns)?;
        let file = SerializedFileWriter::new(to, schema, Arc::new(properties.build()));
        Ok(Self { file: file.map_err(failed)?, columns, lines: 0, bytes: 0 })
    }

    pub fn begin(&mut self, header: &proto::ExportHeader) -> Result<()> {
        let told = json::write("ExportHeader", header)?;
        self.file.append_key_value_metadata(KeyValue::new(HEADER_KEY.to_owned(), told));
        Ok(())
    }

    pub fn write(&mut self, seizure: &proto::Seizure) -> Result<()> {
        for (item, mut line) in seizure.items.iter().zip(rows(seizure)?) {
            line.extend(normalized(item));
            for (column, text) in self.columns.iter_mut().zip(&line) {
                column.push(text)?;
                self.bytes += text.len();
            }
            self.lines += 1;
        }
        if self.lines >= GROUP_LINES_MAX || self.bytes >= GROUP_BYTES_MAX {
            self.write_group()?;
        }
        Ok(())
    }

    fn write_group(&mut self) -> Result<()> {
        (self.lines, self.bytes) = (0, 0);
        let mut group = self.file.next_row_group().map_err(failed)?;
        for column in &mut self.columns {
            let writer = group.next_column().map_err(failed)?;
            let writer = writer.ok_or_else(|| Error::internal("a column of Parquet is gone"))?;
            column.write(writer).map_err(failed)?;
        }
        group.close().map(|_| ()).map_err(failed)
    }

    pub fn end(&mut self) -> Result<()> {
        if self.lines > 0 {
            self.write_group()?;
        }
        self.file.finish().map_err(failed)?;
        self.file.inner_mut().flush().map_err(unwritten)
    }
}

/// The dimension and the normalised value of an item; blank where it has no quantity.
fn normalized(item: &proto::SeizedItem) -> [String; 2] {
    let Some(quantity) = &item.quantity else { return [String::new(), String::new()] };
    let dimension = Dimension::from_code(quantity.dimension);
    let dimension = dimension.map_or_else(String::new, |one| one.name().to_owned());
    [dimension, quantity.normalized_value.to_string()]
}

impl Column {
    fn new(name: &'static str) -> Self {
        let values = match name {
            "latitude" | "longitude" | "uncertainty_meters" => Values::Real(Vec::new()),
            "normalized_value" => Values::Long(Vec::new()),
            PACKAGE_COUNT => Values::Int(Vec::new()),
            _ => Values::Text(Vec::new()),
        };
        Self { name, levels: Vec::new(), values }
    }

    /// As the schema of a file has it.
    fn field(&self) -> String {
        let kind = match self.values {
            Values::Text(_) => return format!("optional binary {} (STRING);", self.name),
            Values::Real(_) => "double",
            Values::Int(_) => "int32",
            Values::Long(_) => "int64",
        };
        format!("optional {kind} {};", self.name)
    }

    fn push(&mut self, text: &str) -> Result<()> {
        self.levels.push(i16::from(!text.is_empty()));
        if text.is_empty() {
            return Ok(());
        }
        let wrong = || Error::internal(format!("{}: `{text}` is no number", self.name));
        match &mut self.values {
            Values::Text(values) => values.push(text.as_bytes().to_vec().into()),
            Values::Real(values) => values.push(text.parse().map_err(|_| wrong())?),
            Values::Int(values) => values.push(text.parse().map_err(|_| wrong())?),
            Values::Long(values) => values.push(text.parse().map_err(|_| wrong())?),
        }
        Ok(())
    }

    /// Writes what it has, and keeps nothing of it.
    fn write(
        &mut self,
        mut writer: SerializedColumnWriter<'_>,
    ) -> std::result::Result<(), ParquetError> {
        let levels = std::mem::take(&mut self.levels);
        let levels = Some(levels.as_slice());
        match &mut self.values {
            Values::Text(values) => {
                let values = std::mem::take(values);
                writer.typed::<ByteArrayType>().write_batch(&values, levels, None)?;
            }
            Values::Real(values) => {
                writer.typed::<DoubleType>().write_batch(&std::mem::take(values), levels, None)?;
            }
            Values::Int(values) => {
                writer.typed::<Int32Type>().write_batch(&std::mem::take(values), levels, None)?;
            }
            Values::Long(values) => {
                writer.typed::<Int64Type>().write_batch(&std::mem::take(values), levels, None)?;
            }
        }
        writer.close()
    }
}

fn schema(columns: &[Column]) -> Result<Arc<Type>> {
    let fields: Vec<String> = columns.iter().map(Column::field).collect();
    let text = format!("message seizures {{ {} }}", fields.join(" "));
    parse_message_type(&text).map(Arc::new).map_err(failed)
}

fn failed(error: ParquetError) -> Error {
    match error {
        ParquetError::External(cause) => match cause.downcast::<io::Error>() {
            Ok(cause) => unwritten(*cause),
            Err(cause) => unwritten(io::Error::other(cause)),
        },
        other => unwritten(io::Error::other(other)),
    }
}
