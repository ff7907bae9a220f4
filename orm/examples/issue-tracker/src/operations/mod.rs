//! What users do. Each operation takes a session or the engine, commits, and returns keys or values of its own.
//!
//! One that takes `&mut Session` works on what the caller has loaded there. One that takes `&Engine` runs a transaction
//! with a session of its own, which can be run again after a conflict.

mod assign;
mod checklist;
mod comment;
mod edit;
mod import;
mod label;
mod open;
mod people;
mod projects;
mod remove;

pub use assign::{assign, plan};
pub use checklist::{add_step, finish_step, move_step, remove_step};
pub use comment::comment;
pub use edit::{Edit, Edited, edit};
pub use import::{Imported, import};
pub use label::{label, unlabel};
pub use open::{NewIssue, open};
pub use people::{delete_user, register, set_profile};
pub use projects::{create_project, delete_project, set_role};
pub use remove::{purge, remove, restore};

pub(crate) use open::add;
