//! [`Url`]: the URL of a database, in parts and as text.
//!
//! `parse.rs` reads a text, `reader.rs` takes the options out for `connect.rs`. Which options there are is known there
//! alone.

mod parse;
mod reader;

use std::borrow::Cow;
use std::fmt::{self, Write};

use orm_core::error::{Error, ErrorKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

pub(super) use reader::UrlReader;

/// Represents the URL of a database in parts: `scheme://user:password@host:port/database?option=value`.
///
/// Its text and its `Debug` output show `***` instead of the password; [`Url::to_string_with_password`] returns the
/// whole URL. A URL that is built of parts needs no percent-encoding.
///
/// # Examples
///
/// ```
/// use orm::engine::{Engine, Url};
///
/// let url = Url::new("postgresql")
///     .with_user("ada")
///     .with_password("p@ss/word")
///     .with_host("db.example")
///     .with_database("app")
///     .with_option("pool_size", "20");
/// assert_eq!(url.to_string(), "postgresql://ada:***@db.example/app?pool_size=20");
/// assert_eq!(Url::parse(&url.to_string_with_password())?, url);
///
/// let engine = Engine::connect(Url::new("sqlite").with_database(":memory:"))?;
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[must_use]
pub struct Url {
    scheme: String,
    user: Option<String>,
    password: Option<String>,
    /// Without the brackets of an IPv6 address. Empty if the URL names none.
    host: String,
    port: Option<u16>,
    /// Everything between the authority and the query, without the first slash.
    database: String,
    options: Vec<(String, String)>,
}

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What is encoded in an IPv6 address.
const IN_ADDRESS: &AsciiSet = &RESERVED.remove(b':');

/// What is encoded in the path of a file.
const IN_PATH: &AsciiSet = &RESERVED.remove(b'/').remove(b':');

impl Url {
    /// Creates a URL of a scheme alone: `"sqlite"`, `"postgresql"`, `"mysql"`, `"mariadb"`, or that of another driver.
    pub fn new(scheme: &str) -> Self {
        Self {
            scheme: scheme.to_ascii_lowercase(),
            user: None,
            password: None,
            host: String::new(),
            port: None,
            database: String::new(),
            options: Vec::new(),
        }
    }

    /// Returns the scheme in lower case.
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// Returns the name of the user.
    pub fn user(&self) -> Option<&str> {
        self.user.as_deref()
    }

    /// Returns the password.
    pub fn password(&self) -> Option<&str> {
        self.password.as_deref()
    }

    /// Returns the host, without the brackets of an IPv6 address. `None` is `localhost`, and a SQLite file.
    pub fn host(&self) -> Option<&str> {
        Some(self.host.as_str()).filter(|host| !host.is_empty())
    }

    /// Returns the port. `None` is the default of the database.
    pub fn port(&self) -> Option<u16> {
        self.port
    }

    /// Returns the name of the database, or the path of a SQLite file. Empty if the URL names none.
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Returns the value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let mut options = self.options();
        options.find_map(|(known, value)| (known == name).then_some(value))
    }

    /// Iterates over the options, in order.
    pub fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        let options = self.options.iter();
        options.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Sets the name of the user. An empty name is none.
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into()).filter(|user| !user.is_empty());
        self
    }

    /// Sets the password.
    pub fn with_password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Sets the host: a name or an address, an IPv6 address without brackets.
    pub fn with_host(mut self, host: impl Into<String>) -> Self {
        self.host = host.into();
        self
    }

    /// Sets the port.
    pub fn with_port(mut self, port: u16) -> Self {
        self.port = Some(port);
        self
    }

    /// Sets the name of the database, or the path of a SQLite file.
    pub fn with_database(mut self, database: impl Into<String>) -> Self {
        self.database = database.into();
        self
    }

    /// Sets an option. One of the same name is replaced.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::engine::Url;
    ///
    /// let url = Url::parse("sqlite://app.db?mode=rwc")?.with_option("mode", "ro");
    /// assert_eq!(url.to_string(), "sqlite://app.db?mode=ro");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn with_option(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let (name, value) = (name.into(), value.into());
        match self.options.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.options.push((name, value)),
        }
        self
    }

    /// Returns the text of the URL with the password, from which [`Url::parse`] makes the same URL.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::engine::Url;
    ///
    /// let url = Url::new("mysql").with_user("ada").with_password("p@ss").with_host("::1").with_port(3307);
    /// assert_eq!(url.to_string_with_password(), "mysql://ada:p%40ss@[::1]:3307");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_string_with_password(&self) -> String {
        let password = self.password.as_deref().map(|text| encoded(text, RESERVED));
        let mut text = String::new();
        // Writing to a String does not fail.
        let _ = self.write(&mut text, password.as_deref());
        text
    }

    fn write(&self, to: &mut impl Write, password: Option<&str>) -> fmt::Result {
        write!(to, "{}://", self.scheme)?;
        if self.scheme == "sqlite" {
            to.write_str(&encoded(&self.database, IN_PATH))?;
        } else {
            self.write_server(to, password)?;
        }
        for (index, (name, value)) in self.options().enumerate() {
            let sign = if index == 0 { '?' } else { '&' };
            let (name, value) = (encoded(name, RESERVED), encoded(value, RESERVED));
            write!(to, "{sign}{name}={value}")?;
        }
        Ok(())
    }

    fn write_server(&self, to: &mut impl Write, password: Option<&str>) -> fmt::Result {
        if self.user.is_some() || password.is_some() {
            to.write_str(&encoded(self.user().unwrap_or_default(), RESERVED))?;
            if let Some(password) = password {
                write!(to, ":{password}")?;
            }
            to.write_char('@')?;
        }
        if self.host.contains(':') {
            write!(to, "[{}]", encoded(&self.host, IN_ADDRESS))?;
        } else {
            to.write_str(&encoded(&self.host, RESERVED))?;
        }
        if let Some(port) = self.port {
            write!(to, ":{port}")?;
        }
        if !self.database.is_empty() {
            write!(to, "/{}", encoded(&self.database, RESERVED))?;
        }
        Ok(())
    }
}

