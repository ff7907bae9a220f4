//! SQL of the program's in expressions: functions and operators by name, and nodes of its own. SQL text is in
//! `raw_expr.rs`.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use orm_core::stmt::{self, Extension, Visit, walk_expr};
use orm_core::types::{DbType, Type};

use super::build_error::BuildError;
use super::conditional::CaseValue;
use super::expr::{Expr, IntoExpr};
use super::row_ops::RowParts;
use crate::mapping::{Column, Model};

/// Returns a call of any function of the database, whose result has the Rust type `T`. The arguments are a tuple of
/// values, columns and expressions. An integer of 16 or 32 bits that is a value is cast to its type, since PostgreSQL
/// looks for a function by the types of its arguments.
///
/// The name is not escaped. It consists of letters of ASCII, digits and `_`, with `.` after a schema.
///
/// # Errors
/// The statement returns:
/// - `Usage`: the name is not one of a function. Nothing is sent.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let distance = func::<i32>("levenshtein", (User.name, "ada"));
/// let query = select(User.id).filter(distance.lt(3));
/// assert_eq!(
///     query.to_sql(&PostgresDialect)?,
///     r#"SELECT "id" FROM "users" WHERE levenshtein("name", $1::text) < $2"#
/// );
/// # Ok::<(), orm::Error>(())
/// ```
pub fn func<T: DbType>(name: impl Into<Cow<'static, str>>, args: impl FuncArgs) -> Expr<T> {
    let (name, args) = (name.into(), args.into_args());
    if !is_function_name(&name) {
        return Expr::leaf(no_function(&name).into_expr(), args.origin);
    }
    let ast = stmt::Expr::Function {
        name,
        args: args.exprs,
    };
    Expr::around(ast, args.origin, args.depth)
}

/// Why a text is not the name of a function.
pub(in crate::query) fn function_error(name: &str) -> Option<BuildError> {
    (!is_function_name(name)).then(|| no_function(name))
}

/// Whether it is a path of identifiers.
fn is_function_name(name: &str) -> bool {
    name.split('.').all(|part| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
        part.chars().all(is_part) && part.starts_with(|c: char| !c.is_ascii_digit())
    })
}

#[cold]
fn no_function(name: &str) -> BuildError {
    BuildError::new(
        format!("{name:?} is not the name of a function"),
        "use letters, digits and _ for func, or raw_expr for other SQL",
    )
}

/// Is implemented by the arguments of [`func`]: tuples of at most eight values, columns and expressions, `(User.name,)`
/// for one and `()` for none.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a tuple of arguments",
    label = "expected a tuple of values, columns and expressions: `(User.name,)` for one, `()` for none",
    note = "NULL has no type: use `None::<T>`"
)]
pub trait FuncArgs {
    /// Returns the arguments as untyped expressions.
    #[doc(hidden)]
    fn into_args(self) -> RowParts;
}

/// A value, column or expression as an argument.
pub(super) fn argument<V: CaseValue>(value: V) -> Expr<V::Value> {
    let expr = value.into_value();
    let ty = <V::Value as DbType>::TYPE;
    let is_value = matches!(expr.ast, stmt::Expr::Value(_));
    // Binds of integers have 64 bits.
    if !is_value || !matches!(ty, Type::Int16 | Type::Int32 | Type::Float32) {
        return expr;
    }
    let ast = stmt::Expr::Cast {
        expr: Box::new(expr.ast),
        ty,
    };
    Expr::around(ast, expr.origin, expr.depth)
}

impl FuncArgs for () {
    fn into_args(self) -> RowParts {
        RowParts {
            exprs: Vec::new(),
            origin: None,
            depth: 0,
        }
    }
}

macro_rules! arguments {
    ($(($($item:ident $index:tt),+)),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl<$($item: CaseValue),+> FuncArgs for ($($item,)+) {
            fn into_args(self) -> RowParts {
                let (mut origin, mut depth) = (None, 0);
                let exprs = vec![$({
                    let expr = argument(self.$index);
                    origin = origin.or(expr.origin);
                    depth = depth.max(expr.depth);
                    expr.ast
                }),+];
                RowParts { exprs, origin, depth }
            }
        }
    )+};
}

arguments! {
    (A 0),
    (A 0, B 1),
    (A 0, B 1, C 2),
    (A 0, B 1, C 2, D 3),
    (A 0, B 1, C 2, D 3, E 4),
    (A 0, B 1, C 2, D 3, E 4, F 5),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6),
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7),
}

