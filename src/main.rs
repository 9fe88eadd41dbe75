//! The command line.

use interdiction::{
    cli::{self, Command, Exit},
    config::{Config, StoreUrl},
    demo,
    domain::{
        errors::{Error, Kind, Result},
        viewers::Viewer,
    },
    registry::Registry,
    server, store, telemetry,
};
use std::{
    io::{self, IsTerminal as _},
    process::ExitCode,
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

/// What to try first, with a tool that reads the server's reflection.
const TRY: &str = "\
two cases are recorded: an aircraft at Hermosillo and a vessel off Colima; try
  grpcurl -plaintext 127.0.0.1:8080 interdiction.v1.SeizureService/ListSeizures
  grpcurl -plaintext -d '{\"name\": \"sensors/hermosillo-radar\"}' 127.0.0.1:8080 \\
    interdiction.v1.SensorService/GetSensor";

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
            let (registry, viewer) = open(&config).await?;
            serve(&config, registry, viewer).await
        }
        Command::Demo(_) => {
            let directory = tempfile::tempdir()
                .map_err(|error| Error::internal(format!("no temporary directory: {error}")))?;
            config.store = StoreUrl::Sqlite(directory.path().join("demo.db"));
            let (registry, viewer) = open(&config).await?;
            demo::record(&registry, &viewer).await?;
            eprintln!("{TRY}");
            serve(&config, registry, viewer).await
        }
        Command::Migrate(_) => store::migrate(&server::store_url(&config)).await,
        Command::Check(_) => check(&config).await,
    }
}

async fn open(config: &Config) -> Result<(Registry, Viewer)> {
    let viewer = server::viewer(config)?;
    let registry = server::open(config, &viewer).await?;
    Ok((registry, viewer))
}

async fn serve(config: &Config, registry: Registry, viewer: Viewer) -> Result<()> {
    let refused = |error: io::Error| {
        let message = format!("cannot listen on {}: {error}", config.listen);
        Error::new(Kind::Unavailable, "CANNOT_LISTEN", message)
    };
    let listener = TcpListener::bind(config.listen).await.map_err(refused)?;
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

async fn check(config: &Config) -> Result<()> {
    for source in &config.sources {
        println!("{} = {} ({})", source.key, source.shown, source.origin);
    }
    let (registry, viewer) = open(config).await?;
    registry.get_substance(&viewer, "substances/cocaine").await?;
    println!("the store answers");
    Ok(())
}
