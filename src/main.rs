//! The command line.

use interdiction::{
    cli::{self, Command, Exit},
    config::{Config, Source, StoreUrl},
    demo,
    domain::{
        errors::{Error, Kind, Result},
        viewers::Viewer,
    },
    registry::Registry,
    server,
    store::{self, Finding, Migrated},
    telemetry,
};
use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (command, config) = match cli::load_from_process() {
        Ok(loaded) => loaded,
        Err(error) => return cli::report(&error).into(),
    };
    if let Err(error) = telemetry::init(&config.log, io::stderr().is_terminal()) {
        eprintln!("error: {error}");
        return Exit::Failed.into();
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start: {error}");
            return Exit::Failed.into();
        }
    };
    match runtime.block_on(run(&command, config)) {
        Ok(()) => Exit::Done.into(),
        Err(error) => {
            eprintln!("error: {error}");
            exit(&error).into()
        }
    }
}

fn exit(error: &Error) -> Exit {
    match error.kind {
        Kind::FailedPrecondition => Exit::StoreRefuses,
        Kind::Invalid => Exit::Usage,
        Kind::Aborted | Kind::DeadlineExceeded => Exit::Cut,
        Kind::NotFound
        | Kind::AlreadyExists
        | Kind::PermissionDenied
        | Kind::Exhausted
        | Kind::Unavailable
        | Kind::Internal => Exit::Failed,
    }
}

async fn run(command: &Command, mut config: Config) -> Result<()> {
    match command {
        Command::Serve(_) => {
            let Opened { listener, registry, viewer } = open(&config).await?;
            serve(&config, listener, registry, viewer).await
        }
        Command::Demo(_) => {
            let directory = tempfile::tempdir()
                .map_err(|error| Error::internal(format!("no temporary directory: {error}")))?;
            config.store = StoreUrl::Sqlite(directory.path().join("demo.db"));
            let Opened { listener, registry, viewer } = open(&config).await?;
            let recorded = demo::record(&registry, &viewer).await?;
            let address = listener.local_addr().map_err(|error| refused(&config, &error))?;
            let coloured = telemetry::colours(io::stdout().is_terminal());
            cli::answer(&demo::guide(&recorded, address, coloured));
            serve(&config, listener, registry, viewer).await
        }
        Command::Migrate(_) => {
            let migrated = store::migrate(&server::store_url(&config)).await?;
            let Migrated { engine: _, version, count } = migrated;
            cli::answer(&format!("{count} migrations applied; the schema is {version}\n"));
            Ok(())
        }
        Command::Check(_) => check(&config).await,
    }
}

/// What a server needs, in the order of opening: a store is made and changed by nothing that could
/// not serve it.
struct Opened {
    viewer: Viewer,
    listener: TcpListener,
    registry: Registry,
}

async fn open(config: &Config) -> Result<Opened> {
    let viewer = server::viewer(config)?;
    server::trusted(config)?;
    let listener = TcpListener::bind(config.listen).await.map_err(|e| refused(config, &e))?;
    let registry = server::open(config, &viewer).await?;
    Ok(Opened { viewer, listener, registry })
}

fn refused(config: &Config, error: &io::Error) -> Error {
    let message = format!("cannot listen on {}: {error}", config.listen);
    Error::new(Kind::Unavailable, "CANNOT_LISTEN", message)
}

async fn serve(
    config: &Config,
    listener: TcpListener,
    registry: Registry,
    viewer: Viewer,
) -> Result<()> {
    let refused = |error: io::Error| refused(config, &error);
    let address = listener.local_addr().map_err(refused)?;
    let first = signals(1).map_err(refused)?;
    let second = signals(2).map_err(refused)?;
    // Said last: whoever reads it may signal at once.
    eprintln!("listening on http://{address}");
    tokio::select! {
        served = server::serve(listener, registry, viewer, config, first) => served,
        () = second => {
            let message = "stopped at once: requests in flight were cut";
            Err(Error::new(Kind::Aborted, "CUT", message))
        }
    }
}

/// Resolves when the process has been told to stop that many times.
fn signals(count: usize) -> io::Result<impl Future<Output = ()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        for _ in 0..count {
            tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            }
        }
    })
}

/// Shows where each setting came from, and looks at the store without changing it.
async fn check(config: &Config) -> Result<()> {
    cli::answer(&settings(&config.sources));
    server::viewer(config)?;
    server::trusted(config)?;
    let health = store::look(&server::store_url(config)).await?;
    let mut lines = format!("\nstore {}\n", config.store);
    for Finding { name, value, fault: _ } in &health.findings {
        lines.push_str(&format!("  {name:<9}  {value}\n"));
    }
    cli::answer(&lines);
    match health.fault() {
        None => Ok(()),
        Some(fault) => Err(fault.clone()),
    }
}

/// One line for each setting, in columns.
fn settings(sources: &[Source]) -> String {
    let key_width = sources.iter().map(|source| source.key.len()).max().unwrap_or_default();
    let shown_width = sources.iter().map(|source| source.shown.len()).max().unwrap_or_default();
    let line = |Source { key, shown, origin }: &Source| {
        format!("{key:<key_width$}  {shown:<shown_width$}  {origin}\n")
    };
    sources.iter().map(line).collect()
}
