//! Maps the native driver's errors: of statements, of their connection, and of connecting.
//!
//! `errors.rs` maps the servers' codes. Pure, no I/O.

use std::io;

use mysql::DriverError;
use orm_core::driver::{TlsMode, no_answer, unconnected};
use orm_core::error::{Error, ErrorKind};

use super::config::MysqlConfig;
use crate::errors::{classify, classify_in, hint, plain_kind};

/// The error of the native driver, with the statement that it happened in, if it was one.
pub(super) fn from_native(native: mysql::Error, sql: &str) -> Error {
    use mysql::Error as Native;
    let error = match &native {
        Native::MySqlError(server) => classify_in(server.code, &server.state, &server.message, sql),
        Native::IoError(io) => Error::new(io_kind(io)),
        Native::CodecError(_) => Error::new(ErrorKind::ConnectionLost),
        Native::DriverError(DriverError::MixedParams | DriverError::Params(_)) => {
            Error::with_message(
                ErrorKind::Usage,
                "named parameters are not supported by this driver",
            )
            .with_hint("write ? for each bind parameter, without a colon before a name")
        }
        _ => Error::with_message(
            ErrorKind::Database,
            "the server's response can't be decoded",
        ),
    };
    error.with_sql(sql).with_source(native)
}

// The driver reports packets that it can't make sense of as invalid data.
fn io_kind(io: &io::Error) -> ErrorKind {
    match io.kind() {
        io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput => ErrorKind::Database,
        _ => ErrorKind::ConnectionLost,
    }
}

/// A statement that isn't sent, since the server would hang up on it.
#[cold]
pub(super) fn too_large() -> Error {
    Error::with_message(
        ErrorKind::DataTooLong,
        "the statement with its binds is larger than the server's max_allowed_packet",
    )
    .with_any(hint(1153), Error::with_hint)
}

/// Whether a read from the server or a write to it has timed out.
pub(super) fn is_silence(native: &mysql::Error) -> bool {
    use std::error::Error as _;
    use std::io::ErrorKind;
    let cause = match native {
        mysql::Error::IoError(io) => Some(io),
        mysql::Error::CodecError(codec) => codec.source().and_then(|source| source.downcast_ref()),
        _ => None,
    };
    cause
        .map(io::Error::kind)
        .is_some_and(|kind| matches!(kind, ErrorKind::TimedOut | ErrorKind::WouldBlock))
}

/// Whether an error of the native driver leaves nothing that further statements could run on.
pub(super) fn breaks(native: &mysql::Error) -> bool {
    use mysql::Error as Native;
    match native {
        // The server hangs up after a packet that is too large.
        Native::MySqlError(server) => {
            server.code == 1153
                || plain_kind(server.code, &server.state) == ErrorKind::ConnectionLost
        }
        // These are found before anything is sent.
        Native::DriverError(
            DriverError::MixedParams
            | DriverError::Params(_)
            | DriverError::MismatchedStmtParams(..),
        ) => false,
        _ => true,
    }
}

#[cold]
pub(super) fn lost() -> Error {
    Error::new(ErrorKind::ConnectionLost)
}

/// The reason why connecting failed. The server's own words are shown, since nothing but names is in them.
#[cold]
pub(super) fn refused(config: &MysqlConfig, native: mysql::Error) -> Error {
    use mysql::Error as Native;
    if config.refuses_retrieved_key()
        && matches!(&native, Native::IoError(io) if io.kind() == io::ErrorKind::NotFound)
    {
        let why = "public key retrieval is not allowed: the server's RSA key, which would encrypt the password, is not verified";
        return failed_as(ErrorKind::Authentication, config, why)
            .with_hint(
                "encrypt the connection with sslmode=require, name the file of the key with server_public_key, or accept the server's key with allow_public_key_retrieval=true; MySQL needs the key at a user's first login and after a wrong password",
            )
            .with_source(native);
    }
    let (kind, why) = match &native {
        Native::MySqlError(server) => {
            let kind = match classify(server.code, &server.state, &server.message).kind() {
                ErrorKind::Authentication => ErrorKind::Authentication,
                _ => ErrorKind::ConnectionFailed,
            };
            (kind, server.message.clone())
        }
        Native::DriverError(DriverError::TlsNotSupported) => (
            ErrorKind::Configuration,
            "the server does not support TLS".into(),
        ),
        Native::DriverError(
            DriverError::UnknownAuthPlugin(_)
            | DriverError::OldMysqlPasswordDisabled
            | DriverError::CleartextPluginDisabled,
        ) => (
            ErrorKind::Authentication,
            "the server requests an authentication plugin that this driver does not support".into(),
        ),
        Native::DriverError(DriverError::ConnectTimeout) => (
            ErrorKind::ConnectionFailed,
            no_answer(config.connect_timeout),
        ),
        Native::DriverError(DriverError::CouldNotConnect(Some((_, why, kind)))) => {
            (ErrorKind::ConnectionFailed, plain_cause(*kind, why))
        }
        other if is_silence(other) => (
            ErrorKind::ConnectionFailed,
            no_answer(config.answer_timeout),
        ),
        other => (ErrorKind::ConnectionFailed, broken_cause(config, other)),
    };
    let mut error = failed_as(kind, config, &why);
    if kind == ErrorKind::Authentication && config.password.is_none() {
        error = error.with_hint("no password is supplied");
    }
    if let Native::MySqlError(server) = &native {
        error = error.with_code(server.code.to_string());
        if let Some(hint) = classify(server.code, &server.state, &server.message).hint() {
            error = error.with_hint(hint.to_owned());
        }
    }
    error.with_source(native)
}

/// What went wrong between the TCP connection and the login.
fn broken_cause(config: &MysqlConfig, native: &mysql::Error) -> String {
    if config.tls == TlsMode::Disable {
        return "the response is not valid in the MySQL protocol".to_owned();
    }
    let cause = match native {
        mysql::Error::IoError(io) => io.to_string(),
        mysql::Error::CodecError(codec) => codec.to_string(),
        other => other.to_string(),
    };
    let cause = cause
        .trim_start_matches("IO error: ")
        .trim_matches(['`', '\'']);
    format!("the TLS handshake failed: {cause}")
}

fn plain_cause(kind: io::ErrorKind, why: &str) -> String {
    match kind {
        io::ErrorKind::Other | io::ErrorKind::InvalidInput => why.to_owned(),
        // Of a unix socket, and "entity not found" in the standard library.
        io::ErrorKind::NotFound => "the socket file does not exist".to_owned(),
        kind => kind.to_string(),
    }
}

#[cold]
pub(super) fn failed(config: &MysqlConfig, why: &str) -> Error {
    failed_as(ErrorKind::ConnectionFailed, config, why)
}

fn failed_as(kind: ErrorKind, config: &MysqlConfig, why: &str) -> Error {
    unconnected(kind, &config.target(), why)
}
