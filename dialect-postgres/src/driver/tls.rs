//! TLS by rustls with the provider ring: which certificates are trusted.
//!
//! Used by `connect.rs` for encrypted connections.

use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use orm_core::driver::{TlsMode, misconfigured};
use orm_core::error::{Error, Result};
use postgres::Socket;
use postgres::tls::{MakeTlsConnect, TlsConnect, TlsStream};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::stream::{Link, Watched};

/// The configuration, made once: reading the system's authorities takes milliseconds.
#[derive(Default)]
pub(super) struct Lazy(OnceLock<MakeRustlsConnect>);

impl Lazy {
    pub(super) fn get(&self, mode: TlsMode, roots: Option<&Path>) -> Result<MakeRustlsConnect> {
        if let Some(made) = self.0.get() {
            return Ok(made.clone());
        }
        let config = make(mode, roots)?;
        Ok(self.0.get_or_init(|| config).clone())
    }
}

fn make(mode: TlsMode, roots: Option<&Path>) -> Result<MakeRustlsConnect> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|error| misconfigured("can't set up TLS").with_source(error))?;
    let config = if mode == TlsMode::Insecure {
        let anybody = Arc::new(Anybody(provider));
        builder
            .dangerous()
            .with_custom_certificate_verifier(anybody)
    } else {
        builder.with_root_certificates(authorities(roots)?)
    };
    Ok(MakeRustlsConnect::new(config.with_no_client_auth()))
}

fn authorities(path: Option<&Path>) -> Result<RootCertStore> {
    let mut store = RootCertStore::empty();
    let (_, ignored) = match path {
        Some(path) => store.add_parsable_certificates(read(path)?),
        // What can't be read there is no reason to fail as long as something can.
        None => store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs),
    };
    if store.is_empty() {
        return Err(no_authority(path, ignored));
    }
    Ok(store)
}

fn read(path: &Path) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    certificates.map_err(|error| {
        let path = path.display();
        misconfigured(format!("can't read the root certificates in {path}")).with_source(error)
    })
}

fn no_authority(path: Option<&Path>, ignored: usize) -> Error {
    match path {
        Some(path) => misconfigured(format!(
            "{} contains no usable certificate; {ignored} were ignored",
            path.display()
        )),
        None => misconfigured("the system has no trusted certificate authority")
            .with_hint("install the system's CA certificates, such as the package ca-certificates"),
    }
}

/// Takes every certificate. Only for [`TlsMode::Insecure`].
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

type Stream = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Stream;
type Connect = <MakeRustlsConnect as MakeTlsConnect<Socket>>::TlsConnect;
type Refusal = <Connect as TlsConnect<Socket>>::Error;

/// Connects with encryption. The password may be sent as it is inside of that.
pub(super) struct Encrypted<T> {
    pub(super) inner: T,
    pub(super) link: Link,
}

impl MakeTlsConnect<Socket> for Encrypted<MakeRustlsConnect> {
    type Stream = Watched<Stream>;
    type TlsConnect = Encrypted<Connect>;
    type Error = <MakeRustlsConnect as MakeTlsConnect<Socket>>::Error;

    fn make_tls_connect(&mut self, host: &str) -> Result<Encrypted<Connect>, Self::Error> {
        Ok(Encrypted {
            inner: MakeTlsConnect::<Socket>::make_tls_connect(&mut self.inner, host)?,
            link: self.link.clone(),
        })
    }
}

impl TlsConnect<Socket> for Encrypted<Connect> {
    type Stream = Watched<Stream>;
    type Error = Refusal;
    type Future = Pin<Box<dyn Future<Output = Result<Watched<Stream>, Refusal>> + Send>>;

    fn connect(self, socket: Socket) -> Self::Future {
        Box::pin(async move {
            let stream = self.inner.connect(socket).await?;
            Ok(Watched::new(
                stream,
                &self.link,
                true,
                TlsStream::channel_binding,
            ))
        })
    }
}
