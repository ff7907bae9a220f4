//! Parses a struct for `Patch`.

use syn::{Data, DeriveInput, Error, Fields, FieldsNamed, Ident, Path, Result, Type, parse_quote};

use crate::attribute::{flag, no_generics, read_all};
use crate::errors::Errors;

/// A struct with the fields that are columns of its model.
pub(super) struct Patch {
    pub(super) ident: Ident,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    pub(super) model: Path,
    pub(super) fields: Vec<(Ident, Type)>,
}

/// Reads a struct with named fields and without generics that names its model; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Patch> {
    let fields = errors.take(named_fields(&input))?;
    let (mut orm, mut model) = (parse_quote!(::orm), None);
    read_all(
        &input.attrs,
        &["model", "crate"],
        &[],
        errors,
        |key, meta| {
            let example = |_| meta.error(format!("write `{key} = …`"));
            let path = meta.value().map_err(example)?;
            match key {
                "model" => model = Some(path.call(Path::parse_mod_style)?),
                _ => orm = path.call(Path::parse_mod_style)?,
            }
            Ok(())
        },
    );
    let mut columns = Vec::new();
    for field in fields.named {
        let Some(ident) = field.ident else { continue };
        let mut skip = false;
        read_all(&field.attrs, &["skip"], &[], errors, |key, meta| {
            skip = true;
            flag(key, meta)
        });
        if !skip {
            columns.push((ident, field.ty));
        }
    }
    let message = "the model of the patch is missing: add `#[orm(model = User)]`";
    let missing = || Error::new(input.ident.span(), message);
    let model = errors.take(model.ok_or_else(missing))?;
    Some(Patch {
        ident: input.ident,
        orm,
        model,
        fields: columns,
    })
}

fn named_fields(input: &DeriveInput) -> Result<FieldsNamed> {
    no_generics(input, "`Patch` does not support generics")?;
    if let Data::Struct(data) = &input.data
        && let Fields::Named(fields) = &data.fields
    {
        return Ok(fields.clone());
    }
    let message = "`Patch` can only be derived for structs with named fields";
    Err(Error::new(input.ident.span(), message))
}
