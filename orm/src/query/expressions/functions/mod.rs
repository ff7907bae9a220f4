//! The portable function library: functions that return the same on every database. Each is NULL if an argument is.
//!
//! `text.rs`, `numbers.rs` and `dates.rs` have those of expressions, `text_columns.rs`, `number_columns.rs` and
//! `date_columns.rs` those of columns; `clock.rs` has the time of the statement,
//! `durations.rs` the arithmetic of both. The words of each database are its dialect's.

#[cfg(feature = "chrono")]
pub(in crate::query) mod clock;
mod date_columns;
mod dates;
pub(in crate::query) mod durations;
pub(in crate::query) mod moments;
mod number_columns;
mod numbers;
mod text;
mod text_columns;

use orm_core::stmt::{self, Call, Func};
use orm_core::types::{DbType, Nullability, base};
use orm_core::value::Value;

use super::enums;
use super::expr::Expr;
use super::operand::Operand;
use super::rank::is_native;

/// Is the Rust type `R` of a result, or `Option<R>` if `N` is nullable.
pub type Computed<R, N> = <N as Nullability>::Wrap<R>;

/// Is nullable if one of both is.
pub type Either<N, O> = <N as Nullability>::Or<O>;

/// Is implemented by the base types of text and bytes, which have a number of bytes.
#[doc(hidden)]
pub trait MeasuredBase {}

impl MeasuredBase for base::Text {}
impl MeasuredBase for base::Bytes {}

/// Is implemented by the base types of floats.
#[doc(hidden)]
pub trait FloatBase {}

impl FloatBase for base::Float32 {}
impl FloatBase for base::Float64 {}

/// Is implemented by the base types of integers and floats.
#[doc(hidden)]
pub trait RealBase {}

impl RealBase for base::Int16 {}
impl RealBase for base::Int32 {}
impl RealBase for base::Int64 {}
impl RealBase for base::Float32 {}
impl RealBase for base::Float64 {}

/// An argument, and how deep it is nested.
struct Part(stmt::Expr, usize);

fn part<B, V: Operand<B>>(operand: V) -> Part {
    let depth = operand.depth();
    Part(operand.into_operand(), depth)
}

/// A call whose first argument is an expression.
fn strict<T, R, const N: usize>(func: Func, first: Expr<T>, others: [Part; N]) -> Expr<R> {
    let mut depth = first.depth;
    let mut args = Vec::with_capacity(N + 1);
    args.push(first.ast);
    for Part(arg, deep) in others {
        depth = depth.max(deep);
        args.push(arg);
    }
    called(Call::new(func, args), first.origin, depth)
}

fn called<R>(call: Call, origin: Option<super::table_ref::TableRef>, depth: usize) -> Expr<R> {
    Expr::around(stmt::Expr::Call(Box::new(call)), origin, depth)
}

/// A call of any number of arguments. Calls in a row are one.
fn chain<T, R>(func: Func, first: Expr<T>, Part(other, deep): Part) -> Expr<R> {
    let (mut depth, ast) = (first.depth.max(deep), first.ast);
    let mut args = if let stmt::Expr::Call(call) = ast {
        if call.func == func {
            depth = first.depth.saturating_sub(1).max(deep);
            call.args
        } else {
            vec![stmt::Expr::Call(call)]
        }
    } else {
        vec![ast]
    };
    args.push(other);
    called(Call::new(func, args), first.origin, depth)
}

/// How many levels a call counts whose arguments a database has to write twice, so that few of them can be inside each
/// other.
const TWICE: usize = 50;

/// GREATEST or LEAST of both.
fn chosen<T: DbType, R>(func: Func, first: Expr<T>, mut other: Part, nullable: bool) -> Expr<R> {
    if is_native::<T>() {
        return Expr::leaf(
            enums::refused("greatest and least").into_expr(),
            first.origin,
        );
    }
    if nullable && !matches!(&first.ast, stmt::Expr::Call(call) if call.func == func) {
        other.1 = other.1.max(first.depth) + TWICE;
    } else if nullable {
        other.1 += TWICE;
    }
    let mut chosen = chain(func, first, other);
    if let stmt::Expr::Call(call) = &mut chosen.ast {
        call.nullable = nullable;
    }
    chosen
}

/// A text of a number of characters. Nothing can be filled with an empty text.
fn padded<T, R>(func: Func, first: Expr<T>, count: Part, fill: &str) -> Expr<R> {
    if fill.is_empty() {
        return strict(Func::Left, first, [count]);
    }
    let fill = stmt::Expr::Value(Value::Text(fill.to_owned()));
    strict(func, first, [count, Part(fill, 0)])
}
