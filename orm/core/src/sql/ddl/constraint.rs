//! Constraints as clauses of CREATE TABLE, and ALTER TABLE that adds and drops them.

use super::index::write_key;
use super::owner::Owner;
use crate::error::Result;
use crate::schema::{
    Action, Check, Constraint, Deferrable, Exclusion, ForeignKey, Name, Rule, Table, Unique,
};
use crate::sql::{Dialect, EnumStyle, SqlWriter};
use crate::value::Value;

/// Renders a constraint as a clause of a table: `CONSTRAINT "uq" UNIQUE ("a")`. Returns `None` for a CHECK that a native
/// type makes needless.
///
/// # Errors
/// - `Unsupported`: the dialect does not support the constraint, or a condition has no SQL for the dialect.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let users = Table::new("users").unique(["name"]);
/// let unique = Constraint::Unique(users.uniques[0].clone());
/// assert_eq!(
///     ddl::constraint_clause(&AnsiDialect::new(), &users, &unique)?.as_deref(),
///     Some(r#"CONSTRAINT "uq_users_name" UNIQUE ("name")"#)
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn constraint_clause(
    dialect: &dyn Dialect,
    table: &Table,
    constraint: &Constraint,
) -> Result<Option<String>> {
    if is_native(dialect, table, constraint) {
        return Ok(None);
    }
    let owner = Owner::constraint(dialect, table, constraint.name());
    let mut w = SqlWriter::new(dialect);
    w.push("CONSTRAINT ").constraint(constraint.name());
    w.push(" ");
    match constraint {
        Constraint::PrimaryKey(key) => write_primary_key(&mut w, table, key, owner)?,
        Constraint::Unique(unique) => write_unique(&mut w, unique, owner)?,
        Constraint::ForeignKey(key) => write_foreign_key(&mut w, table, key, owner)?,
        Constraint::Check(check) => write_check(&mut w, check, owner)?,
        Constraint::Exclusion(exclusion) => write_exclusion(&mut w, exclusion, owner)?,
    }
    Ok(Some(w.finish().0))
}

/// Renders ALTER TABLE … ADD CONSTRAINT. Returns `None` for a CHECK that a native type makes needless.
///
/// # Errors
/// - `Unsupported`: the dialect can't add constraints, or does not support this one.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let users = Table::new("users").unique(["name"]);
/// let unique = Constraint::Unique(users.uniques[0].clone());
/// assert_eq!(
///     ddl::add_constraint(&AnsiDialect::new(), &users, &unique)?.as_deref(),
///     Some(r#"ALTER TABLE "users" ADD CONSTRAINT "uq_users_name" UNIQUE ("name")"#)
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn add_constraint(
    dialect: &dyn Dialect,
    table: &Table,
    constraint: &Constraint,
) -> Result<Option<String>> {
    check_alterable(dialect, table, constraint)?;
    let clause = constraint_clause(dialect, table, constraint)?;
    Ok(clause.map(|clause| {
        let mut w = SqlWriter::new(dialect);
        w.push("ALTER TABLE ").qualified(&table.qualified_name());
        w.push(" ADD ").push(&clause);
        w.finish().0
    }))
}

/// Renders ALTER TABLE … DROP CONSTRAINT. Returns `None` for a CHECK that a native type makes needless.
///
/// # Errors
/// - `Unsupported`: the dialect can't drop constraints.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::*;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let users = Table::new("users").unique(["name"]);
/// let unique = Constraint::Unique(users.uniques[0].clone());
/// assert_eq!(
///     ddl::drop_constraint(&AnsiDialect::new(), &users, &unique)?.as_deref(),
///     Some(r#"ALTER TABLE "users" DROP CONSTRAINT "uq_users_name""#)
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn drop_constraint(
    dialect: &dyn Dialect,
    table: &Table,
    constraint: &Constraint,
) -> Result<Option<String>> {
    check_alterable(dialect, table, constraint)?;
    if is_native(dialect, table, constraint) {
        return Ok(None);
    }
    let features = &dialect.capabilities().ddl;
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(&table.qualified_name());
    w.push(" ");
    let words = match (constraint, features.drop_primary_key) {
        (Constraint::PrimaryKey(_), Some(words)) => {
            w.push(words);
            return Ok(Some(w.finish().0));
        }
        (Constraint::PrimaryKey(_) | Constraint::Exclusion(_), _) => "DROP CONSTRAINT",
        (Constraint::Unique(_), _) => features.drop_unique,
        (Constraint::Check(_), _) => features.drop_check,
        (Constraint::ForeignKey(_), _) => dialect.drop_foreign_key(),
    };
    w.push(words).push(" ").constraint(constraint.name());
    Ok(Some(w.finish().0))
}

