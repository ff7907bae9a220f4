//! The operators and aggregate functions of expressions.

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
}
