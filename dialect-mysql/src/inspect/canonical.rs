//! Schemas in the form in which the servers keep them: tables, columns, views and sequences. Keys, constraints and indexes
//! are in `canonical_keys.rs`.

use std::borrow::Cow;

use orm_core::schema::{
    Column, Generated, Name, QualifiedName, Schema, Sequence, ServerDefault, Table, View,
};
use orm_core::sql::{Dialect as _, ddl};
use orm_core::types::Type;
use orm_core::value::Value;

use super::canonical_keys::{self as keys, schema_name};
use super::native::Native;
use super::{defaults, expressions, options, views};
use crate::{MysqlDialect, types};

/// The greatest and, negated, the least value of a sequence of MariaDB.
const SEQUENCE_LIMIT: i64 = i64::MAX - 1;

/// A schema as the server keeps it. Temporary tables are of a session, and no part of it.
pub(super) fn schema(dialect: MysqlDialect, schema: &Schema) -> Schema {
    let lasting = schema.tables().iter().filter(|table| !table.temporary);
    let mut kept = Schema::unchecked(lasting.map(|it| table(dialect, it)).collect());
    kept.views = schema
        .views
        .iter()
        .map(|it| view(dialect, schema, it))
        .collect();
    kept.views.sort_by_key(View::qualified_name);
    if dialect == MysqlDialect::MariaDb {
        kept.sequences = schema.sequences.iter().map(sequence).collect();
        kept.sequences.sort_by_key(Sequence::qualified_name);
    }
    kept
}

fn table(dialect: MysqlDialect, table: &Table) -> Table {
    let mut kept = Table::new(table.name.clone());
    kept.schema = schema_name(table.schema.as_ref());
    kept.comment = comment(table.comment.as_ref());
    kept.columns = table
        .columns
        .iter()
        .map(|it| column(dialect, table, it))
        .collect();
    kept.options = options::canonical(dialect, table);
    kept.attached = options::triggers(dialect, table);
    keys::write(dialect, table, &mut kept);
    kept
}

/// An empty comment is none.
fn comment(comment: Option<&Name>) -> Option<Name> {
    comment.filter(|comment| !comment.is_empty()).cloned()
}

fn column(dialect: MysqlDialect, table: &Table, column: &Column) -> Column {
    let native = native(dialect, column);
    let mut kept = Column::new(column.name.clone(), column.ty.clone());
    kept.auto_increment = column.auto_increment;
    kept.comment = comment(column.comment.as_ref());
    kept.nullable = is_nullable(dialect, table, column);
    kept.length = column.length;
    if let Some(native) = &native {
        let name = || format!("{}_{}", table.name, column.name);
        let logical = native.logical(name);
        (kept.ty, kept.length) = (logical.ty, logical.length);
        if !logical.is_exact {
            kept.sql_types = vec![(dialect.name().into(), native.to_sql().into())].into();
        }
        kept.collation = collation(dialect, column, native);
    }
    if let Some(generated) = &column.generated {
        kept.generated = Some(generated_value(dialect, generated));
    } else if let Some(default) = &column.server_default {
        kept.server_default = default_value(dialect, column, default, native.as_ref(), &kept.ty);
    }
    kept
}

/// The native type that a column is created with. `None` for an extension that has none here.
pub(super) fn native(dialect: MysqlDialect, column: &Column) -> Option<Native> {
    let name = match column.sql_type(dialect.name()) {
        Some(own) => Cow::Borrowed(own),
        None => types::column_name(&column.ty, column.length, dialect.name())?,
    };
    Some(Native::parse(&name))
}

/// Keys are NOT NULL, and MariaDB has no NOT NULL of generated columns.
fn is_nullable(dialect: MysqlDialect, table: &Table, column: &Column) -> bool {
    if column.generated.is_some() && dialect == MysqlDialect::MariaDb {
        return true;
    }
    let is_key = table.key_columns().contains(&column.name);
    column.nullable && !is_key && !column.auto_increment
}

/// The collation, if it is not the dialect's.
fn collation(dialect: MysqlDialect, column: &Column, native: &Native) -> Option<Name> {
    if !native.has_collation() {
        return None;
    }
    let own = column.collation.clone().or_else(|| native.collation());
    let own = own.map(|name| name.to_ascii_lowercase());
    own.filter(|name| name != dialect.collation())
        .map(Name::Owned)
}

fn generated_value(dialect: MysqlDialect, generated: &Generated) -> Generated {
    let mut kept = generated.clone();
    if let Some(sql) = generated.expression.of_dialect(dialect.name()) {
        kept.expression = expressions::value(sql).to_string().into();
    }
    kept
}

