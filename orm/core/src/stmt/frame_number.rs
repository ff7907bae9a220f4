//! [`FrameNumber`]: a bound of a frame of RANGE that is a number with a fraction.

use std::fmt;

use super::FrameBound;
use crate::value::Decimal;

/// Holds the distance of a bound of a frame of RANGE from the current row: a float or an exact decimal, as the expression of
/// ORDER BY.
///
/// # Examples
///
/// ```
/// # use orm_core::stmt::*;
/// # use orm_core::value::Decimal;
/// let half = FrameNumber::from(0.5);
/// assert_eq!(half.to_string(), "0.5");
/// assert!(half.is_valid() && !FrameNumber::from(-0.5).is_valid() && !FrameNumber::from(f64::NAN).is_valid());
/// let exact = FrameNumber::from("0.50".parse::<Decimal>()?);
/// assert!(exact.is_exact());
/// assert_eq!(exact.to_string(), "0.5");
/// # Ok::<(), orm_core::value::ConversionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FrameNumber(Number);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Number {
    /// The bits, by which floats are compared.
    Float(u64),
    Exact(Decimal),
}

impl FrameNumber {
    /// Returns whether the number is an exact decimal.
    pub fn is_exact(self) -> bool {
        matches!(self.0, Number::Exact(_))
    }

    /// Returns whether the number is finite and not below 0.
    pub fn is_valid(self) -> bool {
        match self.0 {
            Number::Float(bits) => {
                let number = f64::from_bits(bits);
                number.is_finite() && number >= 0.0
            }
            Number::Exact(number) => number.unscaled() >= 0,
        }
    }
}

impl From<f64> for FrameNumber {
    fn from(number: f64) -> Self {
        // A zero has no sign in SQL.
        Self(Number::Float((number + 0.0).to_bits()))
    }
}

impl From<Decimal> for FrameNumber {
    fn from(number: Decimal) -> Self {
        Self(Number::Exact(number))
    }
}

#[cfg(feature = "rust_decimal")]
impl From<::rust_decimal::Decimal> for FrameNumber {
    fn from(number: ::rust_decimal::Decimal) -> Self {
        let number = Decimal::new(number.mantissa(), number.scale());
        number.expect("invariant: it has 29 digits at most").into()
    }
}

/// As SQL.
impl fmt::Display for FrameNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Number::Float(bits) => write!(f, "{:?}", f64::from_bits(bits)),
            Number::Exact(number) => write!(f, "{number}"),
        }
    }
}

impl FrameBound {
    /// Returns a bound of a frame of RANGE that is a number before the current row: a float, or an exact decimal if the window
    /// is ordered by one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// assert_eq!(FrameBound::preceding(0.5), FrameBound::PrecedingNumber(0.5.into())); // 0.5 PRECEDING
    /// ```
    pub fn preceding(number: impl Into<FrameNumber>) -> Self {
        Self::PrecedingNumber(number.into())
    }

    /// Returns a bound of a frame of RANGE that is a number after the current row, as [`FrameBound::preceding`].
    pub fn following(number: impl Into<FrameNumber>) -> Self {
        Self::FollowingNumber(number.into())
    }

    /// Returns the number of the bound, if it has a fraction or may have one.
    pub fn number(self) -> Option<FrameNumber> {
        match self {
            Self::PrecedingNumber(number) | Self::FollowingNumber(number) => Some(number),
            Self::UnboundedPreceding
            | Self::Preceding(_)
            | Self::PrecedingTime(_)
            | Self::CurrentRow
            | Self::Following(_)
            | Self::FollowingTime(_)
            | Self::UnboundedFollowing => None,
        }
    }
}
