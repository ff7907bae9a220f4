//! Parses a struct for `FromRow`.

use syn::ext::IdentExt as _;
use syn::{
    Attribute, Data, DeriveInput, Error, Fields, FieldsNamed, Ident, Path, Result, Type,
    Visibility, parse_quote,
};

use crate::attribute::{no_generics, read_all, text, word};
use crate::errors::Errors;

/// A struct with the column of each field.
pub(super) struct Record {
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    /// The name of the value by which queries select the struct.
    pub(super) value: Ident,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    pub(super) fields: Vec<Field>,
}

/// A field with its column.
pub(super) struct Field {
    pub(super) docs: Vec<Attribute>,
    pub(super) vis: Visibility,
    pub(super) ident: Ident,
    pub(super) ty: Type,
    pub(super) column: String,
}

/// Reads a struct with named fields and without generics; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Record> {
    let fields = errors.take(named_fields(&input))?;
    let mut record = Record {
        vis: input.vis,
        value: input.ident.clone(),
        ident: input.ident,
        orm: parse_quote!(::orm),
        fields: Vec::new(),
    };
    let known = ["const_name", "crate"];
    read_all(&input.attrs, &known, &[], errors, |key, meta| {
        match key {
            "const_name" => record.value = word(meta, "const_name = Summaries")?,
            _ => record.orm = meta.value()?.call(Path::parse_mod_style)?,
        }
        Ok(())
    });
    for field in fields.named {
        let Some(ident) = field.ident else { continue };
        let mut column = ident.unraw().to_string();
        read_all(&field.attrs, &["column"], &[], errors, |key, meta| {
            column = text(key, meta)?.value();
            Ok(())
        });
        let docs = field.attrs.into_iter();
        record.fields.push(Field {
            docs: docs.filter(|it| it.path().is_ident("doc")).collect(),
            vis: field.vis,
            ident,
            ty: field.ty,
            column,
        });
    }
    Some(record)
}

fn named_fields(input: &DeriveInput) -> Result<FieldsNamed> {
    let name = &input.ident;
    let message = "`FromRow` does not support generics: the struct must own its values";
    no_generics(input, message)?;
    let Data::Struct(data) = &input.data else {
        let message = "`FromRow` can only be derived for structs with named fields";
        return Err(Error::new(name.span(), message));
    };
    match &data.fields {
        Fields::Named(fields) if !fields.named.is_empty() => Ok(fields.clone()),
        _ => {
            let message = format!(
                "`FromRow` matches columns by field names: `struct {name} {{ total: i64, … }}`; a tuple needs no derive"
            );
            Err(Error::new(name.span(), message))
        }
    }
}
