//! Values and expressions of any kind: [`Cell`], [`AnyExpr`] and [`Slot`], what the kinds have in common.

use std::cmp::Ordering;

use chrono::{NaiveDate, NaiveDateTime};
use orm::query::Expr;
use rust_decimal::Decimal;

use super::Env;
use crate::tree::Node;

/// An expression of a kind.
#[derive(Clone, Debug)]
pub(crate) enum AnyExpr {
    Small(Expr<Option<i32>>),
    Int(Expr<Option<i64>>),
    Decimal(Expr<Option<Decimal>>),
    Float(Expr<Option<f64>>),
    Text(Expr<Option<String>>),
    Date(Expr<Option<NaiveDate>>),
    Moment(Expr<Option<NaiveDateTime>>),
    Truth(Expr<Option<bool>>),
}

/// A value of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    /// NULL.
    Null,
    /// An integer of any width.
    Int(i64),
    /// An exact decimal.
    Decimal(Decimal),
    /// A float.
    Float(f64),
    /// A text.
    Text(String),
    /// A date.
    Date(NaiveDate),
    /// A date with a time.
    Moment(NaiveDateTime),
    /// A truth value.
    Truth(bool),
}

impl Cell {
    /// An order in which equal rows of two databases are at one place: floats, which may differ in their last bits, do not
    /// count beside others.
    pub(crate) fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => one.total_cmp(other),
            (Self::Int(one), Self::Int(other)) => one.cmp(other),
            (Self::Decimal(one), Self::Decimal(other)) => one.cmp(other),
            (Self::Text(one), Self::Text(other)) => one.cmp(other),
            (Self::Date(one), Self::Date(other)) => one.cmp(other),
            (Self::Moment(one), Self::Moment(other)) => one.cmp(other),
            (Self::Truth(one), Self::Truth(other)) => one.cmp(other),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    fn rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Int(_) => 1,
            Self::Decimal(_) => 2,
            Self::Float(_) => 3,
            Self::Text(_) => 4,
            Self::Date(_) => 5,
            Self::Moment(_) => 6,
            Self::Truth(_) => 7,
        }
    }

    /// Whether two databases mean the same. Floats may differ by a few units of their last place.
    pub(crate) fn same(&self, other: &Self) -> bool {
        const ULPS: f64 = 16.0 * f64::EPSILON;
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => {
                let most = one.abs().max(other.abs());
                one.total_cmp(other).is_eq() || (one - other).abs() <= most * ULPS
            }
            _ => self == other,
        }
    }
}

/// The Rust type of a kind.
pub(crate) trait Slot: Sized + 'static {
    fn expr(env: &Env, node: &Node) -> Expr<Option<Self>>;
    fn any(expr: Expr<Option<Self>>) -> AnyExpr;
    fn cell(self) -> Cell;
}

macro_rules! slots {
    ($($ty:ty => $variant:ident, $method:ident, $cell:expr;)+) => {$(
        impl Slot for $ty {
            fn expr(env: &Env, node: &Node) -> Expr<Option<Self>> {
                env.$method(node)
            }

            fn any(expr: Expr<Option<Self>>) -> AnyExpr {
                AnyExpr::$variant(expr)
            }

            fn cell(self) -> Cell {
                let cell: fn(Self) -> Cell = $cell;
                cell(self)
            }
        }
    )+};
}

slots! {
    i32 => Small, small, |it| Cell::Int(it.into());
    i64 => Int, int, Cell::Int;
    Decimal => Decimal, decimal, |it| Cell::Decimal(it.normalize());
    f64 => Float, float, Cell::Float;
    String => Text, text, Cell::Text;
    NaiveDate => Date, date, Cell::Date;
    NaiveDateTime => Moment, moment, Cell::Moment;
    bool => Truth, truth_value, Cell::Truth;
}

/// A column of a derived table.
pub(crate) fn derived<C: orm::query::IntoExpr<Value = Option<T>>, T: Slot>(column: C) -> AnyExpr
where
    Option<T>: orm::DbType,
{
    T::any(column.into_expr())
}
