//! Parses database URLs. Called by `Url::parse`.
//!
//! The authority and the query follow RFC 3986; percent-encoding is decoded in every part. No message shows the
//! password. A password with an unencoded `/`, `?` or `@` is split at the wrong place, so a message shows a text only
//! if it can't be part of a password.

use orm_core::error::Result;
use percent_encoding::percent_decode_str;

use super::{Url, wrong};

impl Url {
    /// Parses the text of a URL: `scheme://user:password@host:port/database?option=value`, or one of SQLite's forms
    /// `sqlite://file.db` and `sqlite::memory:`. All parts are percent-decoded.
    ///
    /// # Errors
    /// - `Configuration`: the text is no URL of a database. The message names the part at fault and never the password.
    ///
    /// # Examples
    ///
    /// ```
    /// use orm::engine::Url;
    ///
    /// let url = Url::parse("postgresql://ada:p%40ss@db.example:5433/app?sslmode=require")?;
    /// assert_eq!((url.user(), url.password()), (Some("ada"), Some("p@ss")));
    /// assert_eq!((url.host(), url.port(), url.database()), (Some("db.example"), Some(5433), "app"));
    /// assert_eq!(url.option("sslmode"), Some("require"));
    /// assert_eq!(url.to_string(), "postgresql://ada:***@db.example:5433/app?sslmode=require");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn parse(text: &str) -> Result<Self> {
        let (scheme, rest) = text
            .split_once(':')
            .filter(|(scheme, _)| is_scheme(scheme))
            .ok_or_else(|| {
                wrong("the database URL has no scheme")
                    .with_hint("write sqlite://file.db, postgresql://… or mysql://…")
            })?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self::new(scheme);
        url.options = parse_query(query)?;
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
        self.database = decode(path, "path")?;
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
        self.database = decode(path, "database name")?;
        // The last @ ends the login: a password may hold one that should have been encoded.
        let host = match authority.rsplit_once('@') {
            Some((login, host)) => {
                let (user, password) = match login.split_once(':') {
                    Some((user, password)) => (user, Some(decode(password, "password")?)),
                    None => (login, None),
                };
                self.user = Some(decode(user, "user")?).filter(|user| !user.is_empty());
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
        self.host = decode(host, "host")?;
        if !port.is_empty() {
            self.port = Some(port_number(port)?);
        }
        Ok(())
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

fn parse_query(query: &str) -> Result<Vec<(String, String)>> {
    let mut options: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(name, "option")?, decode(value, "option")?);
        if options.iter().any(|(known, _)| *known == name) {
            return Err(wrong(format!(
                "the URL has the option {}twice",
                shown(&name)
            )));
        }
        options.push((name, value));
    }
    Ok(options)
}

/// The name of an option with a space, unless it may be a part of something else.
pub(super) fn shown(name: &str) -> String {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_every_part() {
        let url =
            Url::parse("postgres://u%40x:p%2F%3A@h.example:5433/my%20db?sslmode=require").unwrap();
        assert_eq!(url.user.as_deref(), Some("u@x"));
        assert_eq!(url.password.as_deref(), Some("p/:"));
        assert_eq!((url.host.as_str(), url.port), ("h.example", Some(5433)));
        assert_eq!(url.database(), "my db");
        assert_eq!(url.option("sslmode"), Some("require"));
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
            assert_eq!(Url::parse(text).unwrap().database(), path);
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
            let message = Url::parse(text).expect_err(text).to_string();
            assert!(message.contains(part), "{text}: {message}");
            assert!(!message.contains("secret"), "{message}");
        }
    }
}
