//! The operators and aggregate functions of expressions.

use super::Statistic;

/// Lists the comparison operators.
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
    /// The null-safe equality `IS NOT DISTINCT FROM` (SQL:2016, 8.15).
    Same,
    /// The null-safe inequality `IS DISTINCT FROM`.
    Distinct,
}

/// Lists the arithmetic operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
}

/// Lists the aggregate functions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Aggregate {
    /// COUNT, without NULL.
    Count,
    /// SUM; NULL over no rows.
    Sum,
    /// MIN.
    Min,
    /// MAX.
    Max,
    /// AVG, which is always a float; NULL over no rows.
    Avg,
    /// The texts, joined with a separator: STRING_AGG, GROUP_CONCAT. NULL over no rows, without texts that are NULL.
    StringAgg,
    /// The values as an array of the database: ARRAY_AGG. NULL over no rows, with values that are NULL.
    ArrayAgg,
    /// The values as a JSON array. NULL over no rows, with values that are NULL.
    JsonArray,
    /// The keys, which are texts, and the values as a JSON object. NULL over no rows.
    JsonObject,
    /// A standard deviation or its like.
    Statistic(Statistic),
    /// GROUPING: 1 in the rows of greater groups, in which the expression is not grouped by, else 0.
    Grouping,
}
