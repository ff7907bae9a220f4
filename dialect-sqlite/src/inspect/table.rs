//! Makes a [`Table`] of the text of CREATE TABLE.

use orm_core::schema::{
    Check, Column, ForeignKey, Generated, Name, Rule, ServerDefault, Table, TableOption, Unique,
};
use orm_core::types::Type;

use super::constraint::{Constraint, ConstraintKind, PrimaryKey};
use super::cursor::Cursor;
use super::default::canonical_default;
use super::expression::{canonical, column as find};
use super::foreign_key::Reference;
use super::parse::{ColumnDefinition, Definition, create_table};
use super::{rule, types};
use crate::types::NAME;

/// The table `name` of a CREATE TABLE statement. `None` if the text is none.
pub(super) fn read(name: &str, sql: &str) -> Option<Table> {
    let definition = create_table(sql)?;
    let mut table = Table::new(name.to_owned());
    let columns: Vec<Name> = definition
        .columns
        .iter()
        .map(|column| column.name.clone())
        .collect();
    let mut documents = Vec::new();
    for constraint in &definition.constraints {
        if let Some(column) = document(constraint, &columns) {
            documents.push(column);
        } else {
            add_constraint(&mut table, constraint, &columns);
        }
    }
    for column in &definition.columns {
        let is_document = documents.contains(&column.name);
        let column = read_column(&table.checks, column, is_document, &columns);
        table.columns.push(column);
    }
    set_key_columns(&mut table, &definition);
    let options = [
        (definition.is_strict, "STRICT"),
        (definition.is_without_rowid, "WITHOUT ROWID"),
    ];
    let options = options.into_iter().filter(|(has, _)| *has);
    table.options = options
        .map(|(_, option)| TableOption::new(NAME, option))
        .collect();
    Some(table)
}

fn read_column(
    checks: &[Check],
    definition: &ColumnDefinition,
    is_document: bool,
    columns: &[Name],
) -> Column {
    let mut column = Column::new(definition.name.clone(), Type::Text);
    column.nullable = !definition.not_null;
    let ranges = checks.iter().filter_map(|check| match &check.rule {
        Rule::Range {
            column,
            least,
            most,
        } if *column == definition.name => Some((*least, *most)),
        _ => None,
    });
    let ranges: Vec<_> = ranges.collect();
    types::apply(&mut column, definition, is_document, &ranges);
    let default = definition.default.as_deref().and_then(canonical_default);
    column.server_default = default.map(|sql| ServerDefault::Raw(sql.into()));
    column.generated = definition
        .generated
        .as_ref()
        .map(|(expression, stored)| Generated {
            expression: canonical(expression, columns).into(),
            stored: *stored,
        });
    column
}

/// The column whose CHECK this is, if it is that of JSON documents, which DDL writes without a name.
fn document(constraint: &Constraint, columns: &[Name]) -> Option<Name> {
    let (None, Some(own), ConstraintKind::Check(sql)) =
        (&constraint.name, &constraint.column, &constraint.kind)
    else {
        return None;
    };
    let mut cursor = Cursor::new(sql);
    cursor.take_words(&["json_valid"]).then_some(())?;
    let name = Cursor::new(cursor.take_enclosed()?).take_name()?;
    let found = find(columns, &name)?;
    (cursor.is_end() && found == own).then(|| own.clone())
}

fn add_constraint(table: &mut Table, constraint: &Constraint, columns: &[Name]) {
    let name = constraint.name.clone();
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => {
            let key = declared(&key.columns, columns);
            table.primary_key = Some(Unique::primary_key(&table.name, key));
        }
        ConstraintKind::Unique(key) => {
            let unique = Unique::new(&table.name, declared(key, columns));
            table.uniques.push(match name {
                Some(name) => unique.named(name),
                None => unique,
            });
        }
        ConstraintKind::Check(sql) => {
            let rule = rule::read(sql, columns);
            let about = about(table, constraint, &rule);
            let mut check = Check::new(&table.name, &about, rule);
            check.name = name.unwrap_or(check.name);
            table.checks.push(check);
        }
        ConstraintKind::ForeignKey(key) => {
            let key = foreign_key(&table.name, key, columns);
            table.foreign_keys.push(match name {
                Some(name) => key.named(name),
                None => key,
            });
        }
    }
}

fn foreign_key(table: &str, key: &Reference, columns: &[Name]) -> ForeignKey {
    let own = declared(&key.columns, columns);
    let mut made = ForeignKey::new(table, own, key.table.clone(), key.references.clone())
        .on_delete(key.on_delete)
        .on_update(key.on_update);
    made.deferrable = key.deferrable;
    made
}

/// The end of the conventional name of a CHECK: its column, or a number.
fn about(table: &Table, constraint: &Constraint, rule: &Rule) -> String {
    let column = match rule {
        Rule::OneOf { column, .. } | Rule::Range { column, .. } => Some(column),
        _ => constraint.column.as_ref(),
    };
    let is_free = |about: &String| {
        let name = Check::new(&table.name, about, Rule::Raw("".into())).name;
        table.checks.iter().all(|check| check.name != name)
    };
    let of_column = column.map(ToString::to_string).filter(is_free);
    of_column.unwrap_or_else(|| {
        let mut numbers = (1..).map(|number: usize| number.to_string());
        numbers.find(is_free).unwrap_or_default()
    })
}

/// The names as the columns are declared.
fn declared(names: &[Name], columns: &[Name]) -> Vec<Name> {
    let declared = |name: &Name| find(columns, name).unwrap_or(name).clone();
    names.iter().map(declared).collect()
}

/// Which columns of the primary key are never NULL, and whether SQLite generates the key.
fn set_key_columns(table: &mut Table, definition: &Definition) {
    let keys = definition.constraints.iter();
    let mut keys = keys.filter_map(|constraint| match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some((key, constraint.column.is_some())),
        _ => None,
    });
    let Some((key, is_of_column)) = keys.next_back() else {
        return;
    };
    let refuses_null = definition.is_strict || definition.is_without_rowid;
    let is_alias = is_rowid(definition, key, is_of_column);
    let columns: Vec<Name> = table.key_columns().to_vec();
    for column in table
        .columns
        .iter_mut()
        .filter(|column| columns.contains(&column.name))
    {
        column.nullable &= !refuses_null && !is_alias;
        column.auto_increment = is_alias;
        column.reuses_keys = is_alias && !key.is_autoincrement;
    }
}

/// Whether the key is the rowid (<https://sqlite.org/lang_createtable.html>, 5), which SQLite generates.
fn is_rowid(definition: &Definition, key: &PrimaryKey, is_of_column: bool) -> bool {
    let [only] = key.columns.as_slice() else {
        return false;
    };
    let mut columns = definition.columns.iter();
    let column = columns.find(|column| column.name.eq_ignore_ascii_case(only));
    let is_integer = column.is_some_and(|column| column.declared == "INTEGER");
    is_integer && !definition.is_without_rowid && !(is_of_column && key.is_descending)
}

/// Puts in one order what has none.
pub(super) fn sort(table: &mut Table) {
    table
        .uniques
        .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
    table
        .foreign_keys
        .sort_by(|a, b| (&a.name, &a.columns).cmp(&(&b.name, &b.columns)));
    table.checks.sort_by(|a, b| a.name.cmp(&b.name));
    table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
    table.attached.sort_by(|a, b| a.name.cmp(&b.name));
}
