//! Where a store is. A password goes in and never comes out in a message: `Debug` and `Display`
//! both hide it, and so does every error.

use std::{fmt, path::PathBuf};

const POSTGRES_SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// The place of a store. `Debug` and `Display` are fit for a log.
#[derive(Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// One SQLite file; a relative path starts at the working directory.
    Sqlite(PathBuf),
    /// The URL of a Postgres database, with everything that was given, a password too: for the
    /// driver alone.
    Postgres(String),
}

impl StoreUrl {
    /// Reads `sqlite:FILE` or `postgres://USER:PASSWORD@HOST:PORT/DATABASE?PARAMETERS`, in which
    /// all but the database may be left out.
    ///
    /// # Errors
    /// Says what is wrong and how a store is named, and repeats nothing of the text.
    pub fn parse(text: &str) -> Result<Self, String> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            return sqlite(path);
        }
        match POSTGRES_SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme)) {
            Some(rest) => check_postgres(rest).map(|()| Self::Postgres(text.to_owned())),
            None => Err("is not a store: want sqlite:FILE, such as sqlite:interdiction.db, or \
                         postgres://USER@HOST/DATABASE"
                .to_owned()),
        }
    }
}

fn sqlite(path: &str) -> Result<StoreUrl, String> {
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() {
        return Err("names no file: want sqlite:FILE, such as sqlite:interdiction.db".to_owned());
    }
    // An in-memory SQLite database is one per connection: readers would see another than writers.
    if path == ":memory:" {
        return Err("cannot be in memory: for a store that is gone afterwards, use `interdiction \
                    demo`"
            .to_owned());
    }
    if path.contains(['?', '\0']) {
        return Err("takes no parameters after the SQLite file".to_owned());
    }
    Ok(StoreUrl::Sqlite(PathBuf::from(path)))
}

fn check_postgres(rest: &str) -> Result<(), String> {
    let parts = Parts::of(rest);
    // A raw '/', '?', '#' or '@' in a password would end it early, and the rest of it would be
    // taken for a host or a database and be shown.
    if parts.server.contains('@') || parts.tail.contains('@') {
        return Err("has a user or password with a character that ends it early: write '@' as \
                    %40, '/' as %2F, '?' as %3F and '#' as %23"
            .to_owned());
    }
    if rest.contains(|c: char| c.is_whitespace() || c.is_control() || c == '#') {
        return Err("has a space or '#' in it: write %20 or %23".to_owned());
    }
    if !matches!(parts.path().strip_prefix('/'), Some(database) if !database.is_empty()) {
        return Err("names no database: want postgres://USER@HOST/DATABASE".to_owned());
    }
    check_port(parts.server)
}

fn check_port(server: &str) -> Result<(), String> {
    let after_host = server.rsplit_once(']').map_or(server, |(_, after)| after);
    match after_host.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_err() => {
            Err("has a port that is not a number from 0 to 65535".to_owned())
        }
        Some(_) | None => Ok(()),
    }
}

/// What follows the scheme, cut as RFC 3986 cuts it.
struct Parts<'a> {
    user: Option<&'a str>,
    has_password: bool,
    server: &'a str,
    /// The path and all after it.
    tail: &'a str,
}

impl<'a> Parts<'a> {
    fn of(rest: &'a str) -> Self {
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, tail) = rest.split_at(end);
        let (account, server) = match authority.split_once('@') {
            Some((account, server)) => (Some(account), server),
            None => (None, authority),
        };
        let user = account.map(|account| account.split(':').next().unwrap_or_default());
        let has_password = account.is_some_and(|account| account.contains(':'));
        Self { user, has_password, server, tail }
    }

    fn path(&self) -> &'a str {
        self.tail.split(['?', '#']).next().unwrap_or_default()
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = match self {
            Self::Sqlite(path) => return write!(f, "sqlite:{}", path.display()),
            Self::Postgres(url) => url,
        };
        let rest = url.split_once("://").map_or("", |(_, rest)| rest);
        let parts = Parts::of(rest);
        f.write_str("postgres://")?;
        if let Some(user) = parts.user {
            write!(f, "{user}{}@", if parts.has_password { ":***" } else { "" })?;
        }
        // The parameters are left out whole: `password` and `options` are among them.
        let parameters = if rest.contains('?') { "?***" } else { "" };
        write!(f, "{}{}{parameters}", parts.server, parts.path())
    }
}

