//! Parses what a struct states about its table beside constraints: `option(mysql(engine = "MyISAM"), sqlite(strict))` and
//! `attach(name = "…", create = "…")`. Each is a statement about `it`, the table of the schema.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::meta::ParseNestedMeta;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitInt, LitStr, Result, Token, parenthesized, token};

use super::sql_text::dialect;
use super::words::{list, text};
use crate::attribute::unknown;

/// The options of SQLite, of which none has a value.
const SQLITE: &[&str] = &["strict", "without_rowid"];
const POSTGRES: &[&str] = &["tablespace", "with", "unlogged", "inherits", "partition_by"];
const MYSQL: &[&str] = &[
    "engine",
    "charset",
    "collate",
    "row_format",
    "auto_increment",
    "partition_by",
];
/// Those without a value.
const FLAGS: &[&str] = &["strict", "without_rowid", "unlogged"];

const EXAMPLE: &str =
    "write options of single dialects: `option(mysql(engine = \"MyISAM\"), sqlite(strict))`";

/// An option: its name in SQL, and its value.
type Named = (String, Option<String>);

/// `(mysql(engine = "MyISAM"), sqlite(strict, without_rowid))`.
pub(super) fn options(meta: &ParseNestedMeta<'_>) -> Result<Vec<TokenStream>> {
    let mut found: Vec<(String, Named)> = Vec::new();
    list(meta, EXAMPLE, |word, input| {
        let dialect = dialect(word)?;
        if !input.peek(token::Paren) {
            return Err(Error::new(word.span(), EXAMPLE));
        }
        let content;
        parenthesized!(content in input);
        while !content.is_empty() {
            found.push((dialect.clone(), option(&dialect, &content)?));
            if !content.is_empty() {
                content.parse::<Token![,]>()?;
            }
        }
        Ok(())
    })?;
    if found.is_empty() {
        return Err(meta.error(EXAMPLE));
    }
    let options = found.into_iter().map(|(dialect, (name, value))| {
        let value = value.map(|value| quote!(.value(#value)));
        quote!(it = it.option(__orm::schema::TableOption::new(#dialect, #name)#value);)
    });
    Ok(options.collect())
}

/// `engine = "MyISAM"` or `strict`. A dialect from outside has options of its own.
fn option(dialect: &str, input: ParseStream<'_>) -> Result<Named> {
    let word = Ident::parse_any(input).map_err(|error| Error::new(error.span(), EXAMPLE))?;
    let key = word.to_string();
    let known = match dialect {
        "sqlite" => SQLITE,
        "postgres" => POSTGRES,
        "mysql" | "mariadb" => MYSQL,
        _ => &[],
    };
    if !known.is_empty() && !known.contains(&key.as_str()) {
        let message = unknown("option", &key, known);
        return Err(Error::new(word.span(), message));
    }
    let value = value(input)?;
    let is_flag = FLAGS.contains(&key.as_str());
    if !known.is_empty() && is_flag == value.is_some() {
        let message = if is_flag {
            format!("`{key}` takes no value")
        } else {
            format!("write `{key} = \"…\"`")
        };
        return Err(Error::new(word.span(), message));
    }
    let name = match key.as_str() {
        "without_rowid" | "partition_by" => key.replace('_', " "),
        _ => key,
    };
    Ok((name.to_uppercase(), value))
}

/// `= "…"`, `= 1000`, or nothing.
fn value(input: ParseStream<'_>) -> Result<Option<String>> {
    const EXAMPLE: &str = "expected a text or a number, which goes into the SQL as it is";
    if !input.peek(Token![=]) {
        return Ok(None);
    }
    input.parse::<Token![=]>()?;
    if input.peek(LitInt) {
        let number: LitInt = input.parse()?;
        return Ok(Some(number.base10_digits().to_owned()));
    }
    let text: LitStr = input
        .parse()
        .map_err(|error| Error::new(error.span(), EXAMPLE))?;
    Ok(Some(text.value()))
}

/// `(name = "…", dialect = "sqlite", create = "…", drop = "…")`.
pub(super) fn attach(meta: &ParseNestedMeta<'_>) -> Result<TokenStream> {
    const EXAMPLE: &str = "write `attach(name = \"log_users\", create = \"CREATE TRIGGER …\", drop = \"DROP TRIGGER …\")`";
    const KNOWN: &[&str] = &["name", "dialect", "create", "drop"];
    let (mut name, mut create) = (None, None);
    let (mut drop, mut only) = (None, None);
    list(meta, EXAMPLE, |word, input| {
        match word.to_string().as_str() {
            "name" => name = Some(text(word, input)?),
            "create" => create = Some(text(word, input)?),
            "drop" => drop = Some(text(word, input)?),
            "dialect" => {
                let name = text(word, input)?;
                let known = name.parse::<Ident>().and_then(|ident| dialect(&ident));
                only = Some(known.map_err(|error| Error::new(name.span(), error))?);
            }
            key => return Err(Error::new(word.span(), unknown("option", key, KNOWN))),
        }
        Ok(())
    })?;
    let (Some(name), Some(create)) = (name, create) else {
        return Err(meta.error(EXAMPLE));
    };
    let drop = drop.map(|drop| quote!(.drop(#drop)));
    let only = only.map(|only| quote!(.only(#only)));
    Ok(quote! {
        it = it.attach(__orm::schema::AttachedSql::new(#name, #create)#drop #only);
    })
}
