//! Lists: their pages, orders and limits.

use super::{
    check::{Path, Violations},
    codes::Code,
    filters::Filter,
};
use serde::Serialize;

/// How many records a page holds: 1 to [`PageSize::MAX`], [`PageSize::DEFAULT`] when unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageSize(u32);

impl PageSize {
    /// The size of a page that did not say.
    pub const DEFAULT: u32 = 50;
    /// The largest page; a larger one is made this (AIP-158).
    pub const MAX: u32 = 1_000;

    /// Reads a size: 0 is the default, too large is coerced, negative is refused.
    pub fn check(size: i32, violations: &mut Violations) -> Self {
        match u32::try_from(size) {
            Ok(0) => Self(Self::DEFAULT),
            Ok(size) => Self(size.min(Self::MAX)),
            Err(_) => {
                let message = format_args!("{size}: want 0 to {}", Self::MAX);
                violations.add(&Path::root("page_size"), message);
                Self(Self::DEFAULT)
            }
        }
    }

    /// The number of records.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0
    }
}

/// The most bytes of the records of a page or a batch, as [`super::records::bytes_of`] counts them.
/// A client of gRPC takes messages of 4 MiB when nothing else is said, and every record is at most
/// as large.
pub const ANSWER_BYTES_MAX: usize = 3 << 20;

/// The most names of a batch.
pub const BATCH_MAX: usize = 1_000;
/// The most terms of an order.
pub const ORDER_TERMS_MAX: usize = 5;
/// Longest page token, in characters.
pub const PAGE_TOKEN_CHARS_MAX: usize = 4_096;

/// Which way a sort runs. Unknown values come before all others ascending, after all descending.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub enum Direction {
    /// Smallest, earliest or first first.
    Ascending,
    /// Largest, latest or last first.
    Descending,
}

impl Direction {
    /// Reads a number: 0 or 1 ascending, 2 descending.
    pub fn of_code(path: &Path<'_>, code: i32, violations: &mut Violations) -> Self {
        match code {
            0 | 1 => Self::Ascending,
            2 => Self::Descending,
            other => {
                let message = format_args!("{other} is not a value: want ASCENDING or DESCENDING");
                violations.add(path, message);
                Self::Ascending
            }
        }
    }

    /// The other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Ascending => Self::Descending,
            Self::Descending => Self::Ascending,
        }
    }
}

/// One term of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct OrderTerm<S> {
    /// The field.
    pub field: S,
    /// Which way.
    pub direction: Direction,
}

/// Reads an order: at most [`ORDER_TERMS_MAX`] terms, and none of a field that an earlier one has.
/// `read` reads one of them.
pub fn check_order<T, S: Code>(
    terms: &[T],
    violations: &mut Violations,
    read: fn(&T, &Path<'_>, &mut Violations) -> Option<OrderTerm<S>>,
) -> Vec<OrderTerm<S>> {
    let root = Path::root("order_by");
    if !violations.count(&root, terms.len(), ORDER_TERMS_MAX) {
        return Vec::new();
    }
    let mut order: Vec<OrderTerm<S>> = Vec::new();
    for (i, term) in terms.iter().enumerate() {
        let path = root.index(i);
        let Some(term) = read(term, &path, violations) else { continue };
        if order.iter().any(|earlier| earlier.field == term.field) {
            violations.add(&path.field("field"), "stands twice in the order");
        }
        order.push(term);
    }
    order
}

/// Reads a term of an order from its numbers: field and direction (0 or 1 ascending, 2 descending).
pub fn coded_term<S: Code>(
    &(field, direction): &(i32, i32),
    path: &Path<'_>,
    violations: &mut Violations,
) -> Option<OrderTerm<S>> {
    let direction = Direction::of_code(&path.field("direction"), direction, violations);
    let field = violations.code_required(&path.field("field"), field)?;
    Some(OrderTerm { field, direction })
}

/// What to list.
#[derive(Debug, Clone)]
pub struct List<F, S> {
    /// Which records.
    pub filter: Filter<F>,
    /// In which order.
    pub order: Vec<OrderTerm<S>>,
    /// Whether deleted records are listed.
    pub show_deleted: bool,
    /// Whether records that count nowhere are listed.
    pub show_inactive: bool,
    /// How many.
    pub page_size: PageSize,
    /// Token of the page before; empty for the first.
    pub page_token: String,
}

/// One page: as many records as were asked for where there are so many, and fewer, but one at
/// least, where more would take more than [`ANSWER_BYTES_MAX`].
#[derive(Debug, Clone)]
pub struct Page<R> {
    /// The records.
    pub records: Vec<R>,
    /// What to send for the next page; empty on the last.
    pub next_page_token: String,
}
