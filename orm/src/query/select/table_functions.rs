//! Sources whose rows are computed: series of integers, and functions of the database.

use std::borrow::Cow;

use orm_core::stmt::{Expr, FromItem, Source, SourceCall, SourceFunc};
use orm_core::value::Value;

use super::derived::Derived;
use super::values_source::{ValuesOf, ValuesRow, values};
use crate::mapping::{DerivedRow, interned};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::custom::{FuncArgs, function_error};
use crate::query::expressions::expr::check_depth;

/// Creates a source of the integers from `first` to `last`, each `step` after the one before, under a name. `last` is one of them
/// if a step leads to it; a step below 0 counts down. Its columns are one integer.
///
/// It is `generate_series` on PostgreSQL, a query that refers to itself on SQLite, and made of the positions in JSON arrays on
/// MySQL and MariaDB.
///
/// # Errors
/// A verb of the query that has the source returns:
/// - `Usage`: the step is 0; the name is empty or reserved.
/// - `Unsupported`: the database has no such series.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::generate_series;
///
/// let ages = generate_series("ages", 0, 100, 10);
/// let (age,) = ages.columns();
/// let query = select((age, count(User.id))).from(&ages).left_join_on(User, User.age.cast::<i64>().eq(age)).group_by(age);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "ages"."c0", COUNT("users"."id") FROM generate_series($1::int8, $2::int8, $3::int8) AS "ages"("c0") LEFT JOIN "users" ON CAST("users"."age" AS int8) = "ages"."c0" GROUP BY "ages"."c0""#
/// );
/// assert_eq!(
///     select(age).from(&ages).to_sql(&SqliteDialect)?,
///     r#"SELECT "ages"."c0" FROM (WITH RECURSIVE numbers("c0") AS (SELECT ? UNION ALL SELECT "c0" + ? FROM numbers WHERE "c0" <> ?) SELECT "c0" FROM numbers) AS "ages""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn generate_series(
    name: impl Into<Cow<'static, str>>,
    first: i64,
    last: i64,
    step: i64,
) -> Derived<ValuesOf<(i64,)>> {
    let name = interned(name.into());
    if step == 0 {
        return Derived::refused(name, no_step());
    }
    let steps = (i128::from(last) - i128::from(first)) / i128::from(step);
    let is_empty = if step > 0 { last < first } else { last > first };
    // The last number that a step leads to is between the ends.
    let Ok(steps) = i64::try_from(steps) else {
        return Derived::refused(name, too_long());
    };
    if is_empty {
        return values::<(i64,)>(name, []);
    }
    let last = i128::from(first) + i128::from(steps) * i128::from(step);
    let last = i64::try_from(last).unwrap_or(first);
    let args = [first, step, last, steps].map(|number| Expr::Value(Value::Int(number)));
    let call = SourceCall::new(SourceFunc::Series, args.into());
    let item = FromItem::new(Source::Call(Box::new(call))).alias(name);
    Derived::named(name, item)
}

/// Creates a source of the rows of a function of the database, under a name. `R` is a tuple of the types of its columns, and the
/// arguments are those of [`func`](crate::query::func), which may use columns of tables before it. On PostgreSQL.
///
/// # Errors
/// A verb of the query that has the source returns:
/// - `Usage`: the name of the function is not one of a function; the name is empty or reserved.
/// - `Unsupported`: the database has no functions in FROM, or no names for their columns.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::table_function;
///
/// let words = table_function::<(String,)>("words", "regexp_split_to_table", (Post.title, " "));
/// let (word,) = words.columns();
/// let query = select((Post.id, word)).cross_join(&words);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "posts"."id", "words"."c0" FROM "posts" CROSS JOIN LATERAL regexp_split_to_table("posts"."title", $1::text) AS "words"("c0")"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn table_function<R: ValuesRow>(
    name: impl Into<Cow<'static, str>>,
    function: impl Into<Cow<'static, str>>,
    args: impl FuncArgs,
) -> Derived<ValuesOf<R>> {
    let (name, function) = (interned(name.into()), function.into());
    let args = args.into_args();
    let error = function_error(&function).or_else(|| check_depth(args.depth).err());
    if let Some(error) = error {
        return Derived::refused(name, error);
    }
    let source = Source::Function {
        name: function,
        args: args.exprs,
    };
    let columns = DerivedRow::names(R::types().len()).iter();
    let columns = columns.map(|column| (*column).into()).collect();
    let mut item = FromItem::new(source).alias_columns(name, columns);
    item.lateral = args.origin.is_some();
    Derived::named(name, item)
}

#[cold]
fn no_step() -> BuildError {
    BuildError::new(
        "the step of a series is 0",
        "give it another one: generate_series(\"n\", 1, 10, 1)",
    )
}

#[cold]
fn too_long() -> BuildError {
    BuildError::new(
        "a series has more numbers than a 64-bit integer counts",
        "give it other ends, or a greater step",
    )
}
