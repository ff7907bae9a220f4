//! [`Predicate`]: a condition, one type for every nullability; and [`Condition`]: the argument of `filter` and
//! `having`.

use std::ops::{BitAnd, BitOr, Not};

use orm_core::stmt;

use super::expr::Expr;
use super::table_ref::TableRef;
use super::term::{Comparison, Term};

/// Is implemented by the arguments of `filter` and `having`: a [`Predicate`], or a boolean column or expression. Rows
/// for which it is false or NULL are left out.
///
/// ```
/// # use orm::prelude::*;
/// # #[derive(Model)]
/// # #[orm(table = "users")]
/// # struct User { #[orm(primary_key)] id: i64, active: bool, admin: Option<bool> }
/// let query = select(User.id).filter(User.active & !User.admin);
/// let sql = query.to_sql(&orm::sqlite::SqliteDialect)?;
/// assert_eq!(sql, r#"SELECT "id" FROM "users" WHERE "active" = ? AND "admin" = ?"#); // true, false
/// # Ok::<(), orm::Error>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a condition",
    label = "expected a comparison such as `User.id.eq(1)`, or a column of type bool",
    note = "compare with `.eq(…)`, `.ne(…)`, `.lt(…)`, `.is_null()`, `.contains(…)`; combine with `&`, `|` and `!`"
)]
pub trait Condition {
    /// Returns the condition.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// fn either(one: impl Condition, other: impl Condition) -> Predicate {
    ///     one.into_predicate().or(other)
    /// }
    /// let query = select(User.id).filter(either(User.active, User.age.ge(18)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "active" = ? OR "age" >= ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    fn into_predicate(self) -> Predicate;
}

/// Represents a condition, the result of a comparison and the argument of `filter`. A boolean column is a condition
/// as well, see [`Condition`].
///
/// Conditions are combined with [`and`](Self::and), [`or`](Self::or), [`not`](Self::not), with `&`, `|` and `!`, and
/// from iterators with [`all`](Self::all) and [`any`](Self::any). Their number is not limited; a statement with
/// conditions nested more than 500 levels deep returns a `Usage` error.
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
pub struct Predicate(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Comparison(Comparison),
    Expr(Expr<Option<bool>>),
}

impl Predicate {
    /// A condition of nothing else.
    pub(in crate::query) fn leaf(ast: stmt::Expr, origin: Option<TableRef>) -> Self {
        Self(Kind::Expr(Expr::leaf(ast, origin)))
    }

    /// A column beside a value.
    #[inline]
    pub(super) fn comparison(comparison: Comparison) -> Self {
        Self(Kind::Comparison(comparison))
    }

    /// A condition on expressions, the deepest of which is given.
    pub(in crate::query) fn over(
        ast: stmt::Expr,
        origin: Option<TableRef>,
        deepest: usize,
    ) -> Self {
        Self(Kind::Expr(Expr::around(ast, origin, deepest)))
    }

    /// The condition as a part of a statement.
    #[inline]
    pub(in crate::query) fn into_term(self) -> Term {
        match self.0 {
            Kind::Comparison(comparison) => Term::Comparison(comparison),
            Kind::Expr(expr) => Term::Expr(expr.ast),
        }
    }

    /// The condition in a statement.
    pub(in crate::query) fn into_ast(self) -> stmt::Expr {
        self.into_term().into_expr()
    }

