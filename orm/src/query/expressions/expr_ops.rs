//! The operators of [`Expr`]; those of columns, in `column_ops.rs`, come to them. Arithmetic is in
//! `arithmetic.rs`.
//!
//! They are inherent methods: as trait methods their errors would speak of iterators.

use orm_core::stmt::{self, CompareOp};
use orm_core::types::{DbType, Nullability, base};
use orm_core::value::Value;

use super::expr::Expr;
use super::in_list::InList;
use super::like;
use super::operand::Operand;
use super::order::Order;
use super::predicate::Predicate;

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

    /// Among `values`: an array, slice, vector, set, range or another iterator, or a query of one column. Any number
    /// is allowed; among none nothing is.
    pub fn in_<L: InList<T::Base>>(self, values: L) -> Predicate {
        values.has(self, false)
    }

    /// Not among `values`, as in [`in_`](Self::in_). NULL is neither among them nor not, and where a query yields a
    /// NULL nothing is `NOT IN` it: filter by `is_not_null` there.
    pub fn not_in<L: InList<T::Base>>(self, values: L) -> Predicate {
        values.has(self, true)
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
        let other = other.into_operand();
        if matches!(other, stmt::Expr::Value(Value::Null)) {
            return is_null(self, op == CompareOp::Ne);
        }
        comparison(op, self, other, deepest)
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
