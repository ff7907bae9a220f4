//! Loads rows as entities: identity map lookup, and the rules of refreshing; and what relations reference.
//!
//! Builds on `state` and does not depend on the session.

mod children;
mod joined;
mod links;
mod owner_lists;
mod owners;
mod parents;
mod part;
mod relation;
mod reread;
mod row;
mod view;

pub(crate) use joined::JoinedRows;
pub(crate) use links::pair;
pub(crate) use owners::Owners;
pub(crate) use relation::{distinct, in_memory, path, relation, takes_several};
pub(crate) use reread::{reread, written};
pub(crate) use row::entity;
