//! Dates and times of the proleptic Gregorian calendar as counts, fields and ISO 8601 text.
//!
//! SQLite stores text, MySQL's protocol has fields, PostgreSQL's has counts. The conversions are here, so that no
//! calendar library is needed unless a model uses one. Those between days and fields are Howard Hinnant's
//! (`chrono`-compatible low-level date algorithms, public domain).

use std::fmt;

/// The number of microseconds of a day.
pub const DAY: i64 = 86_400_000_000;

/// Holds a calendar date by its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    /// The astronomical year: 0 is 1 BC.
    pub year: i32,
    /// 1 to 12.
    pub month: u32,
    /// 1 to 31.
    pub day: u32,
}

/// Holds a time of day by its fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// 0 to 23.
    pub hour: u32,
    /// 0 to 59.
    pub minute: u32,
    /// 0 to 59.
    pub second: u32,
    /// 0 to 999 999.
    pub micro: u32,
}

/// Returns the number of days from 1970-01-01 to a date, or `None` if the date does not exist.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// let epoch = Civil { year: 1970, month: 1, day: 1 };
/// assert_eq!(days(epoch), Some(0));
/// assert_eq!(days(Civil { month: 2, day: 30, ..epoch }), None);
/// ```
pub fn days(date: Civil) -> Option<i32> {
    let Civil { year, month, day } = date;
    if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
        return None;
    }
    let y = i64::from(year) - i64::from(month <= 2);
    let era = y.div_euclid(400);
    let year_of_era = y.rem_euclid(400);
    let shifted_month = i64::from((month + 9) % 12);
    let day_of_year = (153 * shifted_month + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i32::try_from(era * 146_097 + day_of_era - 719_468).ok()
}

/// Returns the date of a number of days since 1970-01-01.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(civil(59), Civil { year: 1970, month: 3, day: 1 });
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "an i32 of days spans under 6 million years, and month and day are small and positive"
)]
pub fn civil(days: i32) -> Civil {
    let z = i64::from(days) + 719_468;
    let era = z.div_euclid(146_097);
    let day_of_era = z.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u32;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    } as u32;
    let year = (year_of_era + era * 400 + i64::from(month <= 2)) as i32;
    Civil { year, month, day }
}

/// Returns the number of microseconds since midnight, or `None` if a field is out of range.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// let noon = Clock { hour: 12, minute: 0, second: 0, micro: 0 };
/// assert_eq!(micros(noon), Some(DAY / 2));
/// ```
pub fn micros(clock: Clock) -> Option<i64> {
    let Clock {
        hour,
        minute,
        second,
        micro,
    } = clock;
    if hour > 23 || minute > 59 || second > 59 || micro > 999_999 {
        return None;
    }
    let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
    Some(seconds * 1_000_000 + i64::from(micro))
}

/// Returns the fields of a number of microseconds since midnight. Whole days are discarded.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(clock(DAY / 2), Clock { hour: 12, minute: 0, second: 0, micro: 0 });
/// ```
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "each field is reduced to its range first"
)]
pub fn clock(micros: i64) -> Clock {
    let micros = micros.rem_euclid(DAY);
    let seconds = micros / 1_000_000;
    Clock {
        hour: (seconds / 3600) as u32,
        minute: (seconds / 60 % 60) as u32,
        second: (seconds % 60) as u32,
        micro: (micros % 1_000_000) as u32,
    }
}

/// Splits microseconds since 1970-01-01 into days and microseconds of the day. Returns `None` if the days exceed an
/// `i32`.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(split(DAY + 7), Some((1, 7)));
/// assert_eq!(split(-1), Some((-1, DAY - 1)));
/// ```
pub fn split(micros: i64) -> Option<(i32, i64)> {
    let days = i32::try_from(micros.div_euclid(DAY)).ok()?;
    Some((days, micros.rem_euclid(DAY)))
}

/// Joins days and microseconds of the day. Returns `None` if the microseconds exceed an `i64`.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(join(1, 7), Some(DAY + 7));
/// ```
pub fn join(days: i32, micros: i64) -> Option<i64> {
    i64::from(days).checked_mul(DAY)?.checked_add(micros)
}

/// Returns the day of the week of a number of days since 1970-01-01: 1 for Monday to 7 for Sunday.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(weekday(0), 4); // Thursday
/// ```
pub fn weekday(days: i32) -> u32 {
    (days.rem_euclid(7) + 3).rem_euclid(7).unsigned_abs() + 1
}

/// Returns the year and the week of ISO 8601 of a number of days since 1970-01-01. A week belongs to the year of its
/// Thursday.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// let last = days(Civil { year: 2024, month: 12, day: 31 });
/// assert_eq!(last.map(iso_week), Some((2025, 1)));
/// ```
pub fn iso_week(days: i32) -> (i32, u32) {
    let thursday = i64::from(days) + 4 - i64::from(weekday(days));
    let thursday = i32::try_from(thursday).unwrap_or(days);
    let year = civil(thursday).year;
    let first = self::days(Civil {
        year,
        month: 1,
        day: 1,
    });
    (
        year,
        (thursday - first.unwrap_or(thursday)).unsigned_abs() / 7 + 1,
    )
}

/// Formats a date as `YYYY-MM-DD`.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(date_text(0).to_string(), "1970-01-01");
/// ```
pub fn date_text(days: i32) -> impl fmt::Display {
    let Civil { year, month, day } = civil(days);
    text(move |f| write!(f, "{year:04}-{month:02}-{day:02}"))
}

