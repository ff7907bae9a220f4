//! [`UrlReader`]: takes the options of a URL, and finds the unknown ones. Used by `connect.rs` and `options.rs`.

use std::str::FromStr;
use std::time::Duration;

use orm_core::error::Result;

use super::parse::shown;
use super::{Url, wrong};

/// A URL of which options are taken. Has no `Debug`, since it holds the password.
pub(in crate::engine) struct UrlReader {
    pub(in crate::engine) url: Url,
    /// The names of the options that were read.
    known: Vec<&'static str>,
}

impl UrlReader {
    pub(in crate::engine) fn new(url: Url) -> Self {
        let known = Vec::new();
        Self { url, known }
    }

    /// The host, which is `localhost` if the URL names none.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(in crate::engine) fn host(&self) -> &str {
        self.url.host().unwrap_or("localhost")
    }

    /// The database, if the URL names one.
    #[cfg(any(feature = "postgres", feature = "mysql"))]
    pub(in crate::engine) fn database(&self) -> Option<String> {
        Some(self.url.database().to_owned()).filter(|name| !name.is_empty())
    }

    /// Takes an option out of the query.
    pub(in crate::engine) fn take(&mut self, name: &'static str) -> Option<String> {
        self.known.push(name);
        let options = &mut self.url.options;
        let place = options.iter().position(|(known, _)| known == name)?;
        Some(options.remove(place).1)
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
    pub(in crate::engine) fn take_number<N: FromStr>(
        &mut self,
        name: &'static str,
    ) -> Result<Option<N>> {
        self.take_as(name, "a number", |text| text.parse().ok())
    }

    /// Takes one of a few words out of the query, as what it stands for.
    ///
    /// # Errors
    /// `Configuration` if it is another one.
    pub(in crate::engine) fn take_choice<T: Copy>(
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
    pub(in crate::engine) fn take_switch(&mut self, name: &'static str) -> Result<Option<bool>> {
        let choices = [("true", true), ("false", false), ("1", true), ("0", false)];
        self.take_choice(name, &choices)
    }

    /// Takes a number of milliseconds out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is not a number.
    #[cfg(any(feature = "sqlite", feature = "postgres", feature = "mysql"))]
    pub(in crate::engine) fn take_millis(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Duration>> {
        Ok(self.take_number(name)?.map(Duration::from_millis))
    }

    /// Takes a number of seconds out of the query.
    ///
    /// # Errors
    /// `Configuration` if it is not a number.
    pub(in crate::engine) fn take_seconds(
        &mut self,
        name: &'static str,
    ) -> Result<Option<Duration>> {
        Ok(self.take_number(name)?.map(Duration::from_secs))
    }

    /// Refuses options that nothing has taken.
    ///
    /// # Errors
    /// `Configuration`, naming the first unknown option and the known ones.
    pub(in crate::engine) fn finish(&self) -> Result<()> {
        let Some((name, _)) = self.url.options.first() else {
            return Ok(());
        };
        let (name, scheme) = (shown(name), self.url.scheme());
        let message = format!("unknown option {name}in the URL of {scheme}");
        Err(wrong(message).with_hint(format!("the known options are {}", self.known.join(", "))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_taken_by_what_they_mean() {
        let url = Url::parse("postgres://h/db?sslmode=require&pool_size=7").unwrap();
        let mut reader = UrlReader::new(url);
        assert_eq!(reader.take("sslmode").as_deref(), Some("require"));
        assert_eq!(reader.take_number("pool_size").unwrap(), Some(7_u32));
        assert!(reader.finish().is_ok());
    }

    #[test]
    fn unknown_options_are_named_if_they_are_names() {
        for (text, name) in [
            ("sqlite://a.db?mod=ro", "unknown option mod in"),
            ("postgres://h/db?Secret1", "unknown option in"),
        ] {
            let reader = UrlReader::new(Url::parse(text).unwrap());
            let error = reader.finish().unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
    }
}
