//! [`Select::explain_json`]: the database's plan of a query as a JSON document. Plans as text are in `explain.rs`.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::sql::{Dialect, ExplainStyle, SqlWriter};
use serde_json::{Value, json};

use super::builder::Select;
use super::explain::{Explained, words};
use crate::query::compile::verb::Verb;
use crate::query::executor::Executor;
use crate::query::rows::from_row::read_value;

/// Selects what [`Select::explain_json`] returns beside the plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[must_use = "options do nothing until they are given to `explain_json`"]
pub struct Explain {
    analyzes: bool,
    buffers: bool,
}

impl Explain {
    /// Creates options of the plan alone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Executes the query, whose rows are discarded, and adds what its steps took: rows and times. On all but SQLite, on MySQL
    /// since 8.3.
    pub fn analyze(mut self) -> Self {
        self.analyzes = true;
        self
    }

    /// Adds the use of buffers: BUFFERS. On PostgreSQL.
    pub fn buffers(mut self) -> Self {
        self.buffers = true;
        self
    }
}

impl<S> Select<S> {
    /// Returns how the database would execute the query that [`all`](Select::all) sends, as a JSON document.
    ///
    /// | database | statement | document |
    /// | --- | --- | --- |
    /// | SQLite | `EXPLAIN QUERY PLAN` | an array of the steps, objects with `id`, `parent` and `detail` |
    /// | PostgreSQL | `EXPLAIN (FORMAT JSON)` | the array of the database |
    /// | MySQL, MariaDB | `EXPLAIN FORMAT=JSON` | the object of the database |
    ///
    /// The members of the document differ between databases and their versions.
    ///
    /// # Errors
    /// - `Unsupported`: the database has no such plan, or not with these options. Nothing is sent.
    /// - As [`Select::explain_analyze`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// use orm::query::Explain;
    ///
    /// let plan = select(User.name).filter(User.id.eq(1)).explain_json(Explain::new(), &mut conn)?;
    /// assert_eq!(plan[0]["detail"], "SEARCH users USING INTEGER PRIMARY KEY (rowid=?)");
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"EXPLAIN QUERY PLAN SELECT "name" FROM "users" WHERE "id" = ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn explain_json<X: Executor>(
        &self,
        options: Explain,
        conn_or_session: &mut X,
    ) -> Result<Value> {
        let explained = Explained {
            query: self.query.verb(Verb::All),
            analyzes: options.analyzes,
            words: &|dialect| json_words(dialect, options),
        };
        let (mut document, mut steps) = (None, Vec::new());
        conn_or_session.read(&explained, |row, _| {
            if row.len() == 1 {
                document = Some(read_value(row, 0)?);
            } else {
                steps.push(step(row)?);
            }
            Ok(())
        })?;
        Ok(document.unwrap_or(Value::Array(steps)))
    }
}

/// A row of a plan of steps: the number of the step, that of the step which it is a part of, a number without meaning, and its
/// text.
fn step(row: &dyn Row) -> Result<Value> {
    let (id, parent): (i64, i64) = (read_value(row, 0)?, read_value(row, 1)?);
    let detail: String = read_value(row, 3)?;
    Ok(json!({"id": id, "parent": parent, "detail": detail}))
}

/// The words before the query for a plan as a JSON document.
///
/// # Errors
/// `Unsupported` if the dialect has none.
fn json_words(dialect: &dyn Dialect, options: Explain) -> Result<&'static str> {
    let Explain { analyzes, buffers } = options;
    let capabilities = dialect.capabilities();
    let Some(plans) = capabilities.selects.json_plans else {
        return match capabilities.explain {
            ExplainStyle::Steps { .. } if !buffers => words(dialect, analyzes),
            ExplainStyle::Steps { .. } => Err(refused(dialect, "EXPLAIN with BUFFERS")),
            ExplainStyle::Text { .. } | ExplainStyle::Unsupported => {
                Err(SqlWriter::new(dialect).unsupported("EXPLAIN with a JSON document"))
            }
        };
    };
    let (words, what) = match (analyzes, buffers) {
        (false, false) => (Some(plans.plan), ""),
        (true, false) => (plans.analyze, "EXPLAIN with ANALYZE and a JSON document"),
        (false, true) => (plans.buffers, "EXPLAIN with BUFFERS"),
        (true, true) => (plans.analyze_buffers, "EXPLAIN with BUFFERS"),
    };
    words.ok_or_else(|| refused(dialect, what))
}

#[cold]
fn refused(dialect: &dyn Dialect, what: &str) -> orm_core::Error {
    let error = SqlWriter::new(dialect).unsupported(what);
    error.with_hint("leave the option out: explain_json(Explain::new(), …)")
}
