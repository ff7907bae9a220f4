//! [`SqlWriter`]: the only place where SQL text is made. Identifiers are escaped, values become binds.
//!
//! The same pass over a statement renders the text and collects the binds. If the text of a statement is cached, the
//! pass collects the binds only.

use super::binds::place;
use super::capability::{DecimalStyle, LimitStyle, Placeholder};
use super::dialect::Dialect;
use super::limits::literal_of;
use super::render::{Repeats, count, write_fetch, write_limit_by};
use crate::error::{Error, ErrorKind, Result};
use crate::schema::{QualifiedName, naming};
use crate::stmt::{Limit, Query};
use crate::value::{Value, ValueRef};

/// Collects SQL text and the values of its binds, which are borrowed from the statement.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::SqlWriter;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::{Value, ValueRef};
/// # let dialect = AnsiDialect::new();
/// let name = Value::Text("ada".into());
/// let mut w = SqlWriter::new(&dialect);
/// w.push("UPDATE ").ident("users").push(" SET ").column("users", "name");
/// w.push(" = ").value(&name).push(" WHERE id = ").bind(ValueRef::Int(7));
/// w.check_limits()?;
/// assert_eq!(w.bind_count(), 2);
/// let (sql, binds) = w.finish();
/// assert_eq!(sql, r#"UPDATE "users" SET "name" = ? WHERE id = ?"#);
/// assert_eq!(binds, [ValueRef::Text("ada"), ValueRef::Int(7)]);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub struct SqlWriter<'a> {
    dialect: &'a dyn Dialect,
    text: String,
    binds: Vec<ValueRef<'a>>,
    /// Where in the statement each bind is, beside the text; 0 for one that is no value of it.
    places: Vec<usize>,
    placeholders: usize,
    pub(super) repeats: Repeats<'a>,
    silent: bool,
    /// Whether values are written as literals instead of placeholders, and the error of one that has none.
    literals: Option<Result<()>>,
    qualified: bool,
    /// Whether the query around the present one has its columns qualified.
    pub(super) enclosing: bool,
    /// The table that the statement writes, where its subqueries can't read that one as it is.
    pub(super) target: Option<&'a str>,
    /// The error of the first name that is too long.
    pub(super) long_name: Option<Box<Error>>,
}

// Values are left out, as everywhere.
impl std::fmt::Debug for SqlWriter<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SqlWriter")
            .field("text", &self.text)
            .finish_non_exhaustive()
    }
}

impl<'a> SqlWriter<'a> {
    /// Creates a writer that collects text and binds.
    pub fn new(dialect: &'a dyn Dialect) -> Self {
        Self {
            // Most statements fit: to reallocate costs more than to reserve too much.
            text: String::with_capacity(512),
            silent: false,
            ..Self::binds_only(dialect)
        }
    }

    /// Creates a writer that collects binds only, for a statement whose text is known. It allocates at the first
    /// bind.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::binds_only(&dialect);
    /// w.push("SELECT ").bind(ValueRef::Int(7));
    /// assert_eq!(w.finish(), (String::new(), vec![ValueRef::Int(7)]));
    /// ```
    pub fn binds_only(dialect: &'a dyn Dialect) -> Self {
        Self {
            dialect,
            text: String::new(),
            binds: Vec::new(),
            places: Vec::new(),
            placeholders: 0,
            repeats: Repeats::default(),
            silent: true,
            literals: None,
            qualified: false,
            enclosing: false,
            target: None,
            long_name: None,
        }
    }

    /// Creates a writer that writes literals instead of placeholders, for people to read. The text ends with
    /// [`SqlWriter::finish_literals`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::with_literals(&dialect);
    /// w.push("SELECT ").bind(ValueRef::Int(7));
    /// assert_eq!(w.finish_literals()?, "SELECT 7");
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn with_literals(dialect: &'a dyn Dialect) -> Self {
        Self {
            literals: Some(Ok(())),
            ..Self::new(dialect)
        }
    }

    /// Returns the text of a writer of literals.
    ///
    /// # Errors
    /// - `Unsupported`: a value has no literal.
    pub fn finish_literals(self) -> Result<String> {
        self.literals.unwrap_or(Ok(()))?;
        Ok(self.text)
    }

