//! What can be read of a type from its tokens. Only the compiler knows the type, so this is used for convenience
//! only: required fields of a builder, default auto-increment, better messages.

use proc_macro2::{Group, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{GenericArgument, Ident, PathArguments, Type};

/// The `T` of a type that is written `Option<T>`. An alias of it isn't recognised: such a field must be
/// given to the builder, and is nullable all the same.
pub(super) fn option(ty: &Type) -> Option<&Type> {
    argument(ty, "Option")
}

/// The `T` of a type whose last word is `name`, with an argument. An alias of it isn't recognised.
pub(super) fn argument<'t>(ty: &'t Type, name: &str) -> Option<&'t Type> {
    let Type::Path(path) = bare(ty) else {
        return None;
    };
    let last = path.path.segments.last()?;
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    match arguments.args.first()? {
        GenericArgument::Type(inner) if last.ident == name => Some(inner),
        _ => None,
    }
}

/// The last word of a type that is a path: the `User` of `models::User`.
pub(super) fn last_word(ty: &Type) -> Option<&Ident> {
    let Type::Path(path) = bare(ty) else {
        return None;
    };
    path.path.segments.last().map(|segment| &segment.ident)
}

/// The type without what a user's macro puts around a type that it was given.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(group) => bare(&group.elem),
        Type::Paren(paren) => bare(&paren.elem),
        ty => ty,
    }
}

/// A type with `name` in place of `Self`.
pub(super) fn with_name(ty: &Type, name: &Ident) -> Type {
    let named = named(ty.to_token_stream(), name);
    // What was a type before is one with another word in it.
    syn::parse2(named).unwrap_or_else(|_| ty.clone())
}

fn named(tokens: TokenStream, name: &Ident) -> TokenStream {
    let named = tokens.into_iter().map(|token| match token {
        TokenTree::Ident(word) if word == "Self" => {
            let mut name = name.clone();
            name.set_span(word.span());
            TokenTree::Ident(name)
        }
        TokenTree::Group(group) => {
            let inner = named(group.stream(), name);
            TokenTree::Group(Group::new(group.delimiter(), inner))
        }
        token => token,
    });
    named.collect()
}

/// Whether a type is written as an integer that databases generate.
pub(super) fn is_integer(ty: &Type) -> bool {
    let Type::Path(path) = bare(ty) else {
        return false;
    };
    let last = path.path.segments.last().map(|segment| &segment.ident);
    last.is_some_and(|ident| ["i16", "i32", "i64"].iter().any(|integer| ident == integer))
}

/// Where an `Rc<…>` is written in a type.
pub(super) fn rc(ty: &Type) -> Option<Span> {
    rc_in(ty.to_token_stream())
}

fn rc_in(tokens: TokenStream) -> Option<Span> {
    let mut tokens = tokens.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Group(group) => rc_in(group.stream()),
            TokenTree::Ident(ident) if ident == "Rc" => {
                let is_generic = |next: &TokenTree| next.to_string() == "<";
                tokens.peek().is_some_and(is_generic).then(|| ident.span())
            }
            _ => None,
        };
        if found.is_some() {
            return found;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse_quote;

    #[test]
    fn options_and_integers_are_recognised_by_their_last_word() {
        assert!(option(&parse_quote!(::core::option::Option<i64>)).is_some());
        assert!(option(&parse_quote!(Vec<Option<i64>>)).is_none());
        assert!(is_integer(&parse_quote!(i64)));
        assert!(!is_integer(&parse_quote!(UserId)));
    }

    #[test]
    fn an_rc_is_found_wherever_it_is() {
        assert!(rc(&parse_quote!(Option<(u8, std::rc::Rc<str>)>)).is_some());
        assert!(rc(&parse_quote!(Arc<str>)).is_none());
        assert!(rc(&parse_quote!(Rc)).is_none());
    }
}
