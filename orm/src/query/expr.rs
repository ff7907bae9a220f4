//! [`Expr`]: a typed expression, with the operators that columns share.
//!
//! The operators are inherent methods: as trait methods their errors would speak of iterators.

use std::marker::PhantomData;

use orm_core::stmt::walk::depth;
use orm_core::stmt::{self, CompareOp};
use orm_core::types::{DbType, Nullability, base};
use orm_core::value::Value;

use super::fault::Fault;
use super::like;
use super::operand::{Member, Operand};
use super::order::Order;
use super::origin::Origin;
use super::predicate::Predicate;
use super::select::Select;
use crate::mapping::{Column, Model};

/// An expression whose value has the Rust type `T`: what arithmetic and aggregates yield.
///
/// It has the operators of a column.
#[must_use = "an expression does nothing until it is given to a statement"]
pub struct Expr<T> {
    pub(super) ast: stmt::Expr,
    /// The table of its first column: where a query of it alone selects from.
    pub(super) origin: Option<Origin>,
    /// How deep it is nested.
    pub(super) depth: usize,
    marker: PhantomData<fn() -> T>,
}

/// How deep an expression may be nested: what is deeper overflows a stack, here or in a database.
const DEPTH: usize = 500;

#[cold]
fn too_deep() -> Fault {
    Fault::new(
        format!("an expression is nested more than {DEPTH} deep"),
        "join conditions by Predicate::all and Predicate::any, and compute long sums in Rust",
    )
}

/// A type of the value of an expression over `T` and an operand with the nullability `N`.
pub type Lifted<T, N> =
    <<<T as DbType>::Null as Nullability>::Or<N> as Nullability>::Wrap<<T as DbType>::Plain>;

impl<T> Expr<T> {
    /// An expression of nothing else.
    pub(super) fn leaf(ast: stmt::Expr, origin: Option<Origin>) -> Self {
        Self {
            ast,
            origin,
            depth: 0,
            marker: PhantomData,
        }
    }

    /// An expression of others, the deepest of which is given. Beyond the limit a fault stands for it.
    pub(super) fn over(ast: stmt::Expr, origin: Option<Origin>, deepest: usize) -> Self {
        if deepest >= DEPTH {
            return Self::leaf(too_deep().into_expr(), origin);
        }
        Self {
            depth: deepest + 1,
            ..Self::leaf(ast, origin)
        }
    }
}

impl<T> Clone for Expr<T> {
    fn clone(&self) -> Self {
        Self {
            depth: self.depth,
            ..Self::leaf(self.ast.clone(), self.origin)
        }
    }
}

impl<T> std::fmt::Debug for Expr<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Expr").field(&self.ast).finish()
    }
}

/// A column or an expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a column nor an expression",
    label = "expected a column such as `User.id`, or an expression"
)]
pub trait IntoExpr {
    /// The type of its value.
    type Value: DbType;

    /// The expression.
    fn into_expr(self) -> Expr<Self::Value>;
}

#[diagnostic::do_not_recommend]
impl<T: DbType> IntoExpr for Expr<T> {
    type Value = T;

    fn into_expr(self) -> Expr<T> {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model, T: DbType> IntoExpr for Column<M, T> {
    type Value = T;

    fn into_expr(self) -> Expr<T> {
        let origin = Origin {
            def: M::def(),
            name: self.source(),
        };
        Expr::leaf(stmt::Expr::column(self.source(), self.name()), Some(origin))
    }
}

/// What a subquery selects whose values a column of the base `B` is looked for among: one column or
/// expression of that base.
#[diagnostic::on_unimplemented(
    message = "the values of a query of `{Self}` don't go with a column of the base type `{B}`",
    label = "expected a query of one column or expression of exactly the column's type"
)]
pub trait Yields<B> {}

#[diagnostic::do_not_recommend]
impl<B, S: IntoExpr<Value: DbType<Base = B>>> Yields<B> for S {}

