//! Substances: the governed vocabulary of what is seized.

use super::{codes::codes, ids::SubstanceId};

codes! {
    /// The pharmacological class of a substance.
    pub enum SubstanceClass {
        /// Opium, morphine, heroin, fentanyl and their like.
        Opioid = 1 => "OPIOID",
        /// Cocaine, amphetamines, cathinones and their like.
        Stimulant = 2 => "STIMULANT",
        /// Cannabis and synthetic cannabinoids.
        Cannabinoid = 3 => "CANNABINOID",
        /// Benzodiazepines, barbiturates, GHB and their like.
        Depressant = 4 => "DEPRESSANT",
        /// LSD, psilocybin and their like.
        Hallucinogen = 5 => "HALLUCINOGEN",
        /// Ketamine, PCP and their like.
        Dissociative = 6 => "DISSOCIATIVE",
        /// Chemicals that drugs are made from or with.
        Precursor = 7 => "PRECURSOR",
        /// Anything else.
        Other = 8 => "OTHER",
        /// Not identified.
        Unknown = 9 => "UNKNOWN",
    }
}

codes! {
    /// A language of the vocabulary.
    pub enum Language {
        /// English.
        English = 1 => "ENGLISH",
        /// Spanish.
        Spanish = 2 => "SPANISH",
        /// Portuguese.
        Portuguese = 3 => "PORTUGUESE",
    }
}

/// What a substance is called in one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    /// The language.
    pub language: Language,
    /// The name.
    pub name: String,
    /// Other words for it, in alphabetical order.
    pub aliases: Vec<String>,
}

/// An entry of the vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Substance {
    /// Its id.
    pub id: SubstanceId,
    /// The name in English.
    pub display_name: String,
    /// The substance it is a kind of.
    pub parent: Option<SubstanceId>,
    /// Its class.
    pub class: SubstanceClass,
    /// Names and aliases, one entry for each language.
    pub terms: Vec<Terms>,
    /// DEA controlled substance code numbers.
    pub dea_codes: Vec<String>,
    /// NIBRS drug category; empty when it has none.
    pub nibrs_category: String,
}
