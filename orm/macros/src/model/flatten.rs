//! Parses a field whose struct's columns are the model's: `#[orm(flatten, prefix = "home_")]`. Called by `field.rs`; the struct
//! is parsed in `embedded.rs`.

use proc_macro2::Span;
use syn::meta::ParseNestedMeta;
use syn::{LitStr, Result};

use super::data::Part;
use crate::attribute::{flag, text};
use crate::errors::Errors;

/// What a field says of its struct's columns.
#[derive(Default)]
pub(super) struct Flatten {
    is_set: bool,
    prefix: Option<LitStr>,
}

impl Flatten {
    /// Whether the key is one of these, which is read then.
    pub(super) fn read(&mut self, key: &str, meta: &ParseNestedMeta<'_>) -> Result<bool> {
        match key {
            "flatten" => {
                flag(key, meta)?;
                self.is_set = true;
            }
            "prefix" => self.prefix = Some(text(key, meta)?),
            _ => return Ok(false),
        }
        Ok(true)
    }

    pub(super) const fn is_set(&self) -> bool {
        self.is_set
    }

    /// The field as a part of the model. `other` is an attribute of a column.
    pub(super) fn part(
        self,
        field: syn::Field,
        other: Option<(Span, String)>,
        errors: &mut Errors,
    ) -> Option<Part> {
        let ident = field.ident?;
        if let Some((span, key)) = other {
            let message = format!(
                "`{key}` is not valid on a flattened field; write it on a field of its struct"
            );
            errors.at(span, message);
        }
        let mut docs = field.attrs;
        docs.retain(|attribute| attribute.path().is_ident("doc"));
        Some(Part {
            ident,
            vis: field.vis,
            ty: field.ty,
            docs,
            prefix: self
                .prefix
                .map_or_else(String::new, |prefix| prefix.value()),
        })
    }

    /// Refuses a prefix of a field that is not flattened.
    pub(super) fn alone(&self, errors: &mut Errors) {
        if let Some(prefix) = &self.prefix {
            let message = format!(
                "`prefix` is for a flattened field; write `#[orm(flatten, prefix = {:?})]`",
                prefix.value()
            );
            errors.at(prefix.span(), message);
        }
    }
}
