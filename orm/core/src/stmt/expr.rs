//! [`Expr`]: expressions, for values and conditions.

use std::sync::Arc;

use super::{
    AggregateCall, ArithmeticOp, Call, CompareOp, EnumRank, Extension, Func, JsonExpr, Like, List,
    Name, NamedSql, Quantified, Query, Window,
};
use crate::types::Type;
use crate::value::Value;

/// Represents an expression. The enum is exhaustive, so that a new node does not compile until every `match` handles
/// it.
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
    /// A conjunction, which is true if it is empty.
    And(Vec<Expr>),
    /// A disjunction, which is false if it is empty.
    Or(Vec<Expr>),
    /// A negation. Unknown stays unknown.
    Not(Box<Expr>),
    /// A comparison.
    Compare {
        /// The operator.
        op: CompareOp,
        /// The left and the right operand.
        sides: Box<[Expr; 2]>,
    },
    /// Arithmetic.
    Arithmetic {
        /// The operator.
        op: ArithmeticOp,
        /// The left and the right operand.
        sides: Box<[Expr; 2]>,
    },
    /// `IS NULL`, or `IS NOT NULL`.
    IsNull {
        /// The operand.
        expr: Box<Expr>,
        /// Whether it is `IS NOT NULL`.
        negated: bool,
    },
    /// IN a list of any length. An empty list is false, a list beyond the bind limit is one bind.
    In {
        /// The operand.
        expr: Box<Expr>,
        /// The list, without NULL.
        list: List<Value>,
        /// Whether it is `NOT IN`.
        negated: bool,
    },
    /// IN a list of rows. An empty list is false.
    InRows {
        /// The row to find.
        row: Vec<Expr>,
        /// The list of rows, each as long as `row` and without NULL.
        list: List<Vec<Value>>,
        /// Whether it is `NOT IN`.
        negated: bool,
    },
    /// IN the rows of a query. A query of several columns needs an [`Expr::Row`].
    InQuery {
        /// The operand.
        expr: Box<Expr>,
        /// The query.
        query: Box<Query>,
        /// Whether it is `NOT IN`.
        negated: bool,
    },
    /// `BETWEEN`, with both bounds included.
    Between {
        /// The operand.
        expr: Box<Expr>,
        /// The lower bound.
        low: Box<Expr>,
        /// The upper bound.
        high: Box<Expr>,
    },
    /// A LIKE condition.
    Like(Box<Like>),
    /// An aggregate over the rows of a group.
    Aggregate(Box<AggregateCall>),
    /// A function by name.
    Function {
        /// The name of the function, which is not escaped.
        name: Name,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// A function of the portable library.
    Call(Box<Call>),
    /// A window function.
    Over {
        /// A [`Expr::Aggregate`] or [`Expr::Function`].
        call: Box<Expr>,
        /// Its window.
        window: Box<Window>,
    },
    /// A CASE expression.
    Case(Box<Case>),
    /// An operation on a JSON document.
    Json(Box<JsonExpr>),
    /// A row value: `(a, b)`.
    Row(Vec<Expr>),
    /// A column of the result set by its name, in ORDER BY.
    Label(Name),
    /// The value of a column in the row that could not be inserted, in an upsert: `excluded.a`.
    Excluded(Name),
    /// A cast.
    Cast {
        /// The operand.
        expr: Box<Expr>,
        /// The target type.
        ty: Type,
    },
    /// A text with another collation: `a COLLATE "C"`.
    Collate {
        /// The operand.
        expr: Box<Expr>,
        /// The name of the collation. `None` is the one that compares bytes.
        collation: Option<Name>,
    },
    /// `EXISTS` of a query.
    Exists(Box<Query>),
    /// A scalar subquery: one column, and at most one row.
    Subquery(Box<Query>),
    /// The rows of a query, on the right side of a [`Expr::Compare`].
    Quantified(Box<Quantified>),
    /// An operator by its text.
    Operator {
        /// The operator, which is not escaped.
        operator: Name,
        /// The left and the right operand.
        sides: Box<[Expr; 2]>,
    },
    /// SQL text with binds.
    Raw(Vec<RawPart>),
    /// SQL text with named binds, which are expressions.
    NamedSql(Box<NamedSql>),
    /// An expression that a dialect or an application adds.
    Extension(Arc<dyn Extension>),
}

