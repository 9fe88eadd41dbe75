//! What every record has besides its own fields, and what every draft can do.

use super::{
    check::{Path, Violations},
    errors::{Error, Result},
    ids::{AgencyId, OperationId, ResourceId, SensorId, SubstanceId},
    markings::Marking,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// What every record has besides its own fields.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Meta {
    /// The agency that recorded it; none where the viewer may not see that agency.
    pub originator: Option<AgencyId>,
    /// Counts the changes of the record, from 1; says nothing about any other record.
    pub version: i64,
    /// When it was recorded, in microseconds since 1970-01-01T00:00:00Z.
    pub create_micros: i64,
    /// When it last changed.
    pub update_micros: i64,
    /// When it was deleted.
    pub delete_micros: Option<i64>,
}

impl Meta {
    /// What a record begins with.
    #[must_use]
    pub fn first(originator: &AgencyId, now_micros: i64) -> Self {
        Self {
            originator: Some(originator.clone()),
            version: 1,
            create_micros: now_micros,
            update_micros: now_micros,
            delete_micros: None,
        }
    }

    /// What a caller sends back to change what it read (AIP-154).
    #[must_use]
    pub fn etag(&self) -> String {
        format!("\"{}\"", self.version)
    }

    /// Whether an etag, where one is given, is the current one.
    ///
    /// # Errors
    /// [`super::errors::Kind::Aborted`] when the record changed since the caller read it.
    pub fn check_etag(&self, etag: &str, field: &Path<'_>, name: &str) -> Result<()> {
        if etag.is_empty() || etag == self.etag() {
            return Ok(());
        }
        let message =
            format!("{name} changed since it was read: get it again and repeat the change");
        Err(Error::new(super::errors::Kind::Aborted, "ETAG_MISMATCH", message)
            .at(field.to_string(), format!("not the current etag, {}", self.etag()))
            .about(name))
    }
}

/// A record that a body refers to.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Target {
    /// An agency.
    Agency(AgencyId),
    /// A sensor.
    Sensor(SensorId),
    /// An operation.
    Operation(OperationId),
    /// A substance.
    Substance(SubstanceId),
}

impl Target {
    /// The resource name.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Agency(id) => id.to_string(),
            Self::Sensor(id) => id.to_string(),
            Self::Operation(id) => id.to_string(),
            Self::Substance(id) => id.to_string(),
        }
    }
}

/// What a checked draft becomes: the fields of a record that callers may set.
pub trait Body: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Visits every record that the body refers to, with the path of the field that does.
    fn references(&self, path: &Path<'_>, visit: &mut dyn FnMut(&Path<'_>, Target));
    /// The marking.
    fn marking(&self) -> &Marking;
    /// Replaces the marking.
    fn set_marking(&mut self, marking: Marking);
}

/// What a caller proposes.
pub trait Draft: Clone + Default + Serialize + Send + Sync + 'static {
    /// What it becomes.
    type Body: Body;
    /// Name of the record in requests: `seizure`.
    const FIELD: &'static str;
    /// Fields that an update mask may name.
    const FIELDS: &'static [&'static str];
    /// Fields of the record that no caller sets.
    const FIXED: &'static [&'static str];

    /// Checks every rule and notes every violation.
    fn check(&self, path: &Path<'_>, violations: &mut Violations) -> Option<Self::Body>;
    /// The draft that would make this body.
    fn of(body: &Self::Body) -> Self;
    /// Takes one field of another draft; the field is one of [`Self::FIELDS`].
    fn take(&mut self, field: &str, from: &Self);

    /// Notes what is wrong with the fields that a mask names, whatever the others hold.
    fn check_fields(&self, fields: &[&'static str], path: &Path<'_>, violations: &mut Violations) {
        let mut named = Self::default();
        for field in fields {
            named.take(field, self);
        }
        let mut found = Violations::default();
        let _body = named.check(path, &mut found);
        violations.take_fields(found, path, fields);
    }
}

/// Writes the parts of [`Draft`] that only list fields.
macro_rules! draft_fields {
    ($record:literal, fixed: [$($fixed:literal),*], {$($name:literal => $field:ident),+ $(,)?}) => {
        const FIELD: &'static str = $record;
        const FIELDS: &'static [&'static str] = &[$($name),+];
        const FIXED: &'static [&'static str] =
            &["name", "originator", "etag", "create_time", "update_time", "delete_time" $(, $fixed)*];
        fn take(&mut self, field: &str, from: &Self) {
            match field {
                $($name => self.$field.clone_from(&from.$field),)+
                other => unreachable!("{other} is not a field that the mask check lets pass"),
            }
        }
    };
}
pub(crate) use draft_fields;

/// A record: its id, its body, and what every record has.
pub trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The id.
    type Id: ResourceId;
    /// The fields that callers may set.
    type Draft: Draft;
    /// The id.
    fn id(&self) -> &Self::Id;
    /// The body.
    fn body(&self) -> &<Self::Draft as Draft>::Body;
    /// What every record has.
    fn meta(&self) -> &Meta;
}

/// The most bytes of a record: as many as a page of it may have, with its meta.
pub const RECORD_BYTES_MAX: usize = super::pages::ANSWER_BYTES_MAX;

/// How many bytes a record takes as JSON with its names, which is more than it takes as a message.
///
/// # Errors
/// `Internal` when it is no JSON.
pub fn bytes_of(record: &impl Serialize) -> Result<usize> {
    let mut counted = Counted(0);
    serde_json::to_writer(&mut counted, record)
        .map_err(|error| Error::internal(format!("size: {error}")))?;
    Ok(counted.0)
}

/// Counts what is written and keeps nothing.
struct Counted(usize);

impl std::io::Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Implements [`Record`] for a struct with the fields `id`, `body` and `meta`.
macro_rules! record {
    ($record:ident, $id:ty, $draft:ty) => {
        impl $crate::domain::records::Record for $record {
            type Id = $id;
            type Draft = $draft;
            fn id(&self) -> &Self::Id {
                &self.id
            }
            fn body(&self) -> &<$draft as $crate::domain::records::Draft>::Body {
                &self.body
            }
            fn meta(&self) -> &$crate::domain::records::Meta {
                &self.meta
            }
        }
    };
}
pub(crate) use record;
