//! The OVER clause: which rows a window function sees.

use super::{Expr, Order};

/// The rows that a window function sees.
#[derive(Clone, Debug, Default, PartialEq, Hash)]
#[non_exhaustive]
pub struct Window {
    /// What divides the rows; none sees all of them.
    pub partition_by: Vec<Expr>,
    /// The order inside a part.
    pub order_by: Vec<Order>,
    /// Which rows around the present one; `None` is the standard's: up to the peers of the present one.
    pub frame: Option<Frame>,
}

/// A frame: rows around the present one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Frame {
    /// What is counted.
    pub unit: FrameUnit,
    /// Where it begins.
    pub start: FrameBound,
    /// Where it ends.
    pub end: FrameBound,
}

impl Frame {
    /// What is counted, between two bounds.
    pub fn new(unit: FrameUnit, start: FrameBound, end: FrameBound) -> Self {
        Self { unit, start, end }
    }
}

/// What the bounds of a frame count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameUnit {
    /// Rows.
    Rows,
    /// Distances in the value that orders the rows.
    Range,
}

/// A bound of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameBound {
    /// The first row of the part.
    UnboundedPreceding,
    /// As many before the present row.
    Preceding(u32),
    /// The present row.
    CurrentRow,
    /// As many behind the present row.
    Following(u32),
    /// The last row of the part.
    UnboundedFollowing,
}
