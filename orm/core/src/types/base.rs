//! Markers of comparability: two types with the same base may be compared, whatever their nullability.
//!
//! One marker a column type, integers of each width included: with one integer implementation per
//! marker, `User.age.eq(5)` infers the literal's type. An enum of `derive(DbEnum)` is its own base.

// Written out, since the compiler shows a marker's definition where it doesn't fit.

/// `bool`.
#[derive(Clone, Copy, Debug)]
pub struct Bool;

/// `i16`.
#[derive(Clone, Copy, Debug)]
pub struct Int16;

/// `i32`.
#[derive(Clone, Copy, Debug)]
pub struct Int32;

/// `i64`.
#[derive(Clone, Copy, Debug)]
pub struct Int64;

/// `f32`.
#[derive(Clone, Copy, Debug)]
pub struct Float32;

/// `f64`.
#[derive(Clone, Copy, Debug)]
pub struct Float64;

/// `String`.
#[derive(Clone, Copy, Debug)]
pub struct Text;

/// `Vec<u8>`.
#[derive(Clone, Copy, Debug)]
pub struct Bytes;

/// A calendar date.
#[derive(Clone, Copy, Debug)]
pub struct Date;

/// A time of day.
#[derive(Clone, Copy, Debug)]
pub struct Time;

/// A date and time without a time zone.
#[derive(Clone, Copy, Debug)]
pub struct DateTime;

/// An instant.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp;

/// A UUID.
#[derive(Clone, Copy, Debug)]
pub struct Uuid;

/// A JSON document.
#[derive(Clone, Copy, Debug)]
pub struct Json;

/// Is implemented by the base types of numbers: those with arithmetic, `sum` and `avg`.
#[diagnostic::on_unimplemented(message = "`sum` and `avg` need a column of numbers")]
pub trait Numeric {
    /// The type of a sum: `i64` for integers, `f64` for floats.
    type Sum: super::DbType<Null = super::NotNull>;
}

impl Numeric for Int16 {
    type Sum = i64;
}
impl Numeric for Int32 {
    type Sum = i64;
}
impl Numeric for Int64 {
    type Sum = i64;
}
impl Numeric for Float32 {
    type Sum = f64;
}
impl Numeric for Float64 {
    type Sum = f64;
}
