//! The errors of an operation that does not fit a schema.

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{QualifiedName, Schema, Table};

pub(super) fn fault(message: String) -> Error {
    Error::with_message(ErrorKind::Schema, message)
}

pub(super) fn missing(what: &str, name: impl std::fmt::Display) -> Error {
    fault(format!("the {what} {name} does not exist"))
}

pub(super) fn exists(what: &str, name: impl std::fmt::Display) -> Error {
    fault(format!("the {what} {name} exists already"))
}

impl Schema {
    /// Changes a table that must exist.
    pub(super) fn change(&mut self, name: &QualifiedName) -> Result<&mut Table> {
        self.find_mut(name)
            .ok_or_else(|| missing("table", name).with_table(name.name.as_ref()))
    }
}
