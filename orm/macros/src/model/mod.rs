//! `derive(Model)`: `parse` reads the user's syntax, `check` resolves it to a [`data::Model`] and reports errors,
//! `expand` generates code.

mod check;
mod condition;
mod constraint;
mod data;
mod embedded;
mod embedded_enum;
mod expand;
mod field;
mod flatten;
mod generated;
mod keys;
mod link;
mod list_order;
mod options;
mod reference;
mod relation;
mod rules;
mod sql_text;
mod sql_type;
mod structure;
mod table_options;
mod tokens;
mod view;
mod words;

use proc_macro2::TokenStream;
use syn::{Data, DeriveInput};

use crate::errors;

/// The code for a struct.
pub(crate) fn derive(input: TokenStream) -> TokenStream {
    let resolve = |input, errors: &mut errors::Errors| {
        structure::parse(input, errors).and_then(|parsed| check::resolve(parsed, errors))
    };
    errors::derive(input, resolve, expand::expand)
}

/// The code for a struct or an enum that models flatten.
pub(crate) fn derive_embedded(input: TokenStream) -> TokenStream {
    let parse = |input: DeriveInput, errors: &mut errors::Errors| match &input.data {
        Data::Enum(_) => embedded_enum::parse(input, errors).map(Flattened::Enum),
        Data::Struct(_) | Data::Union(_) => embedded::parse(input, errors).map(Flattened::Struct),
    };
    errors::derive(input, parse, |flattened| match flattened {
        Flattened::Struct(model) => expand::embedded(model),
        Flattened::Enum(variants) => expand::embedded_enum(variants),
    })
}

/// What models flatten.
enum Flattened {
    Struct(data::Model),
    Enum(embedded_enum::EmbeddedEnum),
}

#[cfg(test)]
mod tests {
    use super::*;
    use proc_macro2::TokenTree;
    use quote::{format_ident, quote};

    /// What a model costs each build of its user.
    #[test]
    fn the_code_is_thin() {
        let required = (0..10).map(|i| format_ident!("required{i}"));
        let optional = (0..9).map(|i| format_ident!("optional{i}"));
        let code = derive(quote! {
            struct Wide {
                #[orm(primary_key)]
                id: i64,
                #(#required: String,)*
                #(#optional: Option<i32>,)*
            }
        });
        let count = count(code);
        assert!(count < 8_500, "{count} tokens for 20 columns");
    }

    fn count(tokens: TokenStream) -> usize {
        let one = |token| match token {
            TokenTree::Group(group) => 2 + count(group.stream()),
            _ => 1,
        };
        tokens.into_iter().map(one).sum()
    }

    fn message(on_struct: &str, on_field: &str) -> String {
        let [on_struct, on_field]: [TokenStream; 2] =
            [on_struct, on_field].map(|tokens| tokens.parse().expect("tokens"));
        let code = derive(quote! {
            #[orm(#on_struct)]
            struct Note {
                #[orm(primary_key)]
                id: i64,
                #[orm(#on_field)]
                a: i64,
                b: i64,
            }
        });
        let code = code.to_string();
        let end = code.find("# [doc").unwrap_or(code.len());
        code[..end].replace('\\', "")
    }

    #[test]
    fn faulty_options_are_named() {
        for (on_struct, said) in [
            ("unique(a, b desc)", "write `index(b …, unique)`"),
            (
                "unique(a, nmae = \"x\")",
                "unknown option `nmae`; expected `name`",
            ),
            ("index(a, b, nulls_not_distinct)", "add `unique`"),
            (
                "index(expr(\"a + 1\"))",
                "an index with an expression needs a name",
            ),
            ("index(a descending)", "write `title desc`"),
            ("index(a(descending))", "unknown option `descending`"),
            ("index(a, include(c))", "no column `c`"),
            ("index(a, where = \"\")", "the SQL is empty"),
            (
                "index(a, where(postgresql = \"a > 0\"))",
                "did you mean `postgres`?",
            ),
            ("index(a, a)", "duplicate field `a`"),
            (
                "exclude(method = \"gist\", a)",
                "write each column with the operator",
            ),
            ("exclude(expr(\"a\") with \"=\")", "needs a name"),
            ("option(sqlite(strikt))", "did you mean `strict`?"),
            ("option(mysql(engine))", "write `engine ="),
            ("option(sqlite(strict = \"x\"))", "`strict` takes no value"),
            ("attach(name = \"x\")", "write `attach(name"),
            ("materialized", "`materialized` needs a view"),
            ("depends_on(Other)", "`depends_on` needs a view"),
            ("check(name = \"x\", rwa = \"a\")", "unknown option `rwa`"),
            (
                "foreign_key(a, references = (Other.id), match = partial)",
                "unknown match `partial`",
            ),
        ] {
            let code = message(on_struct, "comment = \"c\"");
            assert!(code.contains(said), "{on_struct}: {code}");
        }
    }

    #[test]
    fn faulty_attributes_of_columns_are_named() {
        for (on_field, said) in [
            (
                "generated = \"b\", default = 3",
                "can't have both `generated` and `default`",
            ),
            (
                "generated = \"b\", sequence = \"s\"",
                "`generated` and `sequence`",
            ),
            ("generated(lazy, \"b\")", "unknown option `lazy`"),
            ("generated", "write `generated ="),
            ("identity", "`identity` needs an auto-increment primary key"),
            (
                "sequence = \"s\", server_default = 3",
                "both `sequence` and `server_default`",
            ),
            ("deferrable", "`deferrable` needs a foreign key"),
            (
                "references = Note.id, deferrable = later",
                "write `deferrable = deferred`",
            ),
            ("unique(desc)", "unknown option `desc`"),
            ("index(nulls = least)", "write `nulls = first`"),
            ("index(length = 0)", "write the indexed characters"),
            ("index(unlike)", "unknown option `unlike`"),
            ("index(name)", "write `name ="),
            ("unique(name = 3)", "write `name ="),
        ] {
            let code = message("table = \"notes\"", on_field);
            assert!(code.contains(said), "{on_field}: {code}");
        }
    }

    #[test]
    fn a_faulty_attribute_leaves_the_rest_standing() {
        let code = derive(quote! {
            struct User {
                #[orm(primary_key, lenght = 3)]
                id: i64,
            }
        });
        let code = code.to_string();
        assert!(code.contains("did you mean `length`"), "{code}");
        assert!(code.contains("Model for User"), "{code}");
    }
}
