//! Functions of floats. The bundled SQLite is compiled without them, and those of others return infinity and NULL where
//! the other databases return an error.

use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Error, Result, ffi};

use super::function::PURE;

pub(super) fn register(native: &Connection) -> Result<()> {
    float(native, "ceil", |x| Ok(Some(x.ceil())))?;
    float(native, "floor", |x| Ok(Some(x.floor())))?;
    float(native, "orm_round", |x| Ok(Some(x.round_ties_even())))?;
    float(native, "sqrt", |x| Ok((x >= 0.0).then(|| x.sqrt())))?;
    float(native, "ln", |x| Ok((x > 0.0).then(|| x.ln())))?;
    float(native, "orm_exp", |x| finite(x.exp()).map(Some))?;
    native.create_scalar_function("orm_power", 2, PURE, |context| {
        let (Some(base), Some(exponent)) = (number(context, 0)?, number(context, 1)?) else {
            return Ok(None);
        };
        finite(base.powf(exponent)).map(Some)
    })?;
    native.create_scalar_function("float_store", 2, PURE, |context| {
        let bits: u32 = context.get(1)?;
        number(context, 0)?
            .map(|number| stored(number, bits))
            .transpose()
    })?;
    native.create_scalar_function("orm_truncate", 1, PURE, |context| {
        number(context, 0)?.map(truncated).transpose()
    })
}

/// A function of one float.
fn float(native: &Connection, name: &str, function: fn(f64) -> Result<Option<f64>>) -> Result<()> {
    native.create_scalar_function(name, 1, PURE, move |context| match number(context, 0)? {
        Some(number) => function(number),
        None => Ok(None),
    })
}

#[expect(
    clippy::cast_precision_loss,
    reason = "as SQLite's own functions of floats"
)]
fn number(context: &Context<'_>, index: usize) -> Result<Option<f64>> {
    match context.get_raw(index) {
        ValueRef::Null => Ok(None),
        ValueRef::Integer(number) => Ok(Some(number as f64)),
        ValueRef::Real(number) => Ok(Some(number)),
        ValueRef::Text(_) | ValueRef::Blob(_) => Err(failure(ffi::SQLITE_MISMATCH, None)),
    }
}

/// A computed float as a column of so many bits stores it: rounded to a single precision, or an error.
fn stored(number: f64, bits: u32) -> Result<f64> {
    #[expect(clippy::cast_possible_truncation, reason = "it is rounded")]
    let rounded = if bits == 32 {
        f64::from(number as f32)
    } else {
        number
    };
    if rounded.is_finite() {
        return Ok(rounded);
    }
    let message = "float overflow".to_owned();
    Err(failure(ffi::SQLITE_ERROR, Some(message)))
}

fn finite(number: f64) -> Result<f64> {
    if number.is_finite() {
        return Ok(number);
    }
    Err(out_of_range())
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
fn truncated(number: f64) -> Result<i64> {
    // 2^63, the first float beyond.
    const BEYOND: f64 = 9_223_372_036_854_775_808.0;
    if (-BEYOND..BEYOND).contains(&number) {
        return Ok(number as i64);
    }
    Err(out_of_range())
}

/// In SQLite's own words for a sum that is out of range.
fn out_of_range() -> Error {
    failure(ffi::SQLITE_ERROR, Some("integer overflow".to_owned()))
}

/// The error of a function, with the code and the message that the statement returns.
pub(super) fn failure(code: std::ffi::c_int, message: Option<String>) -> Error {
    Error::SqliteFailure(ffi::Error::new(code), message)
}
