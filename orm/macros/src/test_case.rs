//! `#[orm::test]`: turns a function into one test for each dialect that `orm` is built with. `orm::testing` provides
//! the databases.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};
use syn::meta::ParseNestedMeta;
use syn::parse::Parser as _;
use syn::spanned::Spanned as _;
use syn::{
    Attribute, Error, Expr, Ident, ItemFn, LitStr, Meta, Path, Result, Token, parse_quote,
    punctuated::Punctuated,
};

use crate::attribute::{flag, name, text, unknown};

/// The keys of the attribute.
const KEYS: &[&str] = &[
    "models",
    "migrations",
    "set_up",
    "options",
    "rollback",
    "crate",
];

/// The dialects, with the macro of `orm` that keeps the tests of one whose feature is on.
const DIALECTS: &[(&str, &str)] = &[
    ("sqlite", "__if_sqlite"),
    ("postgres", "__if_postgres"),
    ("mysql", "__if_mysql"),
    ("mariadb", "__if_mysql"),
];

/// The attribute's arguments.
struct Options {
    orm: Path,
    /// What makes the tables, and what it is called in messages.
    tables: Option<(Expr, String)>,
    /// Changes the options of the engine.
    engine: Option<Expr>,
    rollback: bool,
}

/// The code for a test.
pub(crate) fn expand(arguments: TokenStream, item: TokenStream) -> TokenStream {
    let parsed = syn::parse2(item).and_then(|function: ItemFn| {
        let options = options(arguments)?;
        check(&function)?;
        Ok(tests(function, &options))
    });
    parsed.unwrap_or_else(|error| error.to_compile_error())
}

fn options(arguments: TokenStream) -> Result<Options> {
    let mut options = Options {
        orm: parse_quote!(::orm),
        tables: None,
        engine: None,
        rollback: false,
    };
    let parser = syn::meta::parser(|meta| {
        let key = name(&meta.path);
        match key.as_str() {
            "rollback" => {
                flag(&key, &meta)?;
                options.rollback = true;
            }
            "crate" => options.orm = meta.value()?.call(Path::parse_mod_style)?,
            "options" => {
                let value = meta.value();
                let value = value.map_err(|_| meta.error("write `options = function`"))?;
                options.engine = Some(value.parse()?);
            }
            "models" | "migrations" | "set_up" => {
                let tables = tables(&key, &meta, &options.orm)?;
                if options.tables.replace(tables).is_some() {
                    let message =
                        "only one of `models`, `migrations` and `set_up` can create the tables";
                    return Err(meta.error(message));
                }
            }
            _ => return Err(meta.error(unknown("attribute", &key, KEYS))),
        }
        Ok(())
    });
    parser.parse2(arguments)?;
    Ok(options)
}

/// What makes the tables.
fn tables(key: &str, meta: &ParseNestedMeta<'_>, orm: &Path) -> Result<(Expr, String)> {
    let (expression, written) = match key {
        "models" => {
            let models = models(meta)?;
            let written = quote!(#models).to_string();
            (parse_quote!(#orm::Metadata::of((#models,))), written)
        }
        "migrations" => {
            let folder = text(key, meta)?;
            let written = folder.value();
            (migrations(&folder, orm), written)
        }
        _ => {
            let value = meta
                .value()
                .map_err(|_| meta.error("write `set_up = function`"))?;
            let expression: Expr = value.parse()?;
            let written = quote!(#expression).to_string();
            (expression, written)
        }
    };
    Ok((expression, format!("{key} {written}")))
}

/// `(User, Post)`.
fn models(meta: &ParseNestedMeta<'_>) -> Result<Punctuated<Path, Token![,]>> {
    let example = "write `models(User, Post)`";
    if !meta.input.peek(syn::token::Paren) {
        return Err(meta.error(example));
    }
    let content;
    syn::parenthesized!(content in meta.input);
    let mut models = content.parse_terminated(Path::parse_mod_style, Token![,])?;
    if models.is_empty() {
        return Err(meta.error(example));
    }
    models.pop_punct();
    Ok(models)
}

/// Relative to the package, as `include_str!` is not.
fn migrations(folder: &LitStr, orm: &Path) -> Expr {
    parse_quote! {
        |engine: &#orm::Engine| ::orm_migrate::testing::apply(
            engine,
            ::core::concat!(::core::env!("CARGO_MANIFEST_DIR"), "/", #folder),
        )
    }
}

fn check(function: &ItemFn) -> Result<()> {
    const EXAMPLE: &str =
        "a test takes one argument: `fn ships_once(db: orm::testing::TestDatabase)`";
    let signature = &function.sig;
    if let Some(token) = &signature.asyncness {
        return Err(Error::new(
            token.span(),
            "a test can't be async: the library blocks the calling thread",
        ));
    }
    if signature.inputs.len() != 1 {
        return Err(Error::new(signature.ident.span(), EXAMPLE));
    }
    if !signature.generics.params.is_empty() {
        return Err(Error::new(
            signature.generics.span(),
            "a test can't be generic",
        ));
    }
    Ok(())
}

/// The function, and beside it a module of its name with a test for each dialect.
fn tests(mut function: ItemFn, options: &Options) -> TokenStream {
    let orm = &options.orm;
    let ident = function.sig.ident.clone();
    let should_panic = match should_panic(&mut function.attrs) {
        Ok(found) => found,
        Err(error) => return error.to_compile_error(),
    };
    let is_for_test = |attribute: &Attribute| attribute.path().is_ident("ignore");
    let (of_tests, of_function): (Vec<_>, Vec<_>) =
        function.attrs.into_iter().partition(is_for_test);
    function.attrs = of_function;
    let (helpers, fields) = case(&ident, options);
    let tests = DIALECTS.iter().map(|(dialect, keep)| {
        let (test, keep) = (format_ident!("{dialect}"), format_ident!("{keep}"));
        quote! {
            #orm::#keep! {
                #[::core::prelude::v1::test]
                #(#of_tests)*
                fn #test() -> ::core::result::Result<(), #orm::testing::TestFailure> {
                    let case = #orm::testing::Case {
                        dialect: #dialect,
                        path: ::core::module_path!(),
                        should_panic: #should_panic,
                        #fields
                    };
                    #orm::testing::run(&case, super::#ident)
                }
            }
        }
    });
    quote! {
        // Each test has its database for itself, whether it uses it up or not.
        #[cfg(test)]
        #[allow(clippy::needless_pass_by_value)]
        #function

        #helpers

        #[cfg(test)]
        mod #ident {
            #(#tests)*
        }
    }
}

