//! Splits SQL text into tokens and statements, by the [`LexicalRules`] of each database.
//!
//! Named binds, the drivers, the engine and the splitter of migration scripts find the ends of strings, comments and
//! statements here. `rules.rs` has the differences between databases as data; `token.rs` and `lexer.rs` make tokens,
//! `scan.rs` finds the ends of strings and comments; `statements.rs` finds statements, with `body.rs` for the bodies
//! of procedures; `tokens.rs` is a statement as a list, and `transaction_control.rs` recognizes the statements that
//! begin and end transactions. Deliberately not here: grammar beyond that.

mod body;
mod lexer;
mod lists;
mod placeholders;
mod rules;
mod scan;
mod statements;
mod token;
mod tokens;
mod transaction_control;

#[cfg(test)]
mod tests;

pub use lexer::{Lexer, first_word};
pub use lists::{is_enclosed, is_list};
pub use placeholders::{Piece, pieces};
pub use rules::{LexicalRule, LexicalRules};
pub use statements::{SourceStatement, Statements, statements};
pub use token::{Token, TokenKind};
pub use tokens::{Tokens, is_any};
pub use transaction_control::{TransactionControl, TransactionEnd};
