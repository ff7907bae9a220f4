//! Window functions: `row_number`, `rank`, `lag` and their like, and aggregates, over a [`Window`].

use orm_core::stmt::{self, Aggregate, Frame, FrameBound, FrameUnit, RawPart};
use orm_core::types::{DbType, Type};

use super::build_error::BuildError;
use super::expr::{Expr, IntoExpr};
use super::numeric_ops::exact;
use super::order::{GroupList, OrderList};

/// Describes the rows that a window function looks at, for each row: OVER.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{row_number, window};
///
/// let newest = window().partition_by(Post.author_id).order_by(Post.id.desc());
/// let query = select((Post.title, row_number().over(newest)));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "title", ROW_NUMBER() OVER (PARTITION BY "author_id" ORDER BY "id" DESC) FROM "posts""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a window does nothing until it is given to `over`"]
pub struct Window(
    pub(super) stmt::Window,
    /// The type of the first item of ORDER BY.
    pub(super) Option<&'static Type>,
);

/// Creates the window of all rows of the query, without an order.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::window;
///
/// let query = select((User.name, max(User.age).over(window())));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "name", MAX("age") OVER () FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn window() -> Window {
    Window::default()
}

impl Window {
    /// Adds to PARTITION BY: the rows that are equal in these columns or expressions are a window of their own.
    pub fn partition_by<G: GroupList>(mut self, groups: G) -> Self {
        groups.add_to(&mut self.0.partition_by);
        self
    }

    /// Adds to ORDER BY. With an order, and without a frame, an aggregate looks at the rows up to the current one and those
    /// equal to it.
    pub fn order_by<O: OrderList>(mut self, orders: O) -> Self {
        self.1 = self.1.or_else(|| orders.item_type());
        orders.add_to(&mut self.0.order_by);
        self
    }

    /// Sets the frame, in rows before and after the current one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{FrameBound, window};
    ///
    /// let last_three = window().order_by(User.id).rows(FrameBound::Preceding(2), FrameBound::CurrentRow);
    /// let query = select((User.id, avg(User.age).over(last_three)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", AVG("age") OVER (ORDER BY "id" ASC ROWS BETWEEN 2 PRECEDING AND CURRENT ROW) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn rows(self, start: FrameBound, end: FrameBound) -> Self {
        self.frame(FrameUnit::Rows, start, end)
    }

    /// Sets the frame, in values of ORDER BY: rows whose value differs by a number at most, or by a time. A time is a bound on
    /// PostgreSQL and MySQL, with one date or time in ORDER BY. A number with a fraction is a bound by
    /// [`FrameBound::preceding`] and [`FrameBound::following`], of the type of the ORDER BY expression: a float, or an exact
    /// decimal, on all but SQLite.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the bound is not of the type of the ORDER BY column.
    /// - `Unsupported`: the database has no such bound.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: a time is a bound, and ORDER BY is not of one date or time.
    /// - `Unsupported`: the database has no bounds of time.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{FrameBound, window};
    ///
    /// let about_as_old = window().order_by(User.age).range(FrameBound::Preceding(5), FrameBound::Following(5));
    /// let query = select((User.id, count_all().over(about_as_old)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", COUNT(*) OVER (ORDER BY "age" ASC RANGE BETWEEN 5 PRECEDING AND 5 FOLLOWING) FROM "users""#
    /// );
    ///
    /// let near = window().order_by(Town.area).range(FrameBound::preceding(0.5), FrameBound::CurrentRow);
    /// assert_eq!(
    ///     select(count_all().over(near)).from(Town).to_sql(&SqliteDialect)?,
    ///     r#"SELECT COUNT(*) OVER (ORDER BY "area" ASC RANGE BETWEEN 0.5 PRECEDING AND CURRENT ROW) FROM "towns""#
    /// );
    ///
    /// let hour = FrameBound::PrecedingTime(std::time::Duration::from_secs(3600));
    /// let recent = window().order_by(Parcel.sent).range(hour, FrameBound::CurrentRow);
    /// assert_eq!(
    ///     select(count_all().over(recent)).from(Parcel).to_sql(&PostgresDialect)?,
    ///     r#"SELECT COUNT(*) OVER (ORDER BY "sent" ASC RANGE BETWEEN INTERVAL '3600 seconds' PRECEDING AND CURRENT ROW) FROM "parcels""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn range(self, start: FrameBound, end: FrameBound) -> Self {
        self.frame(FrameUnit::Range, start, end)
    }

    /// Sets the frame, in groups of rows that are equal in ORDER BY. On PostgreSQL and SQLite.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{FrameBound, window};
    ///
    /// let neighbours = window().order_by(User.age).groups(FrameBound::Preceding(1), FrameBound::Following(1));
    /// let query = select((User.id, count_all().over(neighbours)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id", COUNT(*) OVER (ORDER BY "age" ASC GROUPS BETWEEN 1 PRECEDING AND 1 FOLLOWING) FROM "users""#
    /// );
    /// assert!(query.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn groups(self, start: FrameBound, end: FrameBound) -> Self {
        self.frame(FrameUnit::Groups, start, end)
    }

    fn frame(mut self, unit: FrameUnit, start: FrameBound, end: FrameBound) -> Self {
        self.0.frame = Some(Frame::new(unit, start, end));
        self
    }
}

