//! The OVER clause: the window of a window function.

use std::hash::{Hash, Hasher};
use std::time::Duration;

use super::{Expr, FrameNumber, Name, Order, hash_values};

/// Describes the window of a window function.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Window {
    /// The name under which the WINDOW clause has it once for all functions that use it. Windows of one name in a query are
    /// equal.
    pub name: Option<Name>,
    /// The PARTITION BY list. Empty for one partition.
    pub partition_by: Vec<Expr>,
    /// The ORDER BY list.
    pub order_by: Vec<Order>,
    /// The frame. `None` is the standard's default, up to the peers of the current row.
    pub frame: Option<Frame>,
}

// Windows of one name are written once, so that which of them are equal decides the text.
impl Hash for Window {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let Self {
            name,
            partition_by,
            order_by,
            frame,
        } = self;
        (name, partition_by, order_by, frame).hash(state);
        if name.is_some() {
            let orders = order_by.iter().map(|order| &order.expr);
            hash_values(partition_by.iter().chain(orders), state);
        }
    }
}

/// Describes a frame: rows around the current row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Frame {
    /// The unit of the bounds.
    pub unit: FrameUnit,
    /// The first bound.
    pub start: FrameBound,
    /// The last bound.
    pub end: FrameBound,
    /// The rows that are left out: EXCLUDE. `None` leaves none out.
    pub exclude: Option<FrameExclusion>,
}

impl Frame {
    /// Creates a frame between two bounds.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_core::stmt::*;
    /// // ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
    /// let frame = Frame::new(FrameUnit::Rows, FrameBound::UnboundedPreceding, FrameBound::CurrentRow);
    /// assert_eq!(frame.unit, FrameUnit::Rows);
    /// ```
    pub fn new(unit: FrameUnit, start: FrameBound, end: FrameBound) -> Self {
        Self {
            unit,
            start,
            end,
            exclude: None,
        }
    }
}

/// Selects the unit of the bounds of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Differences in the value of ORDER BY.
    Range,
    /// Groups of rows that are equal in ORDER BY.
    Groups,
}

/// Describes a bound of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameBound {
    /// The first row of the partition.
    UnboundedPreceding,
    /// This many rows before the current row.
    Preceding(u32),
    /// In a frame of [`FrameUnit::Range`]: as much time before the current row.
    PrecedingTime(Duration),
    /// In a frame of [`FrameUnit::Range`]: a number before the current row, see [`FrameBound::preceding`].
    PrecedingNumber(FrameNumber),
    /// The current row.
    CurrentRow,
    /// This many rows after the current row.
    Following(u32),
    /// In a frame of [`FrameUnit::Range`]: as much time after the current row.
    FollowingTime(Duration),
    /// In a frame of [`FrameUnit::Range`]: a number after the current row, see [`FrameBound::following`].
    FollowingNumber(FrameNumber),
    /// The last row of the partition.
    UnboundedFollowing,
}

/// Selects the rows that a frame leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameExclusion {
    /// The current row: EXCLUDE CURRENT ROW.
    CurrentRow,
    /// The current row and those that are equal to it in ORDER BY: EXCLUDE GROUP.
    Group,
    /// The other rows that are equal to the current one in ORDER BY: EXCLUDE TIES.
    Ties,
}
