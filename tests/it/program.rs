//! The built program, run as a process of its own, with no setting but those that a case gives.

use std::{
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    process::{Child, Command, ExitStatus, Output, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

const START_TIMEOUT: Duration = Duration::from_secs(30);

/// The program over a store, with what else it is given.
pub fn program(store: &str, arguments: &[&str]) -> Command {
    let mut command = under(&binary(), store);
    command.args(arguments);
    command
}

/// The built program, or another build of it.
pub fn binary() -> String {
    let other = std::env::var("INTERDICTION_TEST_PROGRAM").ok();
    let built = env!("CARGO_BIN_EXE_interdiction");
    other.map_or_else(
        || built.to_owned(),
        |path| std::path::absolute(path).unwrap().to_str().unwrap().to_owned(),
    )
}

/// Another program, which runs ours over a store with the arguments that it is given.
pub fn under(runner: &str, store: &str) -> Command {
    let mut command = Command::new(runner);
    let ours = |name: &str| name.starts_with("INTERDICTION_") || name == "NO_COLOR";
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(ours)) {
        command.env_remove(name);
    }
    command
        .env("INTERDICTION_STORE", store)
        .current_dir(env!("CARGO_TARGET_TMPDIR"))
        .stdin(Stdio::null());
    command
}

/// Runs the program to its end.
pub fn run(store: &str, arguments: &[&str]) -> Output {
    program(store, arguments).output().unwrap()
}

/// A server that runs until it is dropped or killed.
pub struct Serving {
    child: Child,
    pub address: SocketAddr,
}

impl Serving {
    /// Starts a server on a free port, and returns when it listens.
    pub fn start(store: &str) -> Self {
        Self::start_at(store, "127.0.0.1:0")
    }

    /// The same at an address.
    pub fn start_at(store: &str, listen: &str) -> Self {
        let arguments = ["serve", "--listen", listen];
        Self::run(program(store, &arguments))
    }

    /// Runs a command that starts a server, and returns when it listens.
    pub fn run(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        let (found, address) = mpsc::channel();
        // Reads on to the end, so that the server never waits for its log to be read.
        thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let after = line.split_once("http://").map(|(_, after)| after.trim_end());
                match after.and_then(|after| after.parse::<SocketAddr>().ok()) {
                    Some(address) => found.send(address).unwrap_or(()),
                    None => eprintln!("server: {line}"),
                }
            }
        });
        let address = address.recv_timeout(START_TIMEOUT);
        let address = address.unwrap_or_else(|_| {
            child.kill().unwrap();
            panic!("the server does not listen: {:?}", child.wait())
        });
        Self { child, address }
    }

    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Tells it to stop, and waits until it has.
    pub fn stop(&mut self) -> ExitStatus {
        let told = Command::new("kill").args(["-TERM", &self.id().to_string()]).status().unwrap();
        assert!(told.success());
        self.child.wait().unwrap()
    }

    /// Ends it as a power cut would, with SIGKILL: it has no chance to do anything.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may be gone already.
        let _gone = self.child.kill();
        let _waited = self.child.wait();
    }
}
