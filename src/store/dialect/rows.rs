//! The cells of a row, read from left to right, whichever database it is of.

use super::sqlite_error;
use crate::domain::{
    codes::Code,
    errors::{Error, Result},
};
use rusqlite::types::ValueRef;
use sea_orm::sqlx::{Row as _, postgres::PgRow};
use std::fmt::Display;
use uuid::Uuid;

/// The cells of a row, read from left to right. Texts are those of the driver, until they are kept.
pub(in crate::store) struct Row<'r> {
    cells: Cells<'r>,
    next: usize,
    text_bytes: usize,
}

#[derive(Clone, Copy)]
pub(super) enum Cells<'r> {
    Sqlite(&'r rusqlite::Row<'r>),
    Postgres(&'r PgRow),
}

macro_rules! cells {
    ($($name:ident -> $type:ty: $kind:ident($value:ident) => $read:expr;)+) => {$(
        pub fn $name(&mut self) -> Result<Option<$type>> {
            let index = self.next;
            self.next += 1;
            match self.cells {
                Cells::Sqlite(row) => match row.get_ref(index) {
                    Ok(ValueRef::Null) => Ok(None),
                    Ok(ValueRef::$kind($value)) => $read.map(Some).map_err(|e| wrong(index, &e)),
                    Ok(other) => Err(wrong(index, &other.data_type())),
                    Err(error) => Err(sqlite_error(&error)),
                },
                Cells::Postgres(row) => row.try_get(index).map_err(|e| wrong(index, &e)),
            }
        }
    )+};
}

impl<'r> Row<'r> {
    pub(super) fn new(cells: Cells<'r>) -> Self {
        Self { cells, next: 0, text_bytes: 0 }
    }

    /// What was read of it so far takes about so many bytes.
    pub fn bytes(&self) -> usize {
        const CELL_BYTES: usize = 8;
        self.next * CELL_BYTES + self.text_bytes
    }

    cells! {
        int_or_null -> i64: Integer(value) => Ok::<_, Error>(value);
        real_or_null -> f64: Real(value) => Ok::<_, Error>(value);
        any_str_or_null -> &'r str: Text(bytes) => std::str::from_utf8(bytes);
        uuid_or_null -> Uuid: Blob(bytes) => Uuid::from_slice(bytes);
    }

    pub fn int(&mut self) -> Result<i64> {
        let value = self.int_or_null()?;
        self.filled(value)
    }

    pub fn str_or_null(&mut self) -> Result<Option<&'r str>> {
        let text = self.any_str_or_null()?;
        self.text_bytes += text.map_or(0, str::len);
        Ok(text)
    }

    pub fn str(&mut self) -> Result<&'r str> {
        let value = self.str_or_null()?;
        self.filled(value)
    }

    pub fn text(&mut self) -> Result<String> {
        self.str().map(str::to_owned)
    }

    pub fn text_or_null(&mut self) -> Result<Option<String>> {
        Ok(self.str_or_null()?.map(str::to_owned))
    }

    pub fn uuid(&mut self) -> Result<Uuid> {
        let value = self.uuid_or_null()?;
        self.filled(value)
    }

    /// The value of the cell that was just read, which is never null.
    fn filled<T>(&self, value: Option<T>) -> Result<T> {
        value.ok_or_else(|| wrong(self.next - 1, &"null"))
    }

    /// Passes over cells.
    pub fn skip(&mut self, cells: usize) {
        self.next += cells;
    }

    /// A value of an enumeration; 0 is none.
    pub fn code<C: Code>(&mut self) -> Result<Option<C>> {
        // No code is so large, so none is taken for another.
        code(i32::try_from(self.int()?).unwrap_or(i32::MAX))
    }

    /// A value of an enumeration; null is none.
    pub fn code_or_null<C: Code>(&mut self) -> Result<Option<C>> {
        let number = self.int_or_null()?;
        // No code is so large, so none is taken for another.
        number.map_or(Ok(None), |number| code(i32::try_from(number).unwrap_or(i32::MAX)))
    }

    /// A value of an enumeration that is never none.
    pub fn code_required<C: Code>(&mut self) -> Result<C> {
        required(self.code()?)
    }
}

#[cold]
fn wrong(index: usize, what: &dyn Display) -> Error {
    Error::internal(format!("cell {index} of a row: {what}"))
}

/// The value of a stored number; 0 is none.
pub(in crate::store) fn code<C: Code>(code: i32) -> Result<Option<C>> {
    if code == 0 {
        return Ok(None);
    }
    let value = C::from_code(code);
    value.map(Some).ok_or_else(|| Error::internal(format!("code {code} is unknown here")))
}

/// The value of a stored number that is never 0.
pub(in crate::store) fn code_required<C: Code>(number: i32) -> Result<C> {
    required(code(number)?)
}

fn required<C>(value: Option<C>) -> Result<C> {
    value.ok_or_else(|| Error::internal("a required code is 0"))
}
