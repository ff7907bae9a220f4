//! Parses database URLs: `scheme://user:password@host:port/database?option=value`, and SQLite's forms.
//!
//! The authority and the query follow RFC 3986; percent-encoding is decoded in every part. No message shows the
//! password. A password with an unencoded `/`, `?` or `@` is split at the wrong place, so a message shows a text only
//! if it can't be part of a password.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::str::FromStr;
use std::time::Duration;

use orm_core::error::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;

/// A URL, taken apart. Has no `Debug`, since it holds the password.
#[derive(Default)]
pub(super) struct Url {
    pub scheme: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// Of a server's URL, without the brackets of an IPv6 address: `localhost` if it names none.
    pub host: String,
    pub port: Option<u16>,
    /// Everything between the authority and the query, without the first slash.
    pub path: String,
    options: BTreeMap<String, String>,
    /// The names of the options that were read.
    known: Vec<&'static str>,
}

impl Url {
    /// Takes `text` apart.
    ///
    /// # Errors
    /// `Configuration`, which names the part at fault and never the password.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text
            .split_once(':')
            .filter(|(scheme, _)| is_scheme(scheme))
            .ok_or_else(|| {
                wrong("the database URL has no scheme")
                    .with_hint("write sqlite://file.db, postgresql://… or mysql://…")
            })?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            options: parse_query(query)?,
            ..Self::default()
        };
        if url.scheme == "sqlite" {
            url.parse_file(rest)?;
        } else {
            url.parse_server(rest, query)?;
        }
        Ok(url)
    }

    /// SQLite's URLs have no authority: all that follows is a path.
    fn parse_file(&mut self, rest: &str) -> Result<()> {
        let path = rest.strip_prefix("//").unwrap_or(rest);
        let first = path.split_once('@').map(|(first, _)| first);
        if first.is_some_and(|first| first.contains(':')) {
            return Err(
                wrong("the URL of a SQLite database takes no user and password")
                    .with_hint("write sqlite://file.db; encode a : in the file's name as %3A"),
            );
        }
        self.path = decode(path, "path")?;
        Ok(())
    }

    fn parse_server(&mut self, rest: &str, query: &str) -> Result<()> {
        let Some(rest) = rest.strip_prefix("//") else {
            return Err(
                wrong("the URL of a database server needs // after its scheme")
                    .with_hint("write postgresql://user:password@host/database"),
            );
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        // The rest of a password that ended too early, or the host behind it.
        if path.contains('@') || query.contains('@') {
            return Err(wrong("the URL has an @ after its host").with_hint(ENCODE));
        }
        self.path = decode(path, "database name")?;
        // The last @ ends the login: a password may hold one that should have been encoded.
        let host = match authority.rsplit_once('@') {
            Some((login, host)) => {
                let (user, password) = match login.split_once(':') {
                    Some((user, password)) => (user, Some(decode(password, "password")?)),
                    None => (login, None),
                };
                self.user = Some(decode(user, "user")?);
                self.password = password;
                host
            }
            None => authority,
        };
        self.parse_host(host)
    }

    fn parse_host(&mut self, text: &str) -> Result<()> {
        let (host, port) = match text.strip_prefix('[') {
            Some(rest) => bracketed(rest)?,
            None => match text.rsplit_once(':') {
                Some((host, port)) => (host, port),
                None => (text, ""),
            },
        };
        if host.contains(',') {
            return Err(wrong("the URL names several hosts").with_hint(
                "name one host, or build the driver from a PostgresConfig, whose host takes several",
            ));
        }
        if host.contains(':') && !text.starts_with('[') {
            return Err(wrong("the URL's host contains a colon").with_hint(
                "write an IPv6 address in brackets, and encode a : in the password as %3A",
            ));
        }
        self.host = decode(if host.is_empty() { "localhost" } else { host }, "host")?;
        if !port.is_empty() {
            self.port = Some(port_number(port)?);
        }
        Ok(())
    }

    /// Takes an option out of the query.
    pub(super) fn take(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        self.options.remove(name)
    }

    /// Takes an option out of the query by what its text means.
    fn take_as<T>(
        &mut self,
        name: &'static str,
        expected: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>> {
        let value = self.take(name).map(|text| read(&text));
        match value {
            Some(None) => Err(wrong(format!("the URL option {name} must be {expected}"))),
            value => Ok(value.flatten()),
        }
    }

    /// Takes a number out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is none that the option can hold.
    pub(super) fn take_number<N: FromStr>(&mut self, name: &'static str) -> Result<Option<N>> {
        self.take_as(name, "a number", |text| text.parse().ok())
    }

    /// Takes one of a few words out of the query, as what it stands for.
    ///
    /// # Errors
    /// `Configuration` if it is another one.
    pub(super) fn take_choice<T: Copy>(
        &mut self,
        name: &'static str,
        choices: &[(&str, T)],
    ) -> Result<Option<T>> {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        let expected = format!("one of {}", names.join(", "));
        let choose = |text: &str| choices.iter().find(|(name, _)| *name == text);
        self.take_as(name, &expected, |text| {
            choose(text).map(|(_, value)| *value)
        })
    }

    /// Takes true or false out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is neither.
    pub(super) fn take_switch(&mut self, name: &'static str) -> Result<Option<bool>> {
        let choices = [("true", true), ("false", false), ("1", true), ("0", false)];
        self.take_choice(name, &choices)
    }

    /// Takes a number of milliseconds out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is not a number.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(super) fn take_millis(&mut self, name: &'static str) -> Result<Option<Duration>> {
        Ok(self.take_number(name)?.map(Duration::from_millis))
    }

    /// Takes a number of seconds out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is not a number.
    pub(super) fn take_seconds(&mut self, name: &'static str) -> Result<Option<Duration>> {
        Ok(self.take_number(name)?.map(Duration::from_secs))
    }

    /// The database, if the URL names one.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn database(&self) -> Option<String> {
        Some(self.path.clone()).filter(|name| !name.is_empty())
    }

    /// Refuses options that nothing has taken.
    ///
    /// # Errors
    /// `Configuration`, naming the first unknown option and the known ones.
    pub(super) fn finish(&mut self) -> Result<()> {
        let Some((name, _)) = self.options.pop_first() else {
            return Ok(());
        };
        let (name, scheme) = (shown(&name), &self.scheme);
        let message = format!("unknown option {name}in the URL of {scheme}");
        Err(wrong(message).with_hint(format!("the known options are {}", self.known.join(", "))))
    }
}

