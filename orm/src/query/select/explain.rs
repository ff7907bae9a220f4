//! [`Select::explain`] and [`Select::explain_analyze`]: the database's plan of a query, as text.
//!
//! The words before the query are a capability of the dialect. Plans as JSON documents are in `explain_json.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, ExplainStyle, SqlWriter};
use orm_core::stmt::Query;

use super::builder::Select;
use super::fetch::VerbOf;
use crate::engine::Connection;
use crate::query::compile::compiled_sql::CompiledSql;
use crate::query::compile::verb::Verb;
use crate::query::executor::{Access, Executor, ReadStatement};
use crate::query::rows::from_row::read_value;

impl<S> Select<S> {
    /// Returns how the database would execute the query that [`all`](Select::all) sends, as text of one or more lines. It
    /// does not execute it.
    ///
    /// | database | statement | text |
    /// | --- | --- | --- |
    /// | SQLite | `EXPLAIN QUERY PLAN` | a line for each step, those that it consists of indented below it |
    /// | PostgreSQL | `EXPLAIN` | the lines of the plan |
    /// | MySQL | `EXPLAIN FORMAT=TREE` | the lines of the plan |
    /// | MariaDB | `EXPLAIN FORMAT=JSON` | a JSON object |
    ///
    /// The text is meant for people: it differs between versions of a database, and may contain values of the query. With the
    /// feature `json`, `explain_json` returns the plan as a JSON document.
    ///
    /// # Errors
    /// - `Unsupported`: the database has no such statement.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let plan = select(User).filter(User.id.eq(1)).explain(&mut conn)?;
    /// assert_eq!(plan, "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"EXPLAIN QUERY PLAN SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn explain<X: Executor>(&self, conn_or_session: &mut X) -> Result<String> {
        self.plan(false, conn_or_session)
    }

    /// Executes the query and returns the plan with what its steps took: rows and times. The rows of the query are
    /// discarded. `EXPLAIN (ANALYZE)` on PostgreSQL, `EXPLAIN ANALYZE` on MySQL, `ANALYZE FORMAT=JSON` on MariaDB; SQLite
    /// has nothing like it. Otherwise as [`explain`](Select::explain).
    ///
    /// # Errors
    /// As [`Select::explain`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// // PostgreSQL: EXPLAIN (ANALYZE) SELECT "id", … FROM "users"
    /// let plan = select(User).explain_analyze(&mut conn);
    /// assert_eq!(plan.unwrap_err().kind(), ErrorKind::Unsupported); // on SQLite
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn explain_analyze<X: Executor>(&self, conn_or_session: &mut X) -> Result<String> {
        self.plan(true, conn_or_session)
    }

    fn plan<X: Executor>(&self, analyzes: bool, conn_or_session: &mut X) -> Result<String> {
        let query = self.query.verb(Verb::All);
        let mut plan = Plan::default();
        let explained = Explained {
            query,
            analyzes,
            words: &|dialect| words(dialect, analyzes),
        };
        conn_or_session.read(&explained, |row, _| plan.add(row))?;
        Ok(plan.lines.join("\n"))
    }
}

/// A query whose plan is asked for.
pub(super) struct Explained<'q> {
    pub(super) query: VerbOf<'q>,
    pub(super) analyzes: bool,
    /// The words before the query, which a dialect may lack.
    pub(super) words: &'q dyn Fn(&dyn Dialect) -> Result<&'static str>,
}

impl ReadStatement for Explained<'_> {
    type Outcome = ();

    fn access(&self) -> Access {
        if self.analyzes {
            self.query.access()
        } else {
            Access::Plain
        }
    }

    fn compile<'q>(
        &'q self,
        connection: &mut Connection,
        (place, compiled): (&'q mut Option<Box<Query>>, &mut CompiledSql<'q>),
    ) -> Result<()> {
        let words = (self.words)(connection.dialect())?;
        self.query.compile(connection, (place, &mut *compiled))?;
        compiled.begin_with(words);
        Ok(())
    }

    fn execute(
        &self,
        connection: &mut Connection,
        compiled: &CompiledSql<'_>,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        connection.read(compiled.text(), compiled.binds(), each)
    }
}

/// The lines of a plan, and the steps of one that has them, each with its depth.
#[derive(Default)]
struct Plan {
    lines: Vec<String>,
    steps: Vec<(i64, usize)>,
}

impl Plan {
    /// A row is a text; or the number of a step, that of the step which it is a part of, a number without meaning, and its
    /// text.
    fn add(&mut self, row: &dyn Row) -> Result<()> {
        if row.len() == 1 {
            self.lines.push(read_value(row, 0)?);
            return Ok(());
        }
        let parent: i64 = read_value(row, 1)?;
        let mut known = self.steps.iter();
        let parent = known.find(|(step, _)| *step == parent);
        let depth = parent.map_or(0, |(_, depth)| depth + 1);
        self.steps.push((read_value(row, 0)?, depth));
        let text: String = read_value(row, 3)?;
        self.lines.push(format!("{:1$}{text}", "", 2 * depth));
        Ok(())
    }
}

/// The words before the query for a plan as text.
///
/// # Errors
/// `Unsupported` if the dialect has none.
pub(super) fn words(dialect: &dyn Dialect, analyzes: bool) -> Result<&'static str> {
    match (dialect.capabilities().explain, analyzes) {
        (ExplainStyle::Text { plan, .. } | ExplainStyle::Steps { plan }, false) => Ok(plan),
        (ExplainStyle::Text { analyze, .. }, true) => Ok(analyze),
        (ExplainStyle::Steps { .. }, true) => {
            let error = SqlWriter::new(dialect).unsupported("EXPLAIN with ANALYZE");
            Err(error.with_hint("call explain for the plan alone"))
        }
        (ExplainStyle::Unsupported, _) => Err(SqlWriter::new(dialect).unsupported("EXPLAIN")),
    }
}
