//! [`Decimal`]: exact decimal numbers, as drivers bind and return them, and their arithmetic for a database that has none.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use super::ConversionError;

/// The most digits of a decimal number.
const DIGITS: u32 = 36;

/// The least integer of more digits.
const LIMIT: u128 = 10_u128.pow(DIGITS);

/// Holds an exact decimal number of at most 36 digits.
///
/// A number has one form: it keeps no zeros at the end of its fraction, so that 1.10 and 1.1 are the same value.
///
/// # Examples
///
/// ```
/// # use orm_core::value::Decimal;
/// let price: Decimal = "12.50".parse()?;
/// assert_eq!((price.unscaled(), price.scale()), (125, 1));
/// assert_eq!(price.to_string(), "12.5");
/// assert_eq!("1.25E1".parse(), Ok(price));
/// # Ok::<(), orm_core::value::ConversionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Decimal {
    // The number without its point, of 121 bits, then the scale. Bytes, which need no alignment: a `ValueRef` stays as
    // small as it is.
    packed: [u8; 16],
}

/// The bits of a scale.
const SCALE_BITS: u32 = 6;

impl Decimal {
    /// Creates the number `unscaled` / 10^`scale`. `None` if it has more than 36 digits, or more than 36 after the
    /// point.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// assert_eq!(Decimal::new(-1250, 2).map(|price| price.to_string()).as_deref(), Some("-12.5"));
    /// assert_eq!(Decimal::new(i128::MAX, 0), None);
    /// ```
    pub fn new(mut unscaled: i128, mut scale: u32) -> Option<Self> {
        while scale > 0 && unscaled % 10 == 0 {
            if unscaled == 0 {
                scale = 0;
                break;
            }
            unscaled /= 10;
            scale -= 1;
        }
        let has_room = scale <= DIGITS && unscaled.unsigned_abs() < LIMIT;
        has_room.then(|| Self::packed(unscaled, scale))
    }

    const fn packed(unscaled: i128, scale: u32) -> Self {
        let packed = unscaled << SCALE_BITS | scale as i128;
        Self {
            packed: packed.to_ne_bytes(),
        }
    }

    /// Returns the number without its point.
    pub fn unscaled(self) -> i128 {
        i128::from_ne_bytes(self.packed) >> SCALE_BITS
    }

    /// Returns the number of digits after the point.
    pub fn scale(self) -> u32 {
        let bits = i128::from_ne_bytes(self.packed) & ((1 << SCALE_BITS) - 1);
        // It has six bits.
        u32::try_from(bits).unwrap_or_default()
    }

    /// Returns whether a column of `precision` digits, `scale` of them after the point, stores the number unchanged.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let price: Decimal = "123.45".parse()?;
    /// assert!(price.fits(5, 2) && !price.fits(5, 1) && !price.fits(5, 3));
    /// # Ok::<(), orm_core::value::ConversionError>(())
    /// ```
    pub fn fits(self, precision: u8, scale: u8) -> bool {
        let whole = precision.saturating_sub(scale).into();
        self.scale() <= u32::from(scale)
            && self.whole().unsigned_abs() < power(whole).unwrap_or(u128::MAX)
    }

    /// Returns the number rounded to `scale` digits after the point, half away from zero.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let rounded = |text: &str| text.parse().map(|number: Decimal| number.rounded(1).to_string());
    /// assert_eq!(rounded("0.25").as_deref(), Ok("0.3"));
    /// assert_eq!(rounded("-0.25").as_deref(), Ok("-0.3"));
    /// ```
    #[must_use]
    pub fn rounded(self, scale: u32) -> Self {
        let Some(surplus) = self
            .scale()
            .checked_sub(scale)
            .filter(|surplus| *surplus > 0)
        else {
            return self;
        };
        let unscaled = self.unscaled();
        let (cut, half) = match power(surplus).map(u128::cast_signed) {
            Some(unit) => (
                unscaled / unit,
                (unscaled % unit).unsigned_abs() >= unit.unsigned_abs() / 2,
            ),
            None => (0, false),
        };
        let away = if half { unscaled.signum() } else { 0 };
        Self::new(cut + away, scale).unwrap_or(self)
    }