/// Shows `***` instead of the password.
impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, self.password.as_ref().map(|_| "***"))
    }
}

/// Shows `***` instead of the password.
impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

/// Is implemented by what names a database: a [`Url`] and text of a URL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the URL of a database",
    label = "expected a text or a `Url`"
)]
pub trait IntoUrl: sealed::Sealed {
    /// Returns the text of the URL, with the password.
    #[doc(hidden)]
    fn into_text(self) -> String;
}

impl<T: AsRef<str> + ?Sized> IntoUrl for &T {
    fn into_text(self) -> String {
        self.as_ref().to_owned()
    }
}

impl IntoUrl for String {
    fn into_text(self) -> String {
        self
    }
}

impl IntoUrl for Url {
    fn into_text(self) -> String {
        self.to_string_with_password()
    }
}

impl IntoUrl for &Url {
    fn into_text(self) -> String {
        self.to_string_with_password()
    }
}

mod sealed {
    pub trait Sealed {}
    impl<T: AsRef<str> + ?Sized> Sealed for &T {}
    impl Sealed for String {}
    impl Sealed for super::Url {}
    impl Sealed for &super::Url {}
}

fn encoded<'a>(text: &'a str, what: &'static AsciiSet) -> Cow<'a, str> {
    utf8_percent_encode(text, what).into()
}

pub(super) fn wrong(message: impl Into<Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn no_text_shows_the_password() {
        let url = Url::parse("pg://u:p%40@h:1/db?k=v").unwrap();
        assert_eq!(url.to_string(), "pg://u:***@h:1/db?k=v");
        assert_eq!(format!("{url:?}"), "Url(pg://u:***@h:1/db?k=v)");
        assert_eq!(url.to_string_with_password(), "pg://u:p%40@h:1/db?k=v");
    }

    #[test]
    fn texts_come_back() {
        for text in [
            "sqlite://",
            "sqlite://:memory:",
            "sqlite:///tmp/a%20b.db?mode=ro&busy_timeout=10",
            "postgresql:///db?host=%2Frun%2Fx",
            "postgresql://ada@/db",
            "mysql://:secret@h",
            "mysql://[fe80::1%25eth0]:3307/db",
        ] {
            let url = Url::parse(text).unwrap();
            assert_eq!(url.to_string_with_password(), text);
        }
    }

    proptest! {
        #[test]
        fn urls_of_any_parts_come_back(
            scheme in "sqlite|postgresql|mysql|my-driver",
            (user, password) in (".*", proptest::option::of(".*")),
            host in "([^,:\0]*|[0-9a-f:%]*:[0-9a-f:%]*)",
            port in proptest::option::of(1_u16..),
            database in ".*",
            options in proptest::collection::btree_map(".*", ".*", 0..3),
        ) {
            let is_clean = |text: &str| !text.contains('\0');
            let password = password.filter(|text| is_clean(text));
            prop_assume!([&user, &host, &database].into_iter().all(|text| is_clean(text)));
            prop_assume!(options.iter().all(|(name, value)| is_clean(name) && is_clean(value)));
            let mut url = Url::new(&scheme).with_database(database);
            if scheme != "sqlite" {
                url = url.with_user(user).with_host(host);
                url.password = password;
                url.port = port;
            }
            for (name, value) in options {
                url = url.with_option(name, value);
            }
            let text = url.to_string_with_password();
            prop_assert_eq!(Url::parse(&text).map_err(|error| error.to_string()), Ok(url), "{}", text);
        }
    }
}
