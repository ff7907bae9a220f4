//! Loads rows as entities: identity map lookup, and the rules of refreshing.
//!
//! Builds on `state` and does not depend on the session. Loading strategies of relations will be files here.

mod reread;
mod row;

pub(crate) use reread::reread;
pub(crate) use row::entity;
