//! Frames of windows: their bounds, and the rows that they leave out. Called by `window.rs`.

use std::time::Duration;

use crate::error::Result;
use crate::sql::{DecimalStyle, FrameIntervals, SqlWriter};
use crate::stmt::{Frame, FrameBound, FrameExclusion, FrameNumber, FrameUnit};

pub(super) fn write_frame(w: &mut SqlWriter<'_>, frame: Frame) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    if !capabilities.window_frames {
        return Err(w.unsupported("frames of window functions"));
    }
    if frame.unit == FrameUnit::Groups && !capabilities.group_frames {
        return Err(w.unsupported("frames of GROUPS"));
    }
    if frame.exclude.is_some() && !capabilities.selects.frame_exclusion {
        return Err(w.unsupported("EXCLUDE in frames of window functions"));
    }
    w.push(match frame.unit {
        FrameUnit::Rows => "ROWS BETWEEN ",
        FrameUnit::Range => "RANGE BETWEEN ",
        FrameUnit::Groups => "GROUPS BETWEEN ",
    });
    write_bound(w, frame.start)?;
    w.push(" AND ");
    write_bound(w, frame.end)?;
    w.push(match frame.exclude {
        None => "",
        Some(FrameExclusion::CurrentRow) => " EXCLUDE CURRENT ROW",
        Some(FrameExclusion::Group) => " EXCLUDE GROUP",
        Some(FrameExclusion::Ties) => " EXCLUDE TIES",
    });
    Ok(())
}

fn write_bound(w: &mut SqlWriter<'_>, bound: FrameBound) -> Result<()> {
    match bound {
        FrameBound::UnboundedPreceding => w.push("UNBOUNDED PRECEDING"),
        FrameBound::Preceding(rows) => w.display(rows).push(" PRECEDING"),
        FrameBound::PrecedingTime(time) => write_interval(w, time)?.push(" PRECEDING"),
        FrameBound::PrecedingNumber(number) => write_number(w, number)?.push(" PRECEDING"),
        FrameBound::CurrentRow => w.push("CURRENT ROW"),
        FrameBound::Following(rows) => w.display(rows).push(" FOLLOWING"),
        FrameBound::FollowingTime(time) => write_interval(w, time)?.push(" FOLLOWING"),
        FrameBound::FollowingNumber(number) => write_number(w, number)?.push(" FOLLOWING"),
        FrameBound::UnboundedFollowing => w.push("UNBOUNDED FOLLOWING"),
    };
    Ok(())
}

/// A number as text, as an interval is. Where exact decimals are text in the database, they have no distance.
fn write_number<'w, 'a>(
    w: &'w mut SqlWriter<'a>,
    number: FrameNumber,
) -> Result<&'w mut SqlWriter<'a>> {
    if number.is_exact() {
        match w.dialect().capabilities().decimals {
            DecimalStyle::Native | DecimalStyle::Cast(_) => {}
            DecimalStyle::Functions | DecimalStyle::Unsupported => {
                let error = w.unsupported("frames of RANGE over exact decimals");
                return Err(error.with_hint("order by a float, or set the frame by rows"));
            }
        }
    }
    Ok(w.display(number))
}

/// An interval of whole microseconds, as text: a bound of a frame is no place for a bind on every database.
fn write_interval<'w, 'a>(
    w: &'w mut SqlWriter<'a>,
    time: Duration,
) -> Result<&'w mut SqlWriter<'a>> {
    let (seconds, micros) = (time.as_secs(), time.subsec_micros());
    match w.dialect().capabilities().selects.frame_intervals {
        FrameIntervals::Text => {
            let fraction = if micros == 0 {
                String::new()
            } else {
                format!(".{micros:06}")
            };
            Ok(w.push(&format!("INTERVAL '{seconds}{fraction} seconds'")))
        }
        FrameIntervals::Unit if micros == 0 => Ok(w.push(&format!("INTERVAL {seconds} SECOND"))),
        FrameIntervals::Unit => {
            let micros = time.as_micros();
            Ok(w.push(&format!("INTERVAL {micros} MICROSECOND")))
        }
        FrameIntervals::Unsupported => {
            Err(w.unsupported("intervals in frames of window functions"))
        }
    }
}