    /// Returns the dialect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// # use orm_core::sql::Dialect;
    /// assert_eq!(SqlWriter::new(&dialect).dialect().name(), "ansi");
    /// ```
    pub fn dialect(&self) -> &'a dyn Dialect {
        self.dialect
    }

    /// Appends text unchanged. The text must not come from input.
    #[inline]
    pub fn push(&mut self, sql: &str) -> &mut Self {
        if !self.silent {
            self.text.push_str(sql);
        }
        self
    }

    /// Appends a quoted identifier, in which quotes are doubled.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.ident(r#"a"b"#);
    /// assert_eq!(w.finish().0, r#""a""b""#);
    /// ```
    #[inline]
    pub fn ident(&mut self, name: &str) -> &mut Self {
        if !self.silent {
            self.push_quoted(name);
        }
        self
    }

    fn push_quoted(&mut self, name: &str) {
        let capabilities = self.dialect.capabilities();
        let quote = capabilities.quote;
        let folded = capabilities.upper_case_names.then(|| naming::folded(name));
        let name = folded.as_deref().unwrap_or(name);
        self.text.reserve(name.len() + 2 * quote.len_utf8());
        self.text.push(quote);
        // Nearly no name holds a quote, and a query is mostly names.
        if name.contains(quote) {
            for char in name.chars() {
                let times = if char == quote { 2 } else { 1 };
                self.text.extend(std::iter::repeat_n(char, times));
            }
        } else {
            self.text.push_str(name);
        }
        self.text.push(quote);
    }

    /// Appends a quoted name with its schema.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::schema::QualifiedName;
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.qualified(&QualifiedName::new("users").in_schema("people"));
    /// assert_eq!(w.finish().0, r#""people"."users""#);
    /// ```
    pub fn qualified(&mut self, name: &QualifiedName) -> &mut Self {
        if let Some(schema) = &name.schema {
            self.ident(schema).push(".");
        }
        self.ident(&name.name)
    }

    /// Appends quoted identifiers, separated by commas.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.idents(["a", "b"]);
    /// assert_eq!(w.finish().0, r#""a", "b""#);
    /// ```
    pub fn idents<N: AsRef<str>>(&mut self, names: impl IntoIterator<Item = N>) -> &mut Self {
        self.list(names, |w, name| {
            w.ident(name.as_ref());
        })
    }

    /// Appends a column, qualified with its source if the statement has several.
    pub fn column(&mut self, source: &str, name: &str) -> &mut Self {
        if self.qualified {
            self.ident(source).push(".");
        }
        self.ident(name)
    }

    /// Sets whether columns are qualified, and returns the old setting.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// assert!(!w.qualify(true));
    /// w.column("users", "name");
    /// assert_eq!(w.finish().0, r#""users"."name""#);
    /// ```
    pub fn qualify(&mut self, qualified: bool) -> bool {
        std::mem::replace(&mut self.qualified, qualified)
    }

    /// Sets the table that the statement writes, or none if its subqueries may read all tables.
    pub(super) fn write_to(&mut self, table: Option<&'a str>) {
        let hint = self.dialect.capabilities().own_table_hint;
        self.target = hint.and(table);
    }

    /// Appends a placeholder for a value of the statement. Statements of the same shape have it at the same place.
    pub fn value(&mut self, value: &'a Value) -> &mut Self {
        self.bind_from(value.as_ref(), place(value))
    }

    /// Appends a placeholder for a bind that is made while rendering, or whose value changes the text.
    pub fn bind(&mut self, value: ValueRef<'a>) -> &mut Self {
        self.bind_from(value, 0)
    }

    fn bind_from(&mut self, value: ValueRef<'a>, place: usize) -> &mut Self {
        if self.literals.is_some() {
            return self.push_literal(value);
        }
        if self.repeats.is_open() {
            return self.bind_again(value, place);
        }
        self.push_bind(value, place)
    }

    #[cold]
    fn push_literal(&mut self, value: ValueRef<'a>) -> &mut Self {
        match literal_of(self.dialect, &value.to_value()) {
            // A sign could follow another one, or stand before a cast.
            Ok(text) if text.starts_with('-') => self.push("(").push(&text).push(")"),
            Ok(text) => self.push(&text),
            Err(error) => {
                if let Some(literals @ Ok(())) = &mut self.literals {
                    *literals = Err(error);
                }
                self
            }
        }
    }

    fn push_bind(&mut self, value: ValueRef<'a>, place: usize) -> &mut Self {
        self.binds.push(value);
        if self.silent {
            self.placeholders += 1;
            return self;
        }
        self.places.push(place);
        match self.dialect.capabilities().decimals {
            DecimalStyle::Cast(ty) if matches!(value, ValueRef::Decimal(_)) => {
                let cast = self.push("CAST(").placeholder();
                cast.push(" AS ").push(ty).push(")")
            }
            _ => self.placeholder(),
        }
    }

    /// Writes LIMIT and OFFSET of a query, which the dialect binds in the order of its style.
    pub(super) fn write_limit(&mut self, query: &'a Query) -> Result<()> {
        if let Some(by) = query.limit_by.as_deref().filter(|by| !by.is_empty()) {
            return write_limit_by(self, query, by);
        }
        let first = self.places.len();
        if query.with_ties {
            write_fetch(self, query.limit, query.offset, true);
        } else {
            self.dialect.write_limit(self, query.limit, query.offset);
        }
        if self.silent {
            return Ok(());
        }
        let rows = match &query.limit {
            Some(Limit::Rows(rows)) => Some(rows),
            Some(Limit::Fixed(_)) | None => None,
        };
        let mut counts: Vec<usize> = rows.into_iter().chain(&query.offset).map(place).collect();
        if query.with_ties || self.dialect.capabilities().limit == LimitStyle::OffsetFetch {
            counts.reverse();
        }
        let bound = &mut self.places[first..];
        // One that is equal to an earlier bind may stand by its number.
        if bound.len() == counts.len() {
            bound.copy_from_slice(&counts);
        }
        Ok(())
    }

    /// Appends a placeholder for a number of rows of the statement.
    pub(super) fn rows(&mut self, rows: &'a u64) -> &mut Self {
        self.bind_from(count(*rows), place(rows))
    }

    /// Where in the statement each bind is, beside a text; 0 for one that is no value of it.
    pub(super) fn places(&self) -> &[usize] {
        &self.places
    }

    /// Adds a value of an expression that may stand again: then by the number that it had before.
    fn bind_again(&mut self, value: ValueRef<'a>, place: usize) -> &mut Self {
        let known = self.repeats.next_number();
        let known = known.filter(|number| self.binds[number - 1].is_same(value));
        let number = known.unwrap_or(self.binds.len() + 1);
        self.repeats.learn(number);
        match known {
            Some(number) => self.push("$").display(number),
            None => self.push_bind(value, place),
        }
    }

    /// Returns the number of binds.
    pub fn bind_count(&self) -> usize {
        self.placeholders
    }

    /// Appends a placeholder whose value is given at execution.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.push("a = ").placeholder();
    /// assert_eq!(w.finish().0, "a = ?");
    /// ```
    pub fn placeholder(&mut self) -> &mut Self {
        self.placeholders += 1;
        match self.dialect.capabilities().placeholder {
            Placeholder::Question => self.push("?"),
            Placeholder::Dollar => {
                let number = self.placeholders;
                self.push("$").display(number)
            }
        }
    }

    /// Appends a number or another value whose text needs no escaping.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.push("LIMIT ").display(7);
    /// assert_eq!(w.finish().0, "LIMIT 7");
    /// ```
    pub fn display(&mut self, value: impl std::fmt::Display) -> &mut Self {
        use std::fmt::Write as _;
        if !self.silent {
            // Writing to a String can't fail.
            let _ = write!(self.text, "{value}");
        }
        self
    }

    /// Appends the name of a constraint or index, truncated to the database's limit.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect); // whose names have 32 characters at most
    /// w.constraint("fk_a_table_with_a_long_name_and_another");
    /// assert_eq!(w.finish().0.len(), 2 + 32);
    /// ```
    pub fn constraint(&mut self, name: &str) -> &mut Self {
        let limit = self.dialect.capabilities().identifier_limit;
        self.ident(&naming::fit(name, limit))
    }

    /// Appends items, separated by commas.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let mut w = SqlWriter::new(&dialect);
    /// w.push("(").list([1, 2], |w, n| {
    ///     w.display(n);
    /// });
    /// assert_eq!(w.finish().0, "(1, 2");
    /// ```
    pub fn list<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Self, T),
    ) -> &mut Self {
        for (index, item) in items.into_iter().enumerate() {
            if index > 0 {
                self.push(", ");
            }
            write(self, item);
        }
        self
    }

    /// Returns the text and the binds.
    pub fn finish(self) -> (String, Vec<ValueRef<'a>>) {
        (self.text, self.binds)
    }

    /// Returns the error of a feature that the dialect does not support.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::SqlWriter;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// let error = SqlWriter::new(&dialect).unsupported("MERGE");
    /// assert_eq!(error.message(), "ansi does not support MERGE");
    /// ```
    pub fn unsupported(&self, feature: &str) -> Error {
        let dialect = self.dialect.name();
        Error::with_message(
            ErrorKind::Unsupported,
            format!("{dialect} does not support {feature}"),
        )
        .with_hint("write the statement in another way for this database, or use raw SQL")
    }
}
