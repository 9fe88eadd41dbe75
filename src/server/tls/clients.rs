//! Whose certificates clients may show: the authorities of each region.

use super::{Provider, certificates_of, wrong};
use crate::domain::{errors::Result, regions::RegionCode};
use rustls::{
    DigitallySignedStruct, DistinguishedName, RootCertStore, SignatureScheme,
    client::danger::HandshakeSignatureValid,
    crypto::{verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, UnixTime},
    server::{
        WebPkiClientVerifier,
        danger::{ClientCertVerified, ClientCertVerifier},
    },
};
use std::{path::Path, sync::Arc};

/// The authorities of every region. A client that shows a certificate has to lead to one of them; a
/// client that shows none is taken, and comes in by other means or not at all.
#[derive(Debug)]
pub(super) struct Authorities {
    regions: Vec<(RegionCode, Arc<dyn ClientCertVerifier>)>,
    hints: Vec<DistinguishedName>,
    provider: Provider,
}

impl Authorities {
    pub fn new(
        bundles: &[(RegionCode, Vec<u8>)],
        folder: Option<&Path>,
        provider: &Provider,
    ) -> Result<Self> {
        let mut regions = Vec::new();
        let mut hints = Vec::new();
        for (region, pem) in bundles {
            let path = folder.unwrap_or(Path::new("")).join(format!("{}.pem", region.as_str()));
            let mut roots = RootCertStore::empty();
            for certificate in certificates_of(&path, pem)? {
                roots.add(certificate).map_err(|error| wrong(&path, error.to_string()))?;
            }
            hints.extend(roots.subjects());
            let verifier =
                WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(provider));
            let verifier = verifier.build().map_err(|error| wrong(&path, error.to_string()))?;
            regions.push((region.clone(), verifier));
        }
        Ok(Self { regions, hints, provider: Arc::clone(provider) })
    }

    /// The regions whose authorities a chain leads to now.
    pub fn regions_of(&self, chain: &[CertificateDer<'static>]) -> Vec<RegionCode> {
        let Some((certificate, between)) = chain.split_first() else { return Vec::new() };
        let leads_to = |verifier: &Arc<dyn ClientCertVerifier>| {
            verifier.verify_client_cert(certificate, between, UnixTime::now()).is_ok()
        };
        let regions = self.regions.iter().filter(|(_, verifier)| leads_to(verifier));
        regions.map(|(region, _)| region.clone()).collect()
    }
}

impl ClientCertVerifier for Authorities {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &self.hints
    }

    fn verify_client_cert(
        &self,
        certificate: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> std::result::Result<ClientCertVerified, rustls::Error> {
        let mut refused = rustls::Error::General("no region has authorities".to_owned());
        for (_, verifier) in &self.regions {
            match verifier.verify_client_cert(certificate, between, now) {
                Ok(verified) => return Ok(verified),
                Err(error) => refused = error,
            }
        }
        Err(refused)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
