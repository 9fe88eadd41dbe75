//! Thrift's compact protocol, as far as the headers of pages need it. Nothing is held but numbers,
//! and nothing is read behind the end that was given.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

use std::io::Read;

type Result<T> = std::result::Result<T, String>;

/// How deep structures may lie in each other; a header has two.
const DEPTH_MAX: u32 = 8;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const BYTE: u8 = 3;
const I16: u8 = 4;
const I32: u8 = 5;
const I64: u8 = 6;
const DOUBLE: u8 = 7;
const BINARY: u8 = 8;
const LIST: u8 = 9;
const SET: u8 = 10;
const STRUCT: u8 = 12;

/// Reads a structure.
pub(super) struct Compact<'r> {
    from: &'r mut dyn Read,
    /// Bytes that may still be read.
    left: i64,
    /// What kind of value comes next.
    kind: u8,
    depth: u32,
}

impl<'r> Compact<'r> {
    /// Reads at most so many bytes.
    pub fn new(from: &'r mut dyn Read, bytes: i64) -> Self {
        Self { from, left: bytes, kind: STRUCT, depth: 0 }
    }

    /// Bytes that were not read.
    pub fn left(&self) -> i64 {
        self.left
    }

    /// Goes through the fields of the structure that comes next; `read` reads or skips each.
    pub fn fields(&mut self, mut read: impl FnMut(i64, &mut Self) -> Result<()>) -> Result<()> {
        if self.kind != STRUCT || self.depth == DEPTH_MAX {
            return Err(damaged());
        }
        self.depth += 1;
        let mut field = 0_i64;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                self.depth -= 1;
                return Ok(());
            }
            field = match byte >> 4 {
                0 => self.zigzag()?,
                step => field.wrapping_add(i64::from(step)),
            };
            self.kind = byte & 0x0f;
            read(field, self)?;
        }
    }

    /// A number; none where something else stands.
    pub fn int(&mut self) -> Result<Option<i64>> {
        match self.kind {
            I16 | I32 | I64 => self.zigzag().map(Some),
            _ => self.skip().map(|()| None),
        }
    }

    /// Passes over a value.
    pub fn skip(&mut self) -> Result<()> {
        match self.kind {
            TRUE | FALSE => Ok(()),
            BYTE => self.pass(1),
            I16 | I32 | I64 => self.zigzag().map(|_| ()),
            DOUBLE => self.pass(8),
            BINARY => {
                let bytes = self.varint()?;
                self.pass(i64::try_from(bytes).map_err(|_| damaged())?)
            }
            LIST | SET => self.skip_list(),
            STRUCT => self.fields(|_, inner| inner.skip()),
            // Headers have no maps.
            _ => Err(damaged()),
        }
    }

    fn skip_list(&mut self) -> Result<()> {
        let byte = self.byte()?;
        let (kind, count) = (byte & 0x0f, byte >> 4);
        let count = if count == 0x0f { self.varint()? } else { u64::from(count) };
        if self.depth == DEPTH_MAX {
            return Err(damaged());
        }
        self.depth += 1;
        for _ in 0..count {
            // In a list a truth value has a byte.
            self.kind = if kind == TRUE || kind == FALSE { BYTE } else { kind };
            self.skip()?;
        }
        self.depth -= 1;
        Ok(())
    }

    fn byte(&mut self) -> Result<u8> {
        let mut byte = [0];
        self.left = self.left.checked_sub(1).filter(|left| *left >= 0).ok_or_else(damaged)?;
        self.from.read_exact(&mut byte).map_err(|error| error.to_string())?;
        Ok(byte[0])
    }

    fn pass(&mut self, bytes: i64) -> Result<()> {
        self.left = self.left.checked_sub(bytes).filter(|left| *left >= 0).ok_or_else(damaged)?;
        let mut passed = (&mut *self.from).take(bytes.unsigned_abs());
        let count = std::io::copy(&mut passed, &mut std::io::sink());
        match count.map_err(|error| error.to_string())? {
            count if count == bytes.unsigned_abs() => Ok(()),
            _ => Err(damaged()),
        }
    }

    fn varint(&mut self) -> Result<u64> {
        let mut value = 0_u64;
        for shift in (0..u64::BITS).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn zigzag(&mut self) -> Result<i64> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }
}

fn damaged() -> String {
    "its header is damaged".to_owned()
}

#[cfg(test)]
mod tests {
    use super::Compact;

    /// The fields that are numbers, and how many bytes are left.
    fn read(mut bytes: &[u8]) -> Result<(Vec<(i64, i64)>, i64), String> {
        let size = i64::try_from(bytes.len()).unwrap();
        let mut compact = Compact::new(&mut bytes, size);
        let mut found = Vec::new();
        compact.fields(|field, inner| {
            found.extend(inner.int()?.map(|number| (field, number)));
            Ok(())
        })?;
        let left = compact.left();
        Ok((found, left))
    }

    #[test]
    fn numbers_are_read_and_all_else_is_passed_over() {
        let bytes = [
            0x15, 0x02, // 1: i32 1
            0x25, 0x01, // 3: i32 -1
            0x18, 0x02, b'a', b'b', // 4: binary
            0x11, // 5: true
            0x19, 0x21, 0x01, 0x02, // 6: two truth values
            0x1c, 0x15, 0x06, 0x00, // 7: a structure
            0x05, 0xc8, 0x01, 0xac, 0x02, // 100: i32 150
            0x00, 0xff,
        ];
        assert_eq!(read(&bytes), Ok((vec![(1, 1), (3, -1), (100, 150)], 1)));
    }

    #[test]
    fn what_is_cut_deep_or_endless_is_refused() {
        for bytes in [
            &[0x15][..],
            &[0x15, 0x80],
            &[0x18, 0x7f, b'a'],
            &[0x18, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            &[0x19, 0xf5, 0xff, 0xff, 0xff, 0xff, 0x0f, 0x02],
            &[0x1d, 0x00],
            &[0x1c; 64],
            &[0x19; 64],
            &[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