const ENCODE: &str =
    "encode an @, :, / or ? in user, password, database or options as %40, %3A, %2F or %3F";

fn is_scheme(text: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || "+.-".contains(c);
    text.starts_with(|c: char| c.is_ascii_alphabetic()) && text.chars().all(is_part)
}

/// Address and port behind an opening bracket.
fn bracketed(rest: &str) -> Result<(&str, &str)> {
    let Some((host, behind)) = rest.split_once(']') else {
        return Err(wrong("the URL's IPv6 address has no closing bracket"));
    };
    if !host.contains(':') {
        return Err(wrong("the URL's brackets contain no IPv6 address")
            .with_hint("write host names and IPv4 addresses without brackets"));
    }
    match behind.strip_prefix(':') {
        Some(port) => Ok((host, port)),
        None if behind.is_empty() => Ok((host, "")),
        None => Err(
            wrong("the URL has something other than a port after its IPv6 address")
                .with_hint("write [::1]:5432"),
        ),
    }
}

fn port_number(text: &str) -> Result<u16> {
    // Parsing would take a sign.
    let is_number = text.bytes().all(|b| b.is_ascii_digit());
    match text.parse() {
        Ok(number @ 1..) if is_number => Ok(number),
        _ => Err(wrong("the URL's port is not a number from 1 to 65535").with_hint(ENCODE)),
    }
}

fn parse_query(query: &str) -> Result<BTreeMap<String, String>> {
    let mut options = BTreeMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name, "option")?, decode(value, "option")?);
        if options.contains_key(&name) {
            return Err(wrong(format!(
                "the URL has the option {}twice",
                shown(&name)
            )));
        }
        options.insert(name, value);
    }
    Ok(options)
}

