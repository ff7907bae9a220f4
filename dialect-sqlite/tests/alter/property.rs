//! Random changes of random schemas: the database must be as one that is created with the schema after them, and its rows
//! as computed here; and by the inverses as before.

use std::collections::BTreeMap;

use dialect_sqlite::rusqlite::Connection;
use orm_core::schema::{Constraint, Operation, Schema, Table};
use orm_core::types::Type;
use proptest::prelude::*;

use super::mutations::{Choices, mutations, table};
use super::{create, migrate, rows};

/// The rows of each table by its name: each a value for each column, as a literal.
type Rows = BTreeMap<String, Vec<BTreeMap<String, String>>>;

fn insert(connection: &Connection, schema: &Schema, choices: &mut Choices<'_>) -> Rows {
    let mut all = Rows::new();
    for table in schema.tables() {
        for id in 1..=choices.below(5) {
            let or_null = |value: usize, null: bool| {
                if null {
                    "NULL".to_owned()
                } else {
                    value.to_string()
                }
            };
            // Parents of this number may be missing.
            let has_parent = table.foreign_keys.iter().all(|key| {
                let rows = all.get(&*key.table).map_or(0, Vec::len);
                key.table == table.name || id <= rows
            });
            let insert = format!(
                "INSERT INTO {} VALUES ({id}, {}, {}, {}, {}, {}, '{}')",
                table.name,
                or_null(id, !has_parent || choices.one_in(3)),
                or_null(id, choices.one_in(4)),
                or_null(choices.below(3), choices.one_in(2)),
                choices.below(9),
                or_null(choices.below(9), choices.one_in(3)),
                choices.below(50)
            );
            connection.execute_batch(&insert).unwrap();
        }
        all.insert(table.name.to_string(), read(connection, table));
    }
    all
}

fn read(connection: &Connection, table: &Table) -> Vec<BTreeMap<String, String>> {
    let names: Vec<String> = table
        .columns
        .iter()
        .map(|own| own.name.to_string())
        .collect();
    let query = format!("SELECT {} FROM {} ORDER BY 1", names.join(", "), table.name);
    let found = rows(connection, &query).unwrap();
    let to_map = |row: Vec<String>| names.iter().cloned().zip(row).collect();
    found.into_iter().map(to_map).collect()
}

fn set_all(rows: &mut [BTreeMap<String, String>], column: &str, value: &str) {
    for row in rows {
        row.insert(column.to_owned(), value.to_owned());
    }
}

/// Changes the rows as an operation does.
fn follow(all: &mut Rows, operation: &Operation) {
    let table = operation.table().unwrap().name.to_string();
    let rows = all.get_mut(&table).unwrap();
    match operation {
        Operation::AddColumn { column, fill, .. } => {
            let default = column.server_default.as_ref().map_or("NULL", |_| "7");
            let value = fill.as_ref().and_then(|fill| fill.of_dialect("sqlite"));
            set_all(rows, &column.name, value.unwrap_or(default));
        }
        Operation::DropColumn { column, .. } => {
            for row in rows {
                row.remove(&*column.name);
            }
        }
        Operation::RenameColumn { from, to, .. } => {
            for row in rows {
                let value = row.remove(&**from).unwrap();
                row.insert(to.to_string(), value);
            }
        }
        Operation::AlterColumn { from, to, fill, .. } => {
            for value in rows.iter_mut().filter_map(|row| row.get_mut(&*to.name)) {
                if from.ty != to.ty && value != "NULL" {
                    *value = match to.ty {
                        Type::Text => format!("'{value}'"),
                        _ => value.trim_matches('\'').to_owned(),
                    };
                }
                if fill.is_some() && value == "NULL" {
                    "5".clone_into(value);
                }
            }
        }
        _ => {}
    }
}

/// Columns, keys, indexes and CHECKs of a table, as the database has them.
fn structure(connection: &Connection, table: &Table) -> Vec<Vec<Vec<String>>> {
    let name = &table.name;
    let queries = [
        format!(
            "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo('{name}')"
        ),
        format!(
            "SELECT \"table\", \"from\", \"to\", on_delete FROM pragma_foreign_key_list('{name}') ORDER BY 1, 2"
        ),
        format!(
            "SELECT i.\"unique\", i.origin, iif(i.origin = 'c', i.name, ''), (SELECT group_concat(x.name) FROM pragma_index_info(i.name) x) \
             FROM pragma_index_list('{name}') i ORDER BY 2, 3, 4"
        ),
        format!(
            "SELECT sql LIKE '%AUTOINCREMENT%', sql LIKE '%CHECK%' FROM sqlite_schema WHERE name = '{name}'"
        ),
    ];
    queries
        .iter()
        .map(|query| rows(connection, query).unwrap())
        .collect()
}

