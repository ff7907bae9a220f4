//! Database URLs: `scheme://user:password@host:port/database?option=value`, and SQLite's forms.
//!
//! The authority and query follow RFC 3986; percent-encoding is decoded in every part. The password is
//! kept out of every message.

use std::collections::BTreeMap;

use orm_core::error::{Error, ErrorKind, Result};
use percent_encoding::percent_decode_str;

/// A URL, taken apart. Has no `Debug`, since it holds the password.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Url {
    pub scheme: String,
    pub user: Option<String>,
    pub password: Option<String>,
    /// Without the brackets of an IPv6 address; empty if there is none.
    pub host: String,
    pub port: Option<u16>,
    /// Everything between the authority and the query, without the first slash.
    pub path: String,
    options: BTreeMap<String, String>,
}

impl Url {
    /// Takes `text` apart.
    ///
    /// # Errors
    /// `Configuration`, which names the part at fault and never the password.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let Some((scheme, rest)) = text.split_once(':') else {
            return Err(wrong("a database url needs a scheme")
                .with_hint("write sqlite://file.db, postgresql://… or mysql://…"));
        };
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self {
            scheme: scheme.to_ascii_lowercase(),
            user: None,
            password: None,
            host: String::new(),
            port: None,
            path: String::new(),
            options: parse_query(query)?,
        };
        match rest.strip_prefix("//") {
            // SQLite's URLs have no authority: all that follows is a path.
            Some(rest) if url.scheme == "sqlite" => url.path = decode(rest, "path")?,
            Some(rest) => url.parse_authority(rest)?,
            None => url.path = decode(rest, "path")?,
        }
        Ok(url)
    }

    fn parse_authority(&mut self, rest: &str) -> Result<()> {
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
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
            Some(rest) => {
                let Some((host, port)) = rest.split_once(']') else {
                    return Err(wrong("the url's ipv6 address has no closing bracket"));
                };
                (host, port.strip_prefix(':'))
            }
            None => match text.rsplit_once(':') {
                Some((host, port)) => (host, Some(port)),
                None => (text, None),
            },
        };
        self.host = decode(host, "host")?;
        if let Some(port) = port.filter(|port| !port.is_empty()) {
            let number = port.parse().map_err(|_| {
                wrong("the url's port is no number from 1 to 65535")
                    .with_hint("encode an @, :, / or ? in user or password as %40, %3A, %2F or %3F")
            })?;
            self.port = Some(number);
        }
        Ok(())
    }

    /// Takes an option out of the query.
    pub(super) fn take(&mut self, name: &str) -> Option<String> {
        self.options.remove(name)
    }

    /// Takes a number out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is none that the option can hold.
    pub(super) fn take_number<N: std::str::FromStr>(&mut self, name: &str) -> Result<Option<N>> {
        self.take(name)
            .map(|text| {
                text.parse()
                    .map_err(|_| wrong(format!("the url's option {name} is no number")))
            })
            .transpose()
    }

    /// Takes a number of seconds out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is no number.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn take_seconds(&mut self, name: &str) -> Result<Option<std::time::Duration>> {
        Ok(self.take_number(name)?.map(std::time::Duration::from_secs))
    }

    /// The host, which is this machine if the URL names none.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn host_or_localhost(&self) -> String {
        if self.host.is_empty() {
            "localhost".to_owned()
        } else {
            self.host.clone()
        }
    }

    /// The database, if the URL names one.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(super) fn database(&self) -> Option<String> {
        Some(self.path.clone()).filter(|name| !name.is_empty())
    }

    /// Refuses options that nothing has taken.
    ///
    /// # Errors
    /// `Configuration`, naming the first unknown option and the `known` ones.
    pub(super) fn finish(self, known: &str) -> Result<()> {
        match self.options.into_keys().next() {
            Some(name) => Err(wrong(format!(
                "unknown option {name} in the url of {}",
                self.scheme
            ))
            .with_hint(format!("known are: {known}"))),
            None => Ok(()),
        }
    }
}

fn parse_query(query: &str) -> Result<BTreeMap<String, String>> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name, "option")?, decode(value, "option")?))
        })
        .collect()
}

fn decode(text: &str, part: &str) -> Result<String> {
    let decoded = percent_decode_str(text).decode_utf8();
    Ok(decoded
        .map_err(|_| wrong(format!("the url's {part} is no valid utf-8")))?
        .into_owned())
}

pub(super) fn wrong(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
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
        assert!(url.finish("").is_ok());
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
            ("postgres://u:secret@h:port/db", "port"),
            ("postgres://u:secret@h:99999/db", "port"),
            ("mysql://[::1/db", "bracket"),
            ("mysql://u:%ff@h/db", "password"),
        ] {
            let message = Url::parse(text).err().unwrap().to_string();
            assert!(message.contains(part), "{message}");
            assert!(!message.contains("secret"), "{message}");
        }
        let error = Url::parse("sqlite://a.db?mod=ro")
            .unwrap()
            .finish("mode")
            .unwrap_err();
        assert!(error.to_string().contains("unknown option mod"));
    }
}
