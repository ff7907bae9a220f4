//! Groups of several sizes in one query: ROLLUP, CUBE and GROUPING SETS, and which of them a row is of.

use orm_core::stmt::{self, Aggregate, GroupingSets};
use orm_core::types::Type;

use super::builder::Select;
use super::clauses::Clauses;
use crate::query::expressions::aggregate::aggregate;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::expr::{Expr, IntoExpr};
use crate::query::expressions::order::GroupList;

impl<S> Select<S> {
    /// Adds to GROUP BY, and adds rows of greater groups: of the list without its last expression, and so on, up to one row of
    /// all rows. There the expressions are NULL, so they are selected as [`optional`](crate::query::optional()). On PostgreSQL,
    /// MySQL, and MariaDB without ORDER BY.
    ///
    /// # Errors
    /// A verb of the query returns:
    /// - `Unsupported`: the database has no ROLLUP, or none beside ORDER BY. Nothing is sent.
    /// - `Usage`: an expression of the list is selected as one that is not NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((optional(User.active), optional(User.age), count_all()));
    /// let query = query.group_by_rollup((User.active, User.age));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "active", "age", COUNT(*) FROM "users" GROUP BY ROLLUP ("active", "age")"#
    /// );
    /// assert_eq!(
    ///     query.to_sql(&MysqlDialect::MySql)?,
    ///     "SELECT `active`, `age`, COUNT(*) FROM `users` GROUP BY `active`, `age` WITH ROLLUP"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn group_by_rollup<G: GroupList>(self, groups: G) -> Self {
        self.grouped(groups, GroupingSets::Rollup)
    }

    /// As [`group_by_rollup`](Self::group_by_rollup), with the groups of each subset of the list: CUBE. On PostgreSQL.
    ///
    /// # Errors
    /// As [`group_by_rollup`](Self::group_by_rollup).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((optional(User.active), optional(User.age), count_all()));
    /// assert_eq!(
    ///     query.group_by_cube((User.active, User.age)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT "active", "age", COUNT(*) FROM "users" GROUP BY CUBE ("active", "age")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn group_by_cube<G: GroupList>(self, groups: G) -> Self {
        self.grouped(groups, GroupingSets::Cube)
    }

    /// Sets GROUP BY to several groups, each a list of its own: GROUPING SETS. `()` is all rows. An expression that is not in all
    /// lists is NULL in some rows, and is selected as [`optional`](crate::query::optional()). On PostgreSQL.
    ///
    /// # Errors
    /// As [`group_by_rollup`](Self::group_by_rollup); `Usage` for a query that has GROUP BY already.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select((optional(User.active), optional(User.age), count_all()));
    /// assert_eq!(
    ///     query.group_by_sets((User.active, User.age, ())).to_sql(&PostgresDialect)?,
    ///     r#"SELECT "active", "age", COUNT(*) FROM "users" GROUP BY GROUPING SETS (("active"), ("age"), ())"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn group_by_sets<G: GroupSets>(mut self, sets: G) -> Self {
        let clauses = self.query.clauses_mut();
        if !clauses.group_by.is_empty() {
            self.query.refuse(grouped_twice());
            return self;
        }
        let mut lists = Vec::new();
        sets.add_to(&mut lists);
        let positions = lists.into_iter().map(|list| positions(clauses, list));
        let positions = positions.collect();
        clauses.grouping_sets = Some(GroupingSets::Sets(positions));
        self
    }

    fn grouped<G: GroupList>(mut self, groups: G, sets: GroupingSets) -> Self {
        let clauses = self.query.clauses_mut();
        groups.add_to(&mut clauses.group_by);
        clauses.grouping_sets = Some(sets);
        self
    }
}

/// The positions in GROUP BY of the expressions of a list, which are added where they are missing.
fn positions(clauses: &mut Clauses, list: Vec<stmt::Expr>) -> Vec<usize> {
    let group_by = &mut clauses.group_by;
    let position = |expr| {
        let known = group_by.iter().position(|known| *known == expr);
        known.unwrap_or_else(|| {
            group_by.push(expr);
            group_by.len() - 1
        })
    };
    list.into_iter().map(position).collect()
}

/// Returns `GROUPING(expr)`: 1 in the rows of greater groups, which are not grouped by the expression, and 0 in others. By it
/// the NULL of a greater group differs from a NULL of the rows. On PostgreSQL and MySQL.
///
/// # Errors
/// A verb of the query returns:
/// - `Unsupported`: the database has no GROUPING.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::query::grouping;
///
/// let query = select((optional(User.active), grouping(User.active), count_all()));
/// assert_eq!(
///     query.group_by_rollup(User.active).to_sql(&MysqlDialect::MySql)?,
///     "SELECT `active`, (GROUPING(`active`) DIV 1), COUNT(*) FROM `users` GROUP BY `active` WITH ROLLUP"
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn grouping<E: IntoExpr>(expr: E) -> Expr<i64> {
    aggregate(Aggregate::Grouping, expr.into_expr(), Type::Int64)
}

/// Is implemented by the argument of `group_by_sets`: a tuple of up to six arguments of `group_by`, and `()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of groups",
    label = "expected a tuple of two to six arguments of `group_by`: `((User.city, User.age), User.city, ())`"
)]
pub trait GroupSets {
    /// Adds the lists.
    #[doc(hidden)]
    fn add_to(self, sets: &mut Vec<Vec<stmt::Expr>>);
}

macro_rules! tuples {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: GroupList),+> GroupSets for ($($item,)+) {
            fn add_to(self, sets: &mut Vec<Vec<stmt::Expr>>) {
                $(
                    let mut list = Vec::new();
                    self.$index.add_to(&mut list);
                    sets.push(list);
                )+
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
}

#[cold]
fn grouped_twice() -> BuildError {
    BuildError::new(
        "GROUPING SETS is the whole of GROUP BY, and the query has one already",
        "put all of them into group_by_sets",
    )
}
