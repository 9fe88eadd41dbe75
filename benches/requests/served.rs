//! The servers under load, each a process of its own.

use std::{
    io::{BufRead as _, BufReader},
    process::{Child, Command, Stdio},
};

/// A process that ends with its owner.
pub struct Served {
    /// The process.
    pub process: Child,
    /// Where it listens.
    pub address: String,
}

impl Served {
    /// The release binary over a store.
    pub fn registry(store: &str) -> Self {
        Self::with(store, &["--viewer-agency", crate::stage::AGENCY, "--viewer-region", "MX"])
    }

    /// The same with these flags.
    pub fn with(store: &str, flags: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_interdiction"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--store", store]);
        command.args(["--log-filter", "warn"]).args(flags);
        // The server takes a variable of its prefix that it does not know for a mistake.
        command.env_remove(crate::POSTGRES_VARIABLE);
        Self::start(command)
    }

    /// This program as the constant service, answering with a message of that many bytes.
    pub fn constant(message: &std::path::Path) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.arg("constant-service").arg(message);
        Self::start(command)
    }

    fn start(mut command: Command) -> Self {
        let mut process =
            command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().expect("a process");
        let mut lines =
            BufReader::new(process.stderr.take().expect("its errors are piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split_once("://").map(|(_, after)| after.trim().to_owned()))
            .expect("it says where it listens");
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                eprintln!("server: {line}");
            }
        });
        Self { process, address }
    }

    /// Resident memory now, in MiB.
    pub fn resident_mib(&self) -> u64 {
        self.memory("VmRSS:")
    }

    /// The most memory that was ever resident, in MiB.
    pub fn peak_mib(&self) -> u64 {
        self.memory("VmHWM:")
    }

    fn memory(&self, field: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()));
        let status = status.expect("the process lives");
        let line = status.lines().find(|line| line.starts_with(field)).expect("a memory figure");
        let kibibytes: u64 =
            line.split_whitespace().nth(1).and_then(|n| n.parse().ok()).expect("a number");
        kibibytes / 1_024
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _gone = self.process.kill();
        let _ended = self.process.wait();
    }
}
