//! What an import did, in figures.

use crate::{
    domain::{
        codes::Code as _,
        quantities::{Amount, Unit, express, normalize},
    },
    proto,
};
use std::{collections::BTreeMap, fmt, path::PathBuf};

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Report {
    /// Rows of the files, without headers and footers.
    pub read: u64,
    /// Seizures that were made.
    pub created: u64,
    /// Seizures that were changed.
    pub updated: u64,
    /// Seizures all of whose values were there.
    pub unchanged: u64,
    /// Rows that were not taken.
    pub rejected: u64,
    /// Where the rejected rows are: those of tables, and those of JSON lines.
    pub rejects: Vec<PathBuf>,
    /// Sums of what was taken, by substance and unit, in micrograms, microlitres or a count.
    pub sums: BTreeMap<(String, i32), Sum>,
    /// Control totals.
    pub controls: Vec<Control>,
    /// Whether nothing was written.
    pub dry_run: bool,
}

/// A sum.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sum {
    /// Items.
    pub items: u64,
    /// Items whose quantity is not known.
    pub unknown: u64,
    /// The normalised sum of the others.
    pub normalized: i128,
}

/// A control total beside what the rows sum to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// Where it stands.
    pub place: String,
    /// What it claims, and what the rows sum to, both as decimals.
    pub claimed: String,
    /// The sum of the rows that were read.
    pub summed: String,
    /// What they differ by; empty when they do not.
    pub difference: String,
}

/// What one seizure adds to the sums.
#[must_use]
pub fn parts(seizure: &proto::Seizure) -> Vec<((String, i32), Option<i64>)> {
    let part = |item: &proto::SeizedItem| {
        let substance = match item.substance.as_str() {
            "" => item.reported_label.clone(),
            name => name.to_owned(),
        };
        let Some(quantity) = &item.quantity else { return ((substance, 0), None) };
        let unit = Unit::from_code(quantity.unit);
        let normalized = Amount::parse(&quantity.value).ok().zip(unit);
        let normalized = normalized.and_then(|(amount, unit)| normalize(&amount, unit).ok());
        ((substance, quantity.unit), normalized)
    };
    seizure.items.iter().map(part).collect()
}

impl Report {
    /// Whether a control total is not what the rows sum to.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.controls.iter().any(|control| !control.difference.is_empty())
    }

    /// Adds what was taken.
    pub fn add(&mut self, parts: Vec<((String, i32), Option<i64>)>) {
        for (key, normalized) in parts {
            let sum = self.sums.entry(key).or_default();
            sum.items += 1;
            match normalized {
                Some(normalized) => sum.normalized += i128::from(normalized),
                None => sum.unknown += 1,
            }
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { read, created, updated, unchanged, rejected, .. } = self;
        if self.dry_run {
            writeln!(f, "dry run: nothing was written")?;
        }
        writeln!(
            f,
            "rows read {read}: {created} new, {updated} changed, {unchanged} unchanged, {rejected} rejected"
        )?;
        if *created == 0 && *updated == 0 && *rejected == 0 {
            writeln!(f, "nothing changed")?;
        }
        for path in &self.rejects {
            writeln!(f, "rejected rows, with the reason of each: {}", path.display())?;
        }
        let mut totals: BTreeMap<i32, i128> = BTreeMap::new();
        for ((substance, unit), sum) in &self.sums {
            *totals.entry(*unit).or_default() += sum.normalized;
            let shown = shown(sum.normalized, *unit);
            let items = if sum.items == 1 { "item" } else { "items" };
            write!(f, "  {substance:<40} {shown:>24}  {} {items}", sum.items)?;
            if sum.unknown > 0 && *unit != 0 {
                write!(f, ", {} unknown", sum.unknown)?;
            }
            writeln!(f)?;
        }
        for (unit, total) in totals.into_iter().filter(|(unit, _)| *unit != 0) {
            writeln!(f, "  {:<40} {:>24}", "in all", shown(total, unit))?;
        }
        for Control { place, claimed, summed, difference } in &self.controls {
            if difference.is_empty() {
                writeln!(f, "control total at {place}: {claimed}, as the rows sum to")?;
            } else {
                writeln!(
                    f,
                    "control total at {place}: {claimed} differs by {difference} from the {summed} \
                     that the rows sum to"
                )?;
            }
        }
        Ok(())
    }
}

fn shown(normalized: i128, unit: i32) -> String {
    let Some(known) = Unit::from_code(unit) else { return "unknown".to_owned() };
    match express(normalized, known) {
        Ok(expressed) => format!("{} {}", expressed.text, known.name()),
        Err(error) => error.to_string(),
    }
}
