//! Functions of dates and times, which are text. SQLite's own know milliseconds only, and years up to 9999.

use orm_core::civil::{self, Civil, DAY};
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Result};

use super::function::{PURE, failure};

pub(super) fn register(native: &Connection) -> Result<()> {
    native.create_scalar_function("date_part", 2, PURE, |context| {
        let Some(moment) = moment(context, 1)? else {
            return Ok(None);
        };
        let part = part(word(context)?, moment);
        part.map(Some)
            .ok_or_else(|| failure("no such field of a date or time"))
    })?;
    native.create_scalar_function("date_trunc", 2, PURE, |context| {
        let Some(moment) = moment(context, 1)? else {
            return Ok(None);
        };
        let start = start(word(context)?, moment);
        let start = start.ok_or_else(|| failure("no such unit of a date or time"))?;
        Ok(Some(start.to_string()))
    })?;
    native.create_scalar_function("time_add", 2, PURE, |context| later(context, 1))?;
    native.create_scalar_function("time_sub", 2, PURE, |context| later(context, -1))?;
    native.create_scalar_function("time_since", 2, PURE, |context| {
        let (Some(late), Some(early)) = (moment(context, 0)?, moment(context, 1)?) else {
            return Ok(None);
        };
        Ok(late
            .count()
            .zip(early.count())
            .map(|(late, early)| late - early))
    })?;
    native.create_scalar_function("date_shift", 3, PURE, |context| {
        let (Some(moment), Some(count)) = (moment(context, 1)?, context.get(2)?) else {
            return Ok(None);
        };
        let days = match word(context)? {
            "day" => moment.days.checked_add(count),
            "month" => months_later(moment.days, count),
            _ => return Err(failure("no such unit of a date or time")),
        };
        let days = days
            .filter(|days| CALENDAR.contains(days))
            .ok_or_else(out_of_range)?;
        Ok(Some(Moment { days, ..moment }.to_string()))
    })?;
    // As binds are written: without a fraction of 0.
    native.create_scalar_function("orm_datetime", 1, PURE, |context| {
        let moment = moment(context, 0)?;
        Ok(moment.map(|moment| moment.to_string()))
    })?;
    native.create_scalar_function("orm_date", 1, PURE, |context| {
        let moment = moment(context, 0)?;
        Ok(moment.map(|moment| civil::date_text(moment.days).to_string()))
    })
}

/// The days from 0000-01-01 to 9999-12-31, whose texts are in order.
const CALENDAR: std::ops::RangeInclusive<i32> = -719_528..=2_932_896;

fn out_of_range() -> rusqlite::Error {
    failure("date out of range")
}

/// The first argument, the second one's microseconds later.
fn later(context: &Context<'_>, sign: i64) -> Result<Option<String>> {
    let (Some(moment), Some(micros)) = (moment(context, 0)?, context.get::<Option<i64>>(1)?) else {
        return Ok(None);
    };
    let count = micros.checked_mul(sign).zip(moment.count());
    let count = count.and_then(|(micros, count)| count.checked_add(micros));
    let moved = count.and_then(civil::split);
    let moved = moved.filter(|(days, _)| CALENDAR.contains(days));
    let (days, micros) = moved.ok_or_else(out_of_range)?;
    let moved = Moment {
        days,
        micros,
        ..moment
    };
    Ok(Some(moved.to_string()))
}

/// The same day so many months later, or the last one of that month.
fn months_later(days: i32, months: i32) -> Option<i32> {
    let date = civil::civil(days);
    let month = i32::try_from(date.month).ok()?;
    let count = date.year.checked_mul(12)?.checked_add(month - 1)?;
    let count = count.checked_add(months)?;
    let year = count.div_euclid(12);
    let month = u32::try_from(count.rem_euclid(12)).ok()? + 1;
    let mut later = (28..=date.day.max(28)).rev().map(|day| {
        let day = day.min(date.day);
        civil::days(Civil { year, month, day })
    });
    later.find_map(|days| days)
}

/// A date, a time of day, or both.
#[derive(Clone, Copy)]
struct Moment {
    /// Since 1970-01-01; 0 of a time of day.
    days: i32,
    /// Of the day.
    micros: i64,
    /// Whether it is a date alone.
    is_date: bool,
}

