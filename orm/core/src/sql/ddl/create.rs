//! CREATE TABLE with everything that belongs to it, and CREATE INDEX.

use crate::error::{Error, ErrorKind, Result};
use crate::schema::{
    Action, Check, Column, ForeignKey, Index, Literal, Name, Rule, ServerDefault, Table,
};
use crate::sql::{Dialect, EnumStyle, SqlWriter};
use crate::value::Value;

/// Renders CREATE TABLE, without the foreign keys named in `deferred`.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a type, a default or a name.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let users = Table::new("users").column(Column::new("id", Type::Int64)).primary_key(["id"]);
/// assert_eq!(
///     ddl::create_table(&AnsiDialect::new(), &users, &[])?,
///     r#"CREATE TABLE "users" (
///     "id" BIGINT NOT NULL,
///     CONSTRAINT "pk_users" PRIMARY KEY ("id")
/// )"#
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn create_table(dialect: &dyn Dialect, table: &Table, deferred: &[&str]) -> Result<String> {
    let mut w = SqlWriter::new(dialect);
    check_name(dialect, &table.name, &table.name)?;
    w.push("CREATE TABLE ").ident(&table.name).push(" (");
    for (index, column) in table.columns.iter().enumerate() {
        check_name(dialect, &table.name, &column.name)?;
        w.push(if index == 0 { "\n    " } else { ",\n    " });
        write_column(&mut w, table, column)?;
    }
    write_primary_key(&mut w, table);
    for unique in &table.uniques {
        write_constraint(&mut w, &unique.name);
        w.push("UNIQUE (").idents(&unique.columns).push(")");
    }
    for check in &table.checks {
        if !is_native(dialect, table, &check.rule) {
            write_check(&mut w, check)?;
        }
    }
    for key in &table.foreign_keys {
        if !deferred.contains(&key.name.as_ref()) {
            write_constraint(&mut w, &key.name);
            write_foreign_key(&mut w, key);
        }
    }
    w.push("\n)").push(dialect.table_options());
    Ok(w.finish().0)
}

/// Whether the type of the column refuses what the rule does.
fn is_native(dialect: &dyn Dialect, table: &Table, rule: &Rule) -> bool {
    let capabilities = dialect.capabilities();
    let find = |name: &str| {
        let column = table.find(name);
        column.filter(|column| column.sql_type(dialect.name()).is_none())
    };
    match rule {
        Rule::Range { column, .. } => capabilities.unsigned_integers && find(column).is_some(),
        Rule::OneOf { column, .. } => {
            capabilities.enums != EnumStyle::Check
                && find(column).is_some_and(|column| column.ty.native_enum().is_some())
        }
        Rule::Raw(_) => false,
    }
}

// A database that truncates the name of a table or column silently would know it by another name than the model.
pub(super) fn check_name(dialect: &dyn Dialect, table: &str, name: &str) -> Result<()> {
    let limit = dialect.capabilities().identifier_limit;
    if name.len() <= limit {
        return Ok(());
    }
    Err(Error::with_message(
        ErrorKind::Unsupported,
        format!(
            "identifier {name} is longer than the {limit} bytes that {} allows",
            dialect.name()
        ),
    )
    .with_table(table)
    .with_hint("choose a shorter name with #[orm(table = \"…\")] or #[orm(column = \"…\")]"))
}

fn write_column(w: &mut SqlWriter<'_>, table: &Table, column: &Column) -> Result<()> {
    let dialect = w.dialect();
    let ty = match column.sql_type(dialect.name()) {
        Some(own) => own.to_owned(),
        None => dialect.column_type(table, column)?,
    };
    let not_null = if column.nullable { "" } else { " NOT NULL" };
    let default = default_clause(dialect, column)?;
    w.ident(&column.name).push(" ").push(&ty);
    w.push(&dialect.column_clauses(&dialect.column_options(column), not_null, &default));
    Ok(())
}

fn default_clause(dialect: &dyn Dialect, column: &Column) -> Result<String> {
    Ok(match &column.server_default {
        None => String::new(),
        Some(ServerDefault::Raw(sql)) => format!(" DEFAULT {}", dialect.default_expression(sql)),
        Some(ServerDefault::Literal(constant)) => {
            let literal = dialect.default_literal(column, &constant_value(column, constant))?;
            format!(" DEFAULT {literal}")
        }
    })
}

/// The value of a constant. A number with a fraction is exact in a column of exact decimals.
fn constant_value(column: &Column, constant: &Literal) -> Value {
    match constant {
        Literal::Float(number) if column.ty.is_decimal() => {
            let exact = format!("{number:?}").parse();
            exact.map_or(Value::Float(*number), Value::Decimal)
        }
        _ => constant.to_value(),
    }
}

