//! The commands by which an operator keeps who may come in.

use super::StoreSettings;
use crate::domain::{
    principals::{OuterName, PrincipalDraft},
    tokens::TOKEN_DAYS_DEFAULT,
};
use clap::{Args, Subcommand};

/// What is done with principals.
#[derive(Debug, Subcommand)]
pub enum PrincipalCommand {
    /// Record a principal, or set one anew
    ///
    /// Its agency is registered where it is not. What is not given is none: say all of it each
    /// time. Its agency stays what it was.
    #[command(after_long_help = "Examples:
  interdiction principal set mx-importer --agency mx-semar --region MX --roles READER,CONTRIBUTOR
  interdiction principal set us-analyst --agency us-dea --region US --roles READER \\
      --certificate-uri spiffe://us.example/analyst")]
    Set(PrincipalArgs),
    /// List the principals, with what others call them
    List(ListArgs),
    /// Remove a principal: none of its credentials is good any more, and its id stays taken
    Remove(NameArgs),
}

/// What is done with tokens.
#[derive(Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token for a principal, and show it this once
    ///
    /// It goes to standard output, what is to be known of it to standard error. The store keeps a
    /// hash of it alone.
    #[command(after_long_help = "Examples:
  interdiction token create mx-importer
  interdiction token create mx-importer --days 30 > importer.token")]
    Create(CreateTokenArgs),
    /// List the tokens: what they are called, whose they are, and how they end
    List(ListArgs),
    /// Revoke a token, by the 8 characters that it is called by; it is refused on the next call
    Revoke(NameArgs),
}

/// A principal.
#[derive(Debug, Args)]
pub struct PrincipalArgs {
    /// What it is called: 1 to 63 characters from a-z, 0-9 and '-'
    id: String,
    /// The id of the agency that it acts for, as in agencies/ID
    #[arg(long, value_name = "ID")]
    agency: String,
    /// The region of that agency, such as MX: it opens what is releasable to the region
    #[arg(long, value_name = "REGION", default_value = "", hide_default_value = true)]
    region: String,
    /// What it may do
    #[arg(long, value_name = "ROLE,ROLE", value_delimiter = ',', required = true)]
    roles: Vec<String>,
    /// The one URI among the alternative names of its certificate; may be given again
    #[arg(long, value_name = "URI")]
    certificate_uri: Vec<String>,
    /// An issuer and what its tokens call the principal (iss and sub); may be given again
    #[arg(long, value_names = ["ISSUER", "SUBJECT"], num_args = 2)]
    subject: Vec<String>,
    #[command(flatten)]
    pub(super) settings: StoreSettings,
}

impl PrincipalArgs {
    /// As a draft.
    #[must_use]
    pub fn draft(&self) -> PrincipalDraft {
        let uris = self.certificate_uri.iter().cloned().map(OuterName::CertificateUri);
        let subjects = self
            .subject
            .chunks_exact(2)
            .map(|pair| OuterName::Subject { issuer: pair[0].clone(), subject: pair[1].clone() });
        PrincipalDraft {
            id: self.id.clone(),
            agency: self.agency.clone(),
            region: self.region.clone(),
            roles: self.roles.clone(),
            names: uris.chain(subjects).collect(),
        }
    }
}

/// A token to be made.
#[derive(Debug, Args)]
pub struct CreateTokenArgs {
    /// Whose it is
    pub principal: String,
    /// For how many days it is good, 1 to 366
    #[arg(long, value_name = "DAYS", default_value_t = TOKEN_DAYS_DEFAULT)]
    pub days: u32,
    #[command(flatten)]
    pub(super) settings: StoreSettings,
}

/// A list.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    pub(super) settings: StoreSettings,
}

/// One thing by its name.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// What it is called
    pub name: String,
    #[command(flatten)]
    pub(super) settings: StoreSettings,
}
