//! Raw SQL: text as it is, values as binds all the same.

use crate::sql::SqlWriter;
use crate::stmt::RawPart;

/// Writes a raw statement.
pub fn write_raw<'a>(w: &mut SqlWriter<'a>, parts: &'a [RawPart]) {
    write_parts(w, parts);
}

pub(super) fn write_parts<'a>(w: &mut SqlWriter<'a>, parts: &'a [RawPart]) {
    for part in parts {
        match part {
            RawPart::Sql(text) => {
                w.push(text);
            }
            RawPart::Bind(value) => {
                w.bind(value.as_ref());
            }
            RawPart::List(values) if values.is_empty() => {
                // `IN (NULL)` is never true, and unlike `IN ()` every database parses it.
                w.push("(NULL)");
            }
            RawPart::List(values) => {
                w.push("(");
                w.list(values, |w, value| {
                    w.bind(value.as_ref());
                });
                w.push(")");
            }
        }
    }
}
