//! Enumerations that keep one number and one name on the wire, in the store and in the ledger.
//!
//! Number 0 is never a value: it is how proto3 says "not set", and reads as none.

use serde::{Serialize, de::DeserializeOwned};

/// An enumeration with a stable number and a stable name for each value.
pub trait Code: Copy + Eq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// Every value, in the order of declaration.
    const ALL: &'static [Self];
    /// What the enumeration is called.
    const TYPE: &'static str;
    /// What it tells.
    const DOC: &'static str;
    /// The number, from 1.
    fn code(self) -> i32;
    /// The name, in upper snake case.
    fn name(self) -> &'static str;
    /// What the value means.
    fn doc(self) -> &'static str;
    /// The value of a number.
    fn from_code(code: i32) -> Option<Self>;
    /// The value of a name.
    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.name() == name)
    }
}

/// Declares an enumeration that implements [`Code`] and serialises as its name.
macro_rules! codes {
    ($(#[doc = $meta:literal])+ pub enum $type:ident {
        $($(#[doc = $doc:literal])+ $variant:ident = $code:literal => $name:literal,)+
    }) => {
        $(#[doc = $meta])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[derive(serde::Serialize, serde::Deserialize)]
        pub enum $type { $($(#[doc = $doc])+ #[serde(rename = $name)] $variant = $code,)+ }

        impl $crate::domain::codes::Code for $type {
            const ALL: &'static [Self] = &[$(Self::$variant),+];
            const TYPE: &'static str = stringify!($type);
            const DOC: &'static str = concat!($($meta, "\n"),+);
            fn code(self) -> i32 { self as i32 }
            fn from_code(code: i32) -> Option<Self> {
                match code { $($code => Some(Self::$variant),)+ _ => None }
            }
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
            fn doc(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc, "\n"),+)),+ }
            }
        }
    };
}
pub(crate) use codes;