/// Represents the call of a window function without its window: [`over`](Self::over) makes an expression of it.
#[derive(Clone, Debug)]
#[must_use = "a window function needs a window: call `over`"]
pub struct WindowFunction<T>(Expr<T>);

impl<T: DbType> WindowFunction<T> {
    /// Returns the value of the function over a window.
    pub fn over(self, window: Window) -> Expr<T> {
        let made = over(self.0, window);
        // A decimal may be text in the database, whose order the function does not keep.
        Expr::around(exact::<T>(made.ast), made.origin, made.depth)
    }
}

impl<T: DbType> Expr<T> {
    /// Returns an aggregate over a window, for each row: `SUM(a) OVER (…)`.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the expression is not an aggregate, or is one that joins texts or collects values.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::window;
    ///
    /// let so_far = sum(User.age).over(window().order_by(User.id));
    /// assert_eq!(
    ///     select((User.name, so_far)).to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", SUM("age") OVER (ORDER BY "id" ASC) FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn over(self, window: Window) -> Expr<T> {
        let is_aggregate =
            matches!(&self.ast, stmt::Expr::Aggregate(call) if has_windows(call.function));
        if is_aggregate {
            return over(self, window);
        }
        Expr::around(no_function().into_expr(), self.origin, self.depth)
    }
}

fn over<T>(call: Expr<T>, window: Window) -> Expr<T> {
    if let Some(error) = window.error() {
        return Expr::around(error.into_expr(), call.origin, call.depth);
    }
    let ast = stmt::Expr::Over {
        call: Box::new(call.ast),
        window: Box::new(window.0),
    };
    Expr::around(ast, call.origin, call.depth)
}

/// Whether an aggregate is one over windows, too.
fn has_windows(function: Aggregate) -> bool {
    match function {
        Aggregate::Count
        | Aggregate::Sum
        | Aggregate::Min
        | Aggregate::Max
        | Aggregate::Avg
        | Aggregate::Statistic(_) => true,
        Aggregate::StringAgg
        | Aggregate::ArrayAgg
        | Aggregate::JsonArray
        | Aggregate::JsonObject
        | Aggregate::Grouping => false,
    }
}

#[cold]
fn no_function() -> BuildError {
    BuildError::new(
        "OVER needs an aggregate or a window function",
        "call over of count, sum, avg, min, max, row_number, rank, lag and their like",
    )
}

/// Returns `ROW_NUMBER()`: the number of the row in its window, from 1. Rows that are equal in the order have numbers in
/// any order.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{row_number, window};
///
/// let query = select(row_number().over(window().order_by(User.id))).from(User);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT ROW_NUMBER() OVER (ORDER BY "id" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn row_number() -> WindowFunction<i64> {
    function("ROW_NUMBER", Vec::new())
}

/// Returns `RANK()`: one more than the number of rows before the current one in the order. Equal rows have one rank, and
/// the next ranks are left out: 1, 1, 3.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{rank, window};
///
/// let query = select((User.name, rank().over(window().order_by(User.age.desc()))));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "name", RANK() OVER (ORDER BY "age" DESC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn rank() -> WindowFunction<i64> {
    function("RANK", Vec::new())
}

/// Returns `DENSE_RANK()`: as [`rank`], without gaps: 1, 1, 2.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{dense_rank, window};
///
/// let query = select((User.name, dense_rank().over(window().order_by(User.age))));
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT "name", DENSE_RANK() OVER (ORDER BY "age" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn dense_rank() -> WindowFunction<i64> {
    function("DENSE_RANK", Vec::new())
}

/// Returns `PERCENT_RANK()`: the rank as a fraction from 0 to 1.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{percent_rank, window};
///
/// let query = select(percent_rank().over(window().order_by(User.age))).from(User);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT PERCENT_RANK() OVER (ORDER BY "age" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn percent_rank() -> WindowFunction<f64> {
    function("PERCENT_RANK", Vec::new())
}

/// Returns `CUME_DIST()`: the fraction of rows that are not after the current one.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{cume_dist, window};
///
/// let query = select(cume_dist().over(window().order_by(User.age))).from(User);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT CUME_DIST() OVER (ORDER BY "age" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn cume_dist() -> WindowFunction<f64> {
    function("CUME_DIST", Vec::new())
}