impl fmt::Debug for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreUrl({self})")
    }
}

/// The text with whatever may be a password in a URL hidden, for messages that repeat what was
/// written. It hides the rest of the line: too much rather than too little.
#[must_use]
pub fn without_passwords(text: &str) -> String {
    text.split_inclusive('\n').map(hide_in_line).collect()
}

fn hide_in_line(line: &str) -> String {
    let Some((before, rest)) = line.split_once("://") else { return line.to_owned() };
    let may_hold_one = rest.contains(['@', '?']);
    match rest.find([':', '?']).filter(|_| may_hold_one) {
        Some(at) => {
            let end = if line.ends_with('\n') { "\n" } else { "" };
            format!("{before}://{}***{end}", &rest[..at])
        }
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_stores_that_there_are() {
        let sqlite = |path: &str| Ok(StoreUrl::Sqlite(PathBuf::from(path)));
        assert_eq!(StoreUrl::parse("sqlite:a.db"), sqlite("a.db"));
        assert_eq!(StoreUrl::parse("sqlite:/var/a.db"), sqlite("/var/a.db"));
        assert_eq!(StoreUrl::parse("sqlite:///var/a.db"), sqlite("/var/a.db"));
        for url in [
            "postgres://u@h/db",
            "postgresql://u:pw@h:5432/db",
            "postgres://h/db?sslmode=require",
            "postgres://u@[::1]:5432/db",
            "postgres:///db?host=/run/postgresql",
        ] {
            assert_eq!(StoreUrl::parse(url), Ok(StoreUrl::Postgres(url.to_owned())));
        }
    }

    #[test]
    fn shows_a_store_without_what_may_be_secret() {
        for (url, shown) in [
            ("sqlite:a.db", "sqlite:a.db"),
            ("postgres://u@h/db", "postgres://u@h/db"),
            ("postgresql://u:s3cret@h:5432/db", "postgres://u:***@h:5432/db"),
            ("postgres://u:s3cret:x%40@h/db", "postgres://u:***@h/db"),
            ("postgres://h/db?password=s3cret", "postgres://h/db?***"),
        ] {
            let store = StoreUrl::parse(url).unwrap();
            assert_eq!(store.to_string(), shown);
            assert_eq!(format!("{store:?}"), format!("StoreUrl({shown})"));
        }
    }

    #[test]
    fn refuses_what_is_no_store_and_repeats_none_of_it() {
        for url in [
            "",
            "sqlite:",
            "sqlite::memory:",
            "sqlite:a.db?mode=ro",
            "mysql://u:s3cret@h/db",
            "postgres:u:s3cret",
            "postgres://u:s3cret@h",
            "postgres://u:s3cret@h/",
            "postgres://u:s3cret@h:s3cret/db",
            "postgres://u:s3cret@x@h/db",
            "postgres://u:1/s3cret@h/db",
            "postgres://u:1/s3?cret@h/db",
            "postgres://u:s3 cret@h/db",
            "postgres://u:s3#cret@h/db",
        ] {
            let problem = StoreUrl::parse(url).expect_err(url);
            assert!(!problem.contains("s3") && !problem.contains("cret"), "{url}: {problem}");
        }
    }

    #[test]
    fn hides_passwords_in_what_is_repeated() {
        for (text, shown) in [
            ("no '--x' found\nnext: 1@2\n", "no '--x' found\nnext: 1@2\n"),
            ("no 'postgres://u:p w@h/db' found\nnext", "no 'postgres://u***\nnext"),
            ("postgres://h/db?password=x", "postgres://h/db***"),
            ("postgres://registry@h/db", "postgres://registry@h/db"),
        ] {
            assert_eq!(without_passwords(text), shown);
        }
    }
}
