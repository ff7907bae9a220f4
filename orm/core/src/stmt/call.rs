//! [`Call`]: a call of a function of the portable library. Functions by name are `Expr::Function`.

use super::{Expr, TimeFunc, TimeKind};
use crate::value::Value;

/// Lists the functions that return the same on every database. Each is NULL if an argument is NULL.
///
/// The enum is exhaustive: a dialect that spells functions on its own does not compile until it has all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Func {
    /// The text in lower case, letter by letter.
    Lower,
    /// The text in upper case, letter by letter.
    Upper,
    /// The text without the spaces at both ends.
    Trim,
    /// The text without the spaces at the start.
    TrimStart,
    /// The text without the spaces at the end.
    TrimEnd,
    /// The number of characters of a text.
    Length,
    /// The number of bytes of a text in UTF-8, or of bytes.
    OctetLength,
    /// The text from a position on, and if there is a third argument so many characters of it. Positions begin with 1,
    /// and what is below counts as 1; a length below 0 counts as 0.
    Substr,
    /// The text of the first argument in which the second one is replaced with the third.
    Replace,
    /// The first characters of a text. A number below 0 counts as 0.
    Left,
    /// The last characters of a text. A number below 0 counts as 0.
    Right,
    /// The position in the first text at which the second one begins, from 1 on; 0 if it is not there.
    Position,
    /// The text so many times. A number below 0 counts as 0.
    Repeat,
    /// The characters of a text in reverse order.
    Reverse,
    /// The text with as many characters as the second argument: cut at its end, or filled with the third at its start.
    /// A number below 0 counts as 0. The third argument is not empty.
    PadStart,
    /// As [`Func::PadStart`], filled at its end.
    PadEnd,
    /// The texts one after the other.
    Concat,
    /// The absolute value.
    Abs,
    /// -1, 0 or 1.
    Sign,
    /// The least integer that is not less.
    Ceil,
    /// The greatest integer that is not greater.
    Floor,
    /// The nearest integer, and the even one if two are as near.
    Round,
    /// The square root; NULL for numbers below 0.
    Sqrt,
    /// The first argument to the power of the second. A result that is no finite number is an error.
    Power,
    /// The exponential function. A result that is no finite number is an error.
    Exp,
    /// The natural logarithm; NULL for numbers that are not above 0.
    Ln,
    /// The greatest of the arguments.
    Greatest,
    /// The least of the arguments.
    Least,
    /// A float as an integer of 64 bits: without its fraction. It is an error if the integer is out of range.
    Truncate,
    /// A function of dates and times, and what its first argument is.
    Time(TimeFunc, TimeKind),
}

impl Func {
    /// Which arguments are counts of characters, and what counts below are read as.
    fn least_count(self, index: usize) -> Option<i64> {
        match (self, index) {
            (Self::Substr, 1) => Some(1),
            (Self::Substr, 2)
            | (Self::Left | Self::Right | Self::Repeat | Self::PadStart | Self::PadEnd, 1) => {
                Some(0)
            }
            _ => None,
        }
    }
}

/// Describes a call of a function of the portable library.
#[derive(Clone, Debug, PartialEq, Hash)]
#[non_exhaustive]
pub struct Call {
    /// The function.
    pub func: Func,
    /// The arguments.
    pub args: Vec<Expr>,
    /// Whether an argument may be NULL, for a database that needs more words then.
    pub nullable: bool,
}

impl Call {
    /// Creates a call whose arguments may be NULL. Counts of characters that are values get their least value here,
    /// since the databases read what is below in different ways.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::sql::{SqlWriter, write_expr};
    /// # use orm_core::stmt::*;
    /// # use orm_core::testing::AnsiDialect;
    /// # use orm_core::value::{Value, ValueRef};
    /// # let dialect = AnsiDialect::new();
    /// # let mut w = SqlWriter::new(&dialect);
    /// # let int = |n| Expr::Value(Value::Int(n));
    /// let call = Call::new(Func::Substr, vec![Expr::column("users", "name"), int(-3), int(2)]);
    /// let expr = Expr::Call(Box::new(call));
    /// write_expr(&mut w, &expr)?;
    /// let (sql, binds) = w.finish();
    /// assert_eq!(sql, r#"SUBSTRING("name" FROM ? FOR ?)"#);
    /// assert_eq!(binds, [ValueRef::Int(1), ValueRef::Int(2)]);
    /// # Ok::<(), orm_core::Error>(())
    /// ```
    pub fn new(func: Func, mut args: Vec<Expr>) -> Self {
        for (index, arg) in args.iter_mut().enumerate() {
            if let (Some(least), Expr::Value(Value::Int(count))) = (func.least_count(index), arg) {
                *count = least.max(*count);
            }
        }
        Self {
            func,
            args,
            nullable: true,
        }
    }

    /// Returns the least value of the argument at `index`, if it counts characters and is no value, which has it
    /// already.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// # use orm_core::value::Value;
    /// let name = Expr::column("users", "name");
    /// let call = Call::new(Func::Left, vec![name, Expr::column("users", "age")]);
    /// assert_eq!((call.least(0), call.least(1)), (None, Some(0)));
    /// ```
    pub fn least(&self, index: usize) -> Option<i64> {
        let arg = self.args.get(index)?;
        let least = self.func.least_count(index)?;
        (!matches!(arg, Expr::Value(_))).then_some(least)
    }
}
