//! [`DbType`] for `rust_decimal::Decimal`.

use ::rust_decimal::Decimal;

use super::{DbType, NotNull, Type, base};
use crate::value::{self, ConversionError, ValueRef};

impl DbType for Decimal {
    type Base = base::Decimal;
    type Null = NotNull;
    type Plain = Self;
    const TYPE: Type = Type::DECIMAL;

    fn to_value(&self) -> ValueRef<'_> {
        let number = value::Decimal::new(self.mantissa(), self.scale());
        ValueRef::Decimal(number.expect("invariant: it has 29 digits at most"))
    }

    fn from_value(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let number = match value {
            ValueRef::Decimal(number) => number,
            // MySQL has no point in a column of scale 0.
            ValueRef::Int(number) => return Ok(number.into()),
            // SQLite keeps the digits.
            ValueRef::Text(text) => text.parse()?,
            _ => return Err(ConversionError::Kind),
        };
        Self::try_from_i128_with_scale(number.unscaled(), number.scale())
            .map_err(|_| ConversionError::Range)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_binds() {
        for text in [
            "0",
            "-1.5",
            "79228162514264337593543950335",
            "0.0000000000000000000000000001",
        ] {
            let number: Decimal = text.parse().unwrap();
            assert_eq!(Decimal::from_value(number.to_value()), Ok(number));
            assert_eq!(Decimal::from_value(ValueRef::Text(text)), Ok(number));
        }
    }

    #[test]
    fn nothing_is_rounded() {
        let wide = "79228162514264337593543950336".parse().unwrap();
        assert_eq!(
            Decimal::from_value(ValueRef::Decimal(wide)),
            Err(ConversionError::Range)
        );
        assert_eq!(
            Decimal::from_value(ValueRef::Text("1,5")),
            Err(ConversionError::Format)
        );
        assert_eq!(
            Decimal::from_value(ValueRef::Float(1.5)),
            Err(ConversionError::Kind)
        );
    }
}
