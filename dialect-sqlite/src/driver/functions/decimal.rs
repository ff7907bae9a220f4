//! Exact decimals as text: the collation `decimal`, which compares them as numbers, and their arithmetic.
//!
//! The names are those of SQLite's own extension for decimals, which its shell has, so that statements and schemas work
//! there; `decimal_neg`, `decimal_div`, `decimal_avg`, `decimal_round` and `decimal_store` are not among its functions. Each result is
//! in the one form that values are stored in, without zeros at the end of a fraction.

use std::cmp::Ordering;

use orm_core::value::Decimal;
use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, WindowAggregate};
use rusqlite::types::ValueRef;

use super::function::{PURE, failure};

type Result<T> = rusqlite::Result<T>;

pub(super) fn add(native: &Connection) -> Result<()> {
    native.create_collation("decimal", compare)?;
    for (name, operator) in OPERATORS {
        native.create_scalar_function(*name, 2, PURE, move |context: &Context<'_>| {
            let (Some(a), Some(b)) = (argument(context, 0)?, argument(context, 1)?) else {
                return Ok(None);
            };
            text(operator(a, b)).map(Some)
        })?;
    }
    native.create_scalar_function("decimal_neg", 1, PURE, |context| {
        let number = argument(context, 0)?;
        Ok(number.map(|number| number.negated().to_string()))
    })?;
    native.create_scalar_function("decimal_round", 2, PURE, |context| {
        let digits = context.get(1)?;
        let number = argument(context, 0)?;
        Ok(number.map(|number| number.rounded(digits).to_string()))
    })?;
    native.create_scalar_function("decimal_div", 3, PURE, divide)?;
    native.create_scalar_function("decimal_store", 3, PURE, store)?;
    native.create_window_function("decimal_sum", 1, PURE, Sum)?;
    native.create_window_function("decimal_avg", 1, PURE, Mean)
}

type Operator = fn(Decimal, Decimal) -> Option<Decimal>;

const OPERATORS: &[(&str, Operator)] = &[
    ("decimal_add", Decimal::checked_add),
    ("decimal_sub", Decimal::checked_sub),
    ("decimal_mul", Decimal::checked_mul),
];

/// The order of the numbers; of texts that are no numbers, after them, that of their bytes.
fn compare(a: &str, b: &str) -> Ordering {
    if a == b {
        return Ordering::Equal;
    }
    match (a.parse::<Decimal>(), b.parse::<Decimal>()) {
        (Ok(a), Ok(b)) => a.cmp(&b),
        (Ok(_), Err(_)) => Ordering::Less,
        (Err(_), Ok(_)) => Ordering::Greater,
        (Err(_), Err(_)) => a.cmp(b),
    }
}

/// `decimal_div(a, b, digits)`, which is NULL if `b` is 0.
fn divide(context: &Context<'_>) -> Result<Option<String>> {
    let digits = context.get(2)?;
    let (Some(a), Some(b)) = (argument(context, 0)?, argument(context, 1)?) else {
        return Ok(None);
    };
    if b.unscaled() == 0 {
        return Ok(None);
    }
    text(a.checked_div(b, digits)).map(Some)
}

/// `decimal_store(value, precision, scale)`.
fn store(context: &Context<'_>) -> Result<Option<String>> {
    let (precision, scale) = (context.get(1)?, context.get(2)?);
    let Some(number) = argument(context, 0)? else {
        return Ok(None);
    };
    let number = number.rounded(u32::from(scale));
    text(Some(number).filter(|number| number.fits(precision, scale))).map(Some)
}

/// A number among the arguments; `None` is NULL.
fn argument(context: &Context<'_>, index: usize) -> Result<Option<Decimal>> {
    let number = match context.get_raw(index) {
        ValueRef::Null => return Ok(None),
        ValueRef::Integer(number) => Some(number.into()),
        // Its shortest digits.
        ValueRef::Real(number) => number.to_string().parse().ok(),
        ValueRef::Text(text) => std::str::from_utf8(text)
            .ok()
            .and_then(|text| text.parse().ok()),
        ValueRef::Blob(_) => None,
    };
    number
        .map(Some)
        .ok_or_else(|| failure("not a decimal number"))
}

fn text(number: Option<Decimal>) -> Result<String> {
    let number = number.ok_or_else(|| failure("decimal overflow"))?;
    Ok(number.to_string())
}

/// How many numbers there are, and their sum; `None` once it had too many digits.
struct Total {
    count: i64,
    sum: Option<Decimal>,
}

impl Total {
    fn new() -> Self {
        Self {
            count: 0,
            sum: Some(0_i64.into()),
        }
    }

    fn add(&mut self, context: &Context<'_>) -> Result<()> {
        if let Some(number) = argument(context, 0)? {
            self.count += 1;
            self.sum = self.sum.and_then(|sum| sum.checked_add(number));
        }
        Ok(())
    }

    fn remove(&mut self, context: &Context<'_>) -> Result<()> {
        if let Some(number) = argument(context, 0)? {
            self.count -= 1;
            self.sum = self.sum.and_then(|sum| sum.checked_sub(number));
        }
        Ok(())
    }

    fn sum(&self) -> Result<Option<String>> {
        if self.count == 0 {
            return Ok(None);
        }
        text(self.sum).map(Some)
    }

    /// The sum as a double, divided by the count: as the other databases compute it by the text of `orm_core`.
    #[expect(clippy::cast_precision_loss, reason = "there are no 2^53 rows")]
    fn mean(&self) -> Result<Option<f64>> {
        if self.count == 0 {
            return Ok(None);
        }
        let sum = self.sum.ok_or_else(|| failure("decimal overflow"))?;
        Ok(Some(sum.to_f64() / self.count as f64))
    }
}

/// `decimal_sum(value)`.
struct Sum;

/// `decimal_avg(value)`.
struct Mean;

macro_rules! aggregate {
    ($name:ident, $result:ty, $value:ident) => {
        impl Aggregate<Total, Option<$result>> for $name {
            fn init(&self, _: &mut Context<'_>) -> Result<Total> {
                Ok(Total::new())
            }

            fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
                total.add(context)
            }

            fn finalize(
                &self,
                _: &mut Context<'_>,
                total: Option<Total>,
            ) -> Result<Option<$result>> {
                total.map_or(Ok(None), |total| total.$value())
            }
        }

        impl WindowAggregate<Total, Option<$result>> for $name {
            fn value(&self, total: Option<&mut Total>) -> Result<Option<$result>> {
                total.map_or(Ok(None), |total| total.$value())
            }

            fn inverse(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
                total.remove(context)
            }
        }
    };
}

aggregate!(Sum, String, sum);
aggregate!(Mean, f64, mean);
