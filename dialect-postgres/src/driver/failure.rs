//! Maps errors: of statements, whether the server rejected them or they were not sent, and of connecting.
//!
//! `errors.rs` maps the server's codes. Pure, no I/O.

use std::error::Error as StdError;
use std::fmt::{self, Display};
use std::io;

use orm_core::driver::{LONG_DURATION, no_answer, not_json, unconnected};
use orm_core::error::{Error, ErrorKind};
use postgres::error::{DbError, Severity, SqlState};

use super::config::PostgresConfig;
use super::stream::Link;
use crate::capability::CAPABILITIES;
use crate::errors::ServerError;

/// An error with what decides whether to try again.
pub(super) struct Failure {
    pub(super) error: Error,
    /// Whether preparing the statement again may cure it.
    pub(super) is_stale: bool,
    pub(super) reached_server: bool,
}

impl Failure {
    pub(super) fn local(error: Error) -> Self {
        Self {
            error,
            is_stale: false,
            reached_server: false,
        }
    }
}

#[cold]
pub(super) fn too_many_binds(found: usize) -> Error {
    let limit = CAPABILITIES.bind_limit;
    let message =
        format!("the statement has {found} bind parameters; PostgreSQL allows {limit} at most");
    Error::with_message(ErrorKind::Unsupported, message)
        .with_hint("bind a list as one array: = ANY($1)")
}

pub(super) fn server_error<'a>(error: &'a DbError, sql: &'a str) -> ServerError<'a> {
    ServerError {
        sql,
        code: error.code().code(),
        message: error.message(),
        detail: error.detail(),
        table: error.table(),
        column: error.column(),
        constraint: error.constraint(),
        routine: error.routine(),
        fatal: matches!(
            error.parsed_severity(),
            Some(Severity::Fatal | Severity::Panic)
        ),
    }
}

/// What is wrong with a bind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    Mismatch,
    Elements,
    Range,
    LongDuration,
    Ragged,
    Nul,
    Document(&'static str),
}

/// A bind that was refused before anything was sent. The native driver hands it back as a source.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) fault: Fault,
    pub(super) position: usize,
    pub(super) found: &'static str,
    /// The type that a cast to the value's own has.
    pub(super) own: &'static str,
    pub(super) ty: String,
}

impl Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            position,
            found,
            ty,
            ..
        } = self;
        match self.fault {
            Fault::Mismatch => {
                write!(
                    f,
                    "bind {position} is {found}, but the statement expects type {ty}"
                )
            }
            Fault::Elements => {
                write!(
                    f,
                    "bind {position} is an array whose elements can't be converted to type {ty}"
                )
            }
            Fault::Document(fault) => write!(f, "bind {position} is {fault}"),
            Fault::Ragged => write!(
                f,
                "bind {position} is an array whose inner arrays have different lengths or no elements, which type {ty} can't store"
            ),
            Fault::Range => write!(f, "bind {position} is out of range for type {ty}"),
            Fault::LongDuration => write!(f, "{LONG_DURATION} (bind {position})"),
            Fault::Nul => write!(
                f,
                "bind {position} contains a NUL character, which type {ty} can't store"
            ),
        }
    }
}

impl StdError for Refusal {}

impl Refusal {
    /// The error that a caller sees.
    pub(super) fn to_error(&self) -> Error {
        let position = self.position;
        match self.fault {
            Fault::Mismatch | Fault::Elements => Error::with_message(
                ErrorKind::Usage,
                self.to_string(),
            )
            .with_hint(format!(
                "bind a value of that type, or cast the placeholder: ${position}::{own}, in raw SQL :name::{own}",
                own = self.own
            )),
            Fault::Document(fault) => not_json(position, fault),
            Fault::Range | Fault::LongDuration | Fault::Nul | Fault::Ragged => {
                Error::with_message(ErrorKind::OutOfRange, self.to_string())
            }
        }
    }
}

/// Why a session could not be opened.
pub(super) enum Unchecked {
    Ignored(Error),
    Native(postgres::Error),
}

