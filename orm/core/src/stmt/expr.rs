//! Expressions: everything that can stand where SQL takes a value or a condition.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

use super::{Name, Select};
use crate::types::Type;
use crate::value::Value;

/// An expression.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Expr {
    /// A column of a table or alias in scope.
    Column {
        /// The table's name, or its alias.
        source: Name,
        /// The column's name.
        name: Name,
    },
    /// A value, rendered as a bind.
    Value(Value),
    /// All of these; none is true.
    And(Vec<Expr>),
    /// Any of these; none is false.
    Or(Vec<Expr>),
    /// The opposite; unknown stays unknown.
    Not(Box<Expr>),
    /// A comparison.
    Compare {
        /// The operator.
        op: CompareOp,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// Arithmetic.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `IS NULL`, or `IS NOT NULL`.
    IsNull {
        /// What is tested.
        expr: Box<Expr>,
        /// For `IS NOT NULL`.
        negated: bool,
    },
    /// Membership in a list of any length: an empty one is false, one beyond the bind limit is one bind.
    In {
        /// What is looked for.
        expr: Box<Expr>,
        /// What it is looked for in, without NULL.
        list: Vec<Value>,
        /// For `NOT IN`.
        negated: bool,
    },
    /// Membership in the rows of a query of one column.
    InSelect {
        /// What is looked for.
        expr: Box<Expr>,
        /// The query.
        select: Box<Select>,
        /// For `NOT IN`.
        negated: bool,
    },
    /// `BETWEEN`, both ends included.
    Between {
        /// What is tested.
        expr: Box<Expr>,
        /// The lower end.
        low: Box<Expr>,
        /// The upper end.
        high: Box<Expr>,
    },
    /// A search in text.
    Like(Box<Like>),
    /// An aggregate over the rows of a group.
    Aggregate {
        /// Which.
        function: Aggregate,
        /// Over what; `None` is `COUNT(*)`.
        expr: Option<Box<Expr>>,
        /// Over distinct values only.
        distinct: bool,
        /// What it yields, for databases that would widen it.
        ty: Type,
    },
    /// A function by name.
    Function {
        /// The function's name, rendered as it is.
        name: Name,
        /// Its arguments.
        args: Vec<Expr>,
    },
    /// A conversion.
    Cast {
        /// What is converted.
        expr: Box<Expr>,
        /// To what.
        ty: Type,
    },
    /// Whether a query yields any row.
    Exists(Box<Select>),
    /// A query of one column and at most one row, as a value.
    Subquery(Box<Select>),
    /// SQL text with binds in it.
    Raw(Vec<RawPart>),
    /// An expression that a dialect or an application adds.
    Extension(Arc<dyn Extension>),
}

impl Expr {
    /// A column.
    pub fn column(source: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self::Column {
            source: source.into(),
            name: name.into(),
        }
    }

    /// A comparison.
    pub fn compare(op: CompareOp, left: Expr, right: Expr) -> Self {
        Self::Compare {
            op,
            left: Box::new(left),
            right: Box::new(right),
        }
    }

    /// Both, flattening conjunctions.
    #[must_use]
    pub fn and(self, other: Expr) -> Self {
        match (self, other) {
            (Self::And(mut all), Self::And(more)) => {
                all.extend(more);
                Self::And(all)
            }
            (Self::And(mut all), one) => {
                all.push(one);
                Self::And(all)
            }
            (one, Self::And(mut all)) => {
                all.insert(0, one);
                Self::And(all)
            }
            (one, other) => Self::And(vec![one, other]),
        }
    }

    /// Either, flattening disjunctions.
    #[must_use]
    pub fn or(self, other: Expr) -> Self {
        match (self, other) {
            (Self::Or(mut all), Self::Or(more)) => {
                all.extend(more);
                Self::Or(all)
            }
            (Self::Or(mut all), one) => {
                all.push(one);
                Self::Or(all)
            }
            (one, Self::Or(mut all)) => {
                all.insert(0, one);
                Self::Or(all)
            }
            (one, other) => Self::Or(vec![one, other]),
        }
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Eq,
    /// `<>`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// Equal, with NULL equal to NULL: `IS NOT DISTINCT FROM` (SQL:2016, 8.15).
    Same,
    /// The opposite of [`CompareOp::Same`].
    Distinct,
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
}

/// An aggregate function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// How many, NULL not counted.
    Count,
    /// The sum; NULL over no rows.
    Sum,
    /// The least.
    Min,
    /// The greatest.
    Max,
    /// The mean, always a floating point number; NULL over no rows.
    Avg,
}

/// A search in text.
#[derive(Clone, Debug, PartialEq)]
pub struct Like {
    /// The text that is searched.
    pub expr: Expr,
    /// Where and how.
    pub kind: LikeKind,
    /// What is looked for, as it is.
    pub needle: Value,
    /// The same as a LIKE pattern in which `\` escapes: `100\%` with the wildcards that `kind` needs.
    pub pattern: Value,
}

/// Where and how text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LikeKind {
    /// Anywhere, case counts.
    Contains,
    /// At the start, case counts.
    StartsWith,
    /// At the end, case counts.
    EndsWith,
    /// Anywhere, case does not count.
    ContainsIgnoreCase,
    /// The user's own pattern, case counts.
    Pattern,
}

/// A piece of raw SQL.
#[derive(Clone, Debug, PartialEq)]
pub enum RawPart {
    /// Text, rendered as it is.
    Sql(String),
    /// A value, rendered as a bind.
    Bind(Value),
    /// Values, rendered as binds in a row: `(?, ?, ?)`.
    List(Vec<Value>),
}

/// An expression from outside: an application's function, a third-party dialect's operator.
///
/// It is data, not text: [`Extension::template`] says, for a dialect's name, which text and which of
/// its arguments follow each other. A dialect may instead override `Dialect::write_extension` and look
/// at [`Extension::as_any`].
pub trait Extension: fmt::Debug + Send + Sync {
    /// What it is, for the error of a dialect that can't render it.
    fn name(&self) -> &str;

    /// Its arguments.
    fn args(&self) -> &[Expr];

    /// How it reads in the dialect of that name, or `None` if it doesn't exist there.
    fn template(&self, dialect: &str) -> Option<Vec<Part>>;

    /// The value itself, for a dialect that knows it.
    fn as_any(&self) -> &dyn Any;
}

/// Extensions are equal if they are one and the same: what is in them isn't known here.
impl PartialEq for dyn Extension {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::addr_eq(self, other)
    }
}

/// A piece of an [`Extension`]'s template.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, rendered as it is.
    Sql(&'static str),
    /// The argument of that index.
    Arg(usize),
}
