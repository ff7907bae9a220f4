//! Decodes the binary form of NUMERIC: groups of four decimal digits, for `row.rs`.

use orm_core::value::Decimal;

use super::undecodable::Undecodable;

const NEGATIVE: u16 = 0x4000;
const NAN: u16 = 0xC000;
const INFINITY: u16 = 0xD000;
const NEGATIVE_INFINITY: u16 = 0xF000;

/// A number: how many groups there are, the weight of the first one as a power of 10 000, the sign, the number of digits
/// that are displayed after the point, then the groups.
pub(super) fn read(raw: &[u8]) -> Result<Decimal, Undecodable> {
    let mut words = raw.chunks_exact(2);
    let mut next = || match words.next() {
        Some([high, low]) => Ok(u16::from_be_bytes([*high, *low])),
        _ => Err(Undecodable::Malformed),
    };
    let [groups, weight, sign, _] = [next()?, next()?, next()?, next()?];
    let is_negative = match sign {
        0 => false,
        NEGATIVE => true,
        INFINITY | NEGATIVE_INFINITY => return Err(Undecodable::Infinity),
        NAN => return Err(Undecodable::NotANumber),
        _ => return Err(Undecodable::Malformed),
    };
    let mut unscaled = 0_i128;
    // The weight of the last group is that of its last digit, too.
    let mut exponent = 4 * (i32::from(weight.cast_signed()) - i32::from(groups) + 1);
    for index in 1..=groups {
        let (mut group, mut unit) = (i128::from(next()?), 10_000);
        // The zeros behind the last digit might have no room.
        while index == groups && group % 10 == 0 && unit > 1 {
            (group, unit, exponent) = (group / 10, unit / 10, exponent + 1);
        }
        let number = unscaled.checked_mul(unit);
        let number = number.and_then(|number| number.checked_add(group));
        unscaled = number.ok_or(Undecodable::Digits)?;
    }
    let unscaled = if is_negative { -unscaled } else { unscaled };
    number(unscaled, exponent).ok_or(Undecodable::Digits)
}

/// `unscaled` * 10^`exponent`.
fn number(unscaled: i128, exponent: i32) -> Option<Decimal> {
    match u32::try_from(exponent) {
        _ if unscaled == 0 => Decimal::new(0, 0),
        Ok(exponent) => {
            let unit = 10_i128.checked_pow(exponent)?;
            Decimal::new(unscaled.checked_mul(unit)?, 0)
        }
        Err(_) => Decimal::new(unscaled, exponent.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(words: &[u16]) -> Result<String, Undecodable> {
        let raw: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        read(&raw).map(|number| number.to_string())
    }

    #[test]
    fn groups_become_digits() {
        let minus_one = u16::MAX;
        let cases: [(&[u16], &str); 7] = [
            (&[0, 0, 0, 0], "0"),
            (&[1, 0, 0, 0, 7], "7"),
            (&[2, 0, 0, 2, 12, 3400], "12.34"),
            (&[2, 0, NEGATIVE, 2, 12, 3400], "-12.34"),
            (&[1, 1, 0, 0, 5], "50000"),
            (&[1, minus_one, 0, 4, 1], "0.0001"),
            (&[2, 1, 0, 0, 1, 2345], "12345"),
        ];
        for (words, text) in cases {
            assert_eq!(of(words).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_has_no_place_is_refused() {
        assert_eq!(of(&[0, 0, NAN, 0]), Err(Undecodable::NotANumber));
        assert_eq!(of(&[0, 0, INFINITY, 0]), Err(Undecodable::Infinity));
        assert_eq!(of(&[1, 0, 0, 0]), Err(Undecodable::Malformed));
        assert_eq!(of(&[1, 9, 0, 0, 100]), Err(Undecodable::Digits));
        let long = [&[11, 10, 0, 0][..], &[9999; 11]].concat();
        assert_eq!(of(&long), Err(Undecodable::Digits));
        let longest = [&[10, 8, 0, 3][..], &[9; 1], &[9999; 8], &[9990]].concat();
        assert_eq!(of(&longest).map(|text| text.len()), Ok(37));
    }
}
