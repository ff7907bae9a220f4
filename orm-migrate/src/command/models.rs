//! `models`: the models as a list or as a dump.

use std::fmt::Write as _;

use crate::models::Models;

/// Formats the models as lines of text: table, struct with its module, number of columns.
pub fn list(models: &Models) -> String {
    let width = models
        .names()
        .iter()
        .map(|model| model.table.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for model in models.names() {
        let columns = models
            .schema()
            .table(&model.table)
            .map_or(0, |table| table.columns.len());
        let plural = if columns == 1 { "" } else { "s" };
        let (table, module, name) = (&model.table, &model.module, &model.name);
        // Writing to a String can't fail.
        let _ = writeln!(
            text,
            "{table:width$}  {module}::{name}, {columns} column{plural}"
        );
    }
    text
}
