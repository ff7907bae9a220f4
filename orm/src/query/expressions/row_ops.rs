//! IN of rows: `(Line.order_id, Line.position).in_([(1, 2), (1, 3)])`. IN of one column is in `in_list.rs`,
//! that of a query in `select/subquery.rs`.

use orm_core::stmt::{self, CompareOp};
use orm_core::types::DbType;

use super::expr::IntoExpr;
use super::operand::Member;
use super::predicate::Predicate;
use super::table_ref::TableRef;

/// Is implemented by row values: tuples of two to six columns or expressions.
pub trait RowExpr: Sized {
    /// The base types of the columns, as a tuple.
    type Bases;

    /// Returns the row as untyped expressions.
    #[doc(hidden)]
    fn into_row(self) -> RowParts;

    /// Returns `(a, b) IN ((…), (…))`, for an array, a slice or another iterator of tuples, or for a query of as many
    /// columns. `IN ()` is false. A tuple has values, or columns and expressions, which are compared with `=`.
    ///
    /// A list has a bind for each value: at most 15,872 pairs on SQLite, and 32,256 on PostgreSQL, MySQL and MariaDB, if
    /// the statement has no others. It is padded to a power of two, so that lists of many lengths share one text, and each
    /// 512 rows are an IN of their own.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Unsupported`: the list has more values than the database allows in a statement. Nothing is sent.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Post.id).filter((Post.author_id, Post.title).in_([(1, "On engines")]));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "posts" WHERE ("author_id", "title") IN (($1, $2))"#
    /// );
    ///
    /// let first = select((Post.author_id, min(Post.id))).group_by(Post.author_id);
    /// let query = select(Post.title).filter((Post.author_id, Post.id).in_(first));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "title" FROM "posts" WHERE ("author_id", "id") IN (SELECT "posts"."author_id", MIN("posts"."id") FROM "posts" GROUP BY "posts"."author_id")"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn in_<L: RowList<Self::Bases>>(self, rows: L) -> Predicate {
        rows.has(self.into_row(), false)
    }

    /// Returns `(a, b) NOT IN ((…), (…))`, with the rows of [`in_`](Self::in_). `NOT IN ()` is true. The result is unknown
    /// if a NULL decides whether the rows are equal.
    ///
    /// # Errors
    /// As [`in_`](Self::in_).
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(Post.id).filter((Post.author_id, Post.id).not_in([(1, 1), (1, 2)]));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "posts" WHERE ("author_id", "id") NOT IN ((?, ?), (?, ?))"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn not_in<L: RowList<Self::Bases>>(self, rows: L) -> Predicate {
        rows.has(self.into_row(), true)
    }
}

/// The expressions of a row, with the first table and the depth of the deepest.
#[doc(hidden)]
#[derive(Debug)]
pub struct RowParts {
    pub(in crate::query) exprs: Vec<stmt::Expr>,
    pub(in crate::query) origin: Option<TableRef>,
    pub(in crate::query) depth: usize,
}

/// Is implemented by the arguments of `in_` and `not_in` of a row whose columns have the base types `B`: an array, slice,
/// vector or another iterator of tuples, or a query of as many columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a list of rows of the base types `{B}`",
    label = "expected tuples of values such as `[(1, 2)]`, or a query of as many columns: `select((…, …))`"
)]
pub trait RowList<B> {
    /// Returns `row IN (…)`, or `row NOT IN (…)` if `negated`.
    #[doc(hidden)]
    fn has(self, row: RowParts, negated: bool) -> Predicate;
}

/// Is implemented by tuples of values, columns or expressions of the base types `B`, which are never NULL.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a row of the base types `{B}`",
    label = "expected a tuple of a value for each column",
    note = "use values of exactly the columns' types, without Option; text also takes &str"
)]
pub trait RowMember<B> {
    /// Returns the row as untyped expressions.
    #[doc(hidden)]
    fn into_operands(self) -> RowParts;
}

/// Is implemented by what a query of `in_` may select: a tuple of columns or expressions of the base types `B`.
#[diagnostic::on_unimplemented(
    message = "a query of `{Self}` does not return rows of the base types `{B}`",
    label = "expected a query of as many columns or expressions, of exactly the columns' types"
)]
pub trait YieldsRow<B> {}

