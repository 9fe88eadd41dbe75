//! What labels of substances mean: by the vocabulary first, then by the mapping, else nothing.

use super::link::{Link, failed};
use crate::{
    domain::{errors::Result, text::fold},
    proto::{self, substance_service_client::SubstanceServiceClient},
};
use std::collections::HashMap;

/// The vocabulary by its words.
#[derive(Debug, Default)]
pub struct Words(HashMap<String, String>);

/// As the vocabulary tells words apart: without case and accents, and every run of blanks and
/// punctuation one blank.
fn key(label: &str) -> String {
    let folded = fold(label);
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join(" ")
}

impl Words {
    /// Asks for every substance.
    ///
    /// # Errors
    /// What the registry answers.
    pub async fn load(link: &Link) -> Result<Self> {
        let mut client = SubstanceServiceClient::new(link.clone());
        let mut words = HashMap::new();
        let mut request = proto::ListSubstancesRequest { page_size: 1_000, ..Default::default() };
        loop {
            let page = client.list_substances(request.clone()).await.map_err(failed)?.into_inner();
            for substance in page.substances {
                let terms = substance.terms.iter();
                let names = terms.flat_map(|terms| terms.aliases.iter().chain([&terms.name]));
                for name in names {
                    words.insert(key(name), substance.name.clone());
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(Self(words));
            }
            request.page_token = page.next_page_token;
        }
    }

    /// The substance of a label.
    #[must_use]
    pub fn get(&self, label: &str) -> Option<&str> {
        self.0.get(&key(label)).map(String::as_str)
    }
}
