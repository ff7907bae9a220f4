//! CREATE INDEX and DROP INDEX, and the keys of indexes, which exclusion constraints have as well.

use super::owner::Owner;
use crate::error::Result;
use crate::schema::{Index, IndexKey, KeyOf, QualifiedName, Table};
use crate::sql::{Dialect, IndexExpressionStyle, IndexMethodStyle, IndexNames, SqlWriter};

/// Renders CREATE INDEX. `concurrently` is left out where it is no word of the dialect.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a key or an option, or an expression has no SQL for the dialect.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::Table;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let posts = Table::new("posts").index(["title"]);
/// assert_eq!(
///     ddl::create_index(&AnsiDialect::new(), &posts, &posts.indexes[0])?,
///     r#"CREATE INDEX "ix_posts_title" ON "posts" ("title")"#
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_index(dialect: &dyn Dialect, table: &Table, index: &Index) -> Result<String> {
    create(dialect, table, index, "")
}

/// CREATE INDEX with `guard`: `IF NOT EXISTS ` or nothing.
pub(super) fn create(
    dialect: &dyn Dialect,
    table: &Table,
    index: &Index,
    guard: &str,
) -> Result<String> {
    let owner = Owner::new(dialect, "index", &index.name).of(table);
    let features = &dialect.capabilities().ddl;
    let method = method(owner, index)?;
    let mut w = SqlWriter::new(dialect);
    w.push("CREATE ");
    w.push(if index.unique { "UNIQUE " } else { "" });
    w.push(method.kind).push("INDEX ");
    if index.concurrently && features.concurrent_indexes {
        w.push("CONCURRENTLY ");
    }
    w.push(guard);
    let is_qualified = features.index_names == IndexNames::Qualified;
    if let Some(schema) = table.schema.as_ref().filter(|_| is_qualified) {
        w.ident(schema).push(".");
    }
    w.constraint(&index.name).push(&method.before_table);
    w.push(" ON ");
    if is_qualified {
        w.ident(&table.name);
    } else {
        w.qualified(&table.qualified_name());
    }
    w.push(&method.behind_table).push(" (");
    for (position, key) in index.keys.iter().enumerate() {
        w.push(if position == 0 { "" } else { ", " });
        write_key(&mut w, key, owner)?;
    }
    w.push(")");
    write_options(&mut w, index, owner)?;
    Ok(w.finish().0)
}

/// What follows the keys.
fn write_options(w: &mut SqlWriter<'_>, index: &Index, owner: Owner<'_>) -> Result<()> {
    let features = &w.dialect().capabilities().ddl;
    if !index.include.is_empty() {
        let hint = "leave out `include`, or make the columns keys of an index that is not unique";
        owner.require(features.index_include, "INCLUDE", hint)?;
        w.push(" INCLUDE (").idents(&index.include).push(")");
    }
    if index.nulls_not_distinct {
        let hint = "leave out `nulls_not_distinct`, or make the columns NOT NULL";
        owner.require(features.nulls_not_distinct, "NULLS NOT DISTINCT", hint)?;
        w.push(" NULLS NOT DISTINCT");
    }
    if let Some(filter) = &index.filter {
        let hint = "leave out the condition, so that all rows are indexed";
        owner.require(features.index_filters, "a WHERE condition", hint)?;
        w.push(" WHERE ").push(owner.sql(filter, "condition")?);
    }
    Ok(())
}

/// The places of the method of an index.
#[derive(Default)]
struct Method {
    kind: &'static str,
    before_table: String,
    behind_table: String,
}

fn method(owner: Owner<'_>, index: &Index) -> Result<Method> {
    let Some(name) = &index.method else {
        return Ok(Method::default());
    };
    let dialect = owner.dialect();
    let mut method = Method::default();
    let is_known = match dialect.capabilities().ddl.index_methods {
        IndexMethodStyle::Unsupported => false,
        IndexMethodStyle::Using => {
            let mut w = SqlWriter::new(dialect);
            w.push(" USING ");
            write_word(&mut w, name);
            method.behind_table = w.finish().0;
            true
        }
        IndexMethodStyle::Prefix => match name.to_ascii_lowercase().as_str() {
            "fulltext" => {
                method.kind = "FULLTEXT ";
                true
            }
            "spatial" => {
                method.kind = "SPATIAL ";
                true
            }
            known @ ("btree" | "hash") => {
                method.before_table = format!(" USING {}", known.to_ascii_uppercase());
                true
            }
            _ => false,
        },
    };
    let hint = "leave out `method`, or give the index to the dialects that have the method";
    owner.require(is_known, &format!("the method {name}"), hint)?;
    Ok(method)
}

