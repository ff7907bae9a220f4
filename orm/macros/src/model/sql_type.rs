//! Parses `sql_type(postgres = "citext", mysql = "MEDIUMTEXT")`: the column's type in single dialects.

use proc_macro2::TokenStream;
use quote::quote;
use syn::meta::ParseNestedMeta;
use syn::{Error, LitStr, Result};

use super::sql_text::per_dialect;

const EXAMPLE: &str = "write `sql_type(postgres = \"citext\", mysql = \"MEDIUMTEXT\")`";

/// The call that gives the column its types. That of MySQL is MariaDB's, too, unless it has one.
pub(super) fn read(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    let types = per_dialect(meta, EXAMPLE)?;
    types.iter().try_for_each(|(_, sql)| check(sql))?;
    let (dialects, types): (Vec<_>, Vec<_>) = types.into_iter().unzip();
    Ok(quote! {
        .sql_types(::std::borrow::Cow::Borrowed(&[#(
            (__orm::Name::Borrowed(#dialects), __orm::Name::Borrowed(#types))
        ),*]))
    })
}

/// Refuses a text that would end the column, the statement or the line.
fn check(sql: &LitStr) -> Result<()> {
    let text = sql.value();
    let refuse = |problem: &str| Err(Error::new(sql.span(), format!("the type {problem}")));
    let begins =
        text.starts_with(|c: char| c.is_ascii_alphabetic() || matches!(c, '_' | '"' | '`'));
    if !begins {
        return refuse("must begin with its name, such as `MEDIUMTEXT`");
    }
    let (mut depth, mut quote) = (0_usize, None);
    let mut previous = ' ';
    for c in text.chars() {
        if c.is_control() || c == '\\' {
            return refuse("must not contain backslashes, line breaks and control characters");
        }
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (None, '\'' | '"' | '`') => quote = Some(c),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => {
                return refuse("closes a parenthesis that it does not open");
            }
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                return refuse("must not contain a comma outside of parentheses");
            }
            (None, ';' | '#') => return refuse("must not contain `;` and `#`"),
            (None, '-') if previous == '-' => return refuse("must not contain a comment"),
            (None, '*') if previous == '/' => return refuse("must not contain a comment"),
            (Some(_) | None, _) => {}
        }
        previous = c;
    }
    if depth > 0 || quote.is_some() {
        return refuse("leaves a quote or a parenthesis open");
    }
    Ok(())
}
