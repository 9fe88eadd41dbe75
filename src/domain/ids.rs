//! Resource names (AIP-122) and the identifiers in them.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use uuid::Uuid;

/// The longest id that a caller may choose, in characters.
pub const SLUG_CHARS_MAX: usize = 63;

fn slug(collection: &str, id: &str) -> Result<String, String> {
    let bytes = id.as_bytes();
    let fits = (1..=SLUG_CHARS_MAX).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.last() != Some(&b'-')
        && bytes.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || *b == b'-');
    if fits {
        Ok(id.to_owned())
    } else {
        Err(format!(
            "not an id of {collection}: want 1 to 63 characters from a-z, 0-9 and '-', beginning \
             with a letter and not ending with '-'"
        ))
    }
}

fn last_part<'a>(collection: &str, name: &'a str) -> Result<&'a str, String> {
    name.strip_prefix(collection)
        .and_then(|rest| rest.strip_prefix('/'))
        .ok_or_else(|| format!("not a resource name: want {collection}/{{id}}"))
}

/// An identifier that is the last part of a resource name.
pub trait ResourceId: Sized + Clone + Eq + fmt::Display + Send + Sync + 'static {
    /// The first part of the name.
    const COLLECTION: &'static str;

    /// Reads the id alone.
    ///
    /// # Errors
    /// Says how an id is formed.
    fn parse_id(id: &str) -> Result<Self, String>;

    /// Reads the full resource name.
    ///
    /// # Errors
    /// Says how a name is formed.
    fn parse_name(name: &str) -> Result<Self, String> {
        Self::parse_id(last_part(Self::COLLECTION, name)?)
    }

    /// The full resource name.
    fn name(&self) -> String;
}

macro_rules! named {
    ($type:ident) => {
        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}/{}", Self::COLLECTION, self.0)
            }
        }

        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let name = String::deserialize(deserializer)?;
                Self::parse_name(&name).map_err(serde::de::Error::custom)
            }
        }
    };
}

macro_rules! slugs {
    ($($(#[$doc:meta])* $type:ident = $collection:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(String);

        impl $type {
            /// The last part of the name.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
            /// Takes an id that the store kept; it was parsed when it was written.
            #[must_use]
            pub fn from_stored(id: String) -> Self { Self(id) }
        }

        impl ResourceId for $type {
            const COLLECTION: &'static str = $collection;
            fn parse_id(id: &str) -> Result<Self, String> { slug($collection, id).map(Self) }
            fn name(&self) -> String { [$collection, "/", &self.0].concat() }
        }
        named!($type);
    )+};
}

macro_rules! uuids {
    ($($(#[$doc:meta])* $type:ident = $collection:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(Uuid);

        impl $type {
            /// The last part of the name.
            #[must_use]
            pub fn uuid(&self) -> Uuid { self.0 }
            /// Takes a UUID that the server made.
            #[must_use]
            pub fn from_uuid(uuid: Uuid) -> Self { Self(uuid) }
        }

        impl ResourceId for $type {
            const COLLECTION: &'static str = $collection;
            fn parse_id(id: &str) -> Result<Self, String> {
                canonical_uuid(id).map(Self).ok_or_else(|| {
                    format!("not a resource name: want {}/ and a lower-case UUID", $collection)
                })
            }
            fn name(&self) -> String {
                let mut buffer = Uuid::encode_buffer();
                let id: &str = self.0.hyphenated().encode_lower(&mut buffer);
                [$collection, "/", id].concat()
            }
        }
        named!($type);
    )+};
}

/// A UUID in its canonical form, so that one record has one name.
fn canonical_uuid(text: &str) -> Option<Uuid> {
    let uuid = Uuid::try_parse(text).ok()?;
    (uuid.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text).then_some(uuid)
}

slugs! {
    /// `agencies/{agency}`.
    AgencyId = "agencies";
    /// `sensors/{sensor}`.
    SensorId = "sensors";
    /// `substances/{substance}`.
    SubstanceId = "substances";
    /// `principals/{principal}`: who a caller is.
    PrincipalId = "principals";
}

uuids! {
    /// `operations/{uuid}`, UUID version 7.
    OperationId = "operations";
    /// `seizures/{uuid}`, UUID version 7.
    SeizureId = "seizures";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back_as_it_was_written() {
        let id = AgencyId::parse_name("agencies/mx-semar").unwrap();
        assert_eq!(id.as_str(), "mx-semar");
        assert_eq!(id.to_string(), "agencies/mx-semar");
        assert_eq!(id.name(), id.to_string());
        let name = "seizures/01890a5d-ac96-774b-bcce-b302099a8057";
        let id = SeizureId::parse_name(name).unwrap();
        assert_eq!([id.to_string(), id.name()], [name, name]);
    }

    #[test]
    fn refuses_what_is_not_a_name() {
        let long = format!("agencies/{}", "a".repeat(64));
        for bad in ["", "agencies", "agencies/", "agencies/Mx", "agencies/-a", "agencies/a-", &long]
        {
            assert!(AgencyId::parse_name(bad).is_err(), "{bad}");
        }
        for bad in [
            "seizures/x",
            "seizures/01890A5D-AC96-774B-BCCE-B302099A8057",
            "seizures/01890a5dac96774bbcceb302099a8057",
            "operations/01890a5d-ac96-774b-bcce-b302099a8057",
        ] {
            assert!(SeizureId::parse_name(bad).is_err(), "{bad}");
        }
    }
}