impl From<Error> for Unchecked {
    fn from(error: Error) -> Self {
        Self::Ignored(error)
    }
}

impl From<postgres::Error> for Unchecked {
    fn from(error: postgres::Error) -> Self {
        Self::Native(error)
    }
}

#[cold]
pub(super) fn failed(config: &PostgresConfig, why: impl Display) -> Error {
    unconnected(ErrorKind::ConnectionFailed, &config.target(), why)
}

/// The reason why connecting failed.
#[cold]
pub(super) fn refused(config: &PostgresConfig, error: Unchecked, link: &Link) -> Error {
    let error = match error {
        Unchecked::Ignored(error) => return error,
        Unchecked::Native(_) if link.has_timed_out() => {
            return failed(config, no_answer(config.connect_timeout));
        }
        Unchecked::Native(error) => error,
    };
    if link.heard().refused_cleartext {
        let why = "the server requests the password in clear text";
        return unconnected(ErrorKind::Authentication, &config.target(), why)
            .with_hint(
                "encrypt the connection with sslmode=require, or allow it with allow_cleartext_password=true",
            )
            .with_source(error);
    }
    let (kind, why) = match error.as_db_error() {
        Some(server) => (refusal(server.code().code()), server.message().to_owned()),
        None => (local_refusal(&error), cause(&error)),
    };
    let code = error.code().map(SqlState::code);
    let mut refused = unconnected(kind, &config.target(), &why).with_any(code, Error::with_code);
    if kind == ErrorKind::Authentication && config.password.is_none() {
        refused = refused.with_hint("no password is supplied");
    } else if refused.code() == Some("3D000") {
        refused = refused.with_hint("create the database first, or use another name");
    } else if why.starts_with("unsupported startup parameter") {
        refused = refused.with_hint(POOLER);
    } else if why.contains("invalid peer certificate") {
        refused = refused.with_hint(
            "connect to the host name in the certificate, and set root_certificates (sslrootcert in a URL) to the file of \
             its certificate authority",
        );
    }
    refused.with_source(error)
}

/// The hint if a pooler refuses a parameter of the startup message.
const POOLER: &str = "upgrade PgBouncer to 1.20 or later, which accepts the startup parameter options; on an older one set ignore_startup_parameters = options, and set session parameters with ALTER ROLE … SET";

// The native driver keeps these kinds to itself; its texts are all there is to go by.
fn local_refusal(error: &postgres::Error) -> ErrorKind {
    match error.to_string().as_str() {
        "authentication error" => ErrorKind::Authentication,
        "invalid configuration" => ErrorKind::Configuration,
        _ => ErrorKind::ConnectionFailed,
    }
}

/// What a server that refuses a connection means by its SQLSTATE.
fn refusal(code: &str) -> ErrorKind {
    match code {
        // A role without the right to connect is 42501.
        "28000" | "28P01" | "42501" => ErrorKind::Authentication,
        // A parameter of the startup message that is unknown, malformed or not to be set.
        code if code.starts_with("42") || code.starts_with("22") || code == "55P02" => {
            ErrorKind::Configuration
        }
        _ => ErrorKind::ConnectionFailed,
    }
}

fn cause(error: &postgres::Error) -> String {
    let Some(source) = error.source() else {
        return error.to_string();
    };
    match source.downcast_ref::<io::Error>() {
        // Of a unix socket, and "entity not found" in the standard library.
        Some(io) if io.kind() == io::ErrorKind::NotFound => {
            "the socket file does not exist".to_owned()
        }
        Some(io) if io.raw_os_error().is_some() => io.kind().to_string(),
        _ => source.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_have_kinds() {
        assert_eq!(refusal("28P01"), ErrorKind::Authentication);
        assert_eq!(refusal("3D000"), ErrorKind::ConnectionFailed);
        assert_eq!(refusal("42704"), ErrorKind::Configuration);
        assert_eq!(refusal("53300"), ErrorKind::ConnectionFailed);
        assert_eq!(refusal("57P03"), ErrorKind::ConnectionFailed);
    }
}
