//! Who callers are: principals, each of one agency, and the names that others know them by.

use super::{
    check::{Path, Violations},
    codes::Code as _,
    ids::{AgencyId, PrincipalId, ResourceId as _},
    regions::RegionCode,
    viewers::{Role, Viewer},
};
use serde::{Deserialize, Serialize};

/// The longest name of a principal elsewhere, in bytes.
pub const OUTER_NAME_BYTES_MAX: usize = 512;
/// The most names that one principal has elsewhere.
pub const OUTER_NAMES_MAX: usize = 16;

/// Somebody, or some program, that acts for an agency.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// What it is called.
    pub id: PrincipalId,
    /// The agency that it acts for.
    pub agency: AgencyId,
    /// The region of the agency. The operator says it, not the agency's own record, which the
    /// agency could change.
    pub region: Option<RegionCode>,
    /// What it may do; each once, in the order of declaration.
    pub roles: Vec<Role>,
    /// What others call it.
    pub names: Vec<OuterName>,
}

impl Principal {
    /// The principal as a viewer.
    #[must_use]
    pub fn viewer(&self) -> Viewer {
        Viewer {
            agency: self.agency.clone(),
            region: self.region.clone(),
            roles: self.roles.clone(),
            principal: Some(self.id.clone()),
        }
    }
}

/// What a certificate or an issuer of tokens calls a principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum OuterName {
    /// The one URI among the alternative names of a client's certificate.
    CertificateUri(String),
    /// The subject of an issuer's tokens.
    Subject {
        /// `iss`.
        issuer: String,
        /// `sub`.
        subject: String,
    },
}

/// What an operator proposes as a principal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrincipalDraft {
    /// What it is called: 1 to 63 characters from a-z, 0-9 and '-'.
    pub id: String,
    /// The id of its agency.
    pub agency: String,
    /// Its region; empty for none.
    pub region: String,
    /// Names of roles.
    pub roles: Vec<String>,
    /// What others call it.
    pub names: Vec<OuterName>,
}

impl PrincipalDraft {
    /// Finds everything that is wrong with it.
    pub fn check(&self, violations: &mut Violations) -> Option<Principal> {
        let id = violations.keep(&Path::root("id"), PrincipalId::parse_id(&self.id));
        let agency = violations.keep(&Path::root("agency"), AgencyId::parse_id(&self.agency));
        let region = match self.region.as_str() {
            "" => Some(None),
            code => violations.keep(&Path::root("region"), RegionCode::parse(code)).map(Some),
        };
        let path = Path::root("roles");
        if self.roles.is_empty() {
            violations.add(&path, "required: want at least one role");
        }
        let mut roles: Vec<Role> =
            self.roles.iter().filter_map(|name| violations.keep(&path, role(name))).collect();
        roles.sort_unstable();
        roles.dedup();
        self.check_names(violations);
        let mut names = self.names.clone();
        names.sort();
        names.dedup();
        Some(Principal { id: id?, agency: agency?, region: region?, roles, names })
    }

    fn check_names(&self, violations: &mut Violations) {
        let path = Path::root("names");
        violations.count(&path, self.names.len(), OUTER_NAMES_MAX);
        let fits = |text: &str| {
            (1..=OUTER_NAME_BYTES_MAX).contains(&text.len()) && !text.chars().any(char::is_control)
        };
        for name in &self.names {
            let all_fit = match name {
                OuterName::CertificateUri(uri) => fits(uri) && uri.contains("://"),
                OuterName::Subject { issuer, subject } => fits(issuer) && fits(subject),
            };
            if !all_fit {
                let message = format_args!(
                    "want a URI, or an issuer and a subject, of at most {OUTER_NAME_BYTES_MAX} bytes"
                );
                violations.add(&path, message);
            }
        }
    }
}

fn role(name: &str) -> Result<Role, String> {
    Role::from_name(name).ok_or_else(|| {
        let known: Vec<&str> = Role::ALL.iter().map(|role| role.name()).collect();
        format!("not a role: want some of {}", known.join(","))
    })
}
