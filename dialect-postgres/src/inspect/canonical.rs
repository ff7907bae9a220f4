//! Schemas as the catalogue has them: what `Inspector::canonical` returns, and the last step of reading one.
//!
//! Lists without an order of their own are sorted by name. A schema that is named stays, though it may be the
//! connection's current one, which is not known here. The former names of tables and columns stay for migrations.

use orm_core::schema::{
    Check, Column, Exclusion, ForeignKey, Generated, Identity, Index, IndexKey, KeyOf, Name,
    Schema, Sequence, SqlText, Table, TableOption, Unique, naming,
};
use orm_core::sql::Dialect as _;

use super::expression::{self, canonical_sql};
use super::native::ty;
use super::view::comment;
use super::{attached, literal, rule, tokens, view};
use crate::dialect::PostgresDialect;
use crate::types::NAME;

/// Returns a schema in its one form.
pub(super) fn schema(schema: &Schema) -> Schema {
    let mut canonical = Schema::unchecked(schema.tables().iter().map(table).collect());
    canonical.views = schema
        .views
        .iter()
        .filter_map(|own| view::canonical_view(own, schema))
        .collect();
    canonical
        .views
        .sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
    canonical.sequences = schema.sequences.iter().map(sequence).collect();
    canonical
        .sequences
        .sort_by(|a, b| (&a.name, &a.schema).cmp(&(&b.name, &b.schema)));
    canonical
}

fn table(table: &Table) -> Table {
    let mut canonical = table.clone();
    for own in &mut canonical.columns {
        ty(table, own);
    }
    canonical.columns = canonical
        .columns
        .iter()
        .map(|own| column(&canonical, own))
        .collect();
    let known = &canonical;
    let checks = sorted(
        table.checks.iter().filter_map(|own| check(known, own)),
        |own| &own.name,
    );
    let indexes = sorted(
        table.indexes.iter().filter_map(|own| index(known, own)),
        |own| &own.name,
    );
    let exclusions = table
        .exclusions
        .iter()
        .filter_map(|own| exclusion(known, own));
    let exclusions = sorted(exclusions, |own| &own.name);
    let own = table.attached.iter().filter(|own| own.is_of(NAME));
    let attached = sorted(own.map(|own| attached::canonical(own, known)), |own| {
        &own.name
    });
    let options = table
        .options
        .iter()
        .filter(|own| own.dialect == NAME)
        .map(option);
    canonical.options = sorted(options, |own| &own.name);
    canonical.primary_key = table.primary_key.as_ref().map(unique);
    canonical.uniques = sorted(table.uniques.iter().map(unique), |own| &own.name);
    canonical.foreign_keys = sorted(table.foreign_keys.iter().map(foreign_key), |own| &own.name);
    canonical.checks = checks;
    canonical.indexes = indexes;
    canonical.exclusions = exclusions;
    canonical.attached = attached;
    canonical.comment = comment(table.comment.as_ref());
    canonical
}

fn sorted<T>(items: impl Iterator<Item = T>, name: impl Fn(&T) -> &Name) -> Vec<T> {
    let mut items: Vec<T> = items.collect();
    items.sort_by(|a, b| name(a).cmp(name(b)));
    items
}

/// Names of constraints and indexes are truncated; those of tables and columns are refused.
fn fit(name: &str) -> Name {
    naming::fit(name, PostgresDialect.capabilities().identifier_limit)
}

fn column(table: &Table, column: &Column) -> Column {
    let mut canonical = column.clone();
    let default = column.server_default.as_ref();
    canonical.server_default = default
        .filter(|_| !column.auto_increment && column.generated.is_none())
        .and_then(|default| literal::canonical(table, column, default));
    let generated = column.generated.as_ref();
    canonical.generated = generated.and_then(|generated| {
        let sql = generated.expression.of_dialect(NAME)?;
        let expression = canonical_sql(sql, Some(table)).into();
        Some(Generated {
            expression,
            stored: generated.stored,
        })
    });
    canonical.identity = column
        .identity
        .filter(|_| column.auto_increment)
        .and_then(identity);
    canonical.collation = column.collation.clone().filter(|name| name != "default");
    canonical.comment = comment(column.comment.as_ref());
    // An auto-increment key of SQLite, whose table has no such option here.
    canonical.reuses_keys = false;
    canonical.nullable &= !(column.auto_increment || is_key(table, &column.name));
    canonical
}

/// Columns of a primary key and identity columns are NOT NULL, whatever was declared.
fn is_key(table: &Table, column: &Name) -> bool {
    table.key_columns().contains(column)
}

fn identity(identity: Identity) -> Option<Identity> {
    let increment = identity.increment.filter(|by| *by != 1);
    let first = if increment.is_some_and(|by| by < 0) {
        -1
    } else {
        1
    };
    let start = identity.start.filter(|start| *start != first);
    let canonical = Identity {
        start,
        increment,
        ..identity
    };
    Some(canonical).filter(|canonical| *canonical != Identity::default())
}

