//! Parses a custom type.

use syn::{Data, DeriveInput, Error, Fields, Ident, Path, Result, Type, parse_quote};

use crate::attribute::{no_generics, read_all};
use crate::errors::Errors;

/// A type and how it is stored.
pub(super) struct Custom {
    pub(super) ident: Ident,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    /// The type of its only field, as which it is stored; `None` if it has a codec.
    pub(super) inner: Option<Type>,
}

/// Reads a new type, or any type with `codec`; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Custom> {
    let mut orm = parse_quote!(::orm);
    let mut has_codec = false;
    read_all(
        &input.attrs,
        &["crate", "codec"],
        &[],
        errors,
        |key, meta| {
            match key {
                "crate" => orm = meta.value()?.call(Path::parse_mod_style)?,
                _ => has_codec = true,
            }
            Ok(())
        },
    );
    let inner = if has_codec {
        None
    } else {
        Some(errors.take(inner(&input))?)
    };
    Some(Custom {
        ident: input.ident,
        orm,
        inner,
    })
}

fn inner(input: &DeriveInput) -> Result<Type> {
    no_generics(input, "`DbType` does not support generics")?;
    if let Data::Struct(data) = &input.data
        && let Fields::Unnamed(fields) = &data.fields
        && let (Some(only), 1) = (fields.unnamed.first(), fields.unnamed.len())
    {
        return Ok(only.ty.clone());
    }
    let name = &input.ident;
    Err(Error::new(
        name.span(),
        format!(
            "`DbType` is for new types such as `struct {name}(String);`, and with #[orm(codec)] for types that \
             implement `Codec`; an enum of labels derives `DbEnum`"
        ),
    ))
}
