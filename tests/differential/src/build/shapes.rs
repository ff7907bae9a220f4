//! [`Shape`]: select lists of one to four expressions; and queries of a shape behind [`Runnable`].

use chrono::{NaiveDate, NaiveDateTime};
use orm::query::{Expr, RowColumns, Selectable};
use orm::sql::Dialect;
use orm::{Connection, DbType, Result, Select};
use rust_decimal::Decimal;

use super::Env;
use super::cells::{AnyExpr, Cell, Slot, derived};
use crate::tree::{Kind, Node, Query};

/// A select list.
pub(crate) trait Shape: Selectable + RowColumns + Sized + 'static {
    fn make(env: &Env, items: &[Node]) -> Self;
    fn cells(row: Self::Output<Connection>) -> Vec<Cell>;
    fn exprs(columns: Self::Columns) -> Vec<AnyExpr>;
}

fn cell<T: Slot>(value: Option<T>) -> Cell {
    value.map_or(Cell::Null, T::cell)
}

/// The expression of an item. A query that was cut has as many items as its shape.
fn item<T: Slot>(env: &Env, items: &[Node], index: usize) -> Expr<Option<T>> {
    let none = Node::null(Kind::Int);
    T::expr(env, items.get(index).unwrap_or(&none))
}

impl<T: Slot> Shape for Expr<Option<T>>
where
    Option<T>: DbType,
{
    fn make(env: &Env, items: &[Node]) -> Self {
        item(env, items, 0)
    }

    fn cells(row: Option<T>) -> Vec<Cell> {
        vec![cell(row)]
    }

    fn exprs(column: Self::Columns) -> Vec<AnyExpr> {
        vec![derived(column)]
    }
}

macro_rules! shapes {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        impl<$($item: Slot),+> Shape for ($(Expr<Option<$item>>,)+)
        where
            $(Option<$item>: DbType,)+
        {
            fn make(env: &Env, items: &[Node]) -> Self {
                ($(item::<$item>(env, items, $index),)+)
            }

            fn cells(row: ($(Option<$item>,)+)) -> Vec<Cell> {
                vec![$(cell(row.$index)),+]
            }

            fn exprs(columns: Self::Columns) -> Vec<AnyExpr> {
                vec![$(derived(columns.$index)),+]
            }
        }
    )+};
}

shapes!((A 0, B 1), (A 0, B 1, C 2), (A 0, B 1, C 2, D 3));

/// A query of the library, of any shape.
pub(crate) trait Runnable {
    fn rows(&self, conn: &mut Connection) -> Result<Vec<Vec<Cell>>>;
    fn sql(&self, dialect: &dyn Dialect) -> Result<String>;
    fn literals(&self, dialect: &dyn Dialect) -> Result<String>;
}

impl<S: Shape> Runnable for Select<S> {
    fn rows(&self, conn: &mut Connection) -> Result<Vec<Vec<Cell>>> {
        Ok(self.all(conn)?.into_iter().map(S::cells).collect())
    }

    fn sql(&self, dialect: &dyn Dialect) -> Result<String> {
        self.to_sql(dialect)
    }

    fn literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.to_sql_with_literals(dialect)
    }
}

macro_rules! lists {
    ($($($kind:ident)+ => $shape:ty;)+) => {
        /// The kinds of the select lists that there are. Those of one kind come first, in the order of the kinds.
        pub(crate) const LISTS: &[&[Kind]] = &[$(&[$(Kind::$kind),+]),+];

        /// Builds a query, whose items are of one of these lists.
        pub(crate) fn runnable(env: &Env, query: &Query) -> Option<Box<dyn Runnable>> {
            let kinds = query.kinds();
            $(if kinds == [$(Kind::$kind),+] {
                return Some(Box::new(env.query::<$shape>(query)));
            })+
            None
        }
    };
}

type E<T> = Expr<Option<T>>;

lists! {
    Small => E<i32>;
    Int => E<i64>;
    Decimal => E<Decimal>;
    Float => E<f64>;
    Text => E<String>;
    Date => E<NaiveDate>;
    Moment => E<NaiveDateTime>;
    Truth => E<bool>;
    Int Text => (E<i64>, E<String>);
    Int Int => (E<i64>, E<i64>);
    Text Text => (E<String>, E<String>);
    Decimal Small => (E<Decimal>, E<i32>);
    Float Int => (E<f64>, E<i64>);
    Truth Date => (E<bool>, E<NaiveDate>);
    Text Moment => (E<String>, E<NaiveDateTime>);
    Int Text Decimal => (E<i64>, E<String>, E<Decimal>);
    Int Float Date => (E<i64>, E<f64>, E<NaiveDate>);
    Small Moment Text => (E<i32>, E<NaiveDateTime>, E<String>);
    Int Text Decimal Float => (E<i64>, E<String>, E<Decimal>, E<f64>);
    Truth Int Text Date => (E<bool>, E<i64>, E<String>, E<NaiveDate>);
}

/// The lists of derived tables.
pub(crate) const DERIVED: &[&[Kind]] = &[
    &[Kind::Int, Kind::Text, Kind::Decimal],
    &[Kind::Int, Kind::Float, Kind::Date],
    &[Kind::Small, Kind::Moment, Kind::Text],
];

pub(crate) type DerivedA = (E<i64>, E<String>, E<Decimal>);
pub(crate) type DerivedB = (E<i64>, E<f64>, E<NaiveDate>);
pub(crate) type DerivedC = (E<i32>, E<NaiveDateTime>, E<String>);
