//! Migration folders: written, read, split into statements and run through `diesel_migrations`.

mod body;
mod lex;
mod split;

pub use lex::Lexis;
pub use split::{SplitError, Statement, split};