    /// Returns the sum. `None` if it has more than 36 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let (a, b): (Decimal, Decimal) = ("0.1".parse()?, "0.2".parse()?);
    /// assert_eq!(a.checked_add(b), Some("0.3".parse()?));
    /// # Ok::<(), orm_core::value::ConversionError>(())
    /// ```
    pub fn checked_add(self, other: Self) -> Option<Self> {
        let scale = self.scale().max(other.scale());
        let sum = self.at(scale)?.checked_add(other.at(scale)?)?;
        Self::new(sum, scale)
    }

    /// Returns the difference. `None` if it has more than 36 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let (a, b): (Decimal, Decimal) = ("0.1".parse()?, "0.2".parse()?);
    /// assert_eq!(a.checked_sub(b), Some("-0.1".parse()?));
    /// # Ok::<(), orm_core::value::ConversionError>(())
    /// ```
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.checked_add(other.negated())
    }

    /// Returns the product. `None` if it has more than 36 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let (a, b): (Decimal, Decimal) = ("1.1".parse()?, "0.2".parse()?);
    /// assert_eq!(a.checked_mul(b), Some("0.22".parse()?));
    /// # Ok::<(), orm_core::value::ConversionError>(())
    /// ```
    pub fn checked_mul(self, other: Self) -> Option<Self> {
        let product = self.unscaled().checked_mul(other.unscaled())?;
        Self::new(product, self.scale() + other.scale())
    }

    /// Returns the quotient, rounded to `scale` digits after the point, half away from zero. `None` if `other` is 0, or if
    /// the quotient has more than 36 digits.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// let (a, b): (Decimal, Decimal) = ("2".parse()?, "-0.3".parse()?);
    /// assert_eq!(a.checked_div(b, 4), Some("-6.6667".parse()?));
    /// assert_eq!(a.checked_div(0.into(), 4), None);
    /// # Ok::<(), orm_core::value::ConversionError>(())
    /// ```
    pub fn checked_div(self, other: Self, scale: u32) -> Option<Self> {
        let (dividend, divisor) = (self.unscaled(), other.unscaled());
        let sign = dividend.signum() * divisor.signum();
        let (dividend, divisor) = (dividend.unsigned_abs(), divisor.unsigned_abs());
        let mut quotient = dividend.checked_div(divisor)?;
        let mut rest = dividend % divisor;
        let (more, surplus) = (scale + other.scale(), self.scale());
        // As in writing: a digit of the quotient from each rest.
        for _ in surplus..more {
            quotient = quotient.checked_mul(10)?.checked_add(rest * 10 / divisor)?;
            rest = rest * 10 % divisor;
        }
        let away = if let Some(surplus) = surplus.checked_sub(more).filter(|digits| *digits > 0) {
            let unit = power(surplus).unwrap_or(u128::MAX);
            let cut = quotient % unit;
            quotient /= unit;
            cut >= unit / 2
        } else {
            rest * 2 >= divisor
        };
        let quotient = i128::try_from(quotient + u128::from(away)).ok()?;
        Self::new(sign * quotient, scale)
    }

    /// Returns the number with the other sign.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// assert_eq!(Decimal::from(7).negated(), Decimal::from(-7));
    /// ```
    #[must_use]
    pub fn negated(self) -> Self {
        // The least i128 has more digits than there may be.
        Self::packed(self.unscaled().wrapping_neg(), self.scale())
    }

    /// Returns the nearest double.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::value::Decimal;
    /// assert_eq!(Decimal::new(15, 1).map(Decimal::to_f64), Some(1.5));
    /// ```
    pub fn to_f64(self) -> f64 {
        self.to_string().parse().unwrap_or(f64::NAN)
    }

    /// The number without its point, with this number of digits after it.
    fn at(self, scale: u32) -> Option<i128> {
        let unit = power(scale.checked_sub(self.scale())?)?;
        self.unscaled().checked_mul(i128::try_from(unit).ok()?)
    }

    /// What is before the point.
    fn whole(self) -> i128 {
        self.split().0
    }

    /// What is before the point, and what is after it with 36 digits.
    fn split(self) -> (i128, i128) {
        let unit = power(self.scale()).map_or(1, u128::cast_signed);
        let rest = power(DIGITS - self.scale()).map_or(1, u128::cast_signed);
        let unscaled = self.unscaled();
        (unscaled / unit, unscaled % unit * rest)
    }
}

