//! Parses the keys of indexes and exclusion constraints: columns and expressions, each with its options. Used by
//! `options.rs`.

use proc_macro2::TokenStream;
use quote::quote;
use syn::ext::IdentExt as _;
use syn::parse::ParseStream;
use syn::{Error, Ident, LitInt, Result, Token, parenthesized, token};

use super::data::{FieldPath, Group};
use super::sql_text;
use super::words::{text, words};
use crate::attribute::unknown;

/// The options of a key in parentheses: `title(desc, nulls = last)`.
const OPTIONS: &[&str] = &["asc", "desc", "nulls", "length", "opclass", "collation"];

const EXAMPLE: &str = "write `title desc`, or `title(desc, nulls = last, length = 10, opclass = \"…\", collation = \"…\")`";

/// The keys that were read so far.
pub(super) struct Keys {
    is_exclusion: bool,
    count: usize,
    fields: Vec<FieldPath>,
    pub(super) has_expression: bool,
    pub(super) options: Vec<TokenStream>,
}

impl Keys {
    pub(super) fn of_index() -> Self {
        Self {
            is_exclusion: false,
            count: 0,
            fields: Vec::new(),
            has_expression: false,
            options: Vec::new(),
        }
    }

    pub(super) fn of_exclusion() -> Self {
        Self {
            is_exclusion: true,
            ..Self::of_index()
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether no key is a column.
    pub(super) fn is_of_expressions(&self) -> bool {
        self.fields.is_empty()
    }

    /// Adds them to the list that they are of.
    pub(super) fn put(self, group: &mut Group) {
        group.fields = self.fields;
        // The keys first: the other options may need all of them.
        let others = std::mem::replace(&mut group.options, self.options);
        group.options.extend(others);
    }

    /// Reads the key that begins with `word`, and returns its index.
    pub(super) fn read(&mut self, word: &Ident, input: ParseStream<'_>) -> Result<usize> {
        let index = self.count;
        self.count += 1;
        if word == "expr" && input.peek(token::Paren) {
            self.expression(index, input)?;
        } else {
            self.fields.push(path(word, input)?);
        }
        let place = if self.is_exclusion {
            quote!(it.elements[#index].0)
        } else {
            quote!(it.keys[#index])
        };
        while input.peek(Ident) && !input.peek(token::Paren) {
            let fork = input.fork();
            if fork.call(Ident::parse_any)? == "with" {
                break;
            }
            let direction: Ident = input.parse()?;
            self.options.extend(order(&place, &direction)?);
        }
        if input.peek(token::Paren) {
            let content;
            parenthesized!(content in input);
            words(&content, EXAMPLE, |word, input| {
                let Some(set) = option(&place, word, input)? else {
                    let message = unknown("option", &word.to_string(), OPTIONS);
                    return Err(Error::new(word.span(), message));
                };
                self.options.push(set);
                Ok(())
            })?;
        }
        Ok(index)
    }

    /// `("lower(name)")`, or `(postgres = "…", sqlite = "…")`.
    fn expression(&mut self, index: usize, input: ParseStream<'_>) -> Result<()> {
        const EXAMPLE: &str =
            "write `expr(\"lower(name)\")`, or `expr(postgres = \"…\", sqlite = \"…\")`";
        let content;
        parenthesized!(content in input);
        let sql = sql_text::inside(&content, EXAMPLE)?.expand();
        let key = quote!(__orm::schema::IndexKey::expression(#sql));
        self.has_expression = true;
        self.options.push(if self.is_exclusion {
            quote!(it.elements.insert(#index, (#key, __orm::Name::Borrowed("=")));)
        } else {
            quote!(it.keys.insert(#index, #key);)
        });
        Ok(())
    }
}

/// An option of the key at `place`; `None` if `word` is no such option.
pub(super) fn option(
    place: &TokenStream,
    word: &Ident,
    input: ParseStream<'_>,
) -> Result<Option<TokenStream>> {
    let set = match word.to_string().as_str() {
        "asc" | "desc" => order(place, word)?.unwrap_or_default(),
        "nulls" => {
            let first = nulls_first(word, input)?;
            quote!(#place.nulls_first = __orm::Some(#first);)
        }
        "length" => {
            let length = length(word, input)?;
            quote!(#place.length = __orm::Some(#length);)
        }
        "opclass" => {
            let class = text(word, input)?;
            quote!(#place.operator_class = __orm::Some(__orm::Name::Borrowed(#class));)
        }
        "collation" => {
            let collation = text(word, input)?;
            quote!(#place.collation = __orm::Some(__orm::Name::Borrowed(#collation));)
        }
        _ => return Ok(None),
    };
    Ok(Some(set))
}

/// `desc` or `asc`.
fn order(place: &TokenStream, word: &Ident) -> Result<Option<TokenStream>> {
    match word.to_string().as_str() {
        "desc" => Ok(Some(quote!(#place.descending = true;))),
        "asc" => Ok(None),
        _ => Err(Error::new(word.span(), EXAMPLE)),
    }
}

/// `= first` or `= last`.
fn nulls_first(word: &Ident, input: ParseStream<'_>) -> Result<bool> {
    const EXAMPLE: &str = "write `nulls = first` or `nulls = last`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), EXAMPLE));
    }
    input.parse::<Token![=]>()?;
    let value = Ident::parse_any(input).map_err(|error| Error::new(error.span(), EXAMPLE))?;
    match value.to_string().as_str() {
        "first" => Ok(true),
        "last" => Ok(false),
        _ => Err(Error::new(value.span(), EXAMPLE)),
    }
}

/// `= 10`.
fn length(word: &Ident, input: ParseStream<'_>) -> Result<LitInt> {
    const EXAMPLE: &str = "write the indexed characters as a number: `length = 10`";
    if !input.peek(Token![=]) {
        return Err(Error::new(word.span(), EXAMPLE));
    }
    input.parse::<Token![=]>()?;
    let length: LitInt = input
        .parse()
        .map_err(|error| Error::new(error.span(), EXAMPLE))?;
    match length.base10_parse::<u32>() {
        Ok(1..) => Ok(length),
        _ => Err(Error::new(length.span(), EXAMPLE)),
    }
}

/// `title`, or `home.city`, of which `field` was read.
pub(super) fn path(field: &Ident, input: ParseStream<'_>) -> Result<FieldPath> {
    let dot: Option<Token![.]> = input.parse()?;
    let inner = dot.map(|_| input.parse()).transpose()?;
    Ok(FieldPath {
        field: field.clone(),
        inner,
    })
}
