//! SQL text as an expression, whose named binds are values or expressions.

use std::borrow::Cow;

use orm_core::stmt::{self, Name, NamedSql};
use orm_core::types::DbType;

use super::conditional::CaseValue;
use super::expr::Expr;
use super::table_ref::TableRef;

/// Returns SQL text as an expression whose value has the Rust type `T`. `:name` in it stands for a value, a column or an
/// expression: `binds` is a tuple of names with these, `()` for none. `\:` is a literal colon. In a condition, `T` is
/// `bool`.
///
/// Nothing in the text is checked or escaped, so it must not come from input; values of the binds may.
///
/// # Errors
/// The statement returns:
/// - `Usage`: a name has no value, or a value no name. Nothing is sent.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let similar = raw_expr::<bool>(
///     "similarity(:name, :other) > 0.3",
///     (("name", User.name), ("other", "ada")),
/// );
/// let query = select(User.id).filter(similar);
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "id" FROM "users" WHERE similarity("name", $1::text) > 0.3"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn raw_expr<T: DbType>(sql: impl Into<Cow<'static, str>>, binds: impl NamedBinds) -> Expr<T> {
    let BindParts {
        binds,
        origin,
        depth,
    } = binds.into_binds();
    let named = NamedSql::new(sql.into(), binds);
    Expr::around(stmt::Expr::NamedSql(Box::new(named)), origin, depth)
}

/// Is implemented by the binds of [`raw_expr`]: tuples of at most eight pairs of a name and a value, a column or an
/// expression.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of named binds",
    label = "expected pairs of a name and a value, column or expression: `((\"name\", User.name),)`, or `()`",
    note = "NULL has no type: use `None::<T>`"
)]
pub trait NamedBinds {
    /// Returns the binds.
    #[doc(hidden)]
    fn into_binds(self) -> BindParts;
}

/// The binds, with the first table and the depth of the deepest.
#[doc(hidden)]
#[derive(Debug, Default)]
pub struct BindParts {
    binds: Vec<(Name, stmt::Expr)>,
    origin: Option<TableRef>,
    depth: usize,
}

impl BindParts {
    fn add<T>(&mut self, name: &'static str, value: Expr<T>) {
        self.origin = self.origin.or(value.origin);
        self.depth = self.depth.max(value.depth);
        self.binds.push((name.into(), value.ast));
    }
}

impl NamedBinds for () {
    fn into_binds(self) -> BindParts {
        BindParts::default()
    }
}

macro_rules! named {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: CaseValue),+> NamedBinds for ($((&'static str, $item),)+) {
            fn into_binds(self) -> BindParts {
                let mut parts = BindParts::default();
                $(parts.add(self.$index.0, self.$index.1.into_value());)+
                parts
            }
        }
    )+};
}

named! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
}
