//! The requirements of attributes on a field's type, as traits with readable errors.
//!
//! A derive sees tokens, not types. It emits a use of one of these traits for each attribute that is limited to some
//! types, and the compiler reports the type of the field.

use std::borrow::Cow;

use orm_core::schema::{self, Literal, ServerDefault};
use orm_core::types::{DbType, EnumType, NotNull, Nullable, Type, base};

use super::column::Column;

/// Is implemented by the types of auto-increment columns.
#[diagnostic::on_unimplemented(
    message = "the database can't generate values of type `{Self}`",
    label = "not an integer",
    note = "`auto_increment` is for i16, i32 and i64"
)]
pub trait Generated: Sized {
    /// The value of a key that was not generated yet.
    const UNSET: Self;
}

/// Is implemented by the types of version columns.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be the type of a version column",
    label = "not an integer",
    note = "`version` is for i16, i32 and i64"
)]
pub trait Version: Sized {
    /// The version of a new row.
    const FIRST: Self;
}

/// Is implemented by the integers. It is a separate trait, so that a compile error lists no implementations.
#[doc(hidden)]
pub trait Integer: DbType {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
}

macro_rules! integers {
    ($($integer:ty),+) => {$(
        impl Integer for $integer {
            const ZERO: Self = 0;
            const ONE: Self = 1;
        }
    )+};
}

integers!(i16, i32, i64);

#[diagnostic::do_not_recommend]
impl<T: Integer> Generated for T {
    const UNSET: Self = T::ZERO;
}

#[diagnostic::do_not_recommend]
impl<T: Integer> Version for T {
    const FIRST: Self = T::ONE;
}

/// Is implemented by the types whose column may have a length.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no length",
    label = "neither text nor bytes",
    note = "`length` is for String, Vec<u8> and Option of each"
)]
pub trait HasLength {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

/// Is implemented by the types whose column may have a collation.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no collation",
    label = "not text",
    note = "`collation` is for String and Option<String>"
)]
pub trait HasCollation {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

/// Is implemented by the base types with a length.
#[doc(hidden)]
pub trait LengthBase {}
impl LengthBase for base::Text {}
impl LengthBase for base::Bytes {}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base: LengthBase>> HasLength for T {}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base = base::Text>> HasCollation for T {}

/// Is implemented by the types whose column has a precision and a scale.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` has no precision and scale",
    label = "not an exact decimal",
    note = "`precision` and `scale` are for rust_decimal's Decimal, new types over it and Option of each"
)]
pub trait HasDigits {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Base: DigitsBase>> HasDigits for T {}

/// Is implemented by the base types with digits.
#[doc(hidden)]
pub trait DigitsBase {}
impl DigitsBase for base::Decimal {}

/// Returns whether a column has the digits that exact decimals need.
#[doc(hidden)]
pub const fn has_digits(column: &schema::Column) -> bool {
    !matches!(column.ty, Type::Decimal { precision: 0, .. })
}

/// Is implemented by the types that have a value until the server default is read back.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no value until the server default is read",
    label = "neither an `Option` nor `Default`",
    note = "make it an Option, or implement Default: the field holds that value until the row is inserted"
)]
pub trait Placeholder: Sized {
    /// Returns the value of the field until the server default is read.
    fn placeholder() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Placeholder for T {
    fn placeholder() -> Self {
        T::default()
    }
}

/// Is implemented by the types of fields in the variants of a flattened enum.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` has no value before its column is set",
    label = "not `Default`",
    note = "implement Default for it, or make it an Option: a session that reads another variant sets the columns one by one, and begins with that value"
)]
pub trait VariantField: Sized {
    /// Returns the value of the field until its column is set.
    fn blank() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> VariantField for T {
    fn blank() -> Self {
        T::default()
    }
}

/// Is implemented by the types of skipped fields.
#[diagnostic::on_unimplemented(
    message = "a skipped field of type `{Self}` has no value when its row is loaded",
    label = "not `Default`",
    note = "implement Default for it, or make it an Option"
)]
pub trait Skipped: Sized {
    /// Returns the value of the field in a loaded row.
    fn skipped() -> Self;
}

#[diagnostic::do_not_recommend]
impl<T: Default> Skipped for T {
    fn skipped() -> Self {
        T::default()
    }
}

/// Is implemented by two types if a column of one may reference a column of the other.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` can't reference one of type `{Other}`",
    label = "expected `{Other}`",
    note = "both columns of a foreign key need the same type, but either may be an Option"
)]
pub trait RefersTo<Other> {}

#[diagnostic::do_not_recommend]
impl<T: DbType, Other: DbType<Base = T::Base>> RefersTo<Other> for T {}

