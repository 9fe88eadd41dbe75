//! The log: lines on standard error, for people or for programs. Nothing else writes there while
//! the service runs, and standard output stays free for what a command answers.

use crate::config::{LogConfig, LogFormat};
use std::{
    backtrace::{Backtrace, BacktraceStatus},
    cell::Cell,
    ffi::OsStr,
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    thread,
};
use tracing::{Dispatch, level_filters::LevelFilter};
use tracing_subscriber::{EnvFilter, fmt::MakeWriter, util::SubscriberInitExt};

/// Modules of others that tell at INFO every step of what one line of ours sums up. A directive of
/// the user for the same module is stronger.
const QUIETER: &str = "sea_orm_migration=warn,sqlx::postgres::notice=warn";

thread_local! {
    /// Whether a panic of this thread is caught and told by who asked for it.
    static IS_CAUGHT: Cell<bool> = const { Cell::new(false) };
}

/// Why there is no log.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter is not valid; a loaded configuration has none such.
    #[error("log.filter is not valid: {0}")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// The process has a log already.
    #[error("the log is set up already: {0}")]
    Twice(#[from] tracing_subscriber::util::TryInitError),
}

/// Starts the log of the process, once; panics are told in it as well, in its format. Lines for
/// people are coloured on a terminal, unless `NO_COLOR` is set to anything
/// (<https://no-color.org>); JSON lines never are.
///
/// # Errors
/// If the filter is not valid, or the process has a log already.
pub fn init(log: &LogConfig, stderr_is_terminal: bool) -> Result<(), TelemetryError> {
    dispatch(log, colours(stderr_is_terminal), std::io::stderr)?.try_init()?;
    panic::set_hook(Box::new(tell_panic));
    Ok(())
}

/// Runs what may panic over what it is given, and keeps that out of the log: the caller tells it.
/// What `run` holds of others may be half changed when it panics, and is not to be used again.
///
/// # Errors
/// What it panicked with.
pub fn catch<T>(run: impl FnOnce() -> T) -> thread::Result<T> {
    let before = IS_CAUGHT.replace(true);
    let result = panic::catch_unwind(AssertUnwindSafe(run));
    IS_CAUGHT.set(before);
    result
}

/// Where it happened and what it says; the stack too where `RUST_BACKTRACE` asks for it.
fn tell_panic(panic: &PanicHookInfo<'_>) {
    if IS_CAUGHT.get() {
        return;
    }
    let location = panic.location().map(ToString::to_string).unwrap_or_default();
    let text = panic.payload_as_str().unwrap_or("not a text");
    let stack = Backtrace::capture();
    let stack = (stack.status() == BacktraceStatus::Captured).then(|| stack.to_string());
    tracing::error!(location, stack, "panicked: {text}");
}

/// Whether to colour what goes to a stream: on a terminal, unless `NO_COLOR` is set to anything.
#[must_use]
pub fn colours(is_terminal: bool) -> bool {
    coloured(is_terminal, std::env::var_os("NO_COLOR").as_deref())
}

fn coloured(is_terminal: bool, no_color: Option<&OsStr>) -> bool {
    is_terminal && no_color.is_none_or(OsStr::is_empty)
}

fn filter(directives: &str) -> Result<EnvFilter, TelemetryError> {
    let filter = EnvFilter::try_new(directives)?;
    // A filter that hides INFO anyway must not let through more by this.
    if filter.max_level_hint().is_some_and(|most| most < LevelFilter::INFO) {
        return Ok(filter);
    }
    Ok(EnvFilter::try_new(format!("{QUIETER},{directives}"))?)
}

/// Where events go: filtered and formatted to the writer.
fn dispatch<W>(log: &LogConfig, coloured: bool, writer: W) -> Result<Dispatch, TelemetryError>
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    let filter = filter(&log.filter)?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(writer);
    Ok(match log.format {
        LogFormat::Human => lines.with_ansi(coloured).into(),
        LogFormat::Json => lines.json().flatten_event(true).with_span_list(false).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io,
        sync::{Arc, Mutex},
    };

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn written(format: LogFormat, filter: &str, coloured: bool) -> String {
        let written = Written::default();
        let writer = written.clone();
        let log = LogConfig { format, filter: filter.to_owned() };
        let dispatch = dispatch(&log, coloured, move || writer.clone()).unwrap();
        tracing::dispatcher::with_default(&dispatch, || {
            let _span = tracing::info_span!("request", id = 7).entered();
            tracing::info!(seizures = 3, "counted");
            tracing::debug!("hidden by info");
            tracing::info!(target: "sea_orm_migration", "step by step");
            tracing::warn!(target: "sea_orm_migration", "odd");
        });
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn writes_lines_for_people_with_colours_only_when_told() {
        let plain = written(LogFormat::Human, "info", false);
        assert!(plain.contains("counted seizures=3"), "{plain}");
        assert!(!plain.contains('\u{1b}'), "{plain}");
        assert!(written(LogFormat::Human, "info", true).contains('\u{1b}'));
    }

    #[test]
    fn writes_one_json_object_a_line_and_never_colours() {
        let lines = written(LogFormat::Json, "debug", true);
        let lines: Vec<serde_json::Value> =
            lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0]["message"], "counted");
        assert_eq!(lines[0]["seizures"], 3);
        assert_eq!(lines[0]["span"]["id"], 7);
    }

    #[test]
    fn leaves_out_what_the_filter_hides() {
        assert!(!written(LogFormat::Human, "info", false).contains("hidden by info"));
        assert!(written(LogFormat::Human, "debug", false).contains("hidden by info"));
        assert_eq!(written(LogFormat::Human, "off", false), "");
    }

    #[test]
    fn leaves_out_the_steps_of_a_migration_unless_they_are_asked_for() {
        let shown = |filter| {
            let lines = written(LogFormat::Human, filter, false);
            (lines.contains("step by step"), lines.contains("odd"))
        };
        assert_eq!(shown("info"), (false, true));
        assert_eq!(shown("info,sea_orm_migration=info"), (true, true));
        assert_eq!(shown("error"), (false, false));
    }

    #[test]
    fn honours_no_color_unless_it_is_empty() {
        assert!(coloured(true, None));
        assert!(coloured(true, Some(OsStr::new(""))));
        assert!(!coloured(true, Some(OsStr::new("1"))));
        assert!(!coloured(false, None));
    }
}
