//! Renders SQL text in an expression unchanged; its values are binds. Called by `expr.rs`.

use crate::sql::{InListStyle, SqlWriter};
use crate::stmt::RawPart;
use crate::types::Type;
use crate::value::Value;

pub(super) fn write_parts<'a>(w: &mut SqlWriter<'a>, parts: &'a [RawPart]) {
    for part in parts {
        match part {
            RawPart::Sql(text) => {
                w.push(text);
            }
            RawPart::Bind(value) => {
                w.value(value);
            }
            RawPart::List(values) => {
                w.push("(");
                write_raw_list(w, values, None);
                w.push(")");
            }
        }
    }
}

/// Renders the contents of `IN (…)` in raw SQL. `ty` is the type of the values, which is needed for an empty list.
///
/// An empty list is rendered as a query without rows, so that `IN` is false and `NOT IN` is true: `NOT IN (NULL)` is
/// never true, and `IN ()` is a syntax error.
///
/// # Examples
///
/// ```
/// # use orm_core::sql::*;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::value::Value;
/// # let dialect = AnsiDialect::new();
/// # let mut w = SqlWriter::new(&dialect);
/// let values = [Value::Int(1), Value::Int(2)];
/// write_raw_list(&mut w, &values, None);
/// assert_eq!(w.finish().0, "?, ?");
/// ```
pub fn write_raw_list<'a>(w: &mut SqlWriter<'a>, values: &'a [Value], ty: Option<&Type>) {
    if !values.is_empty() {
        w.list(values, |w, value| {
            w.bind(value.as_ref());
        });
        return;
    }
    // PostgreSQL compares only with a NULL of the right type; elsewhere a typed one brings a collation.
    let typed = w.dialect().capabilities().in_list == InListStyle::Array;
    w.push("SELECT v FROM (SELECT ");
    match ty {
        Some(ty) if typed => {
            let name = w.dialect().cast_type(ty);
            w.push("CAST(NULL AS ").push(&name).push(")");
        }
        _ => {
            w.push("NULL");
        }
    }
    let from = w.dialect().capabilities().from_nothing;
    w.push(" AS v").push(from);
    w.push(") AS list WHERE 1 = 0");
}
