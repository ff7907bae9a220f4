//! SQL text as tokens and statements, for every database by its own [`LexicalRules`].
//!
//! The only place that knows where a string, a comment or a statement ends: named binds, the drivers, the engine
//! and the splitter of migration scripts read text through it. `rules.rs` is what databases disagree on, as data;
//! `token.rs` and `lexer.rs` make tokens, `scan.rs` finds the ends of strings and comments; `statements.rs` makes
//! statements of them, with `body.rs` for bodies of procedures; `tokens.rs` is one statement as a list, and
//! `transaction_control.rs` which of them begin and end transactions. Deliberately not here: grammar beyond that.

mod body;
mod lexer;
mod rules;
mod scan;
mod statements;
mod token;
mod tokens;
mod transaction_control;

#[cfg(test)]
mod tests;

pub use lexer::{Lexer, first_word};
pub use rules::{LexicalRule, LexicalRules};
pub use statements::{SourceStatement, Statements, statements};
pub use token::{Token, TokenKind};
pub use tokens::{Tokens, is_any};
pub use transaction_control::{TransactionControl, TransactionEnd};
