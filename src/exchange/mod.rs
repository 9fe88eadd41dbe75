//! Files in and files out: what a table means, and a client of the contract that carries it to a
//! registry. It knows no store and no use case; where there is no server, the same services run in
//! this process.

mod controls;
pub mod export;
pub mod json;
mod lines;
mod link;
pub mod mapping;
mod parquets;
mod rejects;
mod report;
mod rows;
mod sending;
mod sheets;
mod source;
pub mod suggest;
mod tables;
mod values;
mod words;

pub use lines::is_of as is_of_lines;
pub use link::{Link, Remote};
pub use report::Report;

use crate::{
    domain::errors::{Error, Kind, Result},
    proto,
};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use mapping::Mapping;
use source::{Shared, Source};
use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tables::Row;
use tokio::sync::mpsc;
use words::Words;

/// Batches that are read ahead.
const AHEAD: usize = 2;

/// What to import.
#[derive(Debug, Clone)]
pub struct Import {
    /// The files, in their order.
    pub files: Vec<PathBuf>,
    /// What their tables mean; files of JSON lines need none.
    pub mapping: Option<Mapping>,
    /// What the rows are of, where no mapping says so.
    pub dataset: Option<String>,
    /// Where rejected rows go.
    pub rejects: PathBuf,
    /// Whether to check everything and write nothing.
    pub dry_run: bool,
    /// Whether somebody looks.
    pub shows_progress: bool,
}

/// Mappings of published tables that come with the program: name and text.
pub const SHIPPED: [(&str, &str); 3] = [
    (
        "colombia-policia-estupefacientes-2018",
        include_str!("../../mappings/colombia-policia-estupefacientes-2018.toml"),
    ),
    (
        "brazil-pf-portos-aeroportos",
        include_str!("../../mappings/brazil-pf-portos-aeroportos.toml"),
    ),
    ("interdiction-export", include_str!("../../mappings/interdiction-export.toml")),
];

/// The dataset of lines that say none: what an export wrote.
const DATASET_OF_EXPORTS: &str = "interdiction-export";

/// Imports files: first each of them is looked at as a whole, so that a broken one changes nothing.
///
/// # Errors
/// `Invalid` naming the place in a file that is wrong, before anything is written; what the
/// registry answers.
pub async fn import(link: &Link, import: Import) -> Result<Report> {
    let Import { files, mapping, dataset, rejects, dry_run, shows_progress } = import;
    let of_mapping = mapping.as_ref().map(|mapping| mapping.dataset.clone());
    let dataset = dataset.or(of_mapping).unwrap_or_else(|| DATASET_OF_EXPORTS.to_owned());
    let source = Source { files, mapping };
    let (source, count) = blocking(move || source.look().map(|count| (source, count))).await?;
    let words = Words::load(link).await?;
    let shared = Arc::new(Mutex::new(Shared::new(rejects)));
    lock(&shared).report.dry_run = dry_run;
    let (to_wire, parcels) = mpsc::channel(AHEAD);
    let theirs = Arc::clone(&shared);
    let reading = tokio::task::spawn_blocking(move || source.read(&words, &theirs, &to_wire));
    let options = proto::ImportOptions { dataset, validate_only: dry_run };
    let bar = progress(count, shows_progress);
    let sent = sending::send(link, &options, parcels, |parcel, answer| {
        bar.inc(parcel.lines());
        lock(&shared).take(parcel, answer)
    });
    let sent = sent.await;
    bar.finish_and_clear();
    lock(&shared).rejects_written()?;
    sent?;
    reading.await.map_err(|error| Error::internal(format!("reading did not end: {error}")))?;
    let mut shared = lock(&shared);
    shared.rejects_written()?;
    Ok(std::mem::take(&mut shared.report))
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Error::new(Kind::Internal, "INTERNAL", error.to_string()))?
}

/// How far it is, with its rate and the time left; hidden where nobody looks.
fn progress(rows: u64, shown: bool) -> ProgressBar {
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let template = "{bar:30} {human_pos} of {human_len} rows, {per_sec}, {eta} left";
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(rows), target).with_style(style)
}
