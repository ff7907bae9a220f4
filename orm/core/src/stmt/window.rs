//! The OVER clause: the window of a window function.

use super::{Expr, Order};

/// Describes the window of a window function.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Window {
    /// The PARTITION BY list. Empty for one partition.
    pub partition_by: Vec<Expr>,
    /// The ORDER BY list.
    pub order_by: Vec<Order>,
    /// The frame. `None` is the standard's default, up to the peers of the current row.
    pub frame: Option<Frame>,
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
        Self { unit, start, end }
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
    /// The current row.
    CurrentRow,
    /// This many rows after the current row.
    Following(u32),
    /// The last row of the partition.
    UnboundedFollowing,
}
