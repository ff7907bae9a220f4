//! The names in a schema: [`Name`], and [`QualifiedName`] of a table, view or sequence in a schema of the database.

use std::borrow::Cow;
use std::fmt;

/// Is a name in a schema. Models borrow their names from literals; reflection and files own them.
pub type Name = Cow<'static, str>;

/// Names a table, a view or a sequence, with the schema of the database that it is in.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::QualifiedName;
/// let users = QualifiedName::new("users");
/// assert_eq!(users.to_string(), "users");
/// assert_eq!(users.in_schema("audit").to_string(), "audit.users");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
#[cfg_attr(feature = "serde", serde(deny_unknown_fields))]
pub struct QualifiedName {
    /// The schema, or `None` for the connection's current schema.
    #[cfg_attr(
        feature = "serde",
        serde(default, skip_serializing_if = "Option::is_none")
    )]
    pub schema: Option<Name>,
    /// The name without the schema.
    pub name: Name,
}

impl QualifiedName {
    /// Creates the name of an object in the connection's current schema.
    pub fn new(name: impl Into<Name>) -> Self {
        Self {
            schema: None,
            name: name.into(),
        }
    }

    /// Sets the schema.
    #[must_use]
    pub fn in_schema(mut self, schema: impl Into<Name>) -> Self {
        self.schema = Some(schema.into());
        self
    }
}

impl From<&'static str> for QualifiedName {
    fn from(name: &'static str) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for QualifiedName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}.")?;
        }
        f.write_str(&self.name)
    }
}
