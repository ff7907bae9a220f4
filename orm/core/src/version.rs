//! [`ServerVersion`]: the version of a database, which decides about its features.

use std::fmt;

use crate::error::{Error, ErrorKind, Result};

/// Represents the version of a database server, or of a database that is linked.
///
/// # Examples
///
/// ```
/// use orm_core::ServerVersion;
///
/// let version = ServerVersion::parse("10.11.6-MariaDB-log");
/// assert_eq!(version, Some(ServerVersion::new(10, 11, 6)));
/// assert!(version < Some(ServerVersion::new(11, 4, 0)));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ServerVersion {
    /// The first number.
    pub major: u32,
    /// The second number.
    pub minor: u32,
    /// The third number.
    pub patch: u32,
}

impl ServerVersion {
    /// Creates a version.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_core::ServerVersion;
    ///
    /// assert_eq!(ServerVersion::new(8, 0, 31).to_string(), "8.0.31");
    /// assert_eq!(ServerVersion::new(12, 0, 0).to_string(), "12");
    /// ```
    pub const fn new(major: u32, minor: u32, patch: u32) -> Self {
        Self {
            major,
            minor,
            patch,
        }
    }

    /// Reads the text that a server has for its version: numbers and points, and anything behind them. `None` if it does not
    /// begin with a number.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_core::ServerVersion;
    ///
    /// assert_eq!(ServerVersion::parse("17beta1"), Some(ServerVersion::new(17, 0, 0)));
    /// assert_eq!(ServerVersion::parse("15.18 (Debian)"), Some(ServerVersion::new(15, 18, 0)));
    /// assert_eq!(ServerVersion::parse("unknown"), None);
    /// ```
    pub fn parse(text: &str) -> Option<Self> {
        let end = text.find(|c: char| !c.is_ascii_digit() && c != '.');
        let mut numbers = text[..end.unwrap_or(text.len())].split('.');
        let major = numbers.next()?.parse().ok()?;
        let mut next = || {
            let number = numbers.next().and_then(|number| number.parse().ok());
            number.unwrap_or_default()
        };
        Some(Self::new(major, next(), next()))
    }

    /// Refuses a version that is older than the oldest one that is supported. `product` is the name for the message.
    ///
    /// # Errors
    /// - `Unsupported`: it is older.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm_core::{ErrorKind, ServerVersion};
    ///
    /// let old = ServerVersion::new(11, 5, 0);
    /// let error = old.at_least(ServerVersion::new(12, 0, 0), "PostgreSQL").unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::Unsupported);
    /// assert_eq!(error.message(), "PostgreSQL 11.5 is not supported: the oldest supported version is 12");
    /// ```
    pub fn at_least(self, oldest: Self, product: &str) -> Result<()> {
        if self >= oldest {
            return Ok(());
        }
        let message =
            format!("{product} {self} is not supported: the oldest supported version is {oldest}");
        Err(Error::with_message(ErrorKind::Unsupported, message)
            .with_hint(format!("upgrade it to {product} {oldest} or later")))
    }
}

impl fmt::Display for ServerVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self {
                major,
                minor: 0,
                patch: 0,
            } => write!(f, "{major}"),
            Self {
                major,
                minor,
                patch: 0,
            } => write!(f, "{major}.{minor}"),
            Self {
                major,
                minor,
                patch,
            } => write!(f, "{major}.{minor}.{patch}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_spell_their_versions_in_many_ways() {
        let known = [
            ("15.18 (Debian 15.18-0+deb12u1)", Some((15, 18, 0))),
            ("18beta2", Some((18, 0, 0))),
            ("9.6.24", Some((9, 6, 24))),
            ("8.0.36-28.1", Some((8, 0, 36))),
            ("8.0.mysql_aurora.3.05.2", Some((8, 0, 0))),
            ("10.11.19-MariaDB-0+deb12u1", Some((10, 11, 19))),
            ("3.54.1", Some((3, 54, 1))),
            ("", None),
            ("-MariaDB", None),
            ("99999999999999999999", None),
        ];
        for (text, numbers) in known {
            let version =
                numbers.map(|(major, minor, patch)| ServerVersion::new(major, minor, patch));
            assert_eq!(ServerVersion::parse(text), version, "{text}");
        }
    }

    #[test]
    fn numbers_are_compared_as_numbers() {
        let ordered = [(3, 9, 0), (3, 39, 0), (8, 0, 4), (8, 0, 31), (10, 6, 0)];
        let ordered = ordered.map(|(major, minor, patch)| ServerVersion::new(major, minor, patch));
        assert!(ordered.is_sorted());
    }
}
