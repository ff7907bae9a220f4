//! Parses an enum of a base model and its subtypes: the discriminator, and the label and the models of each variant.

use std::collections::HashMap;

use quote::ToTokens;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::spanned::Spanned as _;
use syn::{
    Data, DeriveInput, Error, Expr, ExprField, ExprLit, Fields, GenericArgument, GenericParam,
    Generics, Ident, Lit, LitStr, Member, Path, PathArguments, Result, Type, TypeParamBound,
    Visibility, parse_quote,
};

use crate::attribute::{expression, flag, read_all};
use crate::case::snake;
use crate::errors::Errors;

const DISCRIMINATOR: &str =
    "the discriminator is missing: add `#[orm(discriminator = Employee.kind)]`";

/// An enum with a variant for each subtype.
pub(super) struct Polymorphic {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    pub(super) discriminator: Discriminator,
    pub(super) variants: Vec<Variant>,
    /// Whether all variants could be read.
    pub(super) is_complete: bool,
}

/// A column of the base: `Employee.kind`.
pub(super) struct Discriminator {
    pub(super) base: Path,
    /// The field, behind those of flattened structs.
    pub(super) fields: Vec<Ident>,
}

/// A variant: the base alone, or with a subtype.
pub(super) struct Variant {
    pub(super) ident: Ident,
    pub(super) label: Label,
    pub(super) subtype: Option<Type>,
}

/// Which rows are of a variant.
pub(super) enum Label {
    Text(LitStr),
    /// A value of the column's type.
    Value(Expr),
    /// Those whose label no other variant has.
    Other,
}

/// Reads an enum over an executor; anything else is an error.
pub(super) fn parse(input: DeriveInput, errors: &mut Errors) -> Option<Polymorphic> {
    let (mut orm, mut discriminator) = (parse_quote!(::orm), None);
    read_all(
        &input.attrs,
        &["discriminator", "crate"],
        &[],
        errors,
        |key, meta| {
            match key {
                "crate" => orm = meta.value()?.call(Path::parse_mod_style)?,
                _ => discriminator = Some(column(meta)?),
            }
            Ok(())
        },
    );
    let Data::Enum(data) = &input.data else {
        let message = "`Polymorphic` can only be derived for enums; for a table derive `Model`";
        errors.at(input.ident.span(), message);
        return None;
    };
    let executor = errors.take(executor(&input.ident, &input.generics))?;
    let missing = || Error::new(input.ident.span(), DISCRIMINATOR);
    let discriminator = errors.take(discriminator.ok_or_else(missing))?;
    let of = (&executor, &discriminator.base);
    let variants = data.variants.iter();
    let variants = variants.filter_map(|variant| self::variant(variant, of, errors));
    let variants: Vec<Variant> = variants.collect();
    if data.variants.is_empty() {
        let message = format!("`{}` has no variants", input.ident);
        errors.at(input.ident.span(), message);
    }
    distinct(&variants, errors);
    Some(Polymorphic {
        ident: input.ident,
        vis: input.vis,
        orm,
        discriminator,
        is_complete: variants.len() == data.variants.len(),
        variants,
    })
}

/// `= Employee.kind`.
fn column(meta: &ParseNestedMeta<'_>) -> Result<Discriminator> {
    let written = expression("discriminator", meta)?;
    let example = || {
        let message = "write the base model and its field: `discriminator = Employee.kind`";
        Error::new(written.span(), message)
    };
    let mut fields = Vec::new();
    let mut rest = &written;
    while let Expr::Field(ExprField { base, member, .. }) = rest {
        let Member::Named(field) = member else {
            return Err(example());
        };
        fields.insert(0, field.clone());
        rest = base;
    }
    match rest {
        Expr::Path(base) if !fields.is_empty() => Ok(Discriminator {
            base: base.path.clone(),
            fields,
        }),
        _ => Err(example()),
    }
}

/// The type parameter, which is bound by `Executor`.
fn executor(ident: &Ident, generics: &Generics) -> Result<Ident> {
    let mut parameters = generics.params.iter();
    let only = (parameters.next(), parameters.next());
    if let (Some(GenericParam::Type(parameter)), None) = only {
        let is_executor = |bound: &TypeParamBound| match bound {
            TypeParamBound::Trait(bound) => {
                let last = bound.path.segments.last();
                last.is_some_and(|last| last.ident == "Executor")
            }
            _ => false,
        };
        if parameter.bounds.iter().any(is_executor) {
            return Ok(parameter.ident.clone());
        }
    }
    let message = format!(
        "`{ident}` needs one type parameter, the executor: `enum {ident}<X: Executor = Session>`"
    );
    Err(Error::new(ident.span(), message))
}