impl<T: DbType> Expr<T> {
    /// Equal. With `None` or `Null` it is `IS NULL`; with a nullable column that is NULL it is unknown,
    /// see [`same_as`](Self::same_as).
    pub fn eq<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Eq, value)
    }

    /// Unequal. With `None` or `Null` it is `IS NOT NULL`.
    pub fn ne<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Ne, value)
    }

    /// Less.
    pub fn lt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Lt, value)
    }

    /// Less or equal.
    pub fn le<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Le, value)
    }

    /// Greater.
    pub fn gt<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Gt, value)
    }

    /// Greater or equal.
    pub fn ge<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.compare(CompareOp::Ge, value)
    }

    /// Equal, with NULL equal to NULL: true or false, never unknown.
    pub fn same_as<V: Operand<T::Base>>(self, value: V) -> Predicate {
        self.equality(CompareOp::Same, value)
    }

    /// From `low` to `high`, both included.
    pub fn between<L: Operand<T::Base>, H: Operand<T::Base>>(self, low: L, high: H) -> Predicate {
        let deepest = self.depth.max(low.depth()).max(high.depth());
        let ast = stmt::Expr::Between {
            expr: Box::new(self.ast),
            low: Box::new(low.into_operand()),
            high: Box::new(high.into_operand()),
        };
        Predicate::over(ast, self.origin, deepest)
    }

    /// NULL.
    pub fn is_null(self) -> Predicate {
        is_null(self, false)
    }

    /// Not NULL.
    pub fn is_not_null(self) -> Predicate {
        is_null(self, true)
    }

    /// Among `values`: an array, slice, vector, set, range or another iterator. Any number is allowed;
    /// among none nothing is.
    pub fn in_<I: IntoIterator<Item: Member<T::Base>>>(self, values: I) -> Predicate {
        self.member(values, false)
    }

    /// Not among `values`, as in [`in_`](Self::in_). NULL is neither among them nor not.
    pub fn not_in<I: IntoIterator<Item: Member<T::Base>>>(self, values: I) -> Predicate {
        self.member(values, true)
    }

    /// Among the values that a query of one column yields.
    pub fn in_select<S: Yields<T::Base>>(self, query: Select<S>) -> Predicate {
        let select = match query.into_subquery() {
            Ok(select) => select,
            Err(fault) => return Predicate::leaf(fault.into_expr(), self.origin),
        };
        let deepest = self.depth.max(depth(&select));
        let ast = stmt::Expr::InSelect {
            expr: Box::new(self.ast),
            select: Box::new(select),
            negated: false,
        };
        Predicate::over(ast, self.origin, deepest)
    }

    /// The value, or `other` where it is NULL.
    pub fn coalesce<V: Operand<T::Base>>(
        self,
        other: V,
    ) -> Expr<<V::Null as Nullability>::Wrap<T::Plain>> {
        let deepest = self.depth.max(other.depth());
        let ast = stmt::Expr::Function {
            name: "COALESCE".into(),
            args: vec![self.ast, other.into_operand()],
        };
        Expr::over(ast, self.origin, deepest)
    }

    /// In ascending order of this.
    pub fn asc(self) -> Order {
        Order::new(self.ast, stmt::Direction::Ascending)
    }

    /// In descending order of this.
    pub fn desc(self) -> Order {
        Order::new(self.ast, stmt::Direction::Descending)
    }

    fn compare<V: Operand<T::Base>>(self, op: CompareOp, other: V) -> Predicate {
        let deepest = self.depth.max(other.depth());
        comparison(op, self, other.into_operand(), deepest)
    }

    fn equality<V: Operand<T::Base>>(self, op: CompareOp, other: V) -> Predicate {
        let deepest = self.depth.max(other.depth());
        match other.into_operand() {
            stmt::Expr::Value(Value::Null) => is_null(self, op == CompareOp::Ne),
            other => comparison(op, self, other, deepest),
        }
    }

    fn member<I: IntoIterator<Item: Member<T::Base>>>(self, values: I, negated: bool) -> Predicate {
        let mut deepest = self.depth;
        let operands = values.into_iter().map(|value| {
            deepest = deepest.max(value.depth());
            value.into_operand()
        });
        let operands = operands.collect();
        // Two deep: a comparison among others.
        Predicate::over(
            member(self.ast, operands, negated),
            self.origin,
            deepest + 1,
        )
    }
}

impl<T: DbType<Base = base::Bool>> Expr<T> {
    /// True: neither false nor NULL.
    pub fn is_true(self) -> Predicate {
        self.eq(true)
    }

    /// False: neither true nor NULL.
    pub fn is_false(self) -> Predicate {
        self.eq(false)
    }
}

/// Searches in text. A needle is taken literally: `%` and `_` in it are themselves.
impl<T: DbType<Base = base::Text>> Expr<T> {
    /// Has `needle` in it; case counts.
    pub fn contains(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::Contains, needle.as_ref())
    }

    /// Begins with `needle`; case counts.
    pub fn starts_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::StartsWith, needle.as_ref())
    }

    /// Ends with `needle`; case counts.
    pub fn ends_with(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::EndsWith, needle.as_ref())
    }

    /// Has `needle` in it; case does not count. SQLite knows the case of ASCII letters only.
    pub fn icontains(self, needle: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::ContainsIgnoreCase, needle.as_ref())
    }

    /// Matches `pattern`, in which `%` is any text, `_` any character, and `\` takes the next character
    /// literally; case counts.
    pub fn like(self, pattern: impl AsRef<str>) -> Predicate {
        like::search(self, stmt::LikeKind::Pattern, pattern.as_ref())
    }
}

fn comparison<T>(op: CompareOp, left: Expr<T>, right: stmt::Expr, deepest: usize) -> Predicate {
    let ast = stmt::Expr::compare(op, left.ast, right);
    Predicate::over(ast, left.origin, deepest)
}

fn is_null<T>(expr: Expr<T>, negated: bool) -> Predicate {
    let ast = stmt::Expr::IsNull {
        expr: Box::new(expr.ast),
        negated,
    };
    Predicate::over(ast, expr.origin, expr.depth)
}

// Values go into one list; columns and expressions among them become comparisons beside it.
fn member(expr: stmt::Expr, operands: Vec<stmt::Expr>, negated: bool) -> stmt::Expr {
    let mut list = Vec::with_capacity(operands.len());
    let mut others = Vec::new();
    for operand in operands {
        match operand {
            stmt::Expr::Value(value) => list.push(value),
            other => others.push(other),
        }
    }
    let op = if negated {
        CompareOp::Ne
    } else {
        CompareOp::Eq
    };
    let mut terms: Vec<_> = others
        .into_iter()
        .map(|other| stmt::Expr::compare(op, expr.clone(), other))
        .collect();
    let listed = stmt::Expr::In {
        expr: Box::new(expr),
        list,
        negated,
    };
    if terms.is_empty() {
        return listed;
    }
    if !matches!(&listed, stmt::Expr::In { list, .. } if list.is_empty()) {
        terms.push(listed);
    }
    if negated {
        stmt::Expr::And(terms)
    } else {
        stmt::Expr::Or(terms)
    }
}
