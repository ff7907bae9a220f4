//! The statistical aggregates, which SQLite lacks: `stddev_pop`, `stddev_samp`, `var_pop` and `var_samp`.
//!
//! The sums are of the differences to the first value, each with about 32 digits, so that rows that leave the frame of a window
//! leave nothing behind.

use rusqlite::Connection;
use rusqlite::functions::{Aggregate, Context, WindowAggregate};
use rusqlite::types::ValueRef;

use super::function::{PURE, failure};

type Result<T> = rusqlite::Result<T>;

pub(super) fn register(native: &Connection) -> Result<()> {
    for (name, is_sample, is_root) in [
        ("stddev_pop", false, true),
        ("stddev_samp", true, true),
        ("var_pop", false, false),
        ("var_samp", true, false),
    ] {
        native.create_window_function(name, 1, PURE, Spread { is_sample, is_root })?;
    }
    Ok(())
}

/// A number as the sum of two floats, the second of which is what the first one has rounded off.
#[derive(Clone, Copy, Default)]
struct Double(f64, f64);

impl Double {
    /// The exact sum of two floats.
    fn sum(a: f64, b: f64) -> Self {
        let sum = a + b;
        let part = sum - a;
        Self(sum, (a - (sum - part)) + (b - part))
    }

    /// The exact product of two floats.
    fn product(a: f64, b: f64) -> Self {
        let product = a * b;
        Self(product, a.mul_add(b, -product))
    }

    fn plus(self, other: Self) -> Self {
        let high = Self::sum(self.0, other.0);
        let low = Self::sum(self.1, other.1);
        let first = Self::sum(high.0, high.1 + low.0);
        Self::sum(first.0, first.1 + low.1)
    }

    fn minus(self, other: Self) -> Self {
        self.plus(Self(-other.0, -other.1))
    }

    fn squared(self) -> Self {
        let square = Self::product(self.0, self.0);
        Self::sum(square.0, square.1 + 2.0 * self.0 * self.1)
    }

    fn divided(self, by: f64) -> Self {
        let first = self.0 / by;
        let rest = self.minus(Self::product(first, by));
        Self::sum(first, rest.0 / by)
    }
}

/// What the aggregates keep of the rows.
#[derive(Default)]
struct Moments {
    rows: f64,
    /// The first value.
    origin: f64,
    /// The sum of the differences to it, and that of their squares.
    sum: Double,
    squares: Double,
}

impl Moments {
    fn add(&mut self, value: f64) {
        if self.rows == 0.0 {
            *self = Self {
                origin: value,
                ..Self::default()
            };
        }
        let difference = Double::sum(value, -self.origin);
        self.rows += 1.0;
        self.sum = self.sum.plus(difference);
        self.squares = self.squares.plus(difference.squared());
    }

    fn remove(&mut self, value: f64) {
        let difference = Double::sum(value, -self.origin);
        self.rows -= 1.0;
        self.sum = self.sum.minus(difference);
        self.squares = self.squares.minus(difference.squared());
    }

    /// The variance, of which a sample of one row has none.
    fn variance(&self, is_sample: bool) -> Result<Option<f64>> {
        let divisor = if is_sample {
            self.rows - 1.0
        } else {
            self.rows
        };
        if divisor <= 0.0 {
            return Ok(None);
        }
        let squares = self.squares.minus(self.sum.squared().divided(self.rows));
        let variance = squares.divided(divisor).0;
        if variance.is_finite() {
            return Ok(Some(variance.max(0.0)));
        }
        Err(failure("float overflow"))
    }
}

/// One of the aggregates.
#[derive(Clone, Copy)]
struct Spread {
    is_sample: bool,
    /// Whether it is a standard deviation: the root of the variance.
    is_root: bool,
}

impl Spread {
    fn of(self, moments: &Moments) -> Result<Option<f64>> {
        let variance = moments.variance(self.is_sample)?;
        Ok(variance.map(|variance| {
            if self.is_root {
                variance.sqrt()
            } else {
                variance
            }
        }))
    }
}

impl Aggregate<Moments, Option<f64>> for Spread {
    fn init(&self, _: &mut Context<'_>) -> Result<Moments> {
        Ok(Moments::default())
    }

    fn step(&self, context: &mut Context<'_>, moments: &mut Moments) -> Result<()> {
        if let Some(value) = value(context)? {
            moments.add(value);
        }
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, moments: Option<Moments>) -> Result<Option<f64>> {
        moments.map_or(Ok(None), |moments| self.of(&moments))
    }
}

impl WindowAggregate<Moments, Option<f64>> for Spread {
    fn value(&self, moments: Option<&mut Moments>) -> Result<Option<f64>> {
        moments.map_or(Ok(None), |moments| self.of(moments))
    }

    fn inverse(&self, context: &mut Context<'_>, moments: &mut Moments) -> Result<()> {
        if let Some(value) = value(context)? {
            moments.remove(value);
        }
        Ok(())
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "as SQLite's own functions of floats"
)]
fn value(context: &Context<'_>) -> Result<Option<f64>> {
    match context.get_raw(0) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number as f64)),
        ValueRef::Real(number) => Ok(Some(number)),
        ValueRef::Text(_) | ValueRef::Blob(_) => Err(failure("not a number")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The variance of a sample.
    fn variance(values: &[f64], left: &[f64]) -> Option<f64> {
        let mut moments = Moments::default();
        for value in values {
            moments.add(*value);
        }
        for value in left {
            moments.remove(*value);
        }
        moments.variance(true).unwrap()
    }

    #[test]
    fn great_numbers_keep_their_differences() {
        let values = [4.0, 7.0, 13.0, 16.0];
        assert_eq!(variance(&values, &[]), Some(30.0));
        for offset in [1e9, 1e12, -1e15] {
            let values = values.map(|value| value + offset);
            assert_eq!(variance(&values, &[]), Some(30.0), "{offset}");
        }
    }

    #[test]
    fn rows_that_leave_a_window_leave_nothing_behind() {
        let values = [1e9, 0.5, 0.25, 0.75];
        assert_eq!(variance(&values, &[1e9]), variance(&values[1..], &[]));
        assert_eq!(variance(&values, &values[..3]), None);
        assert_eq!(variance(&values, &values), None);
    }
}