    /// Returns `self AND other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.ge(18).and(User.email.is_null()));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" >= ? AND "email" IS NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn and<C: Condition>(self, other: C) -> Self {
        let (own, other) = (self.value(), other.into_predicate().value());
        let deepest = Junction::And
            .depth_of(&own)
            .max(Junction::And.depth_of(&other));
        let origin = own.origin.or(other.origin);
        Self::over(own.ast.and(other.ast), origin, deepest)
    }

    /// Returns `self OR other`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.age.lt(18).or(User.age.gt(65)));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "age" < ? OR "age" > ?"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn or<C: Condition>(self, other: C) -> Self {
        let (own, other) = (self.value(), other.into_predicate().value());
        let deepest = Junction::Or
            .depth_of(&own)
            .max(Junction::Or.depth_of(&other));
        let origin = own.origin.or(other.origin);
        Self::over(own.ast.or(other.ast), origin, deepest)
    }

    /// Returns `NOT self`. An unknown condition, such as a comparison with NULL, stays unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.id).filter(User.name.contains("ada").not());
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE NOT ("name" LIKE $1)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[expect(
        clippy::should_implement_trait,
        reason = "it is implemented too, and reads well in a chain"
    )]
    pub fn not(self) -> Self {
        let Expr {
            ast, origin, depth, ..
        } = self.value();
        Self::over(stmt::Expr::Not(Box::new(ast)), origin, depth)
    }

    /// Returns the conjunction of `conditions`, which is true if there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let words = ["ada", "love"].map(|word| User.name.contains(word));
    /// assert_eq!(
    ///     select(User.id).filter(Predicate::all(words)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1 AND "name" LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn all(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self::junction(conditions, stmt::Expr::And)
    }

    /// Returns the disjunction of `conditions`, which is false if there are none.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let words = ["ada", "grace"].map(|word| User.name.contains(word));
    /// assert_eq!(
    ///     select(User.id).filter(Predicate::any(words)).to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE "name" LIKE $1 OR "name" LIKE $2"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn any(conditions: impl IntoIterator<Item = Predicate>) -> Self {
        Self::junction(conditions, stmt::Expr::Or)
    }

    fn junction(
        conditions: impl IntoIterator<Item = Predicate>,
        join: fn(Vec<stmt::Expr>) -> stmt::Expr,
    ) -> Self {
        let (mut origin, mut deepest) = (None, 0);
        let terms = conditions.into_iter().map(|condition| {
            let condition = condition.value();
            origin = origin.or(condition.origin);
            deepest = deepest.max(condition.depth);
            condition.ast
        });
        let terms = terms.collect();
        Self::over(join(terms), origin, deepest)
    }

    /// Returns the condition as an expression that can be selected: true, false, or NULL if it is unknown.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let adult: Vec<Option<bool>> = select(User.age.ge(18).value()).all(&mut conn)?;
    /// assert_eq!(adult, [Some(true)]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "age" >= ? FROM "users""#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn value(self) -> Expr<Option<bool>> {
        match self.0 {
            Kind::Comparison(comparison) => {
                let origin = Some(comparison.table);
                Expr::around(comparison.into_expr(), origin, 0)
            }
            Kind::Expr(expr) => expr,
        }
    }
}

#[diagnostic::do_not_recommend]
impl Condition for Predicate {
    #[inline]
    fn into_predicate(self) -> Predicate {
        self
    }
}

#[derive(Clone, Copy)]
enum Junction {
    And,
    Or,
}

impl Junction {
    /// How deep a condition is as a term: of a junction of the same kind only its terms become part of it.
    fn depth_of(self, condition: &Expr<Option<bool>>) -> usize {
        let flattened = match self {
            Self::And => matches!(condition.ast, stmt::Expr::And(_)),
            Self::Or => matches!(condition.ast, stmt::Expr::Or(_)),
        };
        condition.depth - usize::from(flattened)
    }
}

impl<C: Condition> BitAnd<C> for Predicate {
    type Output = Self;

    fn bitand(self, other: C) -> Self {
        self.and(other)
    }
}

impl<C: Condition> BitOr<C> for Predicate {
    type Output = Self;

    fn bitor(self, other: C) -> Self {
        self.or(other)
    }
}

impl Not for Predicate {
    type Output = Self;

    fn not(self) -> Self {
        Predicate::not(self)
    }
}

/// The condition of a relation that is only read, of a CHECK constraint or of an index, in a statement. Called by the
/// derive.
#[doc(hidden)]
pub fn view_condition<C: Condition>(condition: C) -> stmt::Expr {
    condition.into_predicate().into_ast()
}
