//! [`SqlText`]: SQL in a schema, which is not parsed: conditions, expressions and queries.

use std::borrow::Cow;

use super::Name;

/// Holds SQL of a schema: one text for every dialect, or one for each.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::SqlText;
/// let same = SqlText::from("age >= 0");
/// assert_eq!(same.of_dialect("sqlite"), Some("age >= 0"));
/// let differs = SqlText::PerDialect(vec![("postgres".into(), "lower(name)".into())].into());
/// assert_eq!(differs.of_dialect("postgres"), Some("lower(name)"));
/// assert_eq!(differs.of_dialect("sqlite"), None);
/// let mysql = SqlText::PerDialect(vec![("mysql".into(), "uuid()".into())].into());
/// assert_eq!(mysql.of_dialect("mariadb"), Some("uuid()"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(untagged))]
pub enum SqlText {
    /// The same text in every dialect.
    Same(Name),
    /// Pairs of [`Dialect::name`](crate::sql::Dialect::name) and SQL.
    PerDialect(Cow<'static, [(Name, Name)]>),
}

impl SqlText {
    /// Creates a text for every dialect, as a constant.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::SqlText;
    /// const ADULT: SqlText = SqlText::from_static("age >= 18");
    /// assert_eq!(ADULT, "age >= 18".into());
    /// ```
    pub const fn from_static(sql: &'static str) -> Self {
        Self::Same(Name::Borrowed(sql))
    }

    /// Returns the text in a dialect, if there is one. MariaDB without a text of its own has that of MySQL.
    pub fn of_dialect(&self, dialect: &str) -> Option<&str> {
        match self {
            Self::Same(sql) => Some(sql),
            Self::PerDialect(texts) => {
                let find = |dialect: &str| {
                    let mut texts = texts.iter();
                    let found = texts.find(|(name, _)| name == dialect);
                    found.map(|(_, sql)| &**sql)
                };
                let is_mariadb = dialect == "mariadb";
                find(dialect).or_else(|| find("mysql").filter(|_| is_mariadb))
            }
        }
    }
}

impl From<&'static str> for SqlText {
    fn from(sql: &'static str) -> Self {
        Self::from_static(sql)
    }
}

impl From<String> for SqlText {
    fn from(sql: String) -> Self {
        Self::Same(sql.into())
    }
}

impl From<Name> for SqlText {
    fn from(sql: Name) -> Self {
        Self::Same(sql)
    }
}