fn unique(unique: &Unique) -> Unique {
    unique.clone().named(fit(&unique.name))
}

fn foreign_key(key: &ForeignKey) -> ForeignKey {
    let mut canonical = key.clone();
    canonical.name = fit(&key.name);
    canonical
}

/// `None` for what the type of the column refuses, and for SQL of other dialects alone.
fn check(table: &Table, check: &Check) -> Option<Check> {
    let mut canonical = check.clone();
    canonical.name = fit(&check.name);
    canonical.rule = rule::canonical(table, &check.rule)?;
    Some(canonical)
}

fn index(table: &Table, index: &Index) -> Option<Index> {
    let mut canonical = index.clone();
    canonical.name = fit(&index.name);
    canonical.method = index.method.as_ref().map(|name| name.to_lowercase().into());
    canonical.method = canonical.method.filter(|method| method != "btree");
    canonical.filter = filter(table, index.filter.as_ref())?;
    let keys = index.keys.iter().map(|own| key(table, own));
    canonical.keys = keys.collect::<Option<_>>()?;
    canonical.concurrently = false;
    Some(canonical)
}

/// The condition, if there is one. `None` for SQL of other dialects alone.
#[expect(
    clippy::option_option,
    reason = "a missing text is not a missing condition"
)]
fn filter(table: &Table, filter: Option<&SqlText>) -> Option<Option<SqlText>> {
    let Some(filter) = filter else {
        return Some(None);
    };
    let sql = filter.of_dialect(NAME)?;
    Some(Some(canonical_sql(sql, Some(table)).into()))
}

fn key(table: &Table, key: &IndexKey) -> Option<IndexKey> {
    let mut canonical = key.clone();
    if let KeyOf::Expression(sql) = &key.of {
        let text = canonical_sql(sql.of_dialect(NAME)?, Some(table));
        let column = expression::column(table, &text);
        canonical.of = match column {
            Some(column) => KeyOf::Column(column.name.clone()),
            None => KeyOf::Expression(text.into()),
        };
    }
    let of_column = match &canonical.of {
        KeyOf::Column(name) => table.find(name).and_then(|column| column.collation.clone()),
        KeyOf::Expression(_) => None,
    };
    let is_own = |name: &Name| Some(name) != of_column.as_ref() && name != "default";
    canonical.collation = key.collation.clone().filter(is_own);
    canonical.nulls_first = key.nulls_first.filter(|first| *first != key.descending);
    let is_default = |name: &Name| DEFAULT_CLASSES.contains(&&**name);
    canonical.operator_class = key.operator_class.clone().filter(|name| !is_default(name));
    canonical.length = None;
    Some(canonical)
}

/// Operator classes that are the default of their type in every access method that has them.
const DEFAULT_CLASSES: &[&str] = &[
    "array_ops",
    "bool_ops",
    "bytea_ops",
    "date_ops",
    "enum_ops",
    "float4_ops",
    "float8_ops",
    "int2_ops",
    "int4_ops",
    "int8_ops",
    "interval_ops",
    "jsonb_ops",
    "numeric_ops",
    "range_ops",
    "text_ops",
    "time_ops",
    "timestamp_ops",
    "timestamptz_ops",
    "uuid_ops",
];

fn exclusion(table: &Table, exclusion: &Exclusion) -> Option<Exclusion> {
    let mut canonical = exclusion.clone();
    canonical.name = fit(&exclusion.name);
    canonical.method = exclusion.method.to_lowercase().into();
    canonical.filter = filter(table, exclusion.filter.as_ref())?;
    let elements = exclusion.elements.iter();
    let elements = elements.map(|(own, operator)| Some((key(table, own)?, operator.clone())));
    canonical.elements = elements.collect::<Option<_>>()?;
    Some(canonical)
}

fn option(option: &TableOption) -> TableOption {
    let canonical = TableOption::new(NAME, option.name.to_uppercase());
    let Some(value) = &option.value else {
        return canonical;
    };
    let words = tokens::tokens(value);
    canonical.value(tokens::joined(tokens::enclosed(&words)).replace(" = ", "="))
}

fn sequence(sequence: &Sequence) -> Sequence {
    let mut canonical = sequence.clone();
    canonical.increment = sequence.increment.filter(|by| *by != 1);
    let descends = sequence.increment.is_some_and(|by| by < 0);
    let (least, most) = if descends {
        (i64::MIN, -1)
    } else {
        (1, i64::MAX)
    };
    canonical.min_value = sequence.min_value.filter(|value| *value != least);
    canonical.max_value = sequence.max_value.filter(|value| *value != most);
    let first = if descends {
        canonical.max_value.unwrap_or(most)
    } else {
        canonical.min_value.unwrap_or(least)
    };
    canonical.start = sequence.start.filter(|start| *start != first);
    canonical
}
