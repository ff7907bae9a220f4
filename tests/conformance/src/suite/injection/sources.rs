//! Hostile strings as names that a statement gives: labels, windows, sources of rows, binds.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{
    DynColumn, force_index, generate_series, json_elements, recursive, row_number, select_columns,
    table_function, unnest, use_index, values, window,
};
use serde_json::{Value, json};

use super::{Bystander, Bystanders, accepted, hostile, named_everywhere};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;
use crate::suite::support::fails;

cases![
    "injection":
    as_labels,
    as_names_of_windows (Requires::WindowFrames),
    as_names_of_dynamic_columns,
    as_names_of_values,
    as_names_of_lists (Requires::LongLists),
    as_names_of_series (Requires::Series),
    as_names_of_elements (Requires::JsonElements),
    as_names_of_recursive_queries,
    as_names_of_table_functions,
    as_labels_of_returned_rows (Requires::UpdateReturning),
    as_names_of_binds,
    as_hints,
];

fn as_labels(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let label = Bystander.id.label(string.clone());
        let query = select((label.clone(), Bystander.name)).order_by(label.desc());
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found.len(), 2, "{string:?}");
            assert_eq!(found[0].0, 2, "{string:?}");
        }
        if let Some(rows) = named_everywhere(db, &string, query.rows(conn)) {
            assert_eq!(rows[1].get::<i64>(&string).unwrap(), 1, "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_windows(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let down = window().order_by(Bystander.id.desc()).named(string.clone());
        let query = select((Bystander.id, row_number().over(down))).order_by(Bystander.id);
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [(1, 2), (2, 1)], "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

/// Those names are the program's own.
fn as_names_of_dynamic_columns(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let column = DynColumn::new(Bystander.id + 1).named(string.clone());
        let rows = select_columns([column]).order_by(Bystander.id).rows(conn);
        assert_eq!(rows.unwrap()[0].get::<i64>(&string).unwrap(), 2);
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_values(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let rows = values(
            string.clone(),
            [(1_i64, string.clone()), (7, "x".to_owned())],
        );
        let (id, text) = rows.columns();
        let query = select((id, text)).from(&rows).filter(id.lt(5));
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [(1, string)]);
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_lists(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let list = unnest(string.clone(), [2_i64, 9]);
        let (item,) = list.columns();
        let query = select(Bystander.id).join_on(&list, item.eq(Bystander.id));
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [2], "{string:?}");
        }
        let list = unnest("list", ["x".to_owned(), string.clone()]);
        let (item,) = list.columns();
        let query = select(item).from(&list).filter(item.ne("x"));
        if let Some(found) = super::stored(&string, query.all(conn)) {
            assert_eq!(found, [string]);
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_series(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let series = generate_series(string.clone(), 2, 5, 1);
        let (number,) = series.columns();
        let query = select(Bystander.id).join_on(&series, number.eq(Bystander.id));
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [2], "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "hostile_lists")]
struct List {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    items: Value,
}

fn as_names_of_elements(db: &Db) {
    let (mut conn, _) = Bystanders::beside(db);
    let conn = &mut conn;
    Metadata::of((List,)).create_all(&db.engine).unwrap();
    let row = List {
        id: 1,
        items: json!(["a", "b"]),
    };
    insert(List).values([row]).execute(conn).unwrap();
    for string in hostile() {
        let items = json_elements(string.clone(), List.items);
        let query = select((items.position(), items.element()))
            .cross_join(&items)
            .filter(items.position().gt(0));
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [(1, Some(json!("b")))], "{string:?}");
        }
    }
    assert_eq!(db.count("bystanders"), 2);
}

fn as_names_of_recursive_queries(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let first = select((Bystander.id,)).filter(Bystander.id.eq(1));
        let numbers = recursive(string.clone(), first, |numbers| {
            let (number,) = numbers.columns();
            select((number + 1,)).from(&numbers).filter(number.lt(3))
        });
        let (number,) = numbers.columns();
        let query = select(number).from(&numbers).order_by(number);
        if let Some(found) = named_everywhere(db, &string, query.all(conn)) {
            assert_eq!(found, [1, 2, 3], "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_names_of_table_functions(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let rows = table_function::<(i64,)>(string.clone(), "generate_series", (2_i64, 2_i64));
        let (number,) = rows.columns();
        match select(number).from(&rows).all(conn) {
            Err(error) if error.kind() == ErrorKind::Unsupported => {}
            found => {
                if let Some(found) = named_everywhere(db, &string, found) {
                    assert_eq!(found, [2], "{string:?}");
                }
            }
        }
        let rows = table_function::<(String,)>("t", string.clone(), (string.clone(),));
        let (text,) = rows.columns();
        let query = select(text).from(&rows);
        if string != "_" {
            fails(query.all(conn), ErrorKind::Usage);
        }
    }
    bystanders.are_unharmed(conn);
}

fn as_labels_of_returned_rows(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    for string in hostile() {
        let change = update(Bystander).set(Bystander.name, "x");
        let label = Bystander.id.label(string.clone());
        let change = change
            .filter(Bystander.id.eq(2))
            .returning((label, Bystander.name));
        if let Some(found) = named_everywhere(db, &string, change.all(conn)) {
            assert_eq!(found, [(2, "x".to_owned())], "{string:?}");
        }
    }
    bystanders.are_unharmed(conn);
}

/// A bind that the text has no name of is an error, and no name of a bind gets into the text.
fn as_names_of_binds(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let text = "UPDATE bystanders SET name = :a WHERE id = :b";
    for string in hostile() {
        let query = raw(text).bind("a", "x").bind(string.clone(), 1_i64);
        fails(query.execute(conn), ErrorKind::Usage);
        let list = raw(text).bind("a", "x").bind_list(string.clone(), [1_i64]);
        fails(list.execute(conn), ErrorKind::Usage);
        // Those of the other places are constants of a program.
        let name: &'static str = Box::leak(string.clone().into_boxed_str());
        let many = raw(text).execute_many(["a", name], [("y", 1_i64)], conn);
        fails(many, ErrorKind::Usage);
        let condition = raw_expr::<bool>("id = :a", ((name, 1_i64),));
        let query = select(Bystander.id).filter(condition);
        fails(query.all(conn), ErrorKind::Usage);
    }
    assert_eq!(db.sent(), [""; 0]);
    bystanders.are_unharmed(conn);
}

fn as_hints(db: &Db) {
    let (mut conn, bystanders) = Bystanders::beside(db);
    let conn = &mut conn;
    let dialect = conn.dialect().name();
    for string in hostile() {
        let name: &'static str = Box::leak(string.clone().into_boxed_str());
        let query = select(Bystander.id)
            .order_by(Bystander.id)
            .hint(dialect, name);
        if string.contains("*/") || string.contains("/*") {
            fails(query.all(conn), ErrorKind::Usage);
        } else if let Some(found) = accepted(&string, query.all(conn)) {
            assert_eq!(found, [1, 2], "{string:?}");
        }
        for hinted in [
            use_index(Bystander, [string.clone()]),
            force_index(Bystander, [string.clone()]),
        ] {
            let query = select(Bystander.id).from(hinted).order_by(Bystander.id);
            // An index of that name is nowhere, and some databases have no such hints.
            if let Some(found) = accepted(&string, query.all(conn)) {
                assert_eq!(found, [1, 2], "{string:?}");
            }
        }
    }
    bystanders.are_unharmed(conn);
}
