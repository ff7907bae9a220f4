//! Renders sources of rows: FROM, USING and joins. Called by `select.rs`, `update.rs` and `delete.rs`.

use super::expr::{write_expr, write_function};
use super::list_source::write_list_source;
use super::query::{write_query, write_values};
use super::source_call::{write_sample, write_source_call};
use crate::error::Result;
use crate::sql::{IndexHintStyle, SqlWriter};
use crate::stmt::{FromItem, IndexHint, IndexHintKind, Join, JoinKind, Source, Values};

/// Writes a source after `keyword`, and the sources joined to it; nothing without a source.
pub(super) fn write_sources<'a>(
    w: &mut SqlWriter<'a>,
    keyword: &str,
    first: Option<&'a FromItem>,
    joins: &'a [Join],
) -> Result<()> {
    let Some(first) = first else {
        return Ok(());
    };
    w.push(keyword);
    write_from_item(w, first)?;
    for join in joins {
        let words = join.kind.as_sql();
        if join.kind == JoinKind::Full && !w.dialect().capabilities().full_join {
            return Err(w.unsupported(words));
        }
        w.push(" ").push(words).push(" ");
        write_from_item(w, &join.item)?;
        if join.kind != JoinKind::Cross {
            w.push(" ON ");
            write_expr(w, &join.on)?;
        }
    }
    Ok(())
}

fn write_from_item<'a>(w: &mut SqlWriter<'a>, item: &'a FromItem) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    if let (Source::Call(call), Some(alias)) = (&item.source, &item.alias) {
        return write_source_call(w, call, &alias.name);
    }
    if let (Source::List(list), Some(alias)) = (&item.source, &item.alias) {
        return write_list_source(w, list, &alias.name);
    }
    // A function sees the items before it where there is no word for that.
    let is_function = matches!(item.source, Source::Function { .. });
    if item.lateral && capabilities.lateral {
        w.push("LATERAL ");
    } else if item.lateral && !is_function {
        return Err(w.unsupported("LATERAL"));
    }
    let columns = item.alias.as_ref().map_or(&[][..], |alias| &alias.columns);
    let named = columns.is_empty() || capabilities.column_aliases;
    match &item.source {
        Source::Table(name) | Source::Cte(name) => {
            w.ident(name);
        }
        Source::Query(query) => {
            // Of the items beside it, it sees none unless it is lateral.
            let outer = w.qualify(item.lateral || w.enclosing);
            w.push("(");
            write_query(w, query)?;
            w.push(")").qualify(outer);
        }
        Source::Values(values) if !named => {
            write_named_values(w, values, columns)?;
        }
        Source::Values(values) => {
            w.push("(");
            write_values(w, values)?;
            w.push(")");
        }
        Source::Function { name, args } if capabilities.table_functions => {
            write_function(w, name, args)?;
        }
        Source::Function { .. } => return Err(w.unsupported("functions in FROM")),
        Source::Call(_) | Source::List(_) => {
            return Err(w.unsupported("computed rows without an alias"));
        }
    }
    let Some(alias) = &item.alias else {
        return write_table_words(w, item);
    };
    w.push(" AS ").alias(&alias.name);
    write_table_words(w, item)?;
    if columns.is_empty() || !named && matches!(item.source, Source::Values(_)) {
        return Ok(());
    }
    if !named {
        return Err(w.unsupported("column names in a table alias"));
    }
    w.push("(").idents(columns).push(")");
    Ok(())
}

/// What stands behind the name of a table: a sample of it, or its indexes.
fn write_table_words(w: &mut SqlWriter<'_>, item: &FromItem) -> Result<()> {
    if let Some(sample) = item.sample {
        write_sample(w, sample)?;
    }
    if let Some(hint) = &item.index_hint {
        write_index_hint(w, hint);
    }
    Ok(())
}

/// Writes which indexes of a table are used, or nothing where there are no words for it.
fn write_index_hint(w: &mut SqlWriter<'_>, hint: &IndexHint) {
    match (w.dialect().capabilities().selects.index_hints, hint.kind) {
        (IndexHintStyle::Lists, kind) => {
            w.push(match kind {
                IndexHintKind::Use => " USE INDEX (",
                IndexHintKind::Force => " FORCE INDEX (",
                IndexHintKind::Ignore => " IGNORE INDEX (",
            });
            w.list(&hint.names, |w, name| {
                w.constraint(name);
            });
            w.push(")");
        }
        (IndexHintStyle::IndexedBy, IndexHintKind::Force) if hint.names.len() == 1 => {
            w.push(" INDEXED BY ").constraint(&hint.names[0]);
        }
        (IndexHintStyle::IndexedBy | IndexHintStyle::Unsupported, _) => {}
    }
}

/// Values whose columns have names where an alias can't give them: behind a query without rows that can.
fn write_named_values<'a>(
    w: &mut SqlWriter<'a>,
    values: &'a Values,
    columns: &[crate::stmt::Name],
) -> Result<()> {
    w.push("(SELECT ");
    w.list(columns, |w, name| {
        w.push("NULL AS ").ident(name);
    });
    w.push(w.dialect().capabilities().from_nothing);
    w.push(" WHERE 1 = 0 UNION ALL ");
    write_values(w, values)?;
    w.push(")");
    Ok(())
}
