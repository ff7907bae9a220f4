//! What users see. Each report returns values of its own, by a number of statements that does not depend on the rows.

mod board;
mod details;
mod overview;
mod tree;

pub use board::{Card, board};
pub use details::{Details, details};
pub use overview::{Workload, overview, trash, workload};
pub use tree::tree;
