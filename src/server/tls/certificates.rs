//! The certificate that a client has shown, once its handshake is over.

use super::Tls;
use crate::domain::{principals::OuterName, regions::RegionCode};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use std::{fmt, sync::Arc};
use x509_parser::{extensions::GeneralName, parse_x509_certificate};

/// A client's certificate, whose key the client has proved to hold.
pub(in crate::server) struct Certificate {
    tls: Arc<Tls>,
    chain: Vec<CertificateDer<'static>>,
    /// By which what was found out of it is known.
    pub hash: [u8; 32],
    /// The one URI that it names; none where there is none, or where there are more.
    pub name: Option<OuterName>,
    /// From when on it is no longer good, in microseconds since 1970-01-01T00:00:00Z.
    pub expire_micros: i64,
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Certificate {
    /// The certificate of a connection, if it has one.
    pub fn of(tls: &Arc<Tls>, chain: Option<&[CertificateDer<'_>]>) -> Option<Arc<Self>> {
        let chain: Vec<_> = chain?.iter().map(|one| one.clone().into_owned()).collect();
        let first = chain.first()?;
        let hash = Sha256::digest(first).into();
        let (name, expire_micros) = read(first).unwrap_or((None, i64::MIN));
        Some(Arc::new(Self { tls: Arc::clone(tls), chain, hash, name, expire_micros }))
    }

    /// The regions whose authorities it leads to now.
    pub fn regions(&self) -> Vec<RegionCode> {
        self.tls.regions_of(&self.chain)
    }

    /// How often the authorities changed.
    pub fn generation(&self) -> i64 {
        self.tls.generation()
    }
}

/// The one URI that a certificate names, and its end.
fn read(certificate: &CertificateDer<'_>) -> Option<(Option<OuterName>, i64)> {
    let (_, parsed) = parse_x509_certificate(certificate).ok()?;
    let expire_micros = parsed.validity().not_after.timestamp().checked_mul(1_000_000)?;
    let names = parsed.subject_alternative_name().ok()?;
    let names = names.map_or(&[][..], |names| names.value.general_names.as_slice());
    let mut uris = names.iter().filter_map(|name| match name {
        GeneralName::URI(uri) => Some(*uri),
        _ => None,
    });
    let name = match (uris.next(), uris.next()) {
        (Some(uri), None) => Some(OuterName::CertificateUri(uri.to_owned())),
        _ => None,
    };
    Some((name, expire_micros))
}
