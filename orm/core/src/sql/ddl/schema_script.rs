//! The statements that create or drop all objects of a schema: enumerated types, sequences, tables and views.

use super::comment::comment_on_view;
use super::guarded::create_schema_if_not_exists;
use super::objects::{create_sequence, create_view, drop_sequence, drop_view};
use super::script::{create_all, drop_all, drop_script, sort_names, to_script};
use crate::error::Result;
use crate::schema::{Name, QualifiedName, Schema, Table, View};
use crate::sql::Dialect;

/// Returns the statements that create the objects of a schema: the schemas of the database that do not exist, sequences,
/// types, tables with foreign keys of cycles last, and views in the order of their dependencies.
///
/// # Errors
/// - `Unsupported`: the dialect does not support an object or a part of it.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// let mut schema = Schema::new(vec![users])?;
/// schema.views.push(View::new("ids", "SELECT id FROM users").depends_on(["users"]));
/// schema.sequences.push(Sequence::new("numbers"));
/// let statements = ddl::create_schema_objects(&AnsiDialect::new(), &schema)?;
/// assert_eq!(statements[0], r#"CREATE SEQUENCE "numbers""#);
/// assert!(statements[1].starts_with(r#"CREATE TABLE "users""#));
/// assert_eq!(statements[2], r#"CREATE VIEW "ids" AS SELECT id FROM users"#);
/// assert_eq!(
///     ddl::drop_schema_objects(&AnsiDialect::new(), &schema)?,
///     [r#"DROP VIEW "ids""#, r#"DROP TABLE "users""#, r#"DROP SEQUENCE "numbers""#]
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_schema_objects(dialect: &dyn Dialect, schema: &Schema) -> Result<Vec<String>> {
    let mut statements = Vec::new();
    let features = &dialect.capabilities().ddl;
    if features.schemas && features.if_exists {
        for name in schemas(schema) {
            statements.push(create_schema_if_not_exists(dialect, name)?);
        }
    }
    for sequence in &schema.sequences {
        statements.push(create_sequence(dialect, sequence)?);
    }
    let tables: Vec<&Table> = schema.into();
    statements.extend(create_all(dialect, &tables)?);
    for view in ordered_views(schema) {
        statements.push(create_view(dialect, view)?);
        if view.comment.is_some() {
            statements.extend(comment_on_view(dialect, view)?);
        }
    }
    Ok(statements)
}

/// Returns the statements that drop what [`create_schema_objects`] creates, in the reverse order. Schemas of the database
/// stay, since they may have other objects: on MySQL, DROP SCHEMA would drop those, too.
///
/// # Errors
/// As [`drop_all`].
pub fn drop_schema_objects(dialect: &dyn Dialect, schema: &Schema) -> Result<Vec<String>> {
    let views = ordered_views(schema).into_iter().rev();
    let mut statements: Vec<String> = views.map(|view| drop_view(dialect, view)).collect();
    let tables: Vec<&Table> = schema.into();
    statements.extend(drop_all(dialect, &tables)?);
    let sequences = schema.sequences.iter().rev();
    statements.extend(sequences.map(|own| drop_sequence(dialect, &own.qualified_name())));
    Ok(statements)
}

/// The schemas of the database that objects are in, each once, sorted.
fn schemas(schema: &Schema) -> Vec<&Name> {
    let tables = schema.tables().iter().map(|table| &table.schema);
    let views = schema.views.iter().map(|view| &view.schema);
    let sequences = schema.sequences.iter().map(|own| &own.schema);
    let mut names: Vec<&Name> = tables.chain(views).chain(sequences).flatten().collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// Returns the script that drops what [`create_schema_objects`] creates: views, then tables as [`drop_script`] does, then
/// sequences.
///
/// # Errors
/// As [`drop_schema_objects`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let mut schema = Schema::unchecked(vec![Table::new("users")]);
/// schema.views.push(View::new("ids", "SELECT id FROM users"));
/// assert_eq!(
///     ddl::drop_schema_script(&AnsiDialect::new(), &schema)?,
///     "DROP VIEW \"ids\";\n\nDROP TABLE \"users\";\n"
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn drop_schema_script(dialect: &dyn Dialect, schema: &Schema) -> Result<String> {
    let tables: Vec<&Table> = schema.into();
    let tables = drop_script(dialect, &tables)?;
    let views = ordered_views(schema).into_iter().rev();
    let views: Vec<_> = views.map(|view| drop_view(dialect, view)).collect();
    let sequences = schema.sequences.iter();
    let sequences: Vec<_> = sequences
        .map(|own| drop_sequence(dialect, &own.qualified_name()))
        .collect();
    let parts = [to_script(&views), tables, to_script(&sequences)];
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    Ok(parts.collect::<Vec<_>>().join("\n"))
}

/// Returns the views, each behind those that its query reads.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Schema, View};
/// # use orm_core::sql::ddl;
/// let mut schema = Schema::unchecked(Vec::new());
/// schema.views = vec![
///     View::new("a", "SELECT * FROM b").depends_on(["b"]),
///     View::new("b", "SELECT 1"),
/// ];
/// assert_eq!(ddl::ordered_views(&schema)[0].name, "b");
/// ```
pub fn ordered_views(schema: &Schema) -> Vec<&View> {
    let names: Vec<QualifiedName> = schema.views.iter().map(View::qualified_name).collect();
    let parents = schema.views.iter().map(|view| view.depends_on.iter());
    let order = sort_names(&names, parents);
    order.into_iter().map(|at| &schema.views[at]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ANSI, AnsiDialect, with};

    #[test]
    fn views_follow_what_they_read() {
        let mut schema = Schema::unchecked(Vec::new());
        schema.views = vec![
            View::new("a", "SELECT * FROM b").depends_on(["b"]),
            View::new("b", "SELECT * FROM s.c")
                .depends_on([QualifiedName::new("c").in_schema("s"), "t".into()]),
            View::new("c", "SELECT 1"),
        ];
        schema.views[2].schema = Some("s".into());
        let dialect = AnsiDialect::with(with(ANSI, |own| own.ddl.if_exists = true));
        assert_eq!(
            create_schema_objects(&dialect, &schema).unwrap(),
            [
                r#"CREATE SCHEMA IF NOT EXISTS "s""#,
                r#"CREATE VIEW "s"."c" AS SELECT 1"#,
                r#"CREATE VIEW "b" AS SELECT * FROM s.c"#,
                r#"CREATE VIEW "a" AS SELECT * FROM b"#,
            ]
        );
        assert_eq!(
            drop_schema_objects(&dialect, &schema).unwrap(),
            [
                r#"DROP VIEW "a""#,
                r#"DROP VIEW "b""#,
                r#"DROP VIEW "s"."c""#
            ]
        );
    }
}