/// The default, which is read from the SQL that it is created with.
fn default_value(
    dialect: MysqlDialect,
    column: &Column,
    default: &ServerDefault,
    native: Option<&Native>,
    ty: &Type,
) -> Option<ServerDefault> {
    let sql = match default {
        ServerDefault::Literal(_) => ddl::default_sql(&dialect, default).ok(),
        ServerDefault::Raw(sql) => sql.of_dialect(dialect.name()).map(str::to_owned),
        ServerDefault::NextValue(name) => {
            let mut name = name.clone();
            name.schema = schema_name(name.schema.as_ref());
            return Some(ServerDefault::NextValue(name));
        }
        _ => None,
    };
    let (Some(sql), Some(native)) = (sql, native) else {
        return Some(default.clone());
    };
    if let ServerDefault::Literal(literal) = default
        && column.ty == Type::Uuid
        && let Value::Text(text) = literal.to_value()
        && let Some(bytes) = uuid(&text)
    {
        return defaults::canonical(native, ty, &bytes);
    }
    defaults::canonical(native, ty, &sql)
}

/// The bytes of a UUID in its usual form, as a literal.
fn uuid(text: &str) -> Option<String> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let is_uuid = digits.len() == 32 && digits.chars().all(|c| c.is_ascii_hexdigit());
    is_uuid.then(|| format!("x'{digits}'"))
}

/// Columns and comments of views are not stored. What a view depends on is in its query.
fn view(dialect: MysqlDialect, schema: &Schema, view: &View) -> View {
    let mut kept = View::new(view.name.clone(), view.query.clone());
    kept.schema = schema_name(view.schema.as_ref());
    if let Some(sql) = view.query.of_dialect(dialect.name()) {
        let own = view.qualified_name();
        let is_known = |name: &QualifiedName| {
            let mut views = schema.views.iter().map(View::qualified_name);
            *name != own && (schema.find(name).is_some() || views.any(|view| view == *name))
        };
        let query = views::canonical(sql);
        kept.depends_on = views::sources(&query);
        kept.depends_on.retain(is_known);
        kept.depends_on.sort();
        kept.depends_on.dedup();
        kept.query = query.into();
    }
    kept
}

/// A sequence without the values that it has by default.
fn sequence(sequence: &Sequence) -> Sequence {
    let mut kept = sequence.clone();
    kept.schema = schema_name(sequence.schema.as_ref());
    let is_descending = sequence.increment.is_some_and(|increment| increment < 0);
    let (least, most) = if is_descending {
        (-i64::MAX, -1)
    } else {
        (1, SEQUENCE_LIMIT)
    };
    let (least_kept, most_kept) = (
        sequence.min_value.unwrap_or(least),
        sequence.max_value.unwrap_or(most),
    );
    let first = if is_descending { most_kept } else { least_kept };
    let other = |value: i64, default: i64| (value != default).then_some(value);
    kept.increment = sequence.increment.filter(|increment| *increment != 1);
    kept.min_value = other(least_kept, least);
    kept.max_value = other(most_kept, most);
    kept.start = other(
        sequence.start.unwrap_or(first),
        if is_descending { -1 } else { 1 },
    );
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use orm_core::schema::Literal;

    #[test]
    fn sequences_leave_out_their_defaults() {
        let mut numbers = Sequence::new("numbers");
        (numbers.start, numbers.increment) = (Some(1), Some(1));
        (numbers.min_value, numbers.max_value) = (Some(1), Some(SEQUENCE_LIMIT));
        assert_eq!(sequence(&numbers), Sequence::new("numbers"));
        let mut from_five = Sequence::new("numbers");
        from_five.min_value = Some(5);
        assert_eq!(sequence(&from_five).start, Some(5));
        assert_eq!(sequence(&sequence(&from_five)), sequence(&from_five));
    }

    #[test]
    fn columns_get_the_type_that_is_stored() {
        let of = |column: Column| {
            let table = Table::new("t").column(column);
            let kept = super::table(MysqlDialect::MariaDb, &table);
            assert_eq!(super::table(MysqlDialect::MariaDb, &kept), kept);
            kept.columns.into_iter().next().unwrap()
        };
        assert_eq!(of(Column::new("a", Type::Timestamp)).ty, Type::DateTime);
        assert_eq!(of(Column::new("a", Type::Interval)).ty, Type::Int64);
        let char = vec![("mariadb".into(), "CHARACTER(3) COLLATE utf8mb4_bin".into())];
        let kept = of(Column::new("a", Type::Text).sql_types(char.into()));
        assert_eq!(kept.sql_type("mariadb"), Some("char(3)"));
        assert_eq!(kept.collation.as_deref(), Some("utf8mb4_bin"));
        let nil = Literal::Text("00000000-0000-0000-0000-000000000000".into());
        let kept = of(Column::new("a", Type::Uuid).server_default(ServerDefault::Literal(nil)));
        assert_eq!(
            kept.server_default,
            Some(ServerDefault::Raw(
                "0x00000000000000000000000000000000".into()
            ))
        );
    }
}
