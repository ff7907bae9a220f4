//! x
pub mod cli;
pub mod command;
pub mod config;
pub mod dialect;
mod discover;
mod error;
mod exit;
pub mod migration;
pub mod models;

pub use discover::Selection;
pub use error::{Error, Result};
pub use exit::Exit;