fn check_alterable(dialect: &dyn Dialect, table: &Table, constraint: &Constraint) -> Result<()> {
    if dialect.capabilities().alter_constraint {
        return Ok(());
    }
    let owner = Owner::constraint(dialect, table, constraint.name());
    let name = dialect.name();
    let message = format!("{name} can't add or drop {owner} of an existing table");
    let hint = "create the table with the constraint, or rebuild the table";
    Err(owner.unsupported(message).with_hint(hint))
}

/// Renders ALTER TABLE … ADD CONSTRAINT, for a foreign key of a cycle.
///
/// # Errors
/// - `Unsupported`: the dialect does not support a clause of the foreign key.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::Table;
/// # use orm_core::sql::ddl;
/// # use orm_core::testing::AnsiDialect;
/// let posts = Table::new("posts").foreign_key(["author_id"], "users", ["id"]);
/// assert_eq!(
///     ddl::add_foreign_key(&AnsiDialect::new(), &posts, &posts.foreign_keys[0])?,
///     r#"ALTER TABLE "posts" ADD CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")"#
/// );
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn add_foreign_key(dialect: &dyn Dialect, table: &Table, key: &ForeignKey) -> Result<String> {
    let owner = Owner::constraint(dialect, table, &key.name);
    let mut w = SqlWriter::new(dialect);
    w.push("ALTER TABLE ").qualified(&table.qualified_name());
    w.push(" ADD CONSTRAINT ").constraint(&key.name).push(" ");
    write_foreign_key(&mut w, table, key, owner)?;
    Ok(w.finish().0)
}

/// Whether the type of the column refuses what the rule does.
fn is_native(dialect: &dyn Dialect, table: &Table, constraint: &Constraint) -> bool {
    let Constraint::Check(check) = constraint else {
        return false;
    };
    let capabilities = dialect.capabilities();
    let find = |name: &str| {
        let column = table.find(name);
        column.filter(|column| column.sql_type(dialect.name()).is_none())
    };
    match &check.rule {
        Rule::Range { column, .. } => capabilities.unsigned_integers && find(column).is_some(),
        Rule::OneOf { column, .. } => {
            capabilities.enums != EnumStyle::Check
                && find(column).is_some_and(|column| column.ty.native_enum().is_some())
        }
        Rule::Raw(_) => false,
    }
}

fn write_primary_key(
    w: &mut SqlWriter<'_>,
    table: &Table,
    key: &Unique,
    owner: Owner<'_>,
) -> Result<()> {
    w.push("PRIMARY KEY (").idents(&key.columns);
    let mut columns = key.columns.iter().filter_map(|name| table.find(name));
    if let Some(generated) = columns.find(|column| column.auto_increment) {
        w.push(w.dialect().primary_key_option(generated));
    }
    w.push(")");
    write_deferrable_unique(w, key, owner)
}

fn write_unique(w: &mut SqlWriter<'_>, unique: &Unique, owner: Owner<'_>) -> Result<()> {
    w.push("UNIQUE ");
    if unique.nulls_not_distinct {
        let hint = "leave out `nulls_not_distinct`, or make the columns NOT NULL";
        let has_it = w.dialect().capabilities().ddl.nulls_not_distinct;
        owner.require(has_it, "NULLS NOT DISTINCT", hint)?;
        w.push("NULLS NOT DISTINCT ");
    }
    w.push("(").idents(&unique.columns).push(")");
    write_deferrable_unique(w, unique, owner)
}