/// The name of an option with a space, unless it may be a part of something else.
fn shown(name: &str) -> String {
    let is_name = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    if is_name {
        format!("{name} ")
    } else {
        String::new()
    }
}

fn decode(text: &str, part: &str) -> Result<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    let decoded = decoded.map_err(|_| wrong(format!("the URL's {part} is not valid UTF-8")))?;
    if decoded.contains('\0') {
        return Err(wrong(format!("the URL's {part} contains a NUL character")));
    }
    Ok(decoded.into_owned())
}

pub(super) fn wrong(message: impl Into<Cow<'static, str>>) -> Error {
    Error::with_message(ErrorKind::Configuration, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_part() {
        let mut url = Url::parse(
            "postgres://u%40x:p%2F%3A@h.example:5433/my%20db?sslmode=require&pool_size=7",
        )
        .unwrap();
        assert_eq!(url.user.as_deref(), Some("u@x"));
        assert_eq!(url.password.as_deref(), Some("p/:"));
        assert_eq!((url.host.as_str(), url.port), ("h.example", Some(5433)));
        assert_eq!(url.path, "my db");
        assert_eq!(url.take("sslmode").as_deref(), Some("require"));
        assert_eq!(url.take_number("pool_size").unwrap(), Some(7_u32));
        assert!(url.finish().is_ok());
    }

    #[test]
    fn takes_ipv6_and_no_port() {
        let url = Url::parse("mysql://root@[::1]/db").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("::1", None));
        let url = Url::parse("mysql://[::1]:3307/db").unwrap();
        assert_eq!((url.host.as_str(), url.port), ("::1", Some(3307)));
    }

    #[test]
    fn sqlite_urls_are_paths() {
        for (text, path) in [
            ("sqlite://a%20b.db", "a b.db"),
            ("sqlite:///tmp/a.db", "/tmp/a.db"),
            ("sqlite://", ""),
            ("sqlite::memory:", ":memory:"),
        ] {
            assert_eq!(Url::parse(text).unwrap().path, path);
        }
    }

    #[test]
    fn wrong_urls_say_what_is_wrong_without_the_password() {
        for (text, part) in [
            ("users.db", "scheme"),
            ("u:secret@h/db", "//"),
            ("u%40x:secret@h/db", "scheme"),
            ("postgres:u:secret@h/db", "//"),
            ("postgres:/u:secret@h/db", "//"),
            ("postgres://u:secret@h:port/db", "port"),
            ("postgres://u:secret@h:99999/db", "port"),
            ("postgres://u:secret@h:0/db", "port"),
            ("postgres://u:secret@h:+5432/db", "port"),
            ("postgres://u:12/secret@h/db", "@"),
            ("postgres://u:12?secret@h/db", "@"),
            ("postgres://u:12?secret=x@h/db", "@"),
            ("postgres://u:p@a:1,b:2/db", "several hosts"),
            ("postgres://u:p@::1:5432/db", "brackets"),
            ("mysql://[127.0.0.1]5432/db", "brackets"),
            ("mysql://[::1]5432/db", "port"),
            ("mysql://[::1/db", "bracket"),
            ("mysql://u:%ff@h/db", "password"),
            ("mysql://u:%00secret@h/db", "NUL"),
            (
                "mysql://h/db?sslmode=require&sslmode=disable",
                "sslmode twice",
            ),
            ("sqlite:u:secret@x", "no user"),
            ("sqlite://u:secret@x/y", "no user"),
            ("sqlite://x%00y.db", "NUL"),
        ] {
            let message = Url::parse(text).err().expect(text).to_string();
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn unknown_options_are_named_if_they_are_names() {
        for (text, name) in [
            ("sqlite://a.db?mod=ro", "unknown option mod in"),
            ("postgres://h/db?Secret1", "unknown option in"),
        ] {
            let error = Url::parse(text).unwrap().finish().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
