//! The derives of the `orm` crate.
//!
//! `model/` and `db_enum/` each read the user's syntax into data, check the data and write code from
//! it; `attribute.rs`, `errors.rs` and `case.rs` serve both. The code that is written calls the traits
//! and functions of `orm::__private`; this crate knows nothing of databases.

mod attribute;
mod case;
mod db_enum;
mod errors;
mod model;

use proc_macro::TokenStream;

/// Maps a struct to a table.
#[proc_macro_derive(Model, attributes(orm))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    model::derive(input.into()).into()
}

/// Stores an enum as one of a fixed set of labels.
#[proc_macro_derive(DbEnum, attributes(orm))]
pub fn derive_db_enum(input: TokenStream) -> TokenStream {
    db_enum::derive(input.into()).into()
}
