//! Parses a custom type.

use syn::{Data, DeriveInput, Error, Fields, Ident, LitInt, Path, Result, Type, parse_quote};

use crate::attribute::{length, no_generics, read_all};
use crate::errors::Errors;

/// A type and how it is stored.
pub(super) struct Custom {
    pub(super) ident: Ident,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    /// The type of its only field, as which it is stored; `None` if it has a codec.
    pub(super) inner: Option<Type>,
    /// The length of its columns.
    pub(super) length: Option<LitInt>,
}

/// Reads a new type, or any type with `codec`; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Custom> {
    let mut orm = parse_quote!(::orm);
    let (mut has_codec, mut max) = (false, None);
    read_all(
        &input.attrs,
        &["crate", "codec", "length"],
        &[],
        errors,
        |key, meta| {
            match key {
                "crate" => orm = meta.value()?.call(Path::parse_mod_style)?,
                "length" => max = Some(length(meta)?),
                _ => has_codec = true,
            }
            Ok(())
        },
    );
    if let (true, Some(length)) = (has_codec, &max) {
        errors.at(
            length.span(),
            "`length` is for a new type over a text or bytes; a codec has `const LENGTH`",
        );
    }
    let inner = if has_codec {
        None
    } else {
        Some(errors.take(inner(&input))?)
    };
    Some(Custom {
        ident: input.ident,
        orm,
        inner,
        length: max,
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