fn assert_same(connection: &Connection, schema: &Schema, expected: &Rows) {
    let fresh = create(schema);
    for table in schema.tables() {
        let found = structure(connection, table);
        assert_eq!(found, structure(&fresh, table), "{}", table.name);
        assert_eq!(
            read(connection, table),
            expected[&*table.name],
            "{}",
            table.name
        );
    }
    let names = "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY 1, 2";
    assert_eq!(
        rows(connection, names).unwrap(),
        rows(&fresh, names).unwrap()
    );
    assert!(
        rows(connection, "PRAGMA foreign_key_check")
            .unwrap()
            .is_empty()
    );
}

/// The last key that was generated for each table.
fn sequences(connection: &Connection, schema: &Schema) -> Vec<Vec<String>> {
    let has_sequence = |table: &&Table| !table.columns[0].reuses_keys;
    let tables = schema.tables().iter().filter(has_sequence);
    let query = |table: &Table| {
        let query = format!(
            "SELECT seq FROM sqlite_sequence WHERE name = '{}'",
            table.name
        );
        rows(connection, &query).unwrap().concat()
    };
    tables.map(query).collect()
}

fn there_and_back(choices: &[u16]) {
    let mut choices = Choices(choices.iter());
    let count = 2 + choices.below(3);
    let tables = (0..count)
        .map(|number| table(number, &mut choices))
        .collect();
    let before = Schema::new(tables).unwrap();
    let connection = create(&before);
    let mut expected = insert(&connection, &before, &mut choices);
    let keys = before
        .tables()
        .iter()
        .any(|table| !table.columns[0].reuses_keys);
    let last = |connection: &Connection| keys.then(|| sequences(connection, &before));
    let generated = last(&connection);
    let mut operations = Vec::new();
    for table in before.tables() {
        operations.extend(mutations(table, &mut choices));
    }
    // A row that references nothing is the business of the check, and not of this test.
    operations.retain(|operation| fits(operation, &expected));
    let operations = renamed(operations);
    let after = migrate(&connection, &before, &operations).unwrap();
    for operation in &operations {
        follow(&mut expected, operation);
    }
    assert_same(&connection, &after, &expected);
    assert_eq!(last(&connection), generated);
    let inverses: Vec<_> = operations.iter().rev().map(Operation::inverse).collect();
    let restored = migrate(&connection, &after, &inverses).unwrap();
    for operation in &inverses {
        follow(&mut expected, operation);
    }
    assert_same(&connection, &restored, &expected);
    assert_eq!(last(&connection), generated);
}

/// Whether all values of a new foreign key are keys of the parent.
fn fits(operation: &Operation, rows: &Rows) -> bool {
    match operation {
        Operation::AddConstraint {
            table,
            constraint: Constraint::ForeignKey(key),
        } => {
            let keys: Vec<&String> = rows[&*key.table].iter().map(|row| &row["id"]).collect();
            rows[&*table.name]
                .iter()
                .all(|row| row["p"] == "NULL" || keys.contains(&&row["p"]))
        }
        _ => true,
    }
}

/// A foreign key that is added or dropped references the column by the name that it has at that moment.
fn renamed(mut operations: Vec<Operation>) -> Vec<Operation> {
    let mut keys: Vec<String> = Vec::new();
    for operation in &mut operations {
        match operation {
            Operation::RenameColumn { table, from, .. } if *from == "id" => {
                keys.push(table.name.to_string());
            }
            Operation::AddConstraint {
                constraint: Constraint::ForeignKey(key),
                ..
            }
            | Operation::DropConstraint {
                constraint: Constraint::ForeignKey(key),
                ..
            } if keys.iter().any(|table| *table == key.table) => {
                key.references = vec!["key".into()];
            }
            _ => {}
        }
    }
    operations
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_changed_database_is_as_a_new_one(choices in proptest::collection::vec(any::<u16>(), 0..160)) {
        there_and_back(&choices);
    }
}
