//! The pages of a Parquet file, looked at before anything is unpacked: what their headers say is
//! what a reader makes room for, and nothing in a file has to be true.

use super::{GROUP_BYTES_MAX, thrift::Compact};
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use std::{
    fs::File,
    io::{BufReader, Seek as _, SeekFrom},
};

type Result<T> = std::result::Result<T, String>;

/// What a value of a dictionary takes when it is read, besides its bytes.
const DICTIONARY_VALUE_BYTES: i64 = 32;
/// PLAIN, PLAIN_DICTIONARY, RLE and RLE_DICTIONARY. Pages in others say inside how many values they
/// unpack to.
const ENCODINGS: [i64; 4] = [0, 2, 3, 8];
/// What every file begins with.
const MAGIC_BYTES: i64 = 4;

/// A page, as its header has it.
#[derive(Debug)]
struct Page {
    kind: Kind,
    /// Bytes when it is unpacked.
    unpacked: i64,
    /// Bytes as it lies in the file.
    packed: i64,
    values: i64,
    encoding: i64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Data,
    Index,
    Dictionary,
}

/// Looks at every page of a file.
///
/// # Errors
/// The column, and what is wrong with a page of it.
pub(super) fn look(file: &File, metadata: &ParquetMetaData) -> Result<()> {
    let bytes = file.metadata().map_err(|error| error.to_string())?.len();
    let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
    let mut from = BufReader::new(file);
    // What lies in no two columns is looked at once.
    let mut left = bytes;
    for (number, group) in (1..).zip(metadata.row_groups()) {
        let mut room = GROUP_BYTES_MAX;
        for column in group.columns() {
            let looked = Chunk { column, rows: group.num_rows(), bytes }
                .look(&mut from, &mut room, &mut left);
            let name = column.column_descr().name();
            looked.map_err(|why| format!("column `{name}`, row group {number}: {why}"))?;
        }
    }
    Ok(())
}

/// The part of a column that lies in one row group.
struct Chunk<'f> {
    column: &'f ColumnChunkMetaData,
    /// Of the group.
    rows: i64,
    /// Of the file.
    bytes: i64,
}

impl Chunk<'_> {
    fn look(self, from: &mut BufReader<&File>, room: &mut i64, left: &mut i64) -> Result<()> {
        let Self { column, rows, bytes } = self;
        let begin = column.dictionary_page_offset().unwrap_or(column.data_page_offset());
        let size = column.compressed_size();
        let end = begin.checked_add(size).filter(|end| *end <= bytes);
        if begin < MAGIC_BYTES || size < 0 || end.is_none() {
            return Err(format!("{size} bytes at {begin}, in a file of {bytes}"));
        }
        *left -= size;
        if *left < 0 {
            return Err("it lies where other columns lie".to_owned());
        }
        if column.num_values() != rows {
            return Err(format!("{} values, where there are {rows} lines", column.num_values()));
        }
        let values = pages(from, (begin.unsigned_abs(), size), room)?;
        if values != rows {
            return Err(format!("its pages say {values} values, where there are {rows} lines"));
        }
        Ok(())
    }
}

/// Looks at pages that lie one behind the other, and tells how many values they have.
fn pages(
    from: &mut BufReader<&File>,
    (begin, mut size): (u64, i64),
    room: &mut i64,
) -> Result<i64> {
    let unread = |error: std::io::Error| error.to_string();
    from.seek(SeekFrom::Start(begin)).map_err(unread)?;
    let (mut number, mut values) = (0, 0_i64);
    while size > 0 {
        number += 1;
        let wrong = |why: String| format!("page {number}: {why}");
        let mut header = Compact::new(&mut *from, size);
        let page = page(&mut header).map_err(wrong)?;
        size = header.left();
        page.check(size).map_err(wrong)?;
        *room -= page.unpacked;
        match page.kind {
            Kind::Data => values = values.saturating_add(page.values),
            Kind::Dictionary => {
                *room = room.saturating_sub(page.values.saturating_mul(DICTIONARY_VALUE_BYTES));
            }
            Kind::Index => {}
        }
        if *room < 0 {
            let mib = GROUP_BYTES_MAX >> 20;
            return Err(wrong(format!("with what came before it unpacks to more than {mib} MiB")));
        }
        size -= page.packed;
        from.seek_relative(page.packed).map_err(unread)?;
    }
    Ok(values)
}

impl Page {
    fn check(&self, left: i64) -> Result<()> {
        let Self { kind, unpacked, packed, values, encoding } = self;
        if *packed < 0 || *unpacked < 0 || *values < 0 {
            return Err(format!("{packed} bytes, {unpacked} unpacked, {values} values"));
        }
        if *packed > left {
            return Err(format!("{packed} bytes, where its column has {left} more"));
        }
        if *kind != Kind::Index && !ENCODINGS.contains(encoding) {
            let message = "its encoding is not read: write it plain, or with a dictionary";
            return Err(message.to_owned());
        }
        Ok(())
    }
}

/// Reads the header of a page.
fn page(header: &mut Compact<'_>) -> Result<Page> {
    let (mut kind, mut unpacked, mut packed) = (None, None, None);
    // Values and encoding, as the header of each kind has them.
    let (mut data, mut dictionary, mut data_2) = (None, None, None);
    header.fields(|field, header| {
        match field {
            1 => kind = header.int()?,
            2 => unpacked = header.int()?,
            3 => packed = header.int()?,
            5 => data = Some(counts(header, 2)?),
            7 => dictionary = Some(counts(header, 2)?),
            8 => data_2 = Some(counts(header, 4)?),
            _ => header.skip()?,
        }
        Ok(())
    })?;
    let (kind, counts) = match kind {
        Some(0) => (Kind::Data, data),
        Some(1) => (Kind::Index, Some((Some(0), Some(0)))),
        Some(2) => (Kind::Dictionary, dictionary),
        Some(3) => (Kind::Data, data_2),
        _ => return Err("no kind of page that is known".to_owned()),
    };
    let missing = || "its header lacks something".to_owned();
    let (values, encoding) = counts.ok_or_else(missing)?;
    Ok(Page {
        kind,
        unpacked: unpacked.ok_or_else(missing)?,
        packed: packed.ok_or_else(missing)?,
        values: values.ok_or_else(missing)?,
        encoding: encoding.ok_or_else(missing)?,
    })
}

type Counts = (Option<i64>, Option<i64>);

/// The number of values, and the encoding that stands in a field.
fn counts(header: &mut Compact<'_>, encoding_field: i64) -> Result<Counts> {
    let (mut values, mut encoding) = (None, None);
    header.fields(|field, header| {
        match field {
            1 => values = header.int()?,
            one if one == encoding_field => encoding = header.int()?,
            _ => header.skip()?,
        }
        Ok(())
    })?;
    Ok((values, encoding))
}