/// Returns `NTILE(n)`: the number of the row's part, from 1 to `parts`, where the rows are divided into parts of nearly
/// one size. No part is an error of the database.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{ntile, window};
///
/// let query = select(ntile(4).over(window().order_by(User.age))).from(User);
/// assert_eq!(
///     query.to_sql(&SqliteDialect)?,
///     r#"SELECT NTILE(4) OVER (ORDER BY "age" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn ntile(parts: u32) -> WindowFunction<i64> {
    function("NTILE", vec![number(parts)])
}

/// Returns `LAG(expr, rows)`: the value of `expr` in the row that is `rows` rows before the current one, NULL if there is
/// none.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{lag, window};
///
/// let before = lag(User.name, 1).over(window().order_by(User.id));
/// assert_eq!(
///     select((User.name, before)).to_sql(&SqliteDialect)?,
///     r#"SELECT "name", LAG("name", 1) OVER (ORDER BY "id" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn lag<E: IntoExpr>(expr: E, rows: u32) -> WindowFunction<Option<Plain<E>>> {
    value("LAG", expr, Some(rows))
}

/// Returns `LEAD(expr, rows)`: the value of `expr` in the row that is `rows` rows after the current one, NULL if there is
/// none.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{lead, window};
///
/// let next = lead(User.name, 1).over(window().order_by(User.id));
/// assert_eq!(
///     select((User.name, next)).to_sql(&SqliteDialect)?,
///     r#"SELECT "name", LEAD("name", 1) OVER (ORDER BY "id" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn lead<E: IntoExpr>(expr: E, rows: u32) -> WindowFunction<Option<Plain<E>>> {
    value("LEAD", expr, Some(rows))
}

/// Returns `FIRST_VALUE(expr)`: the value of `expr` in the first row of the frame.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{first_value, window};
///
/// let oldest = first_value(User.name).over(window().order_by(User.age.desc()));
/// assert_eq!(
///     select((User.name, oldest)).to_sql(&SqliteDialect)?,
///     r#"SELECT "name", FIRST_VALUE("name") OVER (ORDER BY "age" DESC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn first_value<E: IntoExpr>(expr: E) -> WindowFunction<Option<Plain<E>>> {
    value("FIRST_VALUE", expr, None)
}

/// Returns `LAST_VALUE(expr)`: the value of `expr` in the last row of the frame. Without a frame that is the current row, or
/// one equal to it: set one up to [`FrameBound::UnboundedFollowing`] for the last row of the window.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{FrameBound, last_value, window};
///
/// let all = window().order_by(User.id);
/// let all = all.rows(FrameBound::UnboundedPreceding, FrameBound::UnboundedFollowing);
/// assert_eq!(
///     select(last_value(User.name).over(all)).to_sql(&SqliteDialect)?,
///     r#"SELECT LAST_VALUE("name") OVER (ORDER BY "id" ASC ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn last_value<E: IntoExpr>(expr: E) -> WindowFunction<Option<Plain<E>>> {
    value("LAST_VALUE", expr, None)
}

/// Returns `NTH_VALUE(expr, n)`: the value of `expr` in the row `row` of the frame, counted from 1, NULL if there is none.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::{nth_value, window};
///
/// let second = nth_value(User.name, 2).over(window().order_by(User.id));
/// assert_eq!(
///     select((User.name, second)).to_sql(&SqliteDialect)?,
///     r#"SELECT "name", NTH_VALUE("name", 2) OVER (ORDER BY "id" ASC) FROM "users""#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn nth_value<E: IntoExpr>(expr: E, row: u32) -> WindowFunction<Option<Plain<E>>> {
    value("NTH_VALUE", expr, Some(row))
}

/// The type of an expression without NULL.
type Plain<E> = <<E as IntoExpr>::Value as DbType>::Plain;

fn function<T>(name: &'static str, args: Vec<stmt::Expr>) -> WindowFunction<T> {
    let name = name.into();
    WindowFunction(Expr::leaf(stmt::Expr::Function { name, args }, None))
}

fn value<E: IntoExpr, T>(name: &'static str, expr: E, rows: Option<u32>) -> WindowFunction<T> {
    let expr = expr.into_expr();
    let args = [Some(expr.ast), rows.map(number)].into_iter().flatten();
    let ast = stmt::Expr::Function {
        name: name.into(),
        args: args.collect(),
    };
    WindowFunction(Expr::around(ast, expr.origin, expr.depth))
}

/// A number as text: PostgreSQL expects an integer of 32 bits, and MySQL no expression.
fn number(number: u32) -> stmt::Expr {
    stmt::Expr::Raw(vec![RawPart::Sql(number.to_string())])
}
