//! A table described once, spelled for SQLite and for Postgres.
//!
//! Every integer is 64 bits wide and every text compares by bytes on both backends, so that a sort
//! and a page boundary are the same on both. A code is 0 and a text is empty where nothing is known;
//! an instant is the smallest integer, which lies before every real one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// Marks an instant that is not known.
const NO_INSTANT: i64 = i64::MIN;
/// Marks a mass that is not known.
const NO_MASS: i64 = -1;

enum Column {
    Key(&'static str),
    Plain { name: &'static str, kind: Kind, clause: String },
}

#[derive(Clone, Copy)]
enum Kind {
    Int,
    Real,
    Text,
    Uuid,
}

pub struct Table {
    name: &'static str,
    columns: Vec<Column>,
    clauses: Vec<String>,
    indexes: Vec<(bool, &'static [&'static str])>,
}

impl Table {
    pub fn new(name: &'static str) -> Self {
        Self { name, columns: Vec::new(), clauses: Vec::new(), indexes: Vec::new() }
    }

    fn plain(mut self, name: &'static str, kind: Kind, clause: impl Into<String>) -> Self {
        self.columns.push(Column::Plain { name, kind, clause: clause.into() });
        self
    }

    /// The key of a row, which never leaves the store.
    pub fn key(mut self, name: &'static str) -> Self {
        self.columns.push(Column::Key(name));
        self
    }
    pub fn int(self, name: &'static str) -> Self {
        self.plain(name, Kind::Int, "NOT NULL")
    }
    pub fn int_or_null(self, name: &'static str) -> Self {
        self.plain(name, Kind::Int, "")
    }
    /// The number of an enumeration; 0 where nothing is known.
    pub fn code(self, name: &'static str) -> Self {
        self.plain(name, Kind::Int, "NOT NULL DEFAULT 0")
    }
    pub fn instant(self, name: &'static str) -> Self {
        self.plain(name, Kind::Int, format!("NOT NULL DEFAULT ({NO_INSTANT})"))
    }
    pub fn mass(self, name: &'static str) -> Self {
        self.plain(name, Kind::Int, format!("NOT NULL DEFAULT ({NO_MASS})"))
    }
    pub fn real_or_null(self, name: &'static str) -> Self {
        self.plain(name, Kind::Real, "")
    }
    pub fn text(self, name: &'static str) -> Self {
        self.plain(name, Kind::Text, "NOT NULL DEFAULT ''")
    }
    pub fn text_required(self, name: &'static str) -> Self {
        self.plain(name, Kind::Text, "NOT NULL")
    }
    pub fn text_or_null(self, name: &'static str) -> Self {
        self.plain(name, Kind::Text, "")
    }
    pub fn uuid(self, name: &'static str) -> Self {
        self.plain(name, Kind::Uuid, "NOT NULL")
    }
    pub fn uuid_or_null(self, name: &'static str) -> Self {
        self.plain(name, Kind::Uuid, "")
    }
    pub fn reference(self, name: &'static str, table: &'static str) -> Self {
        self.plain(name, Kind::Int, "NOT NULL").foreign(name, table)
    }
    pub fn reference_or_null(self, name: &'static str, table: &'static str) -> Self {
        self.plain(name, Kind::Int, "").foreign(name, table)
    }

    /// What every record has besides its own fields.
    pub fn meta(self) -> Self {
        self.reference("originator_id", "agencies")
            .reference("marking_id", "markings")
            .int("version")
            .int("create_micros")
            .int("update_micros")
            .int_or_null("delete_micros")
            .int("bytes")
    }

    /// An uncertain date: its text, and the instants it can mean.
    pub fn when(self) -> Self {
        self.text_or_null("when_text").instant("when_earliest").instant("when_latest")
    }

    /// A place that filters reach.
    pub fn place(self) -> Self {
        self.code("place_kind")
            .real_or_null("latitude")
            .real_or_null("longitude")
            .real_or_null("uncertainty_meters")
            .real_or_null("unit_x")
            .real_or_null("unit_y")
            .real_or_null("unit_z")
            .text("region_code")
            .text("subdivision_code")
            .text("administrative_scheme")
            .text("administrative_code")
            .text("unlocode")
            .text("place_text")
            .text("place_text_folded")
    }

    // A record names its originator, and the first agency names itself: on Postgres references
    // are checked when the transaction ends, as SQLite does for rows of one statement.
    fn foreign(mut self, name: &str, table: &str) -> Self {
        self.clauses.push(format!(
            "FOREIGN KEY ({name}) REFERENCES {table} (id) DEFERRABLE INITIALLY DEFERRED"
        ));
        self
    }

    pub fn primary(mut self, columns: &[&str]) -> Self {
        self.clauses.push(format!("PRIMARY KEY ({})", columns.join(", ")));
        self
    }
    pub fn unique(mut self, columns: &'static [&'static str]) -> Self {
        self.indexes.push((true, columns));
        self
    }
    pub fn index(mut self, columns: &'static [&'static str]) -> Self {
        self.indexes.push((false, columns));
        self
    }

    /// Creates the table and its indexes.
    pub async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let connection = manager.get_connection();
        connection.execute_unprepared(&self.create_table(backend)).await?;
        for (unique, columns) in &self.indexes {
            let (table, listed) = (self.name, columns.join(", "));
            let kind = if *unique { "UNIQUE INDEX" } else { "INDEX" };
            let name = format!("{table}_by_{}", columns.join("_"));
            let sql = format!("CREATE {kind} {name} ON {table} ({listed})");
            connection.execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    fn create_table(&self, backend: DbBackend) -> String {
        let sqlite = backend == DbBackend::Sqlite;
        let mut lines: Vec<String> = self.columns.iter().map(|c| c.spell(sqlite)).collect();
        lines.extend(self.clauses.iter().cloned());
        // STRICT holds SQLite to the declared types, as Postgres is by itself.
        let suffix = if sqlite { " STRICT" } else { "" };
        format!("CREATE TABLE {} (\n  {}\n){suffix}", self.name, lines.join(",\n  "))
    }
}

impl Column {
    fn spell(&self, sqlite: bool) -> String {
        match self {
            Self::Key(name) if sqlite => format!("{name} INTEGER PRIMARY KEY"),
            Self::Key(name) => {
                format!("{name} BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY")
            }
            Self::Plain { name, kind, clause } => {
                format!("{name} {} {clause}", kind.spell(sqlite)).trim_end().to_owned()
            }
        }
    }
}

impl Kind {
    fn spell(self, sqlite: bool) -> &'static str {
        match (self, sqlite) {
            (Self::Int, true) => "INTEGER",
            (Self::Int, false) => "BIGINT",
            (Self::Real, true) => "REAL",
            (Self::Real, false) => "DOUBLE PRECISION",
            (Self::Text, true) => "TEXT",
            (Self::Text, false) => "TEXT COLLATE \"C\"",
            (Self::Uuid, true) => "BLOB",
            (Self::Uuid, false) => "UUID",
        }
    }
}
