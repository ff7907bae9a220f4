//! [`values`]: rows of the program's values as a source of rows.

use std::borrow::Cow;
use std::marker::PhantomData;

use orm_core::stmt::{Expr, FromItem, Projection, Query, Select, Source, Values};
use orm_core::types::{DbType, Type};
use orm_core::value::Value;

use super::derived::{Derived, RowColumns};
use super::named_source::number_columns;
use crate::mapping::{Column, DerivedRow, interned};

/// Creates a source of rows of values under a name, to join a list of values with a table: VALUES. A row is a tuple; one
/// value is `(value,)`. Without rows the source is empty.
///
/// # Errors
/// A verb of the query that has the source returns:
/// - `Usage`: the name is empty or reserved.
/// - `Unsupported`: there are more values than a statement has bind parameters.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::values;
///
/// let prices = values("prices", [(1_i64, 9.5), (2, 3.0)]);
/// let (id, price) = prices.columns();
/// let query = select((User.name, price)).join_on(&prices, User.id.eq(id));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "users"."name", "prices"."c1" FROM "users" INNER JOIN (VALUES ($1::int8, $2::float8), ($3::int8, $4::float8)) AS "prices"("c0", "c1") ON "users"."id" = "prices"."c0""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn values<R: ValuesRow>(
    name: impl Into<Cow<'static, str>>,
    rows: impl IntoIterator<Item = R>,
) -> Derived<ValuesOf<R>> {
    let name = interned(name.into());
    let mut rows: Vec<Vec<Expr>> = rows
        .into_iter()
        .map(|row| exprs(row.into_values()))
        .collect();
    let item = if let Some(first) = rows.first_mut() {
        for (expr, ty) in first.iter_mut().zip(R::types()) {
            if matches!(expr, Expr::Value(Value::Null)) {
                *expr = null(ty);
            }
        }
        let names = DerivedRow::names(first.len()).iter();
        let names = names.map(|name| (*name).into()).collect();
        FromItem::new(Source::Values(Values::new(rows))).alias_columns(name, names)
    } else {
        FromItem::new(Source::Query(Box::new(no_rows(R::types())))).alias(name)
    };
    Derived::named(name, item)
}

fn exprs(values: Vec<Value>) -> Vec<Expr> {
    values.into_iter().map(Expr::Value).collect()
}

/// NULL of a type, by which a database learns that of the column.
fn null(ty: Type) -> Expr {
    Expr::Cast {
        expr: Box::new(Expr::Value(Value::Null)),
        ty,
    }
}

fn no_rows(types: Vec<Type>) -> Query {
    let columns = types.into_iter().map(|ty| Projection::Expr(null(ty)));
    let mut select = Select::default();
    select.columns = columns.collect();
    select.filter.push(Expr::Or(Vec::new()));
    let mut query = Query::from(select);
    number_columns(&mut query);
    query
}

/// Represents what [`values`] selects.
#[derive(Debug)]
pub struct ValuesOf<R>(PhantomData<fn() -> R>);

/// Is implemented by the rows of [`values`]: tuples of up to eight values.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of values",
    label = "expected a tuple such as `(1_i64, name)`, or `(name,)`, of types that a column can have",
    note = "text is a `String`: `(1_i64, \"ada\".to_owned())`"
)]
pub trait ValuesRow {
    /// The columns.
    type Columns: Copy;

    /// Returns the columns of the source of that name, from position `start` on.
    #[doc(hidden)]
    fn columns(source: &'static str, start: usize) -> Self::Columns;

    /// Returns the types of the values.
    #[doc(hidden)]
    fn types() -> Vec<Type>;

    /// Returns the values.
    #[doc(hidden)]
    fn into_values(self) -> Vec<Value>;
}

#[diagnostic::do_not_recommend]
impl<R: ValuesRow> RowColumns for ValuesOf<R> {
    type Columns = R::Columns;

    fn count() -> usize {
        R::types().len()
    }

    fn columns(source: &'static str, start: usize) -> R::Columns {
        R::columns(source, start)
    }
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: DbType),+> ValuesRow for ($($item,)+) {
            type Columns = ($(Column<DerivedRow, $item>,)+);

            fn columns(source: &'static str, start: usize) -> Self::Columns {
                ($(DerivedRow::column::<$item>(source, start + $index),)+)
            }

            fn types() -> Vec<Type> {
                vec![$($item::TYPE),+]
            }

            fn into_values(self) -> Vec<Value> {
                vec![$(self.$index.to_value().to_value()),+]
            }
        }
    )+};
}

tuples! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
}