impl<B, I: IntoIterator<Item: RowMember<B>>> RowList<B> for I {
    fn has(self, row: RowParts, negated: bool) -> Predicate {
        let mut depth = row.depth;
        let rows = self.into_iter().map(|member| {
            let member = member.into_operands();
            depth = depth.max(member.depth);
            member.exprs
        });
        let rows: Vec<_> = rows.collect();
        // Three deep: a comparison in a junction among others.
        Predicate::over(among(&row.exprs, rows, negated), row.origin, depth + 2)
    }
}

/// How many rows are in one list. PostgreSQL reads a list of rows as conditions, each inside the next one, and some
/// thousands of them exceed its stack (54001).
const ROWS: usize = 512;

// Rows of values go into lists; those with columns and expressions become comparisons beside them.
fn among(row: &[stmt::Expr], rows: Vec<Vec<stmt::Expr>>, negated: bool) -> stmt::Expr {
    let mut list = Vec::with_capacity(rows.len());
    let mut terms = Vec::new();
    for member in rows {
        if member.iter().all(|it| matches!(it, stmt::Expr::Value(_))) {
            list.push(member.into_iter().filter_map(value).collect());
        } else {
            terms.push(equal(row, member, negated));
        }
    }
    let in_rows = |list: Vec<_>| stmt::Expr::InRows {
        row: row.to_vec(),
        list: list.into(),
        negated,
    };
    while list.len() > ROWS {
        let rest = list.split_off(ROWS);
        terms.push(in_rows(std::mem::replace(&mut list, rest)));
    }
    if !list.is_empty() || terms.is_empty() {
        terms.push(in_rows(list));
    }
    match <[stmt::Expr; 1]>::try_from(terms) {
        Ok([only]) => only,
        Err(terms) if negated => stmt::Expr::And(terms),
        Err(terms) => stmt::Expr::Or(terms),
    }
}

fn value(expr: stmt::Expr) -> Option<orm_core::value::Value> {
    if let stmt::Expr::Value(value) = expr {
        Some(value)
    } else {
        None
    }
}

/// `a = x AND b = y`, or `NOT (a = x AND b = y)`.
fn equal(row: &[stmt::Expr], member: Vec<stmt::Expr>, negated: bool) -> stmt::Expr {
    let pairs = row.iter().cloned().zip(member);
    let equal = pairs.map(|(left, right)| stmt::Expr::compare(CompareOp::Eq, left, right));
    let all = stmt::Expr::And(equal.collect());
    if negated {
        stmt::Expr::Not(Box::new(all))
    } else {
        all
    }
}

macro_rules! rows {
    ($(($($item:ident $base:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: IntoExpr),+> RowExpr for ($($item,)+) {
            type Bases = ($(<$item::Value as DbType>::Base,)+);

            fn into_row(self) -> RowParts {
                let (mut origin, mut depth) = (None, 0);
                let exprs = vec![$({
                    let expr = self.$index.into_expr();
                    origin = origin.or(expr.origin);
                    depth = depth.max(expr.depth);
                    expr.ast
                }),+];
                RowParts { exprs, origin, depth }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($base, $item: Member<$base>),+> RowMember<($($base,)+)> for ($($item,)+) {
            fn into_operands(self) -> RowParts {
                let depth = [$(self.$index.depth()),+].into_iter().fold(0, usize::max);
                let exprs = vec![$(self.$index.into_operand()),+];
                RowParts { exprs, origin: None, depth }
            }
        }

        #[diagnostic::do_not_recommend]
        impl<'a, $($base, $item),+> RowMember<($($base,)+)> for &'a ($($item,)+)
        where
            $(&'a $item: Member<$base>),+
        {
            fn into_operands(self) -> RowParts {
                RowMember::<($($base,)+)>::into_operands(($(&self.$index,)+))
            }
        }

        #[diagnostic::do_not_recommend]
        impl<$($base, $item: IntoExpr<Value: DbType<Base = $base>>),+> YieldsRow<($($base,)+)>
            for ($($item,)+)
        {
        }
    )+};
}

rows! {
    (A BaseA 0, B BaseB 1),
    (A BaseA 0, B BaseB 1, C BaseC 2),
    (A BaseA 0, B BaseB 1, C BaseC 2, D BaseD 3),
    (A BaseA 0, B BaseB 1, C BaseC 2, D BaseD 3, E BaseE 4),
    (A BaseA 0, B BaseB 1, C BaseC 2, D BaseD 3, E BaseE 4, F BaseF 5),
}
