//! Markers of comparability: two types with the same base may be compared, whatever their nullability.
//!
//! One marker a column type, integers of each width included: with one integer implementation per
//! marker, `User.age.eq(5)` infers the literal's type. An enum of `derive(DbEnum)` is its own base.

// Written out, since the compiler shows a marker's definition where it doesn't fit.

/// `bool`.
#[derive(Clone, Copy, Debug)]
pub struct Bool;

/// `i8`.
#[derive(Clone, Copy, Debug)]
pub struct Int8;

/// `u8`.
#[derive(Clone, Copy, Debug)]
pub struct UInt8;

/// `u16`.
#[derive(Clone, Copy, Debug)]
pub struct UInt16;

/// `u32`.
#[derive(Clone, Copy, Debug)]
pub struct UInt32;

/// `u64`.
#[derive(Clone, Copy, Debug)]
pub struct UInt64;

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

/// The time between two instants.
#[derive(Clone, Copy, Debug)]
pub struct Interval;

/// A UUID.
#[derive(Clone, Copy, Debug)]
pub struct Uuid;

/// A JSON document.
#[derive(Clone, Copy, Debug)]
pub struct Json;

/// An exact decimal number.
#[derive(Clone, Copy, Debug)]
pub struct Decimal;

/// An array of elements of the base type `B`. `N` is [`Nullable`](super::Nullable) if an element may be NULL.
#[derive(Clone, Copy, Debug)]
pub struct Array<B, N = super::NotNull>(std::marker::PhantomData<(B, N)>);

/// Is implemented by the base types of numbers: those with arithmetic, `sum` and `avg`.
#[diagnostic::on_unimplemented(message = "`sum` and `avg` need a column of numbers")]
pub trait Numeric {
    /// The type of a sum: `i64` for integers, `f64` for floats, the same type for decimals
    /// and `u64`.
    type Sum: super::DbType<Null = super::NotNull>;
}

macro_rules! sums {
    ($($base:ident: $sum:ty),+) => {$(
        impl Numeric for $base {
            type Sum = $sum;
        }
    )+};
}

sums!(Int8: i64, UInt8: i64, UInt16: i64, UInt32: i64, UInt64: u64);

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
#[cfg(feature = "rust_decimal")]
impl Numeric for Decimal {
    type Sum = ::rust_decimal::Decimal;
}

/// Is implemented by the base types of numbers with `/`: integers and floats.
#[diagnostic::on_unimplemented(
    message = "`/` is not defined for columns of base type `{Self}`",
    note = "integers and floats have `/`; the digits of a quotient of exact decimals are each database's own: divide in Rust"
)]
pub trait Divisible: Numeric {
    /// Whether the quotient is truncated.
    const IS_WHOLE: bool;
}

/// Is implemented by the base types of integers.
#[diagnostic::on_unimplemented(
    message = "`%` and the bitwise operators need integers, not base type `{Self}`"
)]
pub trait Whole: Divisible {}

macro_rules! divisible {
    ($($base:ident: $is_whole:literal),+) => {$(
        impl Divisible for $base {
            const IS_WHOLE: bool = $is_whole;
        }
    )+};
}

divisible!(Int8: true, UInt8: true, UInt16: true, UInt32: true, Int16: true, Int32: true, Int64: true, Float32: false, Float64: false);

impl Whole for Int8 {}
impl Whole for UInt8 {}
impl Whole for UInt16 {}
impl Whole for UInt32 {}
impl Whole for Int16 {}
impl Whole for Int32 {}
impl Whole for Int64 {}

/// Is implemented by the base types of numbers that may be negative.
#[diagnostic::on_unimplemented(
    message = "unary `-` is not defined for columns of base type `{Self}`",
    note = "unsigned integers have no negative values"
)]
pub trait Signed: Numeric {}

impl Signed for Int8 {}
impl Signed for Int16 {}
impl Signed for Int32 {}
impl Signed for Int64 {}
impl Signed for Float32 {}
impl Signed for Float64 {}
#[cfg(feature = "rust_decimal")]
impl Signed for Decimal {}

/// Is implemented by the base types with `+` and `-`: numbers, and what a duration is added to.
#[diagnostic::on_unimplemented(
    message = "`+` and `-` are not defined for columns of base type `{Self}`",
    note = "a date has `add_days` and `add_months`"
)]
pub trait Additive {
    /// The base type of the right side.
    type Step;
}

macro_rules! additive {
    ($($base:ident + $step:ident),+) => {$(
        impl Additive for $base {
            type Step = $step;
        }
    )+};
}

additive!(
    Int8 + Int8,
    UInt8 + UInt8,
    UInt16 + UInt16,
    UInt32 + UInt32,
    UInt64 + UInt64,
    Int16 + Int16,
    Int32 + Int32,
    Int64 + Int64,
    Float32 + Float32,
    Float64 + Float64,
    Interval + Interval,
    DateTime + Interval,
    Timestamp + Interval
);

#[cfg(feature = "rust_decimal")]
additive!(Decimal + Decimal);
