//! The types that a column has in single dialects, in place of those that the dialects choose.

use std::borrow::Cow;
use std::mem::{forget, replace};

use super::{Column, Name};

impl Column {
    /// Sets the types of the column in dialects: pairs of a dialect's name and SQL, which is not changed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::{Column, Table};
    /// # use orm_core::sql::ddl;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::types::Type;
    /// let note = Column::new("note", Type::Text).sql_types(vec![("ansi".into(), "NCLOB".into())].into());
    /// assert_eq!(note.sql_type("ansi"), Some("NCLOB"));
    /// assert_eq!(note.sql_type("sqlite"), None);
    /// assert_eq!(
    ///     ddl::create_table(&AnsiDialect::new(), &Table::new("notes").column(note), &[])?,
    ///     "CREATE TABLE \"notes\" (\n    \"note\" NCLOB NOT NULL\n)"
    /// );
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    #[must_use]
    pub const fn sql_types(mut self, types: Cow<'static, [(Name, Name)]>) -> Self {
        forget(replace(&mut self.sql_types, types));
        self
    }

    /// Returns the column's own type in a dialect, if it has one.
    pub fn sql_type(&self, dialect: &str) -> Option<&str> {
        let mut pairs = self.sql_types.iter();
        let found = pairs.find(|(name, _)| name == dialect);
        found.map(|(_, sql)| &**sql)
    }
}