impl<T: DbType> Expr<T> {
    /// Returns `self operator value`, whose result has the Rust type `R`, for an operator that has no method.
    ///
    /// The operator is not escaped. It consists of the characters `+-*/<>=~!@#%^&|` without `--`, `/*` and `*/`, or of
    /// words of ASCII letters with a blank between them.
    ///
    /// # Errors
    /// The statement returns:
    /// - `Usage`: it is no operator. Nothing is sent.
    /// - `Unsupported`: it has a `#` on MySQL and MariaDB, where that begins a comment.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let near = User.name.concat("!").op::<bool>("%>", "ada");
    /// let query = select(User.id).filter(near);
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE ("name" || $1::text) %> $2::text"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn op<R: DbType>(
        self,
        operator: impl Into<Cow<'static, str>>,
        value: impl CaseValue,
    ) -> Expr<R> {
        let (operator, value) = (operator.into(), value.into_value());
        if !is_operator(&operator) {
            return Expr::leaf(no_operator(&operator).into_expr(), self.origin);
        }
        let depth = self.depth.max(value.depth);
        let ast = stmt::Expr::Operator {
            operator,
            sides: Box::new([self.ast, value.ast]),
        };
        Expr::around(ast, self.origin.or(value.origin), depth)
    }

    /// Returns a node of the program's own as an expression of the Rust type `T`. A [dialect](crate::sql::Dialect) renders
    /// it by its template, or in its own way by `write_extension`.
    ///
    /// The library does not know its tables: where it is selected alone, `from` names one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// use std::any::Any;
    /// use std::hash::Hasher;
    /// use std::sync::Arc;
    ///
    /// use orm::query::{Expr, Operand};
    /// use orm::stmt::{self, Extension, TemplatePart};
    /// use orm::types::base::Text;
    ///
    /// /// The text in the form NFC.
    /// #[derive(Debug)]
    /// struct Normalized([stmt::Expr; 1]);
    ///
    /// impl Extension for Normalized {
    ///     fn name(&self) -> &str {
    ///         "NORMALIZE"
    ///     }
    ///
    ///     fn args(&self) -> &[stmt::Expr] {
    ///         &self.0
    ///     }
    ///
    ///     fn with_args(&self, args: Vec<stmt::Expr>) -> Arc<dyn Extension> {
    ///         Arc::new(Self(args.try_into().unwrap_or_else(|_| self.0.clone())))
    ///     }
    ///
    ///     fn shape(&self, _state: &mut dyn Hasher) {}
    ///
    ///     fn template(&self, dialect: &str) -> Option<Vec<TemplatePart>> {
    ///         use TemplatePart::{Arg, Sql};
    ///         (dialect == "postgres").then(|| vec![Sql("NORMALIZE("), Arg(0), Sql(", NFC)")])
    ///     }
    ///
    ///     fn as_any(&self) -> &dyn Any {
    ///         self
    ///     }
    /// }
    ///
    /// fn normalized(text: impl Operand<Text>) -> Expr<String> {
    ///     Expr::extension(Normalized([text.into_operand()]))
    /// }
    ///
    /// let query = select(User.id).filter(normalized(User.name).eq("Ünal"));
    /// assert_eq!(
    ///     query.to_sql(&PostgresDialect)?,
    ///     r#"SELECT "id" FROM "users" WHERE (NORMALIZE("name", NFC)) = $1"#
    /// );
    /// assert_eq!(query.to_sql(&SqliteDialect).unwrap_err().kind(), ErrorKind::Unsupported);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn extension(node: impl Extension + 'static) -> Self {
        let mut depth = Depth::default();
        for arg in node.args() {
            let _ = depth.expr(arg);
        }
        Expr::around(stmt::Expr::Extension(Arc::new(node)), None, depth.deepest)
    }
}

impl<M: Model, T: DbType> Column<M, T> {
    /// Returns `self operator value`, whose result has the Rust type `R`; see [`Expr::op`].
    ///
    /// # Errors
    /// As [`Expr::op`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let query = select(User.age.op::<i32>("<<", 2));
    /// assert_eq!(
    ///     query.to_sql(&SqliteDialect)?,
    ///     r#"SELECT "age" << ? FROM "users""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn op<R: DbType>(
        self,
        operator: impl Into<Cow<'static, str>>,
        value: impl CaseValue,
    ) -> Expr<R> {
        self.into_expr().op(operator, value)
    }
}

/// Whether it is a run of operator characters without comments, or words.
fn is_operator(operator: &str) -> bool {
    let is_symbol = |c: char| "+-*/<>=~!@#%^&|".contains(c);
    let has_comment = ["--", "/*", "*/"]
        .iter()
        .any(|part| operator.contains(part));
    let is_word =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic() || c == '_');
    // A user's input as an operator could otherwise begin another clause.
    let begins_clause = |word: &str| {
        let clauses = [
            "SELECT",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "WHERE",
            "HAVING",
            "RETURNING",
        ];
        clauses
            .iter()
            .any(|clause| word.eq_ignore_ascii_case(clause))
    };
    let is_word = |word: &str| is_word(word) && !begins_clause(word);
    let is_symbolic = !operator.is_empty() && operator.chars().all(is_symbol) && !has_comment;
    is_symbolic || operator.split(' ').all(is_word)
}

#[cold]
fn no_operator(operator: &str) -> BuildError {
    BuildError::new(
        format!("{operator:?} is not an operator"),
        "use operator characters or words, or raw_expr for other SQL",
    )
}

/// How deep an expression is nested.
#[derive(Default)]
struct Depth {
    at: usize,
    deepest: usize,
}

impl<'a> Visit<'a> for Depth {
    type Break = std::convert::Infallible;

    fn expr(&mut self, expr: &'a stmt::Expr) -> ControlFlow<Self::Break> {
        self.at += 1;
        self.deepest = self.deepest.max(self.at);
        walk_expr(self, expr)?;
        self.at -= 1;
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_functions_are_paths() {
        for name in ["abs", "pg_catalog.now", "ST_Area", "_f1"] {
            assert!(is_function_name(name), "{name}");
        }
        for name in [
            "", ".", "a.", "a..b", "1a", "a b", "a(", "a;", "a-b", "\"a\"", "é", "a\0",
        ] {
            assert!(!is_function_name(name), "{name}");
        }
    }

    #[test]
    fn operators_are_symbols_or_words() {
        for operator in [
            "&&",
            "<->",
            "@>",
            "#>>",
            "||",
            "SOUNDS LIKE",
            "REGEXP",
            "!~~*",
        ] {
            assert!(is_operator(operator), "{operator}");
        }
        for operator in [
            "", " ", "--", "/*", "a  b", ";", "+;", "'", "a'", "?", "(", "+ 1 +", "é", "\0", ":",
        ] {
            assert!(!is_operator(operator), "{operator}");
        }
    }
}
