//! Footers, and the totals that they claim.

use super::{
    mapping::Mapping,
    report::Control,
    tables::{Header, Row},
    values,
};
use crate::{
    domain::{codes::Code as _, quantities::Unit},
    proto,
};
use std::collections::BTreeSet;

/// Digits after the point that sums are kept with.
const PLACES: u32 = 12;

/// The footers of a table, and the sums of what they control.
pub(super) struct Controls<'m> {
    mapping: &'m Mapping,
    header: Header,
    found: Vec<bool>,
    sums: Vec<i128>,
    units: BTreeSet<i32>,
}

impl<'m> Controls<'m> {
    pub fn new(mapping: &'m Mapping, header: &Header) -> Self {
        let count = mapping.footer.len();
        Self {
            mapping,
            header: header.clone(),
            found: vec![false; count],
            sums: vec![0; count],
            units: BTreeSet::new(),
        }
    }

    fn column<'r>(&self, row: &'r Row, name: &str) -> &'r str {
        let cell = self.header.place(name).and_then(|place| row.cells.get(place));
        cell.map_or("", |cell| cell.trim())
    }

    /// The footer that a row is; none for a row of the table.
    pub fn footer(&mut self, row: &Row) -> Option<usize> {
        let each = self.mapping.footer.iter();
        let found = each
            .enumerate()
            .find(|(_, footer)| self.column(row, &footer.column) == footer.equals)?;
        self.found[found.0] = true;
        Some(found.0)
    }

    /// The footer that the table lacks.
    pub fn missing(&self) -> Option<String> {
        let mut each = self.mapping.footer.iter().zip(&self.found);
        let (footer, _) = each.find(|(footer, found)| !**found && !footer.optional)?;
        Some(format!("its footer `{}` in the column `{}`", footer.equals, footer.column))
    }

    /// Adds a row to the sums.
    pub fn add(&mut self, row: &Row) {
        for (i, footer) in self.mapping.footer.iter().enumerate() {
            if let Some(column) = &footer.control
                && let Some(value) = self.decimal(self.column(row, column))
            {
                self.sums[i] += value;
            }
        }
    }

    /// Notes the units that were summed.
    pub fn note_units(&mut self, items: &[proto::SeizedItem]) {
        self.units.extend(items.iter().filter_map(|item| Some(item.quantity.as_ref()?.unit)));
    }

    /// What a footer claims, beside what the rows before it sum to.
    pub fn claim(&self, footer: usize, path: &str, row: &Row) -> Option<Control> {
        let column = self.mapping.footer[footer].control.as_ref()?;
        let raw = self.column(row, column);
        let place = format!("{path}:{}", row.line);
        let unit = match self.units.iter().collect::<Vec<_>>().as_slice() {
            [one] => {
                Unit::from_code(**one).map_or(String::new(), |unit| format!(" {}", unit.name()))
            }
            _ => String::new(),
        };
        let shown = |value: i128| format!("{}{unit}", text(value));
        let summed = self.sums[footer];
        Some(match self.decimal(raw) {
            Some(claimed) => Control {
                place,
                claimed: shown(claimed),
                summed: shown(summed),
                difference: match claimed - summed {
                    0 => String::new(),
                    difference => shown(difference.abs()),
                },
            },
            None => Control {
                place,
                claimed: format!("`{raw}`, which is no number,"),
                summed: shown(summed),
                difference: shown(summed),
            },
        })
    }

    fn decimal(&self, raw: &str) -> Option<i128> {
        let text = values::number(raw, &self.mapping.file).ok()?;
        let (sign, digits) = text.strip_prefix('-').map_or((1, text.as_str()), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let missing = PLACES.checked_sub(u32::try_from(fraction.len()).ok()?)?;
        let value: i128 = format!("{whole}{fraction}").parse().ok()?;
        value.checked_mul(10_i128.pow(missing)).map(|value| sign * value)
    }
}

fn text(value: i128) -> String {
    let scale = 10_u128.pow(PLACES);
    let (sign, value) = (if value < 0 { "-" } else { "" }, value.unsigned_abs());
    let fraction = format!("{:0>width$}", value % scale, width = PLACES as usize);
    let fraction = fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{sign}{}{point}{fraction}", value / scale)
}