/// Writes a name as it is if it is a plain word in lower case, with dots, and otherwise quoted.
fn write_word(w: &mut SqlWriter<'_>, name: &str) {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '.');
    if name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(is_plain) {
        w.push(name);
    } else {
        w.ident(name);
    }
}

/// Renders a key: `"name" COLLATE "C" text_pattern_ops DESC NULLS LAST`.
pub(super) fn write_key(w: &mut SqlWriter<'_>, key: &IndexKey, owner: Owner<'_>) -> Result<()> {
    let features = &w.dialect().capabilities().ddl;
    write_key_of(w, &key.of, owner)?;
    if let Some(length) = key.length {
        let hint = "leave out the length of the key";
        owner.require(features.index_prefixes, "a key with a length", hint)?;
        w.push("(").display(length).push(")");
    }
    if let Some(collation) = &key.collation {
        let hint = "give the collation to the column";
        owner.require(features.index_collations, "a key with a collation", hint)?;
        w.dialect().write_collation(w, Some(collation))?;
    }
    if let Some(class) = &key.operator_class {
        let hint = "leave out the operator class";
        owner.require(features.operator_classes, "an operator class", hint)?;
        w.push(" ");
        write_word(w, class);
    }
    if key.descending {
        owner.require(features.descending_keys, "DESC", "leave out `descending`")?;
        w.push(" DESC");
    }
    if let Some(first) = key.nulls_first {
        let feature = if first { "NULLS FIRST" } else { "NULLS LAST" };
        let hint = "leave out `nulls_first`";
        owner.require(features.index_nulls_order, feature, hint)?;
        w.push(" ").push(feature);
    }
    Ok(())
}

fn write_key_of(w: &mut SqlWriter<'_>, of: &KeyOf, owner: Owner<'_>) -> Result<()> {
    let sql = match of {
        KeyOf::Column(name) => {
            w.ident(name);
            return Ok(());
        }
        KeyOf::Expression(sql) => sql,
    };
    let style = w.dialect().capabilities().ddl.index_expressions;
    let hint = "add a generated column with the expression, and index that one";
    let has_it = style != IndexExpressionStyle::Unsupported;
    owner.require(has_it, "an expression", hint)?;
    let sql = owner.sql(sql, "expression")?;
    if style == IndexExpressionStyle::Plain {
        w.push(sql);
    } else {
        w.push("(").push(sql).push(")");
    }
    Ok(())
}

/// Renders DROP INDEX.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::Table;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let posts = Table::new("posts").index(["title"]);
/// assert_eq!(
///     ddl::drop_index(&AnsiDialect::new(), &posts.qualified_name(), &posts.indexes[0]),
///     r#"DROP INDEX "ix_posts_title""#
/// );
/// ```
pub fn drop_index(dialect: &dyn Dialect, table: &QualifiedName, index: &Index) -> String {
    remove(dialect, table, index, "")
}

/// DROP INDEX with `guard`: `IF EXISTS ` or nothing.
pub(super) fn remove(
    dialect: &dyn Dialect,
    table: &QualifiedName,
    index: &Index,
    guard: &str,
) -> String {
    let features = &dialect.capabilities().ddl;
    let mut w = SqlWriter::new(dialect);
    w.push("DROP INDEX ");
    if index.concurrently && features.concurrent_indexes {
        w.push("CONCURRENTLY ");
    }
    w.push(guard);
    if features.index_names == IndexNames::OfTable {
        w.constraint(&index.name).push(" ON ").qualified(table);
    } else {
        if let Some(schema) = &table.schema {
            w.ident(schema).push(".");
        }
        w.constraint(&index.name);
    }
    w.finish().0
}
