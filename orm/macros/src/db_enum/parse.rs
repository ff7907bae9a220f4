//! Parses an enum, its attributes and its labels.

use std::collections::HashMap;

use syn::ext::IdentExt as _;
use syn::spanned::Spanned as _;
use syn::{Data, DeriveInput, Error, Fields, Ident, Path, Result, Variant, parse_quote};

use crate::attribute::{flag, no_generics, read_all, text, unknown};
use crate::case::{CASES, convert, snake};
use crate::errors::Errors;

/// An enum with a label for each variant.
pub(crate) struct Labelled {
    pub(crate) ident: Ident,
    /// Where the `orm` crate is.
    pub(crate) orm: Path,
    /// The type's name, for databases that name their enumerations.
    pub(crate) name: String,
    /// Whether a column has the database's own enumerated type.
    pub(crate) is_native: bool,
    pub(crate) variants: Vec<(Ident, String)>,
}

/// Reads an enum of plain variants; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Labelled> {
    let variants = errors.take(plain_variants(&input))?;
    let mut labelled = Labelled {
        orm: parse_quote!(::orm),
        name: snake(&input.ident.unraw().to_string()),
        is_native: false,
        variants: Vec::new(),
        ident: input.ident,
    };
    let mut case = "snake_case";
    read_all(
        &input.attrs,
        &["crate", "name", "native", "rename_all"],
        &[],
        errors,
        |key, meta| {
            match key {
                "crate" => labelled.orm = meta.value()?.call(Path::parse_mod_style)?,
                "name" => labelled.name = text(key, meta)?.value(),
                "native" => {
                    flag(key, meta)?;
                    labelled.is_native = true;
                }
                _ => case = known_case(&text(key, meta)?)?,
            }
            Ok(())
        },
    );
    for variant in variants {
        let label = label(&variant, case, errors);
        labelled.variants.push((variant.ident, label));
    }
    distinct(&labelled.variants, errors);
    if labelled.is_native {
        portable(&labelled.variants, errors);
    }
    Some(labelled)
}

/// Refuses labels that some native enumeration does not keep: PostgreSQL's have at most 63 bytes, and MySQL's no spaces at
/// their end; an empty text is what MySQL stores for an error.
fn portable(variants: &[(Ident, String)], errors: &mut Errors) {
    for (ident, label) in variants {
        if label.is_empty() || label.len() > 63 || label.ends_with(' ') || label.contains('\0') {
            errors.at(
                ident.span(),
                "a label of a native enum has 1 to 63 bytes, no NUL, and no space at its end; \
                 give the variant another label: #[orm(rename = \"…\")]",
            );
        }
    }
}

/// The label of a variant: the one that its attribute gives it, or its name in `case`.
pub(crate) fn label(variant: &Variant, case: &str, errors: &mut Errors) -> String {
    let mut label = convert(&variant.ident.unraw().to_string(), case);
    read_all(&variant.attrs, &["rename"], &[], errors, |key, meta| {
        label = text(key, meta)?.value();
        Ok(())
    });
    label
}

fn plain_variants(input: &DeriveInput) -> Result<Vec<Variant>> {
    let name = &input.ident;
    let Data::Enum(data) = &input.data else {
        let message = "`DbEnum` can only be derived for enums; for a table derive `Model`";
        return Err(Error::new(name.span(), message));
    };
    no_generics(input, "`DbEnum` does not support generics")?;
    if data.variants.is_empty() {
        return Err(Error::new(name.span(), format!("`{name}` has no variants")));
    }
    for variant in &data.variants {
        if !matches!(variant.fields, Fields::Unit) {
            let message = format!(
                "a variant with data can't be stored as a label; write `{}` without data, and store the data in another column",
                variant.ident
            );
            return Err(Error::new(variant.fields.span(), message));
        }
    }
    Ok(data.variants.iter().cloned().collect())
}

/// The case that is called so.
pub(crate) fn known_case(text: &syn::LitStr) -> Result<&'static str> {
    let value = text.value();
    if let Some(case) = CASES.iter().find(|case| **case == value) {
        return Ok(case);
    }
    Err(Error::new(text.span(), unknown("case", &value, CASES)))
}

/// Refuses two variants with one label.
pub(crate) fn distinct(variants: &[(Ident, String)], errors: &mut Errors) {
    let mut seen: HashMap<&str, &Ident> = HashMap::new();
    for (ident, label) in variants {
        if let Some(first) = seen.insert(label, ident) {
            errors.at(
                ident.span(),
                format!("`{first}` and `{ident}` both have the label \"{label}\""),
            );
        }
    }
}