/// Formats a time as `HH:MM:SS`, with `.ffffff` unless it is zero.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(time_text(DAY / 2).to_string(), "12:00:00");
/// ```
pub fn time_text(micros: i64) -> impl fmt::Display {
    let Clock {
        hour,
        minute,
        second,
        micro,
    } = clock(micros);
    text(move |f| {
        write!(f, "{hour:02}:{minute:02}:{second:02}")?;
        if micro > 0 {
            write!(f, ".{micro:06}")
        } else {
            Ok(())
        }
    })
}

/// Formats a date and time as `YYYY-MM-DD HH:MM:SS`, with `.ffffff` unless it is zero. SQLite's CURRENT_TIMESTAMP has
/// no fraction, and must be equal to a bind of the same time. The order of texts is the order of times, since a text
/// sorts before its continuations.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(datetime_text(DAY / 2).to_string(), "1970-01-01 12:00:00");
/// ```
pub fn datetime_text(micros: i64) -> impl fmt::Display {
    let days = micros.div_euclid(DAY);
    text(move |f| {
        // An i64 of microseconds counts under 300 000 years, which an i32 of days holds.
        let date = date_text(i32::try_from(days).map_err(|_| fmt::Error)?);
        write!(f, "{date} {}", time_text(micros))
    })
}

/// Formats a number of microseconds as days and a time, with one sign in front: `-1 02:00:00`.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(interval_text(DAY + 1).to_string(), "1 00:00:00.000001");
/// assert_eq!(interval_text(-DAY / 2).to_string(), "-0 12:00:00");
/// ```
pub fn interval_text(micros: i64) -> impl fmt::Display {
    let sign = if micros < 0 { "-" } else { "" };
    let size = micros.unsigned_abs();
    let (days, rest) = (size / DAY.unsigned_abs(), size % DAY.unsigned_abs());
    text(move |f| {
        let rest = i64::try_from(rest).map_err(|_| fmt::Error)?;
        write!(f, "{sign}{days} {}", time_text(rest))
    })
}

/// Parses `YYYY-MM-DD`.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(parse_date("1970-01-02"), Some(1));
/// assert_eq!(parse_date("1970-02-30"), None);
/// ```
pub fn parse_date(text: &str) -> Option<i32> {
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let mut parts = text.split('-');
    let year = number(parts.next()?, 4..=7)?;
    let month = number(parts.next()?, 2..=2)?;
    let day = number(parts.next()?, 2..=2)?;
    if parts.next().is_some() {
        return None;
    }
    let year = i32::try_from(year).ok()?;
    days(Civil {
        year: if negative { -year } else { year },
        month,
        day,
    })
}

/// Parses `HH:MM`, `HH:MM:SS` or `HH:MM:SS.f` with up to nine digits, of which six are kept.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(parse_time("12:00:00"), Some(DAY / 2));
/// ```
pub fn parse_time(text: &str) -> Option<i64> {
    let (text, fraction) = match text.split_once('.') {
        Some((text, fraction)) => (text, fraction),
        None => (text, "0"),
    };
    if fraction.is_empty() || fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let micro = format!("{fraction:0<6}")[..6].parse().ok()?;
    let mut parts = text.split(':');
    let hour = number(parts.next()?, 2..=2)?;
    let minute = number(parts.next()?, 2..=2)?;
    let second = parts.next().map_or(Some(0), |s| number(s, 2..=2))?;
    if parts.next().is_some() {
        return None;
    }
    micros(Clock {
        hour,
        minute,
        second,
        micro,
    })
}

/// Parses a date and a time separated by a space or `T`. A trailing `Z` or `+00:00` is accepted.
///
/// # Examples
///
/// ```
/// # use orm_core::civil::*;
/// assert_eq!(parse_datetime("1970-01-01 12:00:00"), Some(DAY / 2));
/// ```
pub fn parse_datetime(text: &str) -> Option<i64> {
    let text = text
        .strip_suffix('Z')
        .or_else(|| text.strip_suffix("+00:00"))
        .unwrap_or(text);
    match text.split_once([' ', 'T']) {
        Some((date, time)) => join(parse_date(date)?, parse_time(time)?),
        None => join(parse_date(text)?, 0),
    }
}

fn number(text: &str, width: std::ops::RangeInclusive<usize>) -> Option<u32> {
    if !width.contains(&text.len()) || !text.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn days_in_month(year: i32, month: u32) -> u32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn text(write: impl Fn(&mut fmt::Formatter<'_>) -> fmt::Result) -> impl fmt::Display {
    struct Text<F>(F);
    impl<F: Fn(&mut fmt::Formatter<'_>) -> fmt::Result> fmt::Display for Text<F> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0(f)
        }
    }
    Text(write)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_fields_agree_over_ten_thousand_years() {
        for day in -2_500_000..2_500_000 {
            assert_eq!(days(civil(day)), Some(day));
        }
        assert_eq!(
            days(Civil {
                year: 1970,
                month: 1,
                day: 1
            }),
            Some(0)
        );
        assert_eq!(
            days(Civil {
                year: 2000,
                month: 3,
                day: 1
            }),
            Some(11_017)
        );
        assert_eq!(
            days(Civil {
                year: 1900,
                month: 2,
                day: 29
            }),
            None
        );
    }

    #[test]
    fn text_reads_back() {
        for micros in [
            0,
            -1,
            1,
            DAY - 1,
            -DAY,
            1_700_000_000_123_456,
            -62_135_596_800_000_000,
        ] {
            assert_eq!(
                parse_datetime(&datetime_text(micros).to_string()),
                Some(micros)
            );
        }
        assert_eq!(
            parse_datetime("2024-02-29T12:30Z"),
            parse_datetime("2024-02-29 12:30:00")
        );
        for wrong in [
            "",
            "2024-02-30",
            "2024-2-3",
            "24:00",
            "2024-01-01 ",
            "2024-01-01 1:2",
        ] {
            assert_eq!(parse_datetime(wrong), None, "{wrong}");
        }
    }
}
