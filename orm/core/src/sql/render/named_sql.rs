//! Renders SQL text with named binds and operators by their text. Called by `expr.rs`. Text with plain binds is in
//! `raw.rs`.

use super::expr::{is_array, write_operand};
use crate::error::{Error, ErrorKind, Result};
use crate::lex::{LexicalRule, Piece, is_list, pieces};
use crate::sql::SqlWriter;
use crate::stmt::{Expr, NamedSql};

pub(super) fn write_named_sql<'a>(w: &mut SqlWriter<'a>, named: &'a NamedSql) -> Result<()> {
    let mut used = vec![false; named.binds.len()];
    let pieces = pieces(&named.sql, w.dialect().capabilities().lexical_rules);
    for (index, piece) in pieces.iter().enumerate() {
        match *piece {
            Piece::Text(text) => {
                w.push(text);
            }
            Piece::Name(name) => {
                let place = named.binds.iter().position(|(bound, _)| bound == name);
                let place = place.ok_or_else(|| unbound(named, name))?;
                used[place] = true;
                let bound = &named.binds[place].1;
                if is_array(bound) && is_list(&pieces, index) {
                    return Err(no_list(named, name));
                }
                write_operand(w, bound)?;
            }
        }
    }
    match used.iter().position(|is_used| !is_used) {
        Some(place) => Err(unused(named, &named.binds[place].0)),
        None => Ok(()),
    }
}

#[cold]
fn no_list(named: &NamedSql, name: &str) -> Error {
    let message = format!("the bind parameter :{name} is an array, and IN takes a list");
    Error::with_message(ErrorKind::Usage, message)
        .with_sql(named.sql.as_ref())
        .with_hint(format!(
            "write = ANY(:{name}) where the database has arrays, or use in_ of a column or an expression"
        ))
}

#[cold]
fn unbound(named: &NamedSql, name: &str) -> Error {
    let message = format!("the raw expression has no value for the bind parameter :{name}");
    Error::with_message(ErrorKind::Usage, message)
        .with_sql(named.sql.as_ref())
        .with_hint(format!(
            "add (\"{name}\", …) to the binds, or write \\: for a literal colon"
        ))
}

#[cold]
fn unused(named: &NamedSql, name: &str) -> Error {
    let mut same = named.binds.iter().filter(|(bound, _)| bound == name);
    let message = if same.nth(1).is_some() {
        format!("the raw expression has two values for the bind parameter :{name}")
    } else {
        format!("the raw expression has no bind parameter :{name}, but a value for it")
    };
    Error::with_message(ErrorKind::Usage, message).with_sql(named.sql.as_ref())
}

pub(super) fn write_operator<'a>(
    w: &mut SqlWriter<'a>,
    operator: &str,
    [left, right]: &'a [Expr; 2],
) -> Result<()> {
    let rules = w.dialect().capabilities().lexical_rules;
    if operator.contains('#') && rules.has(LexicalRule::HashComments) {
        return Err(w.unsupported("the operator, which begins a comment"));
    }
    write_operand(w, left)?;
    w.push(" ").push(operator).push(" ");
    write_operand(w, right)
}
