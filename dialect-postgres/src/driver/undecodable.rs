//! Why the bytes of a value can't be read: for `row.rs`, which has the messages, and `numeric.rs`.

/// Why bytes could not become a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Undecodable {
    Type,
    /// More digits than a value can have.
    Digits,
    NotANumber,
    Infinity,
    /// An interval that is no number of days.
    Months,
    Malformed,
}
