//! The derives of the `orm` crate.

use proc_macro::TokenStream;

/// Maps a struct to a table.
#[proc_macro_derive(Model, attributes(orm))]
pub fn derive_model(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}

/// Stores an enum as one of a fixed set of labels.
#[proc_macro_derive(DbEnum, attributes(orm))]
pub fn derive_db_enum(_input: TokenStream) -> TokenStream {
    TokenStream::new()
}