impl Moment {
    /// Microseconds since 1970-01-01.
    fn count(self) -> Option<i64> {
        civil::join(self.days, self.micros)
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let date = civil::date_text(self.days);
        if self.is_date {
            return write!(f, "{date}");
        }
        write!(f, "{date} {}", civil::time_text(self.micros))
    }
}

fn word<'a>(context: &'a Context<'_>) -> Result<&'a str> {
    Ok(context.get_raw(0).as_str()?)
}

/// The argument at `index`, unless it is NULL.
fn moment(context: &Context<'_>, index: usize) -> Result<Option<Moment>> {
    let text = match context.get_raw(index) {
        ValueRef::Null => return Ok(None),
        ValueRef::Text(text) => std::str::from_utf8(text).ok(),
        ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    };
    let moment = text.and_then(parse);
    moment
        .map(Some)
        .ok_or_else(|| failure("not a date or time"))
}

fn parse(text: &str) -> Option<Moment> {
    if let Some(days) = civil::parse_date(text) {
        return Some(Moment {
            days,
            micros: 0,
            is_date: true,
        });
    }
    let (days, micros) = match civil::parse_time(text) {
        Some(micros) => (0, micros),
        None => civil::split(civil::parse_datetime(text)?)?,
    };
    Some(Moment {
        days,
        micros,
        is_date: false,
    })
}

fn part(word: &str, moment: Moment) -> Option<i64> {
    let date = civil::civil(moment.days);
    let clock = civil::clock(moment.micros);
    Some(match word {
        "year" => before_common(date.year),
        "quarter" => i64::from(date.month.div_ceil(3)),
        "month" => i64::from(date.month),
        "day" => i64::from(date.day),
        "hour" => i64::from(clock.hour),
        "minute" => i64::from(clock.minute),
        "second" => i64::from(clock.second),
        "isodow" => i64::from(civil::weekday(moment.days)),
        "week" => i64::from(civil::iso_week(moment.days).1),
        "isoyear" => before_common(civil::iso_week(moment.days).0),
        _ => return None,
    })
}

/// There is no year 0.
fn before_common(year: i32) -> i64 {
    i64::from(year) - i64::from(year <= 0)
}

/// The start of the unit.
fn start(word: &str, moment: Moment) -> Option<Moment> {
    let date = civil::civil(moment.days);
    let micros = |unit: i64| (moment.days, moment.micros - moment.micros % unit);
    let month = |month| {
        civil::days(Civil {
            month,
            day: 1,
            ..date
        })
    };
    let (days, micros) = match word {
        "year" => (month(1)?, 0),
        "quarter" => (month(date.month - (date.month - 1) % 3)?, 0),
        "month" => (month(date.month)?, 0),
        "week" => {
            let since = i32::try_from(civil::weekday(moment.days)).ok()? - 1;
            (moment.days.checked_sub(since)?, 0)
        }
        "day" => micros(DAY),
        "hour" => micros(3_600_000_000),
        "minute" => micros(60_000_000),
        "second" => micros(1_000_000),
        _ => return None,
    };
    Some(Moment {
        days,
        micros,
        ..moment
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_begin_where_the_calendar_says() {
        let at = |text: &str| parse(text).unwrap();
        let starts = |unit, text| start(unit, at(text)).unwrap().to_string();
        assert_eq!(
            starts("week", "2024-12-31 23:59:59.5"),
            "2024-12-30 00:00:00"
        );
        assert_eq!(starts("quarter", "2024-12-31"), "2024-10-01");
        assert_eq!(
            starts("second", "1969-12-31 23:59:59.999999"),
            "1969-12-31 23:59:59"
        );
        assert_eq!(part("isoyear", at("2024-12-31")), Some(2025));
        assert_eq!(part("year", at("0000-12-31")), Some(-1));
        assert_eq!(part("hour", at("13:00:00")), Some(13));
        let months = |text, count| {
            months_later(at(text).days, count).map(|days| civil::date_text(days).to_string())
        };
        assert_eq!(months("2024-01-31", 1).as_deref(), Some("2024-02-29"));
        assert_eq!(months("2024-03-31", -13).as_deref(), Some("2023-02-28"));
        assert_eq!(months("2024-12-15", 1).as_deref(), Some("2025-01-15"));
        assert_eq!(part("century", at("13:00:00")), None);
    }
}
