//! [`DbType`] for Rust's own scalar types, text and bytes.

use super::{DbType, NotNull, Type, Width, base};
use crate::value::{ConversionError, Decimal, ValueRef};

impl DbType for bool {
    plain!(Bool);

    #[inline]
    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Bool(*self)
    }

    #[inline]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        match value {
            ValueRef::Bool(v) => Ok(v),
            // SQLite and MySQL store 0 and 1; any other number was not written as a bool.
            ValueRef::Int(0) => Ok(false),
            ValueRef::Int(1) => Ok(true),
            ValueRef::Int(_) => Err(ConversionError::Range),
            _ => Err(ConversionError::Kind),
        }
    }
}

macro_rules! integer {
    ($rust:ty, $name:ident) => {
        integer!($rust, $name, Type::$name);
    };
    ($rust:ty, $name:ident, $ty:expr) => {
        impl DbType for $rust {
            type Base = base::$name;
            type Null = NotNull;
            type Plain = Self;
            const TYPE: Type = $ty;

            #[inline]
            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::Int(i64::from(*self))
            }

            #[inline]
            fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
                match value {
                    ValueRef::Int(v) => <$rust>::try_from(v).map_err(|_| ConversionError::Range),
                    _ => Err(ConversionError::Kind),
                }
            }
        }
    };
}

integer!(i8, Int8);
integer!(u8, UInt8, Type::Unsigned(Width::W8));
integer!(u16, UInt16, Type::Unsigned(Width::W16));
integer!(u32, UInt32, Type::Unsigned(Width::W32));
integer!(i16, Int16);
integer!(i32, Int32);
integer!(i64, Int64);

/// As an exact decimal: no database but MySQL and MariaDB has an integer of this range.
impl DbType for u64 {
    type Base = base::UInt64;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = Type::Unsigned(Width::W64);

    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Decimal(Decimal::from(*self))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let number = match value {
            ValueRef::Int(number) => {
                return Self::try_from(number).map_err(|_| ConversionError::Range);
            }
            ValueRef::Decimal(number) => number,
            ValueRef::Text(text) => text.parse()?,
            _ => return Err(ConversionError::Kind),
        };
        if number.scale() > 0 {
            return Err(ConversionError::Range);
        }
        Self::try_from(number.unscaled()).map_err(|_| ConversionError::Range)
    }
}

impl DbType for f64 {
    plain!(Float64);

    #[inline]
    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Float(*self)
    }

    #[inline]
    #[expect(
        clippy::cast_precision_loss,
        reason = "guarded: only integers that are exact"
    )]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        // Above 2^53 an integer would be rounded on its way to a float.
        const EXACT: i64 = 1 << f64::MANTISSA_DIGITS;
        match value {
            ValueRef::Float(v) => Ok(v),
            ValueRef::Int(v) if (-EXACT..=EXACT).contains(&v) => Ok(v as f64),
            ValueRef::Int(_) => Err(ConversionError::Range),
            _ => Err(ConversionError::Kind),
        }
    }
}

impl DbType for f32 {
    plain!(Float32);

    #[inline]
    fn to_value(&self) -> ValueRef<'_> {
        ValueRef::Float(f64::from(*self))
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the range is checked after the cast"
    )]
    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let wide = f64::from_value(value)?;
        let narrow = wide as f32;
        if narrow.is_infinite() && wide.is_finite() {
            return Err(ConversionError::Range);
        }
        Ok(narrow)
    }
}

macro_rules! owned {
    ($rust:ty, $name:ident) => {
        impl DbType for $rust {
            plain!($name);

            #[inline]
            fn to_value(&self) -> ValueRef<'_> {
                ValueRef::$name(self)
            }

            #[inline]
            fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
                match value {
                    ValueRef::$name(v) => Ok(v.to_owned()),
                    _ => Err(ConversionError::Kind),
                }
            }
        }
    };
}

owned!(String, Text);
owned!(Vec<u8>, Bytes);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_rounded_or_defaulted() {
        assert_eq!(
            i16::from_value(ValueRef::Int(40_000)),
            Err(ConversionError::Range)
        );
        assert_eq!(
            i32::from_value(ValueRef::Text("7")),
            Err(ConversionError::Kind)
        );
        assert_eq!(i32::from_value(ValueRef::Null), Err(ConversionError::Kind));
        assert_eq!(
            String::from_value(ValueRef::Null),
            Err(ConversionError::Kind)
        );
        assert_eq!(
            bool::from_value(ValueRef::Int(2)),
            Err(ConversionError::Range)
        );
        assert_eq!(
            f64::from_value(ValueRef::Int(i64::MAX)),
            Err(ConversionError::Range)
        );
        assert_eq!(
            f32::from_value(ValueRef::Float(1e300)),
            Err(ConversionError::Range)
        );
    }

    #[test]
    fn integers_widen_and_options_take_null() {
        assert_eq!(i64::from_value(ValueRef::Int(7)), Ok(7));
        assert_eq!(Option::<i64>::from_value(ValueRef::Null), Ok(None));
        assert_eq!(Some(7_i32).to_value(), ValueRef::Int(7));
    }
}