/// Renders the expression of a default, for a SELECT.
///
/// # Errors
/// As [`Dialect::literal`].
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let seven = ServerDefault::Literal(Literal::Int(7));
/// assert_eq!(ddl::default_sql(&AnsiDialect::new(), &seven)?, "7");
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn default_sql(dialect: &dyn Dialect, default: &ServerDefault) -> Result<String> {
    match default {
        ServerDefault::Raw(sql) => Ok(sql.to_string()),
        ServerDefault::Literal(constant) => dialect.literal(&constant.to_value()),
    }
}

fn write_constraint(w: &mut SqlWriter<'_>, name: &str) {
    w.push(",\n    CONSTRAINT ").constraint(name).push(" ");
}

fn write_primary_key(w: &mut SqlWriter<'_>, table: &Table) {
    let Some(key) = &table.primary_key else {
        return;
    };
    write_constraint(w, &key.name);
    w.push("PRIMARY KEY (").idents(&key.columns);
    let mut columns = key.columns.iter().filter_map(|name| table.find(name));
    if let Some(generated) = columns.find(|column| column.auto_increment) {
        w.push(w.dialect().primary_key_option(generated));
    }
    w.push(")");
}

fn write_check(w: &mut SqlWriter<'_>, check: &Check) -> Result<()> {
    write_constraint(w, &check.name);
    w.push("CHECK (");
    write_rule(w, &check.rule)?;
    w.push(")");
    Ok(())
}

/// The condition of a CHECK, with literals: DDL has no binds.
fn write_rule(w: &mut SqlWriter<'_>, rule: &Rule) -> Result<()> {
    match rule {
        Rule::Raw(sql) => {
            w.push(sql);
        }
        Rule::Range {
            column,
            least,
            most,
        } => {
            // Beyond 64 bits with a sign the column has exact decimals.
            let is_wide = i64::try_from(*most).is_err();
            let [least, most] = if is_wide {
                [
                    Value::Decimal((*least).into()),
                    Value::Decimal((*most).into()),
                ]
            } else {
                [Value::Int(*least), Value::Int((*most).cast_signed())]
            };
            let literal = |bound: &Value| w.dialect().literal(bound);
            let (least, most) = (literal(&least)?, literal(&most)?);
            w.ident(column).push(" BETWEEN ").push(&least);
            w.push(" AND ").push(&most);
        }
        Rule::OneOf { column, labels } => {
            let dialect = w.dialect();
            let literal = |label: &Name| dialect.literal(&Value::Text(label.to_string()));
            let labels = labels.iter().map(literal).collect::<Result<Vec<_>>>()?;
            w.ident(column).push(" IN (");
            w.push(&labels.join(", ")).push(")");
        }
    }
    Ok(())
}

fn write_foreign_key(w: &mut SqlWriter<'_>, key: &ForeignKey) {
    w.push("FOREIGN KEY (")
        .idents(&key.columns)
        .push(") REFERENCES ")
        .ident(&key.table);
    w.push(" (").idents(&key.references).push(")");
    let restricts = w.dialect().capabilities().restrict_action;
    let is_written =
        |action| action != Action::NoAction && (restricts || action != Action::Restrict);
    if is_written(key.on_delete) {
        w.push(" ON DELETE ").push(key.on_delete.as_sql());
    }
    if is_written(key.on_update) {
        w.push(" ON UPDATE ").push(key.on_update.as_sql());
    }
}

/// Renders ALTER TABLE … ADD CONSTRAINT, for a foreign key of a cycle.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let posts = Table::new("posts").foreign_key(["author_id"], "users", ["id"]);
/// assert_eq!(
///     ddl::add_foreign_key(&AnsiDialect::new(), &posts, &posts.foreign_keys[0]),
///     r#"ALTER TABLE "posts" ADD CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")"#
/// );
/// ```
pub fn add_foreign_key(dialect: &dyn Dialect, table: &Table, key: &ForeignKey) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").ident(&table.name);
    w.push(" ADD CONSTRAINT ").constraint(&key.name).push(" ");
    write_foreign_key(&mut w, key);
    w.finish().0
}

/// Renders CREATE INDEX.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Literal, ServerDefault, Table};
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// # use orm_core::types::Type;
/// let posts = Table::new("posts").index(["title"]);
/// assert_eq!(
///     ddl::create_index(&AnsiDialect::new(), &posts, &posts.indexes[0]),
///     r#"CREATE INDEX "ix_posts_title" ON "posts" ("title")"#
/// );
/// ```
pub fn create_index(dialect: &dyn Dialect, table: &Table, index: &Index) -> String {
    let mut w = SqlWriter::new(dialect);
    w.push(if index.unique {
        "CREATE UNIQUE INDEX "
    } else {
        "CREATE INDEX "
    });
    w.constraint(&index.name).push(" ON ").ident(&table.name);
    w.push(" (").idents(&index.columns).push(")");
    w.finish().0
}
