//! Substances as objects.

use super::{one, parts, record, unpicked};
use crate::{
    domain::{
        questions::{One, Parts},
        substances::{self, Language, SubstanceClass},
    },
    graphql::{
        codes::Coded,
        inputs::{SeizureFilter, SeizureOrder},
        now::{All, Now},
        values::known,
    },
    store::Own,
};
use async_graphql::{Result, SimpleObject};

impl Substance {
    fn own(&self) -> Result<&substances::Substance> {
        match &self.0.own {
            Own::Substance(substance) => Ok(substance),
            _ => Err(unpicked("a field of a substance")),
        }
    }
}

record! {
    /// An entry of the governed vocabulary of what is seized.
    Substance {
        /// The name in English.
        async fn display_name(&self) -> Result<String> {
            Ok(self.own()?.display_name.clone())
        }

        /// Its class.
        async fn class(&self) -> Result<Coded<SubstanceClass>> {
            Ok(Coded(self.own()?.class))
        }

        /// The substance it is a kind of; null at the top.
        async fn parent(&self) -> Result<Option<Now<Substance>>> {
            one(&self.0, One::Parent, Substance)
        }

        /// The substances that are kinds of it, right below.
        async fn children(&self) -> Result<All<Now<Substance>>> {
            parts(&self.0, Parts::Children, Substance)
        }

        /// Names and aliases, an entry for each language.
        async fn terms(&self) -> Result<All<Now<Terms>>> {
            Ok(self.own()?.terms.iter().map(Terms::from).collect())
        }

        /// DEA controlled substance code numbers.
        async fn dea_codes(&self) -> Result<Vec<String>> {
            Ok(self.own()?.dea_codes.clone())
        }

        /// NIBRS drug category; null when it has none.
        async fn nibrs_category(&self) -> Result<Option<String>> {
            Ok(known(&self.own()?.nibrs_category))
        }
    }
    lists {
        /// Seizures with an item of it, or of a substance under it.
        seizures: SeizureConnection(SeizureFilter, SeizureOrder);
    }
}

/// What a substance is called in one language.
#[derive(SimpleObject)]
pub struct Terms {
    /// The language.
    language: Coded<Language>,
    /// The name.
    name: String,
    /// Other words for it, in alphabetical order.
    aliases: Vec<String>,
}

impl From<&substances::Terms> for Terms {
    fn from(terms: &substances::Terms) -> Self {
        let substances::Terms { language, name, aliases } = terms;
        Self { language: Coded(*language), name: name.clone(), aliases: aliases.clone() }
    }
}