impl Expr {
    /// Creates a column expression.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let expr = Expr::column("users", "age");
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""age""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn column(source: impl Into<Name>, name: impl Into<Name>) -> Self {
        Self::Column {
            source: source.into(),
            name: name.into(),
        }
    }

    /// Creates a comparison.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let expr = Expr::compare(CompareOp::Ge, Expr::column("users", "age"), int(18));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""age" >= ?"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn compare(op: CompareOp, left: Expr, right: Expr) -> Self {
        let sides = Box::new([left, right]);
        Self::Compare { op, sides }
    }

    /// Creates an arithmetic expression.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let expr = Expr::arithmetic(ArithmeticOp::Add, Expr::column("users", "age"), int(1));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""age" + ?"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn arithmetic(op: ArithmeticOp, left: Expr, right: Expr) -> Self {
        let sides = Box::new([left, right]);
        Self::Arithmetic { op, sides }
    }

    /// Whether it can stand beside an operator without parentheses.
    pub(crate) fn is_operand(&self) -> bool {
        match self {
            // On some databases an operator.
            Self::Call(call) => call.func != Func::Concat,
            Self::Column { .. }
            | Self::Value(_)
            | Self::Function { .. }
            | Self::Aggregate(_)
            | Self::Over { .. }
            | Self::Case(_)
            | Self::Row(_)
            | Self::Label(_)
            | Self::Excluded(_)
            | Self::Cast { .. }
            | Self::Exists(_)
            | Self::Subquery(_) => true,
            Self::Json(json) => json.is_operand(),
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
            | Self::Collate { .. }
            | Self::Quantified(_)
            | Self::Operator { .. }
            | Self::Raw(_)
            | Self::NamedSql(_) => false,
            Self::Extension(node) => {
                EnumRank::of(node.as_ref()).is_some_and(|rank| rank.operand().is_operand())
            }
        }
    }

    /// Returns the conjunction of two conditions, flattened.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let adult = Expr::compare(CompareOp::Ge, Expr::column("users", "age"), int(18));
    /// let expr = adult.and(Expr::column("users", "active"));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""age" >= ? AND "active""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
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

    /// Returns the disjunction of two conditions, flattened.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let adult = Expr::compare(CompareOp::Ge, Expr::column("users", "age"), int(18));
    /// let expr = adult.or(Expr::column("users", "active"));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#""age" >= ? OR "active""#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
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

/// Describes a CASE expression.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Case {
    /// The operand that is compared with the conditions. Without it they are conditions themselves.
    pub operand: Option<Expr>,
    /// The WHEN conditions and their THEN values; at least one.
    pub branches: Vec<(Expr, Expr)>,
    /// The ELSE value. Without it the result is NULL.
    pub otherwise: Option<Expr>,
}

impl Case {
    /// Creates a CASE of conditions without ELSE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::Value;
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let adult = Expr::compare(CompareOp::Ge, Expr::column("users", "age"), int(18));
    /// let expr = Expr::Case(Box::new(Case::new(vec![(adult, int(1))])));
    /// write_expr(&mut w, &expr)?;
    /// assert_eq!(w.finish().0, r#"CASE WHEN "age" >= ? THEN ? END"#);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(branches: Vec<(Expr, Expr)>) -> Self {
        Self {
            operand: None,
            branches,
            otherwise: None,
        }
    }
}

/// Holds a piece of raw SQL.
#[derive(Clone, Debug, PartialEq, Hash)]
pub enum RawPart {
    /// Text, rendered unchanged.
    Sql(String),
    /// A value, rendered as a placeholder.
    Bind(Value),
    /// Values, rendered as placeholders: `(?, ?, ?)`.
    List(Vec<Value>),
}