/// 10^`exponent`.
fn power(exponent: u32) -> Option<u128> {
    10_u128.checked_pow(exponent).filter(|unit| *unit <= LIMIT)
}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.split().cmp(&other.split())
    }
}

/// From an integer of each width, all of which have a decimal number.
macro_rules! from_integers {
    ($($integer:ty),*) => {
        $(impl From<$integer> for Decimal {
            fn from(number: $integer) -> Self {
                Self::packed(number.into(), 0)
            }
        })*
    };
}

from_integers!(i8, i16, i32, i64, u8, u16, u32, u64);

/// The digits with a point, without an exponent: `-0.05`.
impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.unscaled() < 0 { "-" } else { "" };
        let digits = self.unscaled().unsigned_abs();
        let scale = self.scale() as usize;
        let Some(unit) = power(self.scale()).filter(|_| scale > 0) else {
            return write!(f, "{sign}{digits}");
        };
        write!(f, "{sign}{}.{:0scale$}", digits / unit, digits % unit)
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Reads digits with an optional sign, point and exponent: `1.5`, `-3`, `2E+10`.
impl FromStr for Decimal {
    type Err = ConversionError;

    fn from_str(text: &str) -> Result<Self, ConversionError> {
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => {
                let exponent = exponent.parse::<i32>();
                (number, exponent.map_err(|_| ConversionError::Format)?)
            }
            None => (text, 0),
        };
        let (is_negative, digits) = match number.as_bytes() {
            [b'-', digits @ ..] => (true, digits),
            [b'+', digits @ ..] | digits => (false, digits),
        };
        let (magnitude, scale) = read_digits(digits)?;
        let unscaled = if is_negative { -magnitude } else { magnitude };
        shifted(unscaled, scale - i64::from(exponent)).ok_or(ConversionError::Range)
    }
}

/// The digits as a number without its point, and how many are after it. Zeros at the end of a fraction don't count.
fn read_digits(digits: &[u8]) -> Result<(i128, i64), ConversionError> {
    let (mut number, mut scale, mut zeros) = (0_i128, 0_i64, 0_i64);
    let (mut is_fraction, mut has_digit) = (false, false);
    for byte in digits {
        match byte {
            b'.' if !is_fraction => is_fraction = true,
            b'0' if is_fraction => {
                has_digit = true;
                zeros += 1;
            }
            b'0'..=b'9' => {
                has_digit = true;
                let places = if is_fraction { zeros + 1 } else { 1 };
                (scale, zeros) = (scale + if is_fraction { places } else { 0 }, 0);
                let unit = u32::try_from(places).ok().and_then(power);
                let unit = unit.ok_or(ConversionError::Range)?.cast_signed();
                let more = number.checked_mul(unit);
                let more = more.and_then(|number| number.checked_add(i128::from(byte - b'0')));
                number = more.ok_or(ConversionError::Range)?;
            }
            _ => return Err(ConversionError::Format),
        }
    }
    if has_digit {
        Ok((number, scale))
    } else {
        Err(ConversionError::Format)
    }
}

