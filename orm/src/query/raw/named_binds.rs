//! Converts raw SQL with named binds to the text of a dialect and its binds.
//!
//! Used by `statement.rs`. `orm_core::lex` finds the names, outside literals and comments.

use std::borrow::Cow;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::lex::{Piece, is_enclosed, is_list, pieces};
use orm_core::sql::{Dialect, SqlWriter, write_raw_list};
use orm_core::types::Type;
use orm_core::value::{Value, ValueRef};

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    One(Value),
    /// An array of the database, which is no list of IN.
    Array(Value),
    List(Vec<Value>, Type),
}

impl Bound {
    /// A value of a type.
    pub(super) fn of(value: Value, ty: &Type) -> Self {
        if let Type::Extension(ty) = ty
            && ty.is_array()
        {
            return Self::Array(value);
        }
        Self::One(value)
    }
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
                    if let Bound::Array(_) = &self.binds[place].1 {
                        self.check_array(w, name, is_list(&pieces, index))?;
                    }
                    write_bound(w, &self.binds[place].1, is_enclosed(&pieces, index));
                }
            }
        }
        for (place, (name, _)) in self.binds.iter().enumerate() {
            if !used[place] {
                return Err(self.unused(name, place));
            }
        }
        w.check_limits()?;
        Ok(order)
    }

    /// Refuses an array behind IN, which is no list, and where the database has none.
    #[cold]
    fn check_array(&self, w: &SqlWriter<'_>, name: &str, is_list: bool) -> Result<()> {
        let has_arrays = w.dialect().capabilities().arrays;
        let list = format!(".bind_list(\"{name}\", …)");
        let error = if is_list {
            let array = if has_arrays {
                format!(", or write = ANY(:{name})")
            } else {
                String::new()
            };
            let message = format!("the bind parameter :{name} is an array, and IN takes a list");
            Error::with_message(ErrorKind::Usage, message)
                .with_hint(format!("bind the list by {list}{array}"))
        } else if has_arrays {
            return Ok(());
        } else {
            w.unsupported(&format!("arrays, and the bind parameter :{name} is one"))
                .with_hint(format!("bind a list for IN by {list}"))
        };
        Err(error.with_sql(self.sql))
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
        Bound::One(value) | Bound::Array(value) => {
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
