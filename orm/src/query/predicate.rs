//! [`Predicate`]: a condition. One type, whatever the nullability of what it compares.

use std::ops::{BitAnd, BitOr, Not};

use orm_core::stmt;

use super::expr::Expr;
use super::select::Select;

/// A condition: what comparisons yield and `filter` takes.
///
/// Conditions combine by [`and`](Self::and), [`or`](Self::or), [`not`](Self::not), by `&`, `|` and `!`,
/// and out of iterators by [`all`](Self::all) and [`any`](Self::any).
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct User { #[orm(primary_key)] id: i64, name: String, email: Option<String> }
/// let known = User.email.is_not_null() & (User.name.eq("ada") | User.name.eq("grace"));
/// let query = select(User.id).filter(known);
/// # let _ = query;
/// ```
#[derive(Clone, Debug)]
#[must_use = "a condition does nothing until it is given to a statement"]
pub struct Predicate(pub(super) stmt::Expr);

impl Predicate {
    /// Both conditions.
    pub fn and(self, other: Predicate) -> Self {
        Self(self.0.and(other.0))
    }

    /// Either condition.
    pub fn or(self, other: Predicate) -> Self {
        Self(self.0.or(other.0))
    }

    /// The opposite. What is unknown, as a comparison with NULL, stays unknown.
    #[expect(
        clippy::should_implement_trait,
        reason = "it is implemented too, and reads well in a chain"
    )]
    pub fn not(self) -> Self {
        Self(stmt::Expr::Not(Box::new(self.0)))
    }

    /// All of the conditions; with none it is true.
    pub fn all(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self(stmt::Expr::And(
            conditions
                .into_iter()
                .map(|condition| condition.0)
                .collect(),
        ))
    }

    /// Any of the conditions; with none it is false.
    pub fn any(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self(stmt::Expr::Or(
            conditions
                .into_iter()
                .map(|condition| condition.0)
                .collect(),
        ))
    }

    /// The condition as a value, to be selected: true, false, or NULL for unknown.
    pub fn value(self) -> Expr<Option<bool>> {
        Expr::new(self.0)
    }
}

impl BitAnd for Predicate {
    type Output = Self;

    fn bitand(self, other: Self) -> Self {
        self.and(other)
    }
}

impl BitOr for Predicate {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        self.or(other)
    }
}

impl Not for Predicate {
    type Output = Self;

    fn not(self) -> Self {
        Predicate::not(self)
    }
}

/// Whether a query yields any row. The query may use columns of the statement around it.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # struct User { #[orm(primary_key)] id: i64 }
/// # #[derive(Model)]
/// # struct Post { #[orm(primary_key)] id: i64, author_id: i64 }
/// let authors = select(User).filter(exists(select(Post).filter(Post.author_id.eq(User.id))));
/// # let _ = authors;
/// ```
pub fn exists<S>(query: Select<S>) -> Predicate {
    Predicate(match query.into_subquery() {
        Ok(mut select) => {
            // Only whether there are rows matters. Grouped columns are what HAVING may speak of.
            if select.group_by.is_empty() && select.having.is_empty() {
                select.columns.clear();
            }
            stmt::Expr::Exists(Box::new(select))
        }
        Err(fault) => fault.into_expr(),
    })
}
