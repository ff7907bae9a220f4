//! What `connection.rs` makes of a statement that fails, whether the server refused it or it was not sent.

use orm_core::error::{Error, ErrorKind};
use postgres::error::{DbError, Severity};

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
pub(super) fn bind_count(expected: usize, found: usize) -> Error {
    let message = format!("the statement takes {expected} binds, but {found} are given");
    Error::with_message(ErrorKind::Usage, message)
}

#[cold]
pub(super) fn too_many_binds(found: usize) -> Error {
    let limit = CAPABILITIES.bind_limit;
    let message = format!("the statement has {found} binds, but {limit} at most can be sent");
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
