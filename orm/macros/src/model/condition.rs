//! Parses conditions of rows: SQL, or a typed expression such as `User.age.ge(18)`, which is rendered for each dialect of
//! the program. Used for CHECK constraints and for WHERE of indexes.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Expr, Ident, LitStr, Result, Token, parenthesized, token};

use super::sql_text::{self, SqlText};
use super::words::text;
use crate::attribute::unknown;

/// A condition as the user wrote it.
pub(super) enum Condition {
    Sql(SqlText),
    Typed(Expr),
}

/// `check(name = "…", raw = "…")`.
pub(super) struct Check {
    pub(super) name: LitStr,
    pub(super) rule: Condition,
}

impl Condition {
    /// The code that makes the text. A typed condition stands in a function without locals.
    pub(super) fn expand(&self) -> TokenStream {
        match self {
            Self::Sql(text) => text.expand(),
            Self::Typed(condition) => quote! {
                __orm::condition_text({
                    fn given() -> __orm::stmt::Expr {
                        __orm::view_condition(#condition)
                    }
                    given
                })
            },
        }
    }
}

/// `= "…"`, `(postgres = "…", sqlite = "…")` or `(User.active.eq(true))`, behind `word`.
pub(super) fn after(word: &Ident, input: ParseStream<'_>) -> Result<Condition> {
    if input.peek(token::Paren) {
        let fork = input.fork();
        let content;
        parenthesized!(content in fork);
        if !content.peek(LitStr) && !is_named(&content) {
            let content;
            parenthesized!(content in input);
            return Ok(Condition::Typed(content.parse()?));
        }
    }
    sql_text::after(word, input).map(Condition::Sql)
}

/// `(name = "…", raw = "…")`, `(name = "…", raw(postgres = "…", sqlite = "…"))` or `(name = "…", User.age.ge(18))`.
pub(super) fn check(meta: &ParseNestedMeta<'_>) -> Result<Check> {
    const EXAMPLE: &str = "write `check(name = \"positive\", raw = \"price > 0\")`";
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(EXAMPLE));
    }
    let content;
    parenthesized!(content in meta.input);
    let (mut name, mut rule) = (None, None);
    while !content.is_empty() {
        if content.peek(LitStr) {
            return Err(content.error(EXAMPLE));
        }
        if is_named(&content) || is_raw(&content) {
            let word = Ident::parse_any(&content)?;
            match word.to_string().as_str() {
                "name" => name = Some(text(&word, &content)?),
                "raw" => rule = Some(Condition::Sql(sql_text::after(&word, &content)?)),
                key => {
                    let message = unknown("option", key, &["name", "raw"]);
                    return Err(Error::new(word.span(), message));
                }
            }
        } else {
            rule = Some(Condition::Typed(content.parse()?));
        }
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    match (name, rule) {
        (Some(name), Some(rule)) => Ok(Check { name, rule }),
        _ => Err(meta.error(EXAMPLE)),
    }
}

/// Whether the next is `word = …`.
fn is_named(input: ParseStream<'_>) -> bool {
    input.peek(Ident::peek_any) && input.peek2(Token![=])
}

/// Whether the next is `raw(…)`.
fn is_raw(input: ParseStream<'_>) -> bool {
    let fork = input.fork();
    let word = fork.call(Ident::parse_any);
    word.is_ok_and(|word| word == "raw") && fork.peek(token::Paren)
}
