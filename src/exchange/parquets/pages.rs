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
/// The headers of a kind, as the header of a page numbers them; the second of data is a later form.
const DATA: i64 = 5;
const INDEX: i64 = 6;
const DICTIONARY: i64 = 7;
const DATA_2: i64 = 8;
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
        // A line costs something where a column says it in no bytes, as one run of nulls.
        *room = room.saturating_sub(rows);
        if *room < 0 {
            return Err(format!("{rows} lines: {}", too_much()));
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
            return Err(wrong(too_much()));
        }
        size -= page.packed;
        from.seek_relative(page.packed).map_err(unread)?;
    }
    Ok(values)
}

fn too_much() -> String {
    format!("with what came before, more than {} MiB when unpacked", GROUP_BYTES_MAX >> 20)
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

/// Reads the header of a page. A field that the format does not have, or has as something else, is
/// refused, for the library may take it for one that is known.
///
/// <https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift>
fn page(header: &mut Compact<'_>) -> Result<Page> {
    let (mut kind, mut unpacked, mut packed) = (None, None, None);
    // The one header of its kind.
    let mut inner = None;
    header.fields(|field, header| {
        match field {
            1 => kind = Some(header.int()?),
            2 => unpacked = Some(header.int()?),
            3 => packed = Some(header.int()?),
            // The checksum.
            4 => drop(header.int()?),
            DATA..=DATA_2 if inner.is_none() => inner = Some((field, counts(field, header)?)),
            _ => return Err(strange(field)),
        }
        Ok(())
    })?;
    let missing = || "its header lacks something".to_owned();
    let (field, (values, encoding)) = inner.ok_or_else(missing)?;
    // Kinds are numbered from 0 as their headers are.
    if kind != Some(field - DATA) {
        return Err("no kind of page that is known".to_owned());
    }
    let (kind, values, encoding) = match field {
        INDEX => (Kind::Index, Some(0), Some(0)),
        DICTIONARY => (Kind::Dictionary, values, encoding),
        _ => (Kind::Data, values, encoding),
    };
    Ok(Page {
        kind,
        unpacked: unpacked.ok_or_else(missing)?,
        packed: packed.ok_or_else(missing)?,
        values: values.ok_or_else(missing)?,
        encoding: encoding.ok_or_else(missing)?,
    })
}

type Counts = (Option<i64>, Option<i64>);

/// The number of values, and their encoding, in the header of one kind.
fn counts(kind: i64, header: &mut Compact<'_>) -> Result<Counts> {
    let (mut values, mut encoding) = (None, None);
    header.fields(|field, header| {
        match (kind, field) {
            (DATA | DICTIONARY | DATA_2, 1) => values = Some(header.int()?),
            (DATA | DICTIONARY, 2) | (DATA_2, 4) => encoding = Some(header.int()?),
            // How levels are encoded; nulls, lines, and bytes of levels.
            (DATA, 3 | 4) | (DATA_2, 2 | 3 | 5 | 6) => drop(header.int()?),
            // Whether it is sorted; whether it is compressed.
            (DICTIONARY, 3) | (DATA_2, 7) => header.truth()?,
            (DATA, 5) | (DATA_2, 8) => statistics(header)?,
            _ => return Err(strange(field)),
        }
        Ok(())
    })?;
    Ok((values, encoding))
}

/// Passes over the least and greatest values of a page, and what is counted in it.
fn statistics(header: &mut Compact<'_>) -> Result<()> {
    header.fields(|field, header| match field {
        1 | 2 | 5 | 6 => header.binary(),
        3 | 4 | 9 => header.long(),
        7 | 8 => header.truth(),
        _ => Err(strange(field)),
    })
}

fn strange(field: i64) -> String {
    format!("its header is damaged: field {field} is not known there")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that statistics may have.
    const STATISTICS: [u8; 21] = [
        0x18, 0x01, b'b', 0x18, 0x01, b'a', 0x16, 0x00, 0x16, 0x02, 0x18, 0x01, b'b', 0x18, 0x01,
        b'a', 0x11, 0x12, 0x16, 0x00, 0x00,
    ];
    /// What every header begins with but its kind: 6 bytes, 5 packed, and a checksum.
    const SIZES: [u8; 6] = [0x15, 0x0c, 0x15, 0x0a, 0x15, 0x01];

    fn read(mut bytes: &[u8]) -> Result<Page> {
        let size = i64::try_from(bytes.len()).unwrap();
        page(&mut Compact::new(&mut bytes, size))
    }

    /// A header of a kind, all of whose own fields are there.
    fn whole(kind: u8) -> Vec<u8> {
        let own = match kind {
            0 => [&[0x1c, 0x15, 4, 0x15, 0, 0x15, 6, 0x15, 6, 0x1c][..], &STATISTICS].concat(),
            1 => vec![0x2c],
            2 => vec![0x3c, 0x15, 4, 0x15, 0, 0x11],
            _ => {
                let numbers = [0x4c, 0x15, 4, 0x15, 0, 0x15, 4, 0x15, 0, 0x15, 0, 0x15, 0];
                [&numbers[..], &[0x12, 0x1c], &STATISTICS].concat()
            }
        };
        [&[0x15, kind * 2][..], &SIZES, &own, &[0, 0]].concat()
    }

    #[test]
    fn headers_with_all_that_the_format_has_are_read() {
        let kinds = [(Kind::Data, 2), (Kind::Index, 0), (Kind::Dictionary, 2), (Kind::Data, 2)];
        for (number, (kind, values)) in (0..).zip(kinds) {
            let page = read(&whole(number)).unwrap();
            assert_eq!((page.kind, page.unpacked, page.packed), (kind, 6, 5), "{number}");
            assert_eq!((page.values, page.encoding), (values, 0), "{number}");
        }
    }

    #[test]
    fn a_field_of_another_kind_or_number_is_refused() {
        for number in 0..4 {
            let whole = whole(number);
            for at in (0..whole.len()).filter(|at| whole[*at] & 0x0f == 5 && whole[*at] != 5) {
                for kind in [1, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13] {
                    let mut forged = whole.clone();
                    forged[at] = forged[at] & 0xf0 | kind;
                    assert!(read(&forged).is_err(), "{number}: {at} as {kind}");
                }
            }
            // A field that is not known, behind the last of the page and of its own.
            for (cut, known) in [(1, "page"), (2, "its own")] {
                let mut forged = whole.clone();
                forged.splice(whole.len() - cut..whole.len() - cut, [0xf5, 0x02]);
                let why = read(&forged).unwrap_err();
                assert!(why.contains("not known there"), "{number}, {known}: {why}");
            }
        }
        let both = [&[0x15, 0][..], &SIZES, &[0x1c, 0x15, 4, 0x15, 0, 0, 0x1c, 0, 0]].concat();
        assert!(read(&both).unwrap_err().contains("field 6"));
    }
}
