//! Parses SQL in attributes: `key = "…"` for every dialect, or `key(postgres = "…", sqlite = "…")`. What reads the other
//! attributes calls it.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::spanned::Spanned as _;
use syn::{Error, Ident, LitStr, Result, Token, parenthesized, token};

use crate::attribute::nearest;

/// SQL as the user wrote it.
pub(super) enum SqlText {
    Same(LitStr),
    /// A text for each dialect. The schema gives MariaDB that of MySQL, unless it has its own.
    PerDialect(Vec<(String, LitStr)>),
}

impl SqlText {
    /// The code that makes the data, which is constant.
    pub(super) fn expand(&self) -> TokenStream {
        match self {
            Self::Same(sql) => quote!(__orm::schema::SqlText::from_static(#sql)),
            Self::PerDialect(texts) => {
                let (dialects, texts): (Vec<_>, Vec<_>) = texts.iter().cloned().unzip();
                quote! {
                    __orm::schema::SqlText::PerDialect(::std::borrow::Cow::Borrowed(&[#(
                        (__orm::Name::Borrowed(#dialects), __orm::Name::Borrowed(#texts))
                    ),*]))
                }
            }
        }
    }
}

/// `= "…"`, or `(postgres = "…", sqlite = "…")`, behind the key of an attribute.
pub(super) fn read(key: &str, meta: &ParseNestedMeta<'_>) -> Result<SqlText> {
    after(&Ident::new(key, meta.path.span()), meta.input)
}

/// The same behind any key that was read.
pub(super) fn after(key: &Ident, input: ParseStream<'_>) -> Result<SqlText> {
    let example = example(key);
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(SqlText::Same(not_empty(input, &example)?));
    }
    if !input.peek(token::Paren) {
        return Err(Error::new(key.span(), example));
    }
    let content;
    parenthesized!(content in input);
    inside(&content, &example)
}

/// `"…"`, or `postgres = "…", sqlite = "…"`, without the parentheses.
pub(super) fn inside(content: ParseStream<'_>, example: &str) -> Result<SqlText> {
    if content.peek(LitStr) {
        let sql = not_empty(content, example)?;
        content.parse::<Option<Token![,]>>()?;
        return if content.is_empty() {
            Ok(SqlText::Same(sql))
        } else {
            Err(content.error(example))
        };
    }
    texts(content, example).map(SqlText::PerDialect)
}

/// `(postgres = "…", sqlite = "…")`.
pub(super) fn per_dialect(
    meta: &ParseNestedMeta<'_>,
    example: &str,
) -> Result<Vec<(String, LitStr)>> {
    if !meta.input.peek(token::Paren) {
        return Err(meta.error(example));
    }
    let content;
    parenthesized!(content in meta.input);
    let mut texts = texts(&content, example)?;
    add_mariadb(&mut texts);
    Ok(texts)
}

fn texts(content: ParseStream<'_>, example: &str) -> Result<Vec<(String, LitStr)>> {
    let mut texts: Vec<(String, LitStr)> = Vec::new();
    let begin = content.span();
    while !content.is_empty() {
        let ident = Ident::parse_any(content).map_err(|error| Error::new(error.span(), example))?;
        let name = dialect(&ident)?;
        if !content.peek(Token![=]) {
            return Err(Error::new(ident.span(), example));
        }
        content.parse::<Token![=]>()?;
        let sql = not_empty(content, example)?;
        if texts.iter().any(|(known, _)| *known == name) {
            let message = format!("duplicate `{name}`; keep one of them");
            return Err(Error::new_spanned(quote!(#ident #sql), message));
        }
        texts.push((name, sql));
        if !content.is_empty() {
            content.parse::<Token![,]>()?;
        }
    }
    if texts.is_empty() {
        return Err(Error::new(begin, example));
    }
    Ok(texts)
}

/// What MySQL has, MariaDB has as well, unless it has its own.
fn add_mariadb(texts: &mut Vec<(String, LitStr)>) {
    if texts.iter().any(|(dialect, _)| dialect == "mariadb") {
        return;
    }
    let mysql = texts.iter().find(|(dialect, _)| dialect == "mysql");
    let mysql = mysql.map(|(_, text)| ("mariadb".to_owned(), text.clone()));
    texts.extend(mysql);
}

/// The dialect of that name, which may be one from outside.
pub(super) fn dialect(ident: &Ident) -> Result<String> {
    let name = ident.to_string();
    match misspelled(&name) {
        Some(known) => {
            let message = format!("unknown dialect `{name}`; did you mean `{known}`?");
            Err(Error::new(ident.span(), message))
        }
        None => Ok(name),
    }
}

/// The dialect of this workspace that a name is probably meant to be. Other names are those of dialects from outside.
fn misspelled(name: &str) -> Option<&'static str> {
    const KNOWN: &[&str] = &["mariadb", "mysql", "postgres", "sqlite"];
    match name {
        "pg" | "pgsql" | "psql" => Some("postgres"),
        "maria" => Some("mariadb"),
        "mssql" => None,
        _ if KNOWN.contains(&name) => None,
        _ => nearest(name, KNOWN),
    }
}

fn not_empty(input: ParseStream<'_>, example: &str) -> Result<LitStr> {
    let text: LitStr = input
        .parse()
        .map_err(|error| Error::new(error.span(), example))?;
    if text.value().trim().is_empty() {
        return Err(Error::new(text.span(), "the SQL is empty"));
    }
    Ok(text)
}

fn example(key: &Ident) -> String {
    format!("write `{key} = \"…\"`, or `{key}(postgres = \"…\", sqlite = \"…\")`")
}

#[cfg(test)]
mod tests {
    use super::*;
    use syn::parse::Parser as _;

    fn parsed(tokens: &str) -> Result<SqlText> {
        let parser = |input: ParseStream<'_>| inside(input, "an example");
        parser.parse_str(tokens)
    }

    #[test]
    fn a_text_is_for_all_dialects_or_for_each() {
        assert!(matches!(parsed(r#""a > 0""#), Ok(SqlText::Same(_))));
        let Ok(SqlText::PerDialect(texts)) = parsed(r#"mysql = "a", sqlite = "b""#) else {
            panic!("texts of dialects");
        };
        let names: Vec<&str> = texts.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["mysql", "sqlite"]);
    }

    #[test]
    fn what_is_no_text_is_refused() {
        for (tokens, message) in [
            ("", "an example"),
            (r#"" ""#, "the SQL is empty"),
            ("postgres", "an example"),
            (r#"postgres = "a", postgres = "b""#, "duplicate `postgres`"),
            (r#"postgresql = "a""#, "did you mean `postgres`?"),
            (r#""a", "b""#, "an example"),
        ] {
            let Err(error) = parsed(tokens) else {
                panic!("{tokens}");
            };
            assert!(error.to_string().contains(message), "{tokens}: {error}");
        }
    }
}