/// Functions beside the test of this name, which see what the attribute names, and the fields of its case that have them.
fn case(ident: &Ident, options: &Options) -> (TokenStream, TokenStream) {
    let orm = &options.orm;
    let set_up = format_ident!("__set_up_{ident}", span = Span::mixed_site());
    let engine = format_ident!("__options_{ident}", span = Span::mixed_site());
    let (tables, written) = match &options.tables {
        Some((tables, written)) => (quote!(#tables), written.as_str()),
        None => (quote!(#orm::metadata()), ""),
    };
    // A name that hides no function of the test's module.
    let given = format_ident!("given", span = Span::mixed_site());
    let change = if let Some(change) = &options.engine {
        quote!((#change)(#given))
    } else {
        quote!(#given)
    };
    let isolation = if options.rollback {
        format_ident!("Rollback")
    } else {
        format_ident!("Database")
    };
    let helpers = quote! {
        #[cfg(test)]
        #[doc(hidden)]
        fn #set_up(#given: &#orm::Engine) -> ::core::result::Result<(), #orm::testing::TestFailure> {
            #orm::testing::SetUp::set_up(&(#tables), #given)
        }

        #[cfg(test)]
        #[doc(hidden)]
        fn #engine(#given: #orm::engine::EngineOptions) -> #orm::engine::EngineOptions {
            #change
        }
    };
    let fields = quote! {
        isolation: #orm::testing::Isolation::#isolation,
        tables: #written,
        options: super::#engine,
        set_up: super::#set_up,
    };
    (helpers, fields)
}

/// Takes `#[should_panic]` or `#[should_panic(expected = "…")]` out of `attributes`.
fn should_panic(attributes: &mut Vec<Attribute>) -> Result<TokenStream> {
    let is_it = |attribute: &Attribute| attribute.path().is_ident("should_panic");
    let Some(at) = attributes.iter().position(is_it) else {
        return Ok(quote!(::core::option::Option::None));
    };
    let attribute = attributes.remove(at);
    let mut expected = String::new();
    if !matches!(attribute.meta, Meta::Path(_)) {
        attribute.parse_nested_meta(|meta| {
            expected = text("expected", &meta)?.value();
            Ok(())
        })?;
    }
    Ok(quote!(::core::option::Option::Some(#expected)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(arguments: TokenStream, item: TokenStream, expected: &str) {
        let code = expand(arguments, item).to_string();
        assert!(code.contains(expected), "{code}");
    }

    #[test]
    fn a_function_becomes_a_module_of_its_name() {
        let code = expand(
            quote!(rollback, models(User, Post), options = with_hooks),
            quote!(
                /// What is tested.
                #[ignore = "slow"]
                fn ships_once(db: TestDatabase) {}
            ),
        );
        let code = code.to_string();
        for part in [
            "mod ships_once",
            "fn postgres ()",
            "Isolation :: Rollback",
            ":: orm :: Metadata :: of ((User , Post ,))",
            "(with_hooks) (given)",
        ] {
            assert!(code.contains(part), "{part}: {code}");
        }
        assert_eq!(code.matches("# [ignore").count(), DIALECTS.len(), "{code}");
    }

    #[test]
    fn what_is_no_test_is_told() {
        let test = quote!(
            fn a(db: TestDatabase) {}
        );
        check(
            quote!(rolback),
            test.clone(),
            "unknown attribute `rolback`; did you mean `rollback`?",
        );
        check(quote!(models()), test.clone(), "write `models(User, Post)`");
        let twice = quote!(models(User), migrations = "migrations");
        check(twice, test.clone(), "only one of");
        check(quote!(options), test, "write `options = function`");
        let none = TokenStream::new;
        check(
            none(),
            quote!(
                fn a() {}
            ),
            "a test takes one argument",
        );
        check(
            none(),
            quote!(
                async fn a(db: TestDatabase) {}
            ),
            "a test can't be async",
        );
    }
}