fn write_deferrable_unique(w: &mut SqlWriter<'_>, unique: &Unique, owner: Owner<'_>) -> Result<()> {
    let has_it = w.dialect().capabilities().ddl.deferrable_uniques;
    write_deferrable(w, unique.deferrable, has_it, owner)
}

fn write_deferrable(
    w: &mut SqlWriter<'_>,
    deferrable: Option<Deferrable>,
    has_it: bool,
    owner: Owner<'_>,
) -> Result<()> {
    let words = match deferrable {
        None => return Ok(()),
        Some(Deferrable::Immediate) => " DEFERRABLE INITIALLY IMMEDIATE",
        Some(Deferrable::Deferred) => " DEFERRABLE INITIALLY DEFERRED",
    };
    owner.require(has_it, "DEFERRABLE", "leave out `deferrable`")?;
    w.push(words);
    Ok(())
}

fn write_foreign_key(
    w: &mut SqlWriter<'_>,
    table: &Table,
    key: &ForeignKey,
    owner: Owner<'_>,
) -> Result<()> {
    let capabilities = w.dialect().capabilities();
    let features = &capabilities.ddl;
    w.push("FOREIGN KEY (").idents(&key.columns);
    w.push(") REFERENCES ");
    if features.foreign_schemas {
        w.qualified(&key.referenced());
    } else {
        let hint = "reference a table of the same schema";
        let is_same = key.schema == table.schema;
        owner.require(is_same, "a reference to another schema", hint)?;
        w.ident(&key.table);
    }
    w.push(" (").idents(&key.references).push(")");
    if key.match_full {
        let hint = "leave out `match_full`, or make the columns NOT NULL";
        owner.require(features.match_full, "MATCH FULL", hint)?;
        w.push(" MATCH FULL");
    }
    let restricts = capabilities.restrict_action;
    let is_written =
        |action| action != Action::NoAction && (restricts || action != Action::Restrict);
    if is_written(key.on_delete) {
        w.push(" ON DELETE ").push(key.on_delete.as_sql());
    }
    if is_written(key.on_update) {
        w.push(" ON UPDATE ").push(key.on_update.as_sql());
    }
    write_deferrable(w, key.deferrable, features.deferrable_foreign_keys, owner)
}

fn write_check(w: &mut SqlWriter<'_>, check: &Check, owner: Owner<'_>) -> Result<()> {
    w.push("CHECK (");
    write_rule(w, &check.rule, owner)?;
    w.push(")");
    Ok(())
}

/// The condition of a CHECK, with literals: DDL has no binds.
fn write_rule(w: &mut SqlWriter<'_>, rule: &Rule, owner: Owner<'_>) -> Result<()> {
    match rule {
        Rule::Raw(sql) => {
            w.push(owner.sql(sql, "condition")?);
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

/// `EXCLUDE USING gist ("room" WITH =, "during" WITH &&) WHERE (…)`.
fn write_exclusion(w: &mut SqlWriter<'_>, exclusion: &Exclusion, owner: Owner<'_>) -> Result<()> {
    let has_it = w.dialect().capabilities().ddl.exclusions;
    let hint = "leave out the exclusion constraint, or check the rows in a trigger";
    owner.require(has_it, "EXCLUDE", hint)?;
    w.push("EXCLUDE USING ").ident(&exclusion.method);
    for (index, (key, operator)) in exclusion.elements.iter().enumerate() {
        w.push(if index == 0 { " (" } else { ", " });
        write_key(w, key, owner)?;
        w.push(" WITH ").push(operator);
    }
    w.push(")");
    if let Some(filter) = &exclusion.filter {
        let filter = owner.sql(filter, "condition")?;
        w.push(" WHERE (").push(filter).push(")");
    }
    write_deferrable(w, exclusion.deferrable, has_it, owner)
}
