//! x
pub mod migration;