/// Reads a variant of one or two entities.
fn variant(
    variant: &syn::Variant,
    (executor, base): (&Ident, &Path),
    errors: &mut Errors,
) -> Option<Variant> {
    let (mut label, mut other) = (None, false);
    read_all(
        &variant.attrs,
        &["label", "other"],
        &[],
        errors,
        |key, meta| {
            if key == "other" {
                other = true;
                return flag(key, meta);
            }
            label = Some(expression(key, meta)?);
            Ok(())
        },
    );
    let ident = variant.ident.clone();
    let subtype = errors.take(subtype(variant, (executor, base)))?;
    if other && (label.is_some() || subtype.is_some()) {
        let message = format!(
            "`other` is for a variant of the base alone, without a label: `{ident}({executor}::Of<{}>)`",
            text(base)
        );
        errors.at(ident.span(), message);
    }
    let label = match label {
        _ if other => Label::Other,
        Some(Expr::Lit(ExprLit {
            lit: Lit::Str(text),
            ..
        })) => Label::Text(text),
        Some(value) => Label::Value(value),
        None => Label::Text(LitStr::new(
            &snake(&ident.unraw().to_string()),
            ident.span(),
        )),
    };
    Some(Variant {
        ident,
        label,
        subtype,
    })
}

/// The model of the second field, behind the base.
fn subtype(variant: &syn::Variant, (executor, base): (&Ident, &Path)) -> Result<Option<Type>> {
    let (ident, name) = (&variant.ident, text(base));
    let example = format!(
        "write `{ident}({executor}::Of<{name}>)`, or `{ident}({executor}::Of<{name}>, {executor}::Of<…>)` with the model of a subtype"
    );
    let Fields::Unnamed(fields) = &variant.fields else {
        let at = if matches!(variant.fields, Fields::Unit) {
            ident.span()
        } else {
            variant.fields.span()
        };
        return Err(Error::new(at, example));
    };
    let mut models = Vec::new();
    for field in &fields.unnamed {
        let model = model(&field.ty, executor);
        models.push(model.ok_or_else(|| Error::new(field.ty.span(), &example))?);
    }
    let mut models = models.into_iter();
    match (models.next(), models.next(), models.next()) {
        (Some(first), _, _) if text(&first) != name => {
            let message = format!(
                "the first field of a variant is the base, which `discriminator` names: `{executor}::Of<{name}>`"
            );
            Err(Error::new(first.span(), message))
        }
        (_, Some(second), _) if text(&second) == name => {
            let message = "the second field of a variant is a subtype, and not the base again";
            Err(Error::new(second.span(), message))
        }
        (Some(_), subtype, None) => Ok(subtype),
        _ => Err(Error::new(variant.fields.span(), example)),
    }
}

/// `Employee` of `X::Of<Employee>`.
fn model(ty: &Type, executor: &Ident) -> Option<Type> {
    let Type::Path(path) = ty else { return None };
    let segments = &path.path.segments;
    if path.qself.is_none() && (segments.len() != 2 || segments[0].ident != *executor) {
        return None;
    }
    let last = segments.last().filter(|last| last.ident == "Of")?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first() {
        Some(GenericArgument::Type(model)) if arguments.args.len() == 1 => Some(model.clone()),
        _ => None,
    }
}

/// Refuses two variants of one label.
fn distinct(variants: &[Variant], errors: &mut Errors) {
    let mut seen: HashMap<String, &Ident> = HashMap::new();
    for Variant { ident, label, .. } in variants {
        if let Some(first) = seen.insert(shown(label), ident) {
            errors.at(ident.span(), both_have(first, ident, label));
        }
    }
}

/// The message about two variants of one label.
pub(super) fn both_have(first: &Ident, second: &Ident, label: &Label) -> String {
    format!("`{first}` and `{second}` both have {}", shown(label))
}

/// A label in messages.
fn shown(label: &Label) -> String {
    match label {
        Label::Text(label) => format!("the label {}", text(label)),
        Label::Value(label) => format!("the label `{}`", text(label)),
        Label::Other => "the attribute `other`".to_owned(),
    }
}

/// The tokens as they are mostly written.
pub(super) fn text(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string().replace(" :: ", "::")
}
