//! What the caller of a comparison decides and gets: options, operations and questions.

use crate::schema::{Name, Operation, QualifiedName, SqlText};

/// Holds what a comparison can't find out by itself.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::compare::CompareOptions;
/// let options = CompareOptions::default()
///     .rename("users", "accounts")
///     .rename("users.mail", "email")
///     .fill("accounts.active", "TRUE")
///     .no_renames()
///     .keep_unknown();
/// assert_eq!(options.renames.len(), 2);
/// assert!(options.no_renames && !options.drop_unknown);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CompareOptions {
    /// Tables and columns that are renamed: pairs of the old name, as `table` or `table.column`, and the new one, without
    /// the table. Tables of another schema of the database are written `schema.table`.
    pub renames: Vec<(Name, Name)>,
    /// Values for existing rows: pairs of `table.column`, with the new names, and an expression.
    pub fills: Vec<(Name, SqlText)>,
    /// Whether no questions about possible renames are returned.
    pub no_renames: bool,
    /// Whether tables, views and sequences are dropped that `after` does not have. Comparisons with a database keep them.
    pub drop_unknown: bool,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self {
            renames: Vec::new(),
            fills: Vec::new(),
            no_renames: false,
            drop_unknown: true,
        }
    }
}

impl CompareOptions {
    /// Renames a table, `table`, or a column, `table.column`.
    #[must_use]
    pub fn rename(mut self, from: impl Into<Name>, to: impl Into<Name>) -> Self {
        self.renames.push((from.into(), to.into()));
        self
    }

    /// Sets the value of existing rows in a column, `table.column`, that is added or becomes NOT NULL.
    #[must_use]
    pub fn fill(mut self, column: impl Into<Name>, value: impl Into<SqlText>) -> Self {
        self.fills.push((column.into(), value.into()));
        self
    }

    /// Returns no questions about possible renames.
    #[must_use]
    pub fn no_renames(mut self) -> Self {
        self.no_renames = true;
        self
    }

    /// Keeps tables, views and sequences that `after` does not have.
    #[must_use]
    pub fn keep_unknown(mut self) -> Self {
        self.drop_unknown = false;
        self
    }
}

/// Holds the differences of two schemas.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Comparison {
    /// The changes, in order.
    pub operations: Vec<Operation>,
    /// What only a person can decide.
    pub questions: Vec<Question>,
    /// The renames of [`CompareOptions::renames`] that fit no table or column, or contradict others.
    pub unknown_renames: Vec<(Name, Name)>,
}

/// Asks for a decision.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Question {
    /// A table is dropped and another one is created: is it renamed?
    RenameTable {
        /// The dropped table.
        from: QualifiedName,
        /// The created table.
        to: QualifiedName,
        /// How similar they are, 0 to 100.
        score: u8,
    },
    /// A column is dropped and another one is added: is it renamed?
    Rename {
        /// The table, by its new name.
        table: QualifiedName,
        /// The dropped column.
        from: Name,
        /// The added column.
        to: Name,
        /// How similar they are, 0 to 100.
        score: u8,
    },
    /// A column is NOT NULL and has no default: which value do existing rows get?
    Fill {
        /// The table, by its new name.
        table: QualifiedName,
        /// The column.
        column: Name,
    },
}

impl Question {
    /// Returns the arguments of [`CompareOptions::rename`] that answer the question with yes. `None` for a value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::compare::Question;
    /// let question = Question::Rename {
    ///     table: "users".into(),
    ///     from: "mail".into(),
    ///     to: "email".into(),
    ///     score: 88,
    /// };
    /// assert_eq!(question.rename(), Some(("users.mail".into(), "email".into())));
    /// ```
    pub fn rename(&self) -> Option<(Name, Name)> {
        match self {
            Self::RenameTable { from, to, .. } => {
                Some((from.to_string().into(), to.to_string().into()))
            }
            Self::Rename {
                table, from, to, ..
            } => Some((format!("{table}.{from}").into(), to.clone())),
            Self::Fill { .. } => None,
        }
    }
}
