//! The further parts of a [`Window`]: its name in the WINDOW clause and the rows that its frame leaves out; and the windows that
//! no query can have.

use std::borrow::Cow;

use orm_core::stmt::{self, Frame, FrameBound, FrameExclusion, FrameUnit};
use orm_core::types::Type;

use super::build_error::BuildError;
use super::window::Window;

impl Window {
    /// Gives the window a name. A query whose functions use a named window has it once, in its WINDOW clause. On a database
    /// without that clause the window is written for each function.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Usage`: the name is empty, or two windows of the query have it that are not equal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{rank, row_number, window};
    ///
    /// let by_age = window().order_by(User.age.desc()).named("by_age");
    /// let query = select((
    ///     User.name,
    ///     rank().over(by_age.clone()),
    ///     row_number().over(by_age),
    /// ));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", RANK() OVER "by_age", ROW_NUMBER() OVER "by_age" FROM "users" WINDOW "by_age" AS (ORDER BY "age" DESC)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.0.name = Some(name.into());
        self
    }

    /// Leaves rows out of the frame: EXCLUDE. Without a frame, it is that of the rows up to the current one. On PostgreSQL and
    /// SQLite.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no EXCLUDE.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use orm::query::{FrameBound, FrameExclusion, window};
    ///
    /// let others = window()
    ///     .rows(FrameBound::UnboundedPreceding, FrameBound::UnboundedFollowing)
    ///     .exclude(FrameExclusion::CurrentRow);
    /// let query = select((User.name, max(User.age).over(others)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "name", MAX("age") OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW) FROM "users""#
    /// );
    /// assert!(query.to_sql(&MysqlDialect::MySql).unwrap_err().is_unsupported());
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn exclude(mut self, rows: FrameExclusion) -> Self {
        let (start, end) = (FrameBound::UnboundedPreceding, FrameBound::CurrentRow);
        let default = || Frame::new(FrameUnit::Range, start, end);
        self.0.frame.get_or_insert_with(default).exclude = Some(rows);
        self
    }

    /// Why no query can have it.
    pub(super) fn error(&self) -> Option<BuildError> {
        let stmt::Window {
            name,
            partition_by,
            order_by,
            frame,
            ..
        } = &self.0;
        let orders = order_by.iter().map(|order| &order.expr);
        let mut parts = partition_by.iter().chain(orders);
        if parts.any(|part| matches!(part, stmt::Expr::Over { .. })) {
            return Some(BuildError::new(
                "a window function is not allowed in PARTITION BY and ORDER BY of a window",
                "compute it in a subquery first",
            ));
        }
        if name.as_ref().is_some_and(|name| name.is_empty()) {
            return Some(BuildError::new(
                "the name of a window is empty",
                "give it another name: .named(\"w\")",
            ));
        }
        frame.and_then(|frame| frame_error(frame, order_by.len(), self.1))
    }
}

const ORDER_BY_TIME: &str = "order the window by the date or time: .order_by(Order.placed)";

fn frame_error(frame: Frame, orders: usize, ty: Option<&Type>) -> Option<BuildError> {
    let is_time = |bound| {
        matches!(
            bound,
            FrameBound::PrecedingTime(_) | FrameBound::FollowingTime(_)
        )
    };
    let has_time = is_time(frame.start) || is_time(frame.end);
    let numbers = [frame.start.number(), frame.end.number()];
    let mut numbers = numbers.into_iter().flatten().peekable();
    if numbers.peek().is_some() && (frame.unit != FrameUnit::Range || orders != 1) {
        return Some(BuildError::new(
            "a number with a fraction is a bound of frames of RANGE with one ORDER BY expression",
            "set the frame by `range`, or count rows: FrameBound::Preceding(1)",
        ));
    }
    if numbers.any(|number| !number.is_valid()) {
        return Some(BuildError::new(
            "the bound of a frame is below 0, or no finite number",
            "give a distance: FrameBound::preceding(0.5) for rows before the current one",
        ));
    }
    if has_time && frame.unit != FrameUnit::Range {
        return Some(BuildError::new(
            "a time is a bound of frames of RANGE alone",
            "set the frame by `range`, or count rows: FrameBound::Preceding(1)",
        ));
    }
    if has_time && orders != 1 {
        return Some(BuildError::new(
            "a frame of RANGE with a time needs one ORDER BY expression",
            ORDER_BY_TIME,
        ));
    }
    let is_time = |ty: &&Type| {
        matches!(
            ty,
            Type::Date | Type::Time | Type::DateTime | Type::Timestamp | Type::Extension(_)
        )
    };
    let other = ty.filter(|ty| has_time && !is_time(ty))?;
    Some(BuildError::new(
        format!(
            "a frame of RANGE with a time needs ORDER BY of a date or time, not of {}",
            other.describe()
        ),
        ORDER_BY_TIME,
    ))
}
