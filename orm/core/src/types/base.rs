//! Markers of comparability: two types with the same base may be compared, whatever their nullability.
//!
//! One marker a column type, integers of each width included: with one integer implementation per
//! marker, `User.age.eq(5)` infers the literal's type. An enum of `derive(DbEnum)` is its own base.

macro_rules! markers {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name;
    )+};
}

markers! {
    /// `bool`.
    Bool,
    /// `i16`.
    Int16,
    /// `i32`.
    Int32,
    /// `i64`.
    Int64,
    /// `f32`.
    Float32,
    /// `f64`.
    Float64,
    /// `String`.
    Text,
    /// `Vec<u8>`.
    Bytes,
    /// A calendar date.
    Date,
    /// A time of day.
    Time,
    /// A date and time without a time zone.
    DateTime,
    /// An instant.
    Timestamp,
    /// A UUID.
    Uuid,
}

/// Bases that have a greatest common meaning of `+`, `sum` and `avg`.
#[diagnostic::on_unimplemented(message = "sums and averages need a column of numbers")]
pub trait Numeric {
    /// What a sum of such values is read back as: integers stay integers, widened to 64 bits.
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
