//! The command line.

use interdiction::{
    cli::{
        self, Command, Exit, ExportSettings, ImportSettings, PrincipalCommand, ServerSettings,
        TokenCommand,
    },
    config::{Config, LogFormat, Origin, Source, StoreUrl, TOKEN_VARIABLE, settings},
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
    fmt,
    fs::File,
    io::{self, BufWriter, IsTerminal as _, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering},
};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let (command, mut config) = match cli::load_from_process() {
        Ok(loaded) => loaded,
        Err(error) => return cli::report(&error).into(),
    };
    if !matches!(command, Command::Serve(_) | Command::Demo(_)) {
        log_less(&mut config);
    }
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

/// What a command that ends has to say is its answer: it logs what is wrong, unless a filter was
/// given.
fn log_less(config: &mut Config) {
    let is_filter = |source: &&Source| source.key == settings::LOG_FILTER.spec.key;
    let given = config.sources.iter().find(is_filter);
    if given.is_some_and(|source| source.origin == Origin::Default) {
        config.log.filter = "warn".to_owned();
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
            let migrated = store::migrate(&server::store_url(&config)).await;
            let migrated = migrated.map_err(|error| naming_the_store(&config, error))?;
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
    if *dry_run && through.server.is_none() {
        store_is_there(config)?;
    }
    let link = link(Some(through), config).await?;
    let report = exchange::import(&link, import).await;
    let report = report.map_err(|error| naming_the_server(through, error))?;
    cli::answer(&report.to_string());
    Ok(match report.rejected {
        0 if report.differs() => Exit::Differs,
        0 => Exit::Done,
        _ => Exit::Rejected,
    })
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
    if through.server.is_none() {
        store_is_there(config)?;
    }
    let link = link(Some(through), config).await?;
    let unread = AtomicBool::new(false);
    let written = match output {
        Some(path) => {
            let unwritten = |error: &dyn fmt::Display| {
                let message = format!("cannot write {}: {error}", path.display());
                Error::new(Kind::Unavailable, "UNWRITTEN", message)
            };
            let file = File::create(path).map_err(|error| unwritten(&error))?;
            let written = exchange::export::export(&link, &export, &mut BufWriter::new(file)).await;
            let is_ours = |error: &Error| error.reason == "UNWRITTEN";
            written.map_err(|error| if is_ours(&error) { unwritten(&error) } else { error })
        }
        None => {
            let mut out = BufWriter::new(Piped { out: io::stdout(), unread: &unread });
            exchange::export::export(&link, &export, &mut out).await
        }
    };
    if written.is_err() && unread.load(Ordering::Relaxed) {
        return Ok(Exit::Unread);
    }
    let count = written.map_err(|error| naming_the_server(through, error))?;
    eprintln!("{count} seizures exported");
    Ok(Exit::Done)
}

/// Standard output, which notes that nobody reads it any more.
struct Piped<'p> {
    out: io::Stdout,
    unread: &'p AtomicBool,
}

impl Piped<'_> {
    fn noted<T>(&self, result: io::Result<T>) -> io::Result<T> {
        if result.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::BrokenPipe) {
            self.unread.store(true, Ordering::Relaxed);
        }
        result
    }
}

impl Write for Piped<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes);
        self.noted(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.out.flush();
        self.noted(flushed)
    }
}

/// Refuses where a file that is not there would be made, and found empty: its name is mistyped.
fn store_is_there(config: &Config) -> Result<()> {
    match &config.store {
        StoreUrl::Sqlite(path) if !path.exists() => {
            let message = format!(
                "there is no store at {}: `interdiction serve` or `interdiction migrate` makes one",
                path.display()
            );
            Err(Error::new(Kind::Invalid, "NO_STORE", message))
        }
        StoreUrl::Sqlite(_) | StoreUrl::Postgres(_) => Ok(()),
    }
}

/// The error of a store that cannot be opened, with its name.
fn naming_the_store(config: &Config, error: Error) -> Error {
    let why = error.message.strip_prefix("cannot open the store: ");
    let message = why.map(|why| format!("cannot open the store {}: {why}", config.store));
    message.map_or(error.clone(), |message| Error { message, ..error })
}

/// The error of a server that cannot be reached, with its name.
fn naming_the_server(through: &ServerSettings, error: Error) -> Error {
    match &through.server {
        Some(server) if error.kind == Kind::Unavailable && error.reason == "REGISTRY" => {
            Error { message: format!("{server}: {}", error.message), ..error }
        }
        _ => error,
    }
}

/// The error of what is not there, with what lists the others.
fn naming_the_list(list: &str, error: Error) -> Error {
    if error.kind != Kind::NotFound {
        return error;
    }
    Error { message: format!("{}: `interdiction {list} list` shows them", error.message), ..error }
}

async fn open_store(config: &Config) -> Result<Registry> {
    let opened = server::open_store(config).await;
    opened.map_err(|error| naming_the_store(config, error))
}

async fn open_for(config: &Config, viewer: &Viewer) -> Result<Registry> {
    let opened = server::open(config, viewer).await;
    opened.map_err(|error| naming_the_store(config, error))
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
    let registry = open_for(config, &viewer).await?;
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
    let form = if exchange::is_of_lines(file) { "ndjson" } else { "csv" };
    PathBuf::from(format!("{stem}.rejects.{form}"))
}

async fn keep_principals(command: &PrincipalCommand, config: &Config) -> Result<()> {
    // Setting the first principal may make the store.
    if !matches!(command, PrincipalCommand::Set(_)) {
        store_is_there(config)?;
    }
    let registry = open_store(config).await?;
    let told = match command {
        PrincipalCommand::Set(args) => operator::set_principal(&registry, &args.draft()).await?,
        PrincipalCommand::List(_) => operator::list_principals(&registry).await?,
        PrincipalCommand::Remove(args) => {
            let operator = Operator::at_the_command_line();
            let removed = registry.remove_principal(&operator, &args.name).await;
            removed.map_err(|error| naming_the_list("principal", error))?;
            format!("principals/{} is removed\n", args.name)
        }
    };
    cli::answer(&told);
    Ok(())
}

async fn keep_tokens(command: &TokenCommand, config: &Config) -> Result<()> {
    store_is_there(config)?;
    let registry = open_store(config).await?;
    match command {
        TokenCommand::Create(args) => {
            let made = operator::create_token(&registry, &args.principal, args.days).await;
            let (token, told) = made.map_err(|error| naming_the_list("principal", error))?;
            eprint!("{told}");
            cli::answer(&format!("{}\n", token.reveal()));
        }
        TokenCommand::List(_) => cli::answer(&operator::list_tokens(&registry).await?),
        TokenCommand::Revoke(args) => {
            let operator = Operator::at_the_command_line();
            let revoked = registry.revoke_token(&operator, &args.name).await;
            revoked.map_err(|error| naming_the_list("token", error))?;
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
    let registry = open_for(config, &viewer).await?;
    Ok(Opened { viewer, listener, registry })
}

fn refused(config: &Config, error: &io::Error) -> Error {
    let mut message = format!("cannot listen on {}: {error}", config.listen);
    if error.kind() == io::ErrorKind::AddrInUse {
        message.push_str(": stop what listens there, or choose another with --listen");
    }
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
    match config.log.format {
        LogFormat::Human => eprintln!("listening on {scheme}://{address}"),
        LogFormat::Json => tracing::info!(address = %format!("{scheme}://{address}"), "listening"),
    }
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
