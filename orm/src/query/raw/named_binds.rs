//! Converts raw SQL with named binds to the text of a dialect and its binds.
//!
//! Used by `statement.rs`. `orm_core::lex` finds the names, outside literals and comments.

use std::borrow::Cow;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::lex::{Piece, pieces};
use orm_core::sql::{Dialect, SqlWriter, write_raw_list};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    One(Value),
    List(Vec<Value>, Type),
}

/// SQL text with names, and what they stand for.
pub(super) struct NamedSql<'a> {
    pub(super) sql: &'a str,
    pub(super) binds: &'a [(Cow<'static, str>, Bound)],
}

impl<'a> NamedSql<'a> {
    /// The text in the words of a dialect, and the values in their order.
    pub(super) fn compile(&self, dialect: &'a dyn Dialect) -> Result<(String, Vec<ValueRef<'a>>)> {
        let mut w = SqlWriter::new(dialect);
        self.write(&mut w)?;
        Ok(w.finish())
    }

    /// The text with literals instead of binds.
    pub(super) fn printed(&self, dialect: &'a dyn Dialect) -> Result<String> {
        let mut w = SqlWriter::with_literals(dialect);
        self.write(&mut w)?;
        w.finish_literals()
    }

    /// The places of the binds in the order in which the text has them.
    pub(super) fn order(&self, dialect: &'a dyn Dialect) -> Result<Vec<usize>> {
        self.write(&mut SqlWriter::new(dialect))
    }

    fn write(&self, w: &mut SqlWriter<'a>) -> Result<Vec<usize>> {
        let (mut used, mut order) = (vec![false; self.binds.len()], Vec::new());
        let pieces = pieces(self.sql, w.dialect().capabilities().lexical_rules);
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    w.push(text);
                }
                Piece::Name(name) => {
                    let place = self.binds.iter().position(|(bound, _)| bound == name);
                    let place = place.ok_or_else(|| self.unbound(name))?;
                    used[place] = true;
                    order.push(place);
                    write_bound(w, &self.binds[place].1, is_enclosed(&pieces, index));
                }
            }
        }
        for (place, (name, _)) in self.binds.iter().enumerate() {
            if !used[place] {
                return Err(self.unused(name, place));
            }
        }
        w.check_binds()?;
        Ok(order)
    }

    #[cold]
    fn unbound(&self, name: &str) -> Error {
        Error::with_message(
            ErrorKind::Usage,
            format!("the raw statement has no value for the bind parameter :{name}"),
        )
        .with_sql(self.sql)
        .with_hint(format!(
            "add .bind(\"{name}\", …), or write \\: for a literal colon"
        ))
    }

    #[cold]
    fn unused(&self, name: &str, place: usize) -> Error {
        let twice = self.binds[..place]
            .iter()
            .any(|(earlier, _)| earlier == name);
        let message = if twice {
            format!("the raw statement has two values for the bind parameter :{name}")
        } else {
            format!("the raw statement has no bind parameter :{name}, but a value for it")
        };
        Error::with_message(ErrorKind::Usage, message).with_sql(self.sql)
    }
}

fn write_bound<'a>(w: &mut SqlWriter<'a>, bound: &'a Bound, enclosed: bool) {
    match bound {
        Bound::One(value) => {
            w.bind(value.as_ref());
        }
        Bound::List(values, ty) if enclosed => write_raw_list(w, values, Some(ty)),
        Bound::List(values, ty) => {
            w.push("(");
            write_raw_list(w, values, Some(ty));
            w.push(")");
        }
    }
}

/// Whether the piece at `index` stands alone in parentheses, as in `IN (:ids)`.
fn is_enclosed(pieces: &[Piece<'_>], index: usize) -> bool {
    let text = |index: usize| match pieces.get(index) {
        Some(Piece::Text(text)) => Some(*text),
        _ => None,
    };
    let before = index.checked_sub(1).and_then(text);
    let opens = before.is_some_and(|text| text.trim_end().ends_with('('));
    opens && text(index + 1).is_some_and(|text| text.trim_start().starts_with(')'))
}