/// Is implemented by the types of fields that can be NULL, which `not_null` is for.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is NOT NULL already",
    label = "not an `Option`",
    note = "`not_null` is for an Option that the database fills in; remove it"
)]
pub trait HoldsNull {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Null = Nullable>> HoldsNull for T {}

/// Is implemented by the types of fields that can't be NULL, which `nullable` is for.
#[diagnostic::on_unimplemented(
    message = "a column of type `{Self}` is nullable already",
    label = "an `Option`",
    note = "`nullable` is for a type without Option; remove it"
)]
pub trait HoldsNoNull {
    /// Is evaluated to trigger the check.
    const OK: () = ();
}

#[diagnostic::do_not_recommend]
impl<T: DbType<Null = NotNull>> HoldsNoNull for T {}

/// Returns the position of the column that a column of type `T` references.
#[doc(hidden)]
pub const fn referred<T: RefersTo<Other>, M, Other>(column: Column<M, Other>) -> usize {
    column.position()
}

/// Returns whether a column can store its server default. SQL defaults, and text for dates, times and UUIDs, are
/// checked by the database.
#[doc(hidden)]
pub const fn default_fits(column: &schema::Column) -> bool {
    let Some(ServerDefault::Literal(constant)) = &column.server_default else {
        return true;
    };
    let ty = &column.ty;
    if let (Type::Enum(labels), Literal::Text(text)) = (ty, constant) {
        return match (&labels.labels, text) {
            (Cow::Borrowed(labels), Cow::Borrowed(text)) => has_label(labels, text),
            _ => true,
        };
    }
    match constant {
        Literal::Bool(_) => matches!(ty, Type::Bool),
        Literal::Int(value) => integer_fits(ty, *value),
        Literal::Float(_) => matches!(ty, Type::Float32 | Type::Float64 | Type::Decimal { .. }),
        Literal::Text(_) => matches!(
            ty,
            Type::Text
                | Type::Date
                | Type::Time
                | Type::DateTime
                | Type::Timestamp
                | Type::Uuid
                | Type::Json
                | Type::Decimal { .. }
        ),
        _ => false,
    }
}

/// Returns whether a text fits the length of a column.
#[doc(hidden)]
pub const fn text_fits(column: &schema::Column, text: &str) -> bool {
    match column.length {
        Some(length) => characters(text) <= length as usize,
        None => true,
    }
}

const fn characters(text: &str) -> usize {
    let (mut rest, mut count) = (text.as_bytes(), 0);
    while let [first, others @ ..] = rest {
        // The other bytes of a character are 10xxxxxx.
        if *first & 0xC0 != 0x80 {
            count += 1;
        }
        rest = others;
    }
    count
}

/// Whether a column of that type takes an integer.
pub(crate) const fn integer_fits(ty: &Type, value: i64) -> bool {
    match ty {
        Type::Int8 | Type::Unsigned(_) | Type::Int16 | Type::Int32 | Type::Int64 => {
            match ty.range() {
                Some((least, most)) => least <= value && value <= most,
                None => value >= 0,
            }
        }
        Type::Float32 | Type::Float64 => true,
        Type::Bool
        | Type::Text
        | Type::Bytes
        | Type::Date
        | Type::Time
        | Type::DateTime
        | Type::Timestamp
        | Type::Interval
        | Type::Uuid
        | Type::Json
        | Type::Enum(_)
        | Type::Extension(_) => false,
        Type::Decimal { precision, scale } => {
            let whole = precision.saturating_sub(*scale);
            whole >= 19 || value.unsigned_abs() < 10_u64.pow(whole as u32)
        }
    }
}

/// Returns whether a column of that type takes a text as a label: any text, or one of an enum's.
pub(crate) const fn takes_label(ty: &Type, label: &str) -> bool {
    if let Type::Enum(EnumType {
        labels: Cow::Borrowed(labels),
        ..
    }) = ty
    {
        return has_label(labels, label);
    }
    matches!(ty, Type::Text)
}

/// Returns whether the label at `index` of an enum's type is that text.
pub(crate) const fn is_label(ty: &Type, index: usize, text: &str) -> bool {
    if let Type::Enum(EnumType {
        labels: Cow::Borrowed(labels),
        ..
    }) = ty
        && let Cow::Borrowed(label) = &labels[index]
    {
        return same(label.as_bytes(), text.as_bytes());
    }
    false
}

const fn has_label(labels: &[Cow<'static, str>], text: &str) -> bool {
    let mut rest = labels;
    while let [Cow::Borrowed(label), others @ ..] = rest {
        if same(label.as_bytes(), text.as_bytes()) {
            return true;
        }
        rest = others;
    }
    false
}

const fn same(mut a: &[u8], mut b: &[u8]) -> bool {
    while let ([first, rest @ ..], [other, others @ ..]) = (a, b) {
        if *first != *other {
            return false;
        }
        (a, b) = (rest, others);
    }
    a.is_empty() && b.is_empty()
}
