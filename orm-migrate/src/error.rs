//! [`Error`]: the error type of this crate: a message, notes, and an exit code.
//!
//! The rules are those of `orm`: lower case, no full stop, no bound value, no password. The database's own message,
//! which may quote data, is reachable through [`std::error::Error::source`]; the command line prints it, since it
//! helps to correct a migration.

use std::error::Error as StdError;
use std::fmt;
use std::io::ErrorKind;

use crate::exit::Exit;

/// Is a result with [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Describes an error, its place, and what to do about it.
///
/// # Examples
///
/// ```
/// # use orm_migrate::{Error, Exit};
/// let error = Error::new(Exit::Usage, "no such dialect");
/// assert_eq!((error.exit(), error.message()), (Exit::Usage, "no such dialect"));
/// assert_eq!((error.hint(), error.note("state")), (None, None));
/// ```
pub struct Error(Box<Inner>);

struct Inner {
    exit: Exit,
    message: String,
    notes: Vec<(&'static str, String)>,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error that ends the process with `exit`.
    #[cold]
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            exit,
            message: message.into(),
            notes: Vec::new(),
            source: None,
        }))
    }

    /// An error that ends the process with 1.
    #[cold]
    pub(crate) fn failed(message: impl Into<String>) -> Self {
        Self::new(Exit::Failed, message)
    }

    /// A file or folder that can't be read or written.
    #[cold]
    pub(crate) fn io(what: &str, path: &std::path::Path, error: std::io::Error) -> Self {
        let hint = match error.kind() {
            ErrorKind::NotFound => "check the path: it is relative to the current folder",
            ErrorKind::PermissionDenied => "grant this user permission on it",
            ErrorKind::InvalidData => "save it as UTF-8",
            _ => "check whether the disk is full or damaged",
        };
        Self::failed(format!("can't {what} {}: {error}", path.display()))
            .with_hint(hint)
            .with_source(error)
    }

    /// The same error of something larger, whose message comes first.
    pub(crate) fn within(mut self, what: &str) -> Self {
        self.0.message = format!("{what}: {}", self.0.message);
        self
    }

    /// Adds a line under a label, such as `state`.
    pub(crate) fn with_note(mut self, label: &'static str, text: impl Into<String>) -> Self {
        self.0.notes.push((label, text.into()));
        self
    }

    /// Adds what to do about it; the last hint counts.
    pub(crate) fn with_hint(mut self, hint: impl Into<String>) -> Self {
        self.0.notes.retain(|(label, _)| *label != "hint");
        self.with_note("hint", hint)
    }

    /// Adds the error under this one.
    pub(crate) fn with_source(
        mut self,
        source: impl Into<Box<dyn StdError + Send + Sync>>,
    ) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Returns the exit code of the error.
    pub fn exit(&self) -> Exit {
        self.0.exit
    }

    /// Returns the message, without notes.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the hint: what to do about the error.
    pub fn hint(&self) -> Option<&str> {
        self.note("hint")
    }

    /// All notes with their labels, in the order in which they were added.
    pub(crate) fn notes(&self) -> &[(&'static str, String)] {
        &self.0.notes
    }

    /// Returns the note with a label. `"state"` describes what of a failed migration is applied.
    pub fn note(&self, label: &str) -> Option<&str> {
        self.0
            .notes
            .iter()
            .find(|note| note.0 == label)
            .map(|note| note.1.as_str())
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)?;
        for (label, text) in &self.0.notes {
            write!(f, "\n  {label}: {text}")?;
        }
        Ok(())
    }
}

// `fn main() -> orm_migrate::Result<()>` prints Debug, so Debug is the readable form.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match &self.0.source {
            Some(source) => Some(source.as_ref()),
            None => None,
        }
    }
}

impl From<orm_core::Error> for Error {
    #[cold]
    fn from(error: orm_core::Error) -> Self {
        let mut own = Self::failed(error.message());
        let columns = error.columns().join(", ");
        let columns = (!columns.is_empty()).then_some(columns.as_str());
        let place = [("table", error.table()), ("column", columns)];
        let details = [("constraint", error.constraint()), ("code", error.code())];
        let rest = [("sql", error.sql()), ("hint", error.hint())];
        for (label, text) in place.into_iter().chain(details).chain(rest) {
            if let Some(text) = text {
                own = own.with_note(label, text);
            }
        }
        if own.hint().is_none()
            && let Some(hint) = hint(error.kind())
        {
            own = own.with_hint(hint);
        }
        own.with_source(error)
    }
}

/// The hint for an error for which `orm` has none.
fn hint(kind: orm_core::ErrorKind) -> Option<&'static str> {
    use orm_core::ErrorKind as Kind;
    Some(match kind {
        Kind::ConnectionFailed => {
            "start the database, or correct the host, port or path in the URL"
        }
        Kind::Authentication => "correct the user, password or database in the URL",
        Kind::ConnectionLost => "check the server's log, and run the command again",
        Kind::Busy | Kind::Deadlock | Kind::SerializationFailure => {
            "run the command again: another program changes the same tables"
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use orm_core::ErrorKind;

    #[test]
    fn says_what_the_orm_says_and_keeps_the_native_text_apart() {
        let inner = orm_core::Error::new(ErrorKind::UniqueViolation)
            .with_table("users")
            .with_code("23505")
            .with_source("Key (name)=(secret) already exists");
        let error = Error::from(inner);
        let text = "duplicate value violates a unique constraint\n  table: users\n  code: 23505";
        assert_eq!(error.to_string(), text);
        assert_eq!(error.exit(), Exit::Failed);
        let source = error
            .source()
            .and_then(StdError::source)
            .map(ToString::to_string);
        assert!(source.is_some_and(|text| text.contains("secret")));
    }
}
