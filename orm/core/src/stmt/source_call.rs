//! Sources of rows that are computed of arguments, in each database's own words; and samples of tables.

use super::{Expr, List};
use crate::types::Type;
use crate::value::Value;

/// Describes a source whose rows are computed.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct SourceCall {
    /// What is computed.
    pub func: SourceFunc,
    /// The arguments.
    pub args: Vec<Expr>,
}

impl SourceCall {
    /// Creates a source.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// let tags = SourceCall::new(SourceFunc::JsonPositions, vec![Expr::column("docs", "tags")]);
    /// assert_eq!(tags.args.len(), 1);
    /// ```
    pub fn new(func: SourceFunc, args: Vec<Expr>) -> Self {
        Self { func, args }
    }

    /// Returns the argument at an index; NULL if there is none.
    pub(crate) fn arg(&self, index: usize) -> &Expr {
        const NONE: &Expr = &Expr::Value(Value::Null);
        self.args.get(index).unwrap_or(NONE)
    }
}

/// Lists the sources whose rows are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SourceFunc {
    /// Integers, in the column `c0`. The arguments are the first one, the step, the last one and the number of steps between
    /// them.
    Series,
    /// A row for each element of a JSON array, the argument. The column `key` is where it is; `JsonOp::Position` and
    /// `JsonOp::Element` read it, since databases count from 0 or from 1. Of what is no array there are no rows.
    JsonPositions,
}

/// Describes a list of values that is one bind, as a source of rows.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::{SqlWriter, write_query};
/// # use orm_core::stmt::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let list = ListSource::new(vec![Value::Int(1), Value::Int(2)], Type::Int64);
/// let item = FromItem::new(Source::List(Box::new(list))).alias("ids");
/// let query = Query::from(Select::new(vec![Projection::Expr(Expr::column("ids", "c0"))], item));
/// write_query(&mut w, &query)?;
/// let (sql, binds) = w.finish();
/// assert_eq!(sql, r#"SELECT "ids"."c0" FROM (SELECT value AS "c0" FROM json_each(?)) AS "ids""#);
/// assert_eq!(binds.len(), 1);
/// # Ok::<(), orm_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct ListSource {
    /// The values.
    pub values: List<Value>,
    /// Their type.
    pub ty: Type,
}

impl ListSource {
    /// Creates a list.
    pub fn new(values: Vec<Value>, ty: Type) -> Self {
        Self {
            values: values.into(),
            ty,
        }
    }
}

/// Describes which rows of a table are read: TABLESAMPLE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Sample {
    /// How rows are chosen.
    pub method: SampleMethod,
    /// The share of rows in millionths of a percent, up to 100,000,000.
    pub share: u32,
    /// What makes the choice the same each time: REPEATABLE.
    pub seed: Option<i64>,
}

impl Sample {
    /// Creates a sample that differs each time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_query};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// let mut item = FromItem::table("users");
    /// item.sample = Some(Sample::new(SampleMethod::Bernoulli, 12_500_000)); // TABLESAMPLE BERNOULLI (12.5)
    /// let query = Query::from(Select::new(vec![Projection::All], item));
    /// assert!(write_query(&mut w, &query).unwrap_err().is_unsupported());
    /// ```
    pub const fn new(method: SampleMethod, share: u32) -> Self {
        Self {
            method,
            share,
            seed: None,
        }
    }
}

/// Selects how the rows of a sample are chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SampleMethod {
    /// BERNOULLI: each row by itself.
    Bernoulli,
    /// SYSTEM: pages of rows, which is faster and less even.
    System,
}
