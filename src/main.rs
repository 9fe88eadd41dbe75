//! The command line.

use interdiction::{
    cli::{
        self, Command, Exit, ExportSettings, ImportSettings, PrincipalCommand, ServerSettings,
        TokenCommand,
    },
    config::{Config, Source, StoreUrl, TOKEN_VARIABLE},
    demo,
    domain::{
        check::Violation,
        errors::{Error, Kind, Result},
        viewers::{Operator, Viewer},
    },
    exchange::{self, Link, Remote, export::Export, mapping::Mapping},
    operator,
    registry::Registry,
    server,
    store::{self, Finding, Migrated},
    telemetry,
};
use std::{
    fs::File,
    io::{self, BufWriter, IsTerminal as _},
    path::{Path, PathBuf},
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
        Ok(exit) => exit.into(),
        Err(error) => {
            eprintln!("error: {error}");
            for violation in &error.violations {
                let Violation { field, message } = violation;
                if !error.message.contains(message.as_str()) {
                    eprintln!("  {field}: {message}");
                }
            }
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
        | Kind::Unauthenticated
        | Kind::PermissionDenied
        | Kind::Exhausted
        | Kind::Unavailable
        | Kind::Internal => Exit::Failed,
    }
}

async fn run(command: &Command, config: Config) -> Result<Exit> {
    match command {
        Command::Import(settings) => return import(settings, &config).await,
        Command::Export(settings) => return export(settings, &config).await,
        Command::Serve(_) => {
            let Opened { listener, registry, viewer } = open(&config).await?;
            serve(&config, listener, registry, viewer).await
        }
        Command::Demo(_) => {
            let (_removed_at_the_end, config) = temporary(&config)?;
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
        Command::Principal(command) => keep_principals(command, &config).await,
        Command::Token(command) => keep_tokens(command, &config).await,
        Command::Check(_) => check(&config).await,
    }?;
    Ok(Exit::Done)
}

/// Imports through a server, or by the same services into the store.
async fn import(settings: &ImportSettings, config: &Config) -> Result<Exit> {
    let ImportSettings { files, mapping, dataset, through, rejects, dry_run, .. } = settings;
    if settings.suggest {
        // The vocabulary is the same in every store.
        let (_removed_at_the_end, config) = temporary(config)?;
        let link = link(None, &config).await?;
        cli::answer(&exchange::suggest::suggest(&link, files[0].clone()).await?);
        return Ok(Exit::Done);
    }
    let mapping = mapping.as_deref().map(read_mapping).transpose()?;
    let import = exchange::Import {
        files: files.clone(),
        mapping,
        dataset: dataset.clone(),
        rejects: rejects.clone().unwrap_or_else(|| beside(&files[0])),
        dry_run: *dry_run,
        shows_progress: io::stderr().is_terminal(),
    };
    let link = link(Some(through), config).await?;
    let report = exchange::import(&link, import).await?;
    cli::answer(&report.to_string());
    Ok(if report.rejected == 0 { Exit::Done } else { Exit::Rejected })
}

/// Exports to a file, or to standard output.
async fn export(settings: &ExportSettings, config: &Config) -> Result<Exit> {
    let ExportSettings { format, output, filter, show_deleted, show_inactive, through, .. } =
        settings;
    let export = Export {
        format: *format,
        filter: filter.clone(),
        show_deleted: *show_deleted,
        show_inactive: *show_inactive,
    };
    let link = link(Some(through), config).await?;
    let unwritten = |error: io::Error| {
        let message = format!("cannot write the export: {error}");
        Error::new(Kind::Unavailable, "UNWRITTEN", message)
    };
    let count = match output {
        Some(path) => {
            let file = File::create(path).map_err(unwritten)?;
            exchange::export::export(&link, &export, &mut BufWriter::new(file)).await?
        }
        None => {
            let mut out = BufWriter::new(io::stdout());
            exchange::export::export(&link, &export, &mut out).await?
        }
    };
    eprintln!("{count} seizures exported");
    Ok(Exit::Done)
}

/// The same configuration over a store that is gone with the directory.
fn temporary(config: &Config) -> Result<(tempfile::TempDir, Config)> {
    let directory = tempfile::tempdir()
        .map_err(|error| Error::internal(format!("no temporary directory: {error}")))?;
    let store = StoreUrl::Sqlite(directory.path().join("demo.db"));
    Ok((directory, Config { store, ..config.clone() }))
}

/// The way to the server that was named, or to the services in this process.
async fn link(through: Option<&ServerSettings>, config: &Config) -> Result<Link> {
    if let Some(ServerSettings { server: Some(server), token_file, ca }) = through {
        let token = if token_file.is_none() { token_variable()? } else { None };
        return Link::to(&Remote {
            server,
            token_file: token_file.as_deref(),
            token,
            authorities: ca.as_deref(),
        });
    }
    let viewer = server::viewer(config)?;
    let registry = server::open(config, &viewer).await?;
    server::in_process(registry, viewer, config).await.map(Link::InProcess)
}

/// The token in its variable, unless that is empty or not there.
fn token_variable() -> Result<Option<String>> {
    let Some(token) = std::env::var_os(TOKEN_VARIABLE) else { return Ok(None) };
    let wrong = |_| Error::invalid_field("token", format!("{TOKEN_VARIABLE}: not UTF-8"));
    let token = token.into_string().map_err(wrong)?;
    Ok(Some(token).filter(|token| !token.is_empty()))
}

/// A mapping in a file, or one that comes with the program.
fn read_mapping(name: &str) -> Result<Mapping> {
    if let Some((_, text)) = exchange::SHIPPED.iter().find(|(shipped, _)| *shipped == name) {
        return Mapping::parse(text);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let shipped: Vec<&str> = exchange::SHIPPED.iter().map(|(shipped, _)| *shipped).collect();
        let message = format!("{name}: {error}; the program itself has {}", shipped.join(", "));
        Error::invalid_field("mapping", message)
    })?;
    Mapping::parse(&text)
}

/// Where rejected rows of a file go: where the program runs, for the file may be read only.
fn beside(file: &Path) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    PathBuf::from(format!("{stem}.rejects.csv"))
}

async fn keep_principals(command: &PrincipalCommand, config: &Config) -> Result<()> {
    let registry = server::open_store(config).await?;
    let told = match command {
        PrincipalCommand::Set(args) => operator::set_principal(&registry, &args.draft()).await?,
        PrincipalCommand::List(_) => operator::list_principals(&registry).await?,
        PrincipalCommand::Remove(args) => {
            registry.remove_principal(&Operator::at_the_command_line(), &args.name).await?;
            format!("principals/{} is removed\n", args.name)
        }
    };
    cli::answer(&told);
    Ok(())
}

async fn keep_tokens(command: &TokenCommand, config: &Config) -> Result<()> {
    let registry = server::open_store(config).await?;
    match command {
        TokenCommand::Create(args) => {
            let made = operator::create_token(&registry, &args.principal, args.days).await?;
            let (token, told) = made;
            eprint!("{told}");
            cli::answer(&format!("{}\n", token.reveal()));
        }
        TokenCommand::List(_) => cli::answer(&operator::list_tokens(&registry).await?),
        TokenCommand::Revoke(args) => {
            registry.revoke_token(&Operator::at_the_command_line(), &args.name).await?;
            cli::answer("the token is revoked\n");
        }
    }
    Ok(())
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
    config.tls.as_ref().map(server::Tls::read).transpose()?;
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
    let scheme = if config.tls.is_some() { "https" } else { "http" };
    eprintln!("listening on {scheme}://{address}");
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
    config.tls.as_ref().map(server::Tls::read).transpose()?;
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
