//! TLS on the one port: the server's certificate, and the authorities of each region's principals.
//!
//! Both are read again when their files change, without a connection cut. An authority vouches for
//! the principals of its own region alone, so a client's certificate is kept with the regions whose
//! authorities it leads to.

mod certificates;
mod clients;

pub(super) use certificates::Certificate;

use crate::{
    config::TlsConfig,
    domain::{
        errors::{Error, Kind, Result},
        regions::RegionCode,
    },
};
use clients::Authorities;
use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use sha2::{Digest as _, Sha256};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};
use tokio_rustls::TlsAcceptor;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// The largest file that is read: bundles of a country's authorities have some hundred KiB.
const FILE_BYTES_MAX: u64 = 4 << 20;

/// TLS as it is now.
pub struct Tls {
    config: TlsConfig,
    now: RwLock<Now>,
}

struct Now {
    /// Of all bytes that were read.
    digest: [u8; 32],
    /// Counts the changes.
    generation: i64,
    acceptor: TlsAcceptor,
    authorities: Arc<Authorities>,
}

/// What the files hold.
struct Files {
    certificate: Vec<u8>,
    key: Vec<u8>,
    clients: Vec<(RegionCode, Vec<u8>)>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("config", &self.config).finish_non_exhaustive()
    }
}

impl Tls {
    /// Reads the files.
    ///
    /// # Errors
    /// `Invalid` naming the file that is wrong, and nothing of what it holds.
    pub fn read(config: &TlsConfig) -> Result<Arc<Self>> {
        let files = Files::read(config)?;
        let now = files.build(config, 0)?;
        Ok(Arc::new(Self { config: config.clone(), now: RwLock::new(now) }))
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        self.now.read().unwrap_or_else(PoisonError::into_inner).acceptor.clone()
    }

    /// How often the files changed: what was found out of certificates holds as long as this.
    pub(super) fn generation(&self) -> i64 {
        self.now.read().unwrap_or_else(PoisonError::into_inner).generation
    }

    /// The regions whose authorities a chain leads to now; the certificate comes first.
    pub(super) fn regions_of(&self, chain: &[CertificateDer<'static>]) -> Vec<RegionCode> {
        let authorities =
            Arc::clone(&self.now.read().unwrap_or_else(PoisonError::into_inner).authorities);
        authorities.regions_of(chain)
    }

    /// Reads the files again when they change, for as long as it is polled. Where they are wrong,
    /// what was read before stays.
    pub(super) async fn look_after(self: Arc<Self>) {
        let mut failed = false;
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let tls = Arc::clone(&self);
            let read = tokio::task::spawn_blocking(move || tls.read_again()).await;
            match read.unwrap_or_else(|error| Err(Error::internal(error.to_string()))) {
                Ok(true) => tracing::info!("the certificates are read again"),
                Ok(false) => {}
                Err(error) if !failed => {
                    tracing::warn!(%error, "certificates changed and are wrong; the old ones stay");
                    failed = true;
                    continue;
                }
                Err(_) => continue,
            }
            failed = false;
        }
    }

    fn read_again(&self) -> Result<bool> {
        let files = Files::read(&self.config)?;
        let (digest, generation) = {
            let now = self.now.read().unwrap_or_else(PoisonError::into_inner);
            (now.digest, now.generation)
        };
        if files.digest() == digest {
            return Ok(false);
        }
        let fresh = files.build(&self.config, generation + 1)?;
        *self.now.write().unwrap_or_else(PoisonError::into_inner) = fresh;
        Ok(true)
    }
}

impl Files {
    fn read(config: &TlsConfig) -> Result<Self> {
        let TlsConfig { certificate, key, clients } = config;
        let clients = clients.as_ref().map_or_else(|| Ok(Vec::new()), |folder| bundles(folder))?;
        Ok(Self { certificate: read(certificate)?, key: read(key)?, clients })
    }

    fn digest(&self) -> [u8; 32] {
        let mut digest = Sha256::new();
        let clients =
            self.clients.iter().flat_map(|(region, pem)| [region.as_str().as_bytes(), pem]);
        for part in [self.certificate.as_slice(), &self.key].into_iter().chain(clients) {
            digest.update(part.len().to_le_bytes());
            digest.update(part);
        }
        digest.finalize().into()
    }

    fn build(&self, config: &TlsConfig, generation: i64) -> Result<Now> {
        let TlsConfig { certificate, key, clients } = config;
        let chain = certificates_of(certificate, &self.certificate)?;
        let private = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| wrong(key, "no private key in PEM"))?;
        let provider = Arc::new(ring::default_provider());
        let authorities = Authorities::new(&self.clients, clients.as_deref(), &provider)?;
        let authorities = Arc::new(authorities);
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| Error::internal(format!("TLS: {error}")))?;
        let builder = match clients {
            Some(_) => builder.with_client_cert_verifier(authorities.clone()),
            None => builder.with_no_client_auth(),
        };
        let mut server = builder
            .with_single_cert(chain, private)
            .map_err(|error| wrong(certificate, format!("not usable with its key: {error}")))?;
        server.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(server));
        Ok(Now { digest: self.digest(), generation, acceptor, authorities })
    }
}

type Provider = Arc<CryptoProvider>;

/// The certificates of a file.
fn certificates_of(path: &Path, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let chain: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    let chain = chain.map_err(|_| wrong(path, "not PEM"))?;
    if chain.is_empty() { Err(wrong(path, "no certificate in PEM")) } else { Ok(chain) }
}

/// The bundles of a directory, by their regions.
fn bundles(folder: &Path) -> Result<Vec<(RegionCode, Vec<u8>)>> {
    let unread = |error: io::Error| wrong(folder, error.to_string());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(unread)? {
        let path = entry.map_err(unread)?.path();
        if path.extension().is_none_or(|extension| extension != "pem") {
            continue;
        }
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let region = RegionCode::parse(name)
            .map_err(|_| wrong(&path, "want the name of a region, such as MX.pem"))?;
        found.push((region, read(&path)?));
    }
    found.sort();
    Ok(found)
}

fn read(path: &PathBuf) -> Result<Vec<u8>> {
    let unread = |error: io::Error| wrong(path, error.to_string());
    if fs::metadata(path).map_err(unread)?.len() > FILE_BYTES_MAX {
        return Err(wrong(path, format!("more than {FILE_BYTES_MAX} bytes")));
    }
    fs::read(path).map_err(unread)
}

fn wrong(path: &Path, problem: impl AsRef<str>) -> Error {
    let message = format!("{}: {}", path.display(), problem.as_ref());
    Error::new(Kind::Invalid, "INVALID_CERTIFICATE", message)
}
