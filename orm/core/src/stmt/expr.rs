//! Expressions: everything that can stand where SQL takes a value or a condition.

use std::sync::Arc;

use super::{Extension, List, Name, Query, Window};
use crate::types::Type;
use crate::value::Value;

/// An expression. Exhaustive on purpose: a new node does not compile until every pass knows it.
#[derive(Clone, Debug, PartialEq, Hash)]
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
        /// The left and the right side.
        sides: Box<[Expr; 2]>,
    },
    /// Arithmetic.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// The left and the right side.
        sides: Box<[Expr; 2]>,
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
        list: List<Value>,
        /// For `NOT IN`.
        negated: bool,
    },
    /// Membership of a row in a list of rows; an empty one is false.
    InRows {
        /// The row that is looked for.
        row: Vec<Expr>,
        /// What it is looked for in, each as long as `row` and without NULL.
        list: List<Vec<Value>>,
        /// For `NOT IN`.
        negated: bool,
    },
    /// Membership in the rows of a query. One of several columns is looked through for a [`Expr::Row`].
    InQuery {
        /// What is looked for.
        expr: Box<Expr>,
        /// The query.
        query: Box<Query>,
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
    /// An aggregate or another function over the rows around the present one.
    Over {
        /// A [`Expr::Aggregate`] or [`Expr::Function`].
        call: Box<Expr>,
        /// Which rows it sees.
        window: Box<Window>,
    },
    /// A choice.
    Case(Box<Case>),
    /// A row of values: `(a, b)`.
    Row(Vec<Expr>),
    /// A column of the result by its name, in ORDER BY.
    Label(Name),
    /// In what an INSERT does about a conflict, a column's value in the row that could not be inserted.
    Excluded(Name),
    /// A conversion.
    Cast {
        /// What is converted.
        expr: Box<Expr>,
        /// To what.
        ty: Type,
    },
    /// Whether a query yields any row.
    Exists(Box<Query>),
    /// A query of one column and at most one row, as a value.
    Subquery(Box<Query>),
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
        let sides = Box::new([left, right]);
        Self::Compare { op, sides }
    }

    /// Two numbers, computed.
    pub fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Self {
        let sides = Box::new([left, right]);
        Self::Arithmetic { op, sides }
    }

    /// Whether it can stand beside an operator without parentheses.
    pub(crate) fn is_operand(&self) -> bool {
        match self {
            Self::Column { .. }
            | Self::Value(_)
            | Self::Function { .. }
            | Self::Aggregate { .. }
            | Self::Over { .. }
            | Self::Case(_)
            | Self::Row(_)
            | Self::Label(_)
            | Self::Excluded(_)
            | Self::Cast { .. }
            | Self::Exists(_)
            | Self::Subquery(_) => true,
            Self::And(_)
            | Self::Or(_)
            | Self::Not(_)
            | Self::Compare { .. }
            | Self::Arithmetic { .. }
            | Self::IsNull { .. }
            | Self::In { .. }
            | Self::InRows { .. }
            | Self::InQuery { .. }
            | Self::Between { .. }
            | Self::Like(_)
            | Self::Raw(_)
            | Self::Extension(_) => false,
        }
    }

    /// Both, flattening conjunctions.
    #[must_use]
    pub fn and(self, other: Expr) -> Self {
        Self::And(joined(self, other, |expr| {
            if let Self::And(terms) = expr {
                Ok(terms)
            } else {
                Err(expr)
            }
        }))
    }

    /// Either, flattening disjunctions.
    #[must_use]
    pub fn or(self, other: Expr) -> Self {
        Self::Or(joined(self, other, |expr| {
            if let Self::Or(terms) = expr {
                Ok(terms)
            } else {
                Err(expr)
            }
        }))
    }
}

/// Two terms of a junction, each of which may be one itself, whose terms `split` yields.
fn joined(left: Expr, right: Expr, split: fn(Expr) -> Result<Vec<Expr>, Expr>) -> Vec<Expr> {
    match (split(left), split(right)) {
        (Ok(mut all), Ok(more)) => {
            all.extend(more);
            all
        }
        (Ok(mut all), Err(one)) => {
            all.push(one);
            all
        }
        (Err(one), Ok(mut all)) => {
            all.insert(0, one);
            all
        }
        (Err(one), Err(other)) => vec![one, other],
    }
}

/// A choice: the value of the first branch whose condition holds.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Case {
    /// What the conditions are compared with; without it they are conditions themselves.
    pub operand: Option<Expr>,
    /// The conditions and their values; at least one.
    pub branches: Vec<(Expr, Expr)>,
    /// The value if none holds; without it NULL.
    pub otherwise: Option<Expr>,
}

impl Case {
    /// A choice by conditions, NULL if none holds.
    pub fn new(branches: Vec<(Expr, Expr)>) -> Self {
        Self {
            operand: None,
            branches,
            otherwise: None,
        }
    }
}

/// A comparison operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
}

/// An aggregate function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
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

impl Like {
    /// A search for `needle`, which is `pattern` as a LIKE pattern.
    pub fn new(expr: Expr, kind: LikeKind, needle: Value, pattern: Value) -> Self {
        Self {
            expr,
            kind,
            needle,
            pattern,
        }
    }
}

/// Where and how text is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum RawPart {
    /// Text, rendered as it is.
    Sql(String),
    /// A value, rendered as a bind.
    Bind(Value),
    /// Values, rendered as binds in a row: `(?, ?, ?)`.
    List(Vec<Value>),
}
