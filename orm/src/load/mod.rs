//! Rows to entities: identity look-up and the rules of refreshing.
//!
//! Stands on `state` and does not know the session. Loading strategies of relations will be files here.

mod reread;
mod row;

pub(crate) use reread::reread;
pub(crate) use row::entity;
