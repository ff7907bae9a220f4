//! Encrypted connections, against a server that does no more than greet.
//!
//! `tls/` holds an authority, the certificate that it has given to `localhost`, its key, and an
//! authority that has nothing to do with it. They are good for nothing but this test.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use dialect_postgres::{PostgresConfig, PostgresDriver, TlsMode};
use orm_core::driver::Driver;
use orm_core::error::{Error, ErrorKind};
use orm_core::testing::with;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

fn file(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "tests", "tls", name]
        .iter()
        .collect()
}

fn certificate() -> Arc<ServerConfig> {
    let chain = CertificateDer::pem_file_iter(file("server.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(file("server.key")).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.collect::<Result<_, _>>().unwrap(), key)
        .unwrap();
    Arc::new(config)
}

/// The port of a server for one connection.
fn serve(serve: impl FnOnce(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        // `localhost` may be tried by another address first.
        let (stream, _) = listener.accept().unwrap();
        serve(stream);
    });
    port
}

/// Reads one message without a type: its length, which counts itself, and the rest.
fn message(stream: &mut impl Read) -> Option<Vec<u8>> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; usize::try_from(u32::from_be_bytes(length)).unwrap() - 4];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

/// Sends an SSLRequest, then accepts any server.
fn greet(mut stream: TcpStream) {
    assert_eq!(message(&mut stream).unwrap(), 80_877_103_u32.to_be_bytes());
    stream.write_all(b"S").unwrap();
    let connection = ServerConnection::new(certificate()).unwrap();
    let mut stream = StreamOwned::new(connection, stream);
    // A client that doesn't trust the certificate leaves before its first message.
    if message(&mut stream).is_some() {
        let welcome = b"R\0\0\0\x08\0\0\0\0S\0\0\0\x11TimeZone\0UTC\0";
        let ready = b"Z\0\0\0\x05I";
        stream.write_all(&[&welcome[..], ready].concat()).unwrap();
        // Each statement that sets up the session has an empty response.
        if stream.read(&mut [0; 1024]).is_ok_and(|read| read > 0) {
            let empty = b"I\0\0\0\x04";
            stream.write_all(&[&empty[..], ready].concat()).unwrap();
        }
        stream.read_to_end(&mut Vec::new()).unwrap_or_default();
    }
}

fn connect(config: PostgresConfig) -> Result<(), Error> {
    let config = with(config, |c| c.user = Some("u".into()));
    PostgresDriver::new(config).connect().map(drop)
}

fn secure(host: &str) -> PostgresConfig {
    encrypted(host, serve(greet), TlsMode::Require)
}

fn encrypted(host: &str, port: u16, mode: TlsMode) -> PostgresConfig {
    with(PostgresConfig::new(host, port), |c| c.tls = mode)
}

fn trusting(config: PostgresConfig, authorities: &str) -> PostgresConfig {
    with(config, |c| c.root_certificates = Some(file(authorities)))
}

#[test]
fn a_certificate_of_a_trusted_authority_is_taken() {
    connect(trusting(secure("localhost"), "authority.pem")).unwrap();
}

#[track_caller]
fn check_refused(config: PostgresConfig, why: &str) {
    let error = connect(config).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionFailed, "{error}");
    assert!(error.message().contains(why), "{error}");
}

#[test]
fn another_host_or_authority_is_refused() {
    let another_host = trusting(secure("127.0.0.1"), "authority.pem");
    check_refused(another_host, "not valid for name");
    let another_authority = trusting(secure("localhost"), "another.pem");
    check_refused(another_authority, "UnknownIssuer");
    check_refused(secure("localhost"), "UnknownIssuer");
}

#[test]
fn anybody_is_taken_without_verification() {
    let config = |host| encrypted(host, serve(greet), TlsMode::Insecure);
    connect(config("localhost")).unwrap();
    connect(config("127.0.0.1")).unwrap();
}

#[test]
fn there_is_no_way_back_to_plain_text() {
    for mode in [TlsMode::Require, TlsMode::Insecure] {
        let port = serve(|mut stream| {
            message(&mut stream).unwrap();
            stream.write_all(b"N").unwrap();
            assert_eq!(message(&mut stream), None, "a client talks in plain text");
        });
        let config = encrypted("localhost", port, mode);
        check_refused(config, "server does not support TLS");
    }
}

#[test]
fn a_wrong_configuration_is_found_before_connecting() {
    let config = |host| encrypted(host, 1, TlsMode::Require);
    for config in [
        trusting(config("localhost"), "no such file"),
        trusting(config("localhost"), "server.key"),
        config("/run/postgresql"),
    ] {
        assert_eq!(
            connect(config).unwrap_err().kind(),
            ErrorKind::Configuration
        );
    }
}
