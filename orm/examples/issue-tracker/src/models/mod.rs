//! The ten models, by what they are about.

mod issues;
mod notes;
mod people;
mod projects;

pub use issues::{Issue, Label, Status, Step};
pub use notes::{Comment, Event};
pub use people::{Profile, User};
pub use projects::{Membership, Milestone, Project, Role};
