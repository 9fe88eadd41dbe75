//! Thrift's compact protocol, as far as the headers of pages need it. Nothing is held but numbers,
//! and nothing is read behind the end that was given.
//!
//! <https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md>

use std::io::Read;

type Result<T> = std::result::Result<T, String>;

const TRUE: u8 = 1;
const FALSE: u8 = 2;
const I32: u8 = 5;
const I64: u8 = 6;
const BINARY: u8 = 8;
const STRUCT: u8 = 12;

/// Reads a structure, whose every field is asked for as what it has to be: where the library takes
/// bytes for another kind of value than they say, it reads another header than was looked at.
pub(super) struct Compact<'r> {
    from: &'r mut dyn Read,
    /// Bytes that may still be read.
    left: i64,
    /// What kind of value comes next.
    kind: u8,
}

impl<'r> Compact<'r> {
    /// Reads at most so many bytes.
    pub fn new(from: &'r mut dyn Read, bytes: i64) -> Self {
        Self { from, left: bytes, kind: STRUCT }
    }

    /// Bytes that were not read.
    pub fn left(&self) -> i64 {
        self.left
    }

    /// Goes through the fields of the structure that comes next, whose numbers grow; `read` reads
    /// each, or refuses it.
    pub fn fields(&mut self, mut read: impl FnMut(i64, &mut Self) -> Result<()>) -> Result<()> {
        self.want(STRUCT)?;
        let mut field = 0_i64;
        loop {
            let byte = self.byte()?;
            if byte == 0 {
                return Ok(());
            }
            // A number by itself, not a step from the last, may be any: no header has such.
            let step = Some(byte >> 4).filter(|step| *step > 0).ok_or_else(damaged)?;
            field += i64::from(step);
            self.kind = byte & 0x0f;
            read(field, self)?;
        }
    }

    /// A number of 32 bits.
    pub fn int(&mut self) -> Result<i64> {
        self.want(I32)?;
        let number = i32::try_from(self.zigzag()?).map_err(|_| damaged())?;
        Ok(i64::from(number))
    }

    /// Passes over a number of 64 bits.
    pub fn long(&mut self) -> Result<()> {
        self.want(I64)?;
        self.zigzag().map(|_| ())
    }

    /// Passes over a truth value.
    pub fn truth(&mut self) -> Result<()> {
        self.want(TRUE).or_else(|_| self.want(FALSE))
    }

    /// Passes over a text.
    pub fn binary(&mut self) -> Result<()> {
        self.want(BINARY)?;
        let bytes = self.varint()?;
        self.pass(i64::try_from(bytes).map_err(|_| damaged())?)
    }

    fn want(&self, kind: u8) -> Result<()> {
        if self.kind == kind { Ok(()) } else { Err(damaged()) }
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

    /// The numbers that fields 1 to 9 have, others being of the kinds below, and how many bytes are
    /// left.
    fn read(mut bytes: &[u8]) -> Result<(Vec<(i64, i64)>, i64), String> {
        let size = i64::try_from(bytes.len()).unwrap();
        let mut compact = Compact::new(&mut bytes, size);
        let mut found = Vec::new();
        compact.fields(|field, inner| {
            match field {
                10 => inner.long()?,
                11 | 12 => inner.truth()?,
                13 => inner.binary()?,
                14 => inner.fields(|_, deeper| deeper.truth())?,
                _ => found.push((field, inner.int()?)),
            }
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
            0x15, 0xfe, 0xff, 0xff, 0xff, 0x0f, // 4: the largest i32
            0x66, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01, // 10: an i64
            0x11, // 11: true
            0x12, // 12: false
            0x18, 0x02, b'a', b'b', // 13: binary
            0x1c, 0x11, 0x00, // 14: a structure
            0x00, 0xff,
        ];
        assert_eq!(read(&bytes), Ok((vec![(1, 1), (3, -1), (4, 0x7fff_ffff)], 1)));
    }

    #[test]
    fn what_is_cut_endless_or_of_another_kind_is_refused() {
        for bytes in [
            &[][..],
            &[0x15],
            &[0x15, 0x80],
            &[0x15, 0x02],
            // Numbers of more than 32 bits, and of more than 64.
            &[0x15, 0x80, 0x80, 0x80, 0x80, 0x10, 0x00],
            &[0x15, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
            // Binaries that are not there.
            &[0xd8, 0x7f, b'a'],
            &[0xd8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
            // Field 1 in the long form, and 65537, which 16 bits take for 1.
            &[0x05, 0x02, 0x02, 0x00],
            &[0x05, 0x82, 0x80, 0x08, 0x02, 0x00],
            // An end that is none.
            &[0x10, 0x00],
            // Kinds that a number does not have.
            &[0x16, 0x02, 0x00],
            &[0x14, 0x02, 0x00],
            &[0x18, 0x01, 0x00, 0x00],
            &[0x19, 0x21, 0x01, 0x02, 0x00],
            &[0x11, 0x00],
            &[0x1c, 0x00, 0x00],
            // Numbers where other kinds are wanted.
            &[0xa5, 0x02, 0x00],
            &[0xb5, 0x02, 0x00],
            &[0xd5, 0x02, 0x00],
            &[0xe5, 0x02, 0x00],
        ] {
            assert!(read(bytes).is_err(), "{bytes:?}");
        }
    }
}