/// The number `unscaled` / 10^`scale`, of a scale that may be negative.
fn shifted(mut unscaled: i128, mut scale: i64) -> Option<Decimal> {
    if unscaled == 0 {
        return Decimal::new(0, 0);
    }
    while scale > 0 && unscaled % 10 == 0 {
        unscaled /= 10;
        scale -= 1;
    }
    if let Ok(scale) = u32::try_from(scale) {
        return Decimal::new(unscaled, scale);
    }
    let unit = power(u32::try_from(-scale).ok()?)?;
    Decimal::new(unscaled.checked_mul(unit.cast_signed())?, 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(text: &str) -> Decimal {
        text.parse().unwrap()
    }

    #[test]
    fn a_number_has_one_form() {
        let forms = [
            ("1.10", "1.1"),
            ("-0.00", "0"),
            ("100", "100"),
            ("1e2", "100"),
            ("1.50E-3", "0.0015"),
            ("+.5", "0.5"),
            ("5.", "5"),
            (
                "00012.340000000000000000000000000000000000000000000000",
                "12.34",
            ),
            (
                "999999999999999999999999999999999999",
                "999999999999999999999999999999999999",
            ),
            ("1e35", "100000000000000000000000000000000000"),
            (
                "0.000000000000000000000000000000000001",
                "0.000000000000000000000000000000000001",
            ),
            ("0e99", "0"),
        ];
        for (text, form) in forms {
            assert_eq!(number(text).to_string(), form, "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        use ConversionError::{Format, Range};
        let texts = [
            ("", Format),
            ("-", Format),
            (".", Format),
            ("1.2.3", Format),
            ("1e", Format),
            ("NaN", Format),
            ("1_000", Format),
            (" 1", Format),
            ("1e36", Range),
            ("1e-37", Range),
            ("1000000000000000000000000000000000000", Range),
            ("99999999999999999999999999999999999999999", Range),
        ];
        for (text, error) in texts {
            assert_eq!(text.parse::<Decimal>(), Err(error), "{text}");
        }
    }

    #[test]
    fn rounding_is_half_away_from_zero() {
        for (text, scale, rounded) in [
            ("2.5", 0, "3"),
            ("-2.5", 0, "-3"),
            ("2.49", 1, "2.5"),
            ("2.44", 1, "2.4"),
            ("0.000000000000000000000000000000000001", 2, "0"),
            ("1.5", 3, "1.5"),
        ] {
            assert_eq!(number(text).rounded(scale), number(rounded), "{text}");
        }
    }

    #[test]
    fn sums_and_products_end_at_36_digits() {
        let most = Decimal::new(LIMIT.cast_signed() - 1, 0).unwrap();
        assert_eq!(most.checked_add(Decimal::from(1_i64)), None);
        assert_eq!(most.checked_mul(most), None);
        assert_eq!(most.checked_sub(most), Some(Decimal::from(0_i64)));
        assert!(most.fits(36, 0) && !most.fits(36, 1));
        assert!(number("-0.5").fits(1, 1) && !number("1.5").fits(1, 1));
    }

    proptest! {
        #[test]
        fn text_comes_back(unscaled in any::<i64>(), scale in 0_u32..30) {
            let number = Decimal::new(unscaled.into(), scale).unwrap();
            prop_assert_eq!(number.to_string().parse(), Ok(number));
        }

        #[test]
        fn order_is_that_of_the_numbers(a in any::<i32>(), b in any::<i32>(), scale in 0_u32..9) {
            let scaled = |number: i32, scale| Decimal::new(number.into(), scale).unwrap();
            prop_assert_eq!(scaled(a, scale).cmp(&scaled(b, scale)), a.cmp(&b));
            let wide = |number: i32| i64::from(number) * 10_i64.pow(scale);
            prop_assert_eq!(scaled(a, 0).cmp(&scaled(b, scale)), wide(a).cmp(&i64::from(b)));
        }
    }
}
