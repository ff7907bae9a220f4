//! Arrays in the parts of statements: changes of elements, lists, groups, orders, RETURNING, defaults, and rows by name.

use chrono::TimeDelta;
use orm::prelude::*;
use orm::query::{DynColumn, Expr, select_columns, values};
use orm::types::Json;
use orm::{DynRow, ErrorKind};
use serde_json::json;

use super::statements::writes;
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::fixtures::Colour;
use crate::suite::Requires;

cases![
    "array_statements":
    elements_are_added_and_removed (Requires::Arrays),
    elements_have_numbers_from_zero (Requires::Arrays),
    null_is_an_array_without_elements_to_those_that_add (Requires::Arrays),
    lists_of_arrays (Requires::Arrays),
    arrays_are_ordered_and_grouped (Requires::Arrays),
    arrays_have_their_types_in_expressions (Requires::Arrays),
    what_is_written_comes_back (Requires::Arrays),
    many_rows_are_updated_by_their_keys (Requires::Arrays),
    old_arrays_and_versions_guard_an_update (Requires::Arrays),
    defaults_are_arrays (Requires::Arrays),
    rows_by_name_have_arrays (Requires::Arrays),
    documents_and_durations_are_elements (Requires::Arrays),
    a_nan_is_no_change (Requires::Arrays),
    pages_by_cursor_are_refused (Requires::Arrays),
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_items")]
struct Item {
    #[orm(primary_key)]
    id: i64,
    tags: Vec<String>,
    marks: Option<Vec<Option<i32>>>,
}

fn item(id: i64, tags: &[&str]) -> Item {
    Item {
        id,
        tags: texts(tags),
        marks: None,
    }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn items(db: &Db, rows: &[Item]) -> Connection {
    Metadata::of((Item,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    for row in rows {
        let new = Item::builder()
            .tags(row.tags.clone())
            .marks(row.marks.clone());
        insert(Item).values([new]).execute(&mut conn).unwrap();
    }
    db.sent();
    conn
}

fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Item.id).filter(condition).order_by(Item.id);
    query.all(conn).unwrap()
}

fn fresh<M: Model>(session: &mut Session, handle: Ref<M>) -> &M {
    session.refresh(handle).unwrap();
    &session[handle]
}

fn elements_are_added_and_removed(db: &Db) {
    let conn = &mut items(db, &[item(1, &["a"]), item(2, &[])]);
    let change = |conn: &mut Connection, tags: Expr<Vec<String>>| {
        update(Item).set(Item.tags, tags).execute(conn).unwrap();
        let tags = select(Item.tags).order_by(Item.id);
        tags.all(conn).unwrap()
    };
    let added = change(conn, Item.tags.append("b\"'"));
    assert_eq!(added, [texts(&["a", "b\"'"]), texts(&["b\"'"])]);
    let added = change(conn, Item.tags.prepend("NULL"));
    assert_eq!(
        added,
        [texts(&["NULL", "a", "b\"'"]), texts(&["NULL", "b\"'"])]
    );
    let added = change(conn, Item.tags.concat(["", "a"]).without("b\"'"));
    assert_eq!(
        added,
        [texts(&["NULL", "a", "", "a"]), texts(&["NULL", "", "a"])]
    );
    let removed = change(conn, Item.tags.without("a").concat(Vec::<String>::new()));
    assert_eq!(removed, [texts(&["NULL", ""]), texts(&["NULL", ""])]);
    // Of a session: the entity has the array that is stored.
    let mut session = db.session();
    let handle = session.get(Item, 1).unwrap().unwrap();
    session
        .set(handle, Item.tags, Item.tags.append("z"))
        .unwrap();
    session.flush().unwrap();
    assert_eq!(fresh(&mut session, handle).tags, ["NULL", "", "z"]);
}

fn elements_have_numbers_from_zero(db: &Db) {
    let first = Item {
        marks: Some(vec![Some(7), None]),
        ..item(1, &["a", "b"])
    };
    let conn = &mut items(db, &[first, item(2, &[])]);
    let query = select((
        Item.tags.get(0),
        Item.tags.get(1),
        Item.marks.get(0),
        Item.marks.get(1),
    ));
    let rows = query.order_by(Item.id).all(conn).unwrap();
    let expected = (Some("a".into()), Some("b".into()), Some(7), None);
    assert_eq!(rows, [expected, (None, None, None, None)]);
    assert_eq!(ids(conn, Item.tags.get(1).eq("b")), [1]);
    assert_eq!(ids(conn, Item.tags.append("c").get(2).eq("c")), [1]);
    assert_eq!(ids(conn, Item.tags.get(u32::MAX).is_null()), [1, 2]);
    let groups = select((Item.tags.get(0), count_all())).group_by(Item.tags.get(0));
    assert_eq!(groups.all(conn).unwrap().len(), 2);
}

fn null_is_an_array_without_elements_to_those_that_add(db: &Db) {
    let conn = &mut items(db, &[item(1, &[])]);
    let change = update(Item).set(Item.marks, Item.marks.append(1).prepend(None::<i32>));
    change.execute(conn).unwrap();
    let marks = select(Item.marks).one(conn).unwrap();
    assert_eq!(marks, Some(vec![None, Some(1)]));
    let nothing = update(Item).set(Item.marks, Null);
    nothing.execute(conn).unwrap();
    let query = select((Item.marks.concat(vec![Some(2)]), Item.marks.without(2)));
    assert_eq!(query.one(conn).unwrap(), (Some(vec![Some(2)]), None));
    assert_eq!(ids(conn, Item.marks.concat(Item.marks).is_null()), [1]);
}

fn lists_of_arrays(db: &Db) {
    let conn = &mut items(db, &[item(1, &["a"]), item(2, &["b", "c"]), item(3, &[])]);
    let list = [vec!["a"], vec![], vec!["b"]];
    assert_eq!(ids(conn, Item.tags.in_(list.clone())), [1, 3]);
    assert_eq!(ids(conn, Item.tags.not_in(list)), [2]);
    assert_eq!(ids(conn, Item.tags.in_(Vec::<Vec<String>>::new())), [0; 0]);
    let many = (0..300).map(|number| vec![number.to_string(); 2]);
    assert_eq!(
        ids(conn, Item.tags.in_(many.chain([texts(&["b", "c"])]))),
        [2]
    );
    let others = select(Item.tags).filter(Item.id.lt(3));
    assert_eq!(ids(conn, Item.tags.in_(others)), [1, 2]);
    let ids = [2_i64, 3];
    let raw = raw("SELECT id FROM array_items WHERE id = ANY(:ids) AND tags <> :none ORDER BY id");
    let raw = raw
        .bind("ids", ids.to_vec())
        .bind("none", Vec::<String>::new());
    assert_eq!(raw.all::<(i64,), _>(conn).unwrap(), [(2,)]);
}

fn arrays_are_ordered_and_grouped(db: &Db) {
    let rows = [&["b"] as &[_], &["a", "b"], &["a"], &[], &["b"]];
    let rows: Vec<Item> = (1..).zip(rows).map(|(id, tags)| item(id, tags)).collect();
    let conn = &mut items(db, &rows);
    let ordered = select(Item.id).order_by((Item.tags, Item.id));
    assert_eq!(ordered.all(conn).unwrap(), [4, 3, 2, 1, 5]);
    let descending = select(Item.id).order_by((Item.tags.desc(), Item.id));
    assert_eq!(descending.all(conn).unwrap(), [1, 5, 2, 3, 4]);
    let groups = select((Item.tags, count_all()));
    let groups = groups.group_by(Item.tags).having(count_all().gt(1));
    assert_eq!(groups.all(conn).unwrap(), [(texts(&["b"]), 2)]);
    let distinct = select(Item.tags).distinct().order_by(Item.tags);
    assert_eq!(distinct.all(conn).unwrap().len(), 4);
    assert_eq!(ids(conn, Item.tags.gt(vec!["a", "b"])), [1, 5]);
}

fn arrays_have_their_types_in_expressions(db: &Db) {
    let conn = &mut items(db, &[item(1, &["a"]), item(2, &[])]);
    let cased = case()
        .when(Item.id.eq(1), vec![1_i64, 2])
        .otherwise(Vec::<i64>::new());
    let cased = select(cased).order_by(Item.id);
    assert_eq!(cased.all(conn).unwrap(), [vec![1, 2], vec![]]);
    let marks = Item.marks.coalesce(vec![Some(1), None]);
    assert_eq!(
        select(marks).all(conn).unwrap(),
        vec![vec![Some(1), None]; 2]
    );
    let listed = values("listed", [(1_i64, vec![0.5, 1.0]), (2, vec![])]);
    let (id, floats) = listed.columns();
    let joined = select((Item.id, floats)).join_on(&listed, Item.id.eq(id));
    let joined = joined.order_by(Item.id).all(conn).unwrap();
    assert_eq!(joined, [(1, vec![0.5, 1.0]), (2, vec![])]);
    // The same as literals.
    let printed = select((Item.id, Item.tags.append("it's \\").len()));
    let printed = printed.filter(Item.tags.overlaps(["a", "\"\\"]));
    let printed = printed.to_sql_with_literals(conn.dialect()).unwrap();
    let found: Vec<(i64, i32)> = raw(printed).all(conn).unwrap();
    assert_eq!(found, [(1, 2)]);
}

fn what_is_written_comes_back(db: &Db) {
    let conn = &mut items(db, &[]);
    let new = |tags: &[&str]| Item::builder().tags(texts(tags)).marks(vec![None, Some(3)]);
    let inserted = insert(Item).values([new(&["a", "b"]), new(&[])]);
    let inserted = inserted
        .returning((Item.tags, Item.marks))
        .all(conn)
        .unwrap();
    let marks = Some(vec![None, Some(3)]);
    assert_eq!(
        inserted,
        [(texts(&["a", "b"]), marks.clone()), (vec![], marks)]
    );
    let updated = update(Item).set(Item.tags, Item.tags.append("z"));
    let updated = updated.filter(Item.tags.has("a")).returning(Item.tags);
    assert_eq!(updated.all(conn).unwrap(), [texts(&["a", "b", "z"])]);
    let taken = Item {
        marks: Some(vec![]),
        ..item(1, &["c"])
    };
    let upsert = insert(Item).values([taken]).on_conflict(Item.id);
    let upsert = upsert.do_update(|new| {
        [
            Item.tags.to(Item.tags.concat(new.tags)),
            Item.marks.to(new.marks),
        ]
    });
    let upserted = upsert.returning((Item.tags, Item.marks)).all(conn).unwrap();
    assert_eq!(upserted, [(texts(&["a", "b", "z", "c"]), Some(vec![]))]);
}

fn many_rows_are_updated_by_their_keys(db: &Db) {
    let rows: Vec<Item> = (1..=300).map(|id| item(id, &["old"])).collect();
    let conn = &mut items(db, &[]);
    insert(Item).values(&rows).execute(conn).unwrap();
    let number = |id: i64| usize::try_from(id % 7).unwrap();
    let changed: Vec<Item> = (1..=300)
        .map(|id| Item {
            marks: (id % 3 > 0).then(|| vec![None; number(id)]),
            ..item(
                id,
                &["a,b", "\"", "NULL", "{}", "", " ", "\\"][..number(id)],
            )
        })
        .collect();
    let update = update_many(Item)
        .rows(&changed)
        .set((Item.tags, Item.marks));
    assert_eq!(update.execute(conn).unwrap(), 300);
    assert_eq!(select(Item).order_by(Item.id).all(conn).unwrap(), changed);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_versions")]
struct Versioned {
    #[orm(primary_key)]
    id: i64,
    #[orm(version)]
    version: i64,
    grades: Vec<f64>,
}

fn old_arrays_and_versions_guard_an_update(db: &Db) {
    drop(items(db, &[item(1, &["a"]), item(2, &["b"])]));
    Metadata::of((Versioned,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let versioned = session.add(Versioned::builder().grades(vec![0.5]));
    session.commit().unwrap();
    // By the old arrays of many rows.
    let all = select(Item).order_by(Item.id).all(&mut session).unwrap();
    session[versioned].grades.push(1.5);
    for handle in &all {
        session[*handle].tags.push("c".into());
    }
    session.commit().unwrap();
    assert_eq!(fresh(&mut session, versioned).grades, [0.5, 1.5]);
    for handle in &all {
        session.refresh(*handle).unwrap();
        session[*handle].tags.clear();
    }
    let mut other = db.other_connection();
    let change = update(Item).set(Item.tags, ["other"]).filter(Item.id.eq(2));
    change.execute(&mut other).unwrap();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    let tags = select(Item.tags).order_by(Item.id).all(&mut other).unwrap();
    assert_eq!(tags, [texts(&["a", "c"]), texts(&["other"])]);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_defaults")]
struct Defaults {
    #[orm(primary_key)]
    id: i64,
    #[orm(default = vec!["new".to_owned()])]
    tags: Vec<String>,
    #[orm(server_default = raw("'{1,NULL,3}'"))]
    marks: Vec<Option<i32>>,
    #[orm(server_default = raw("'{}'"))]
    none: Vec<i64>,
}

fn defaults_are_arrays(db: &Db) {
    Metadata::of((Defaults,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let added = session.add(Defaults::builder());
    session.commit().unwrap();
    let stored = fresh(&mut session, added);
    assert_eq!(stored.tags, ["new"]);
    assert_eq!(stored.marks, [Some(1), None, Some(3)]);
    assert_eq!(stored.none, [0_i64; 0]);
    let given = session.add(Defaults::builder().tags(vec![]).marks(vec![None]));
    session.commit().unwrap();
    let stored = fresh(&mut session, given);
    assert_eq!((stored.tags.len(), &stored.marks), (0, &vec![None]));
}

fn rows_by_name_have_arrays(db: &Db) {
    let first = Item {
        marks: Some(vec![Some(1), None]),
        ..item(1, &["a", "b"])
    };
    let conn = &mut items(db, &[first]);
    let expected = json!({ "id": 1, "tags": ["a", "b"], "marks": [1, null] });
    let row = select(Item).rows(conn).unwrap().remove(0);
    assert_eq!(row.to_json().unwrap(), expected);
    assert_eq!(row.get::<Vec<String>>("tags").unwrap(), ["a", "b"]);
    let marks = row.get::<Option<Vec<Option<i32>>>>("marks").unwrap();
    assert_eq!(marks, Some(vec![Some(1), None]));
    fails(row.get::<Vec<i32>>("marks"), ErrorKind::Decode);
    let raw = raw("SELECT id, tags, marks FROM array_items");
    let rows: Vec<DynRow> = raw.all(conn).unwrap();
    assert_eq!(rows[0].to_json().unwrap(), expected);
    let chosen = select_columns([DynColumn::new(Item.tags), DynColumn::new(Item.tags.len())]);
    let chosen = chosen.rows(conn).unwrap();
    assert_eq!(chosen[0].get_at::<i32>(1).unwrap(), 2);
    let mut session = db.session();
    let handle = session.get(Item, 1).unwrap().unwrap();
    let entity = serde_json::to_value(session.json(handle)).unwrap();
    assert_eq!(entity, expected);
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "array_wide")]
struct Wide {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    documents: Vec<serde_json::Value>,
    lists: Vec<Option<Json<Vec<i32>>>>,
    times: Vec<TimeDelta>,
    sizes: Vec<u64>,
    days: Vec<jiff::civil::Date>,
    moments: Vec<Option<time::OffsetDateTime>>,
    colours: Vec<Colour>,
    shades: Option<Vec<Option<Colour>>>,
}

fn wide(id: i64) -> Wide {
    Wide {
        id,
        documents: vec![
            json!({ "a": [1, "\"x\"", null] }),
            json!(null),
            json!("\\ ' {"),
        ],
        lists: vec![None, Some(Json(vec![1, 2]))],
        times: vec![TimeDelta::microseconds(-1), TimeDelta::days(400)],
        sizes: vec![0, u64::MAX],
        days: vec![jiff::civil::date(2024, 2, 29)],
        moments: vec![None, Some(time::OffsetDateTime::UNIX_EPOCH)],
        colours: vec![Colour::Red, Colour::DarkBlue],
        shades: Some(vec![None, Some(Colour::DarkBlue)]),
    }
}

fn documents_and_durations_are_elements(db: &Db) {
    Metadata::of((Wide,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    insert(Wide).values([wide(1)]).execute(conn).unwrap();
    let mut session = db.session();
    for id in 2..20 {
        session.add(wide(id));
    }
    session.commit().unwrap();
    let all = select(Wide).order_by(Wide.id).all(conn).unwrap();
    assert_eq!(all, (1..20).map(wide).collect::<Vec<_>>());
    let row = wide(1);
    let same = Wide.documents.eq(&row.documents)
        & Wide.documents.has(json!("\\ ' {"))
        & Wide.lists.eq(&row.lists)
        & Wide.times.has(TimeDelta::days(400))
        & Wide.sizes.contains([u64::MAX])
        & Wide.days.get(0).eq(jiff::civil::date(2024, 2, 29))
        & Wide.moments.len().eq(2)
        & Wide.colours.eq([Colour::Red, Colour::DarkBlue])
        & Wide.colours.has(Colour::DarkBlue)
        & Wide.shades.overlaps(vec![Colour::DarkBlue])
        & Wide.shades.get(1).eq(Colour::DarkBlue);
    assert_eq!(select(Wide).filter(same.clone()).count(conn).unwrap(), 19);
    let printed = select(Wide.id).filter(same);
    let printed = printed.to_sql_with_literals(conn.dialect()).unwrap();
    assert_eq!(raw(printed).all::<(i64,), _>(conn).unwrap().len(), 19);
    // A label of another program is not that of a variant.
    conn.raw_execute(
        "UPDATE array_wide SET colours = '{violet}' WHERE id = 1",
        &[],
    )
    .unwrap();
    let first = select(Wide).filter(Wide.id.eq(1));
    let error = fails(first.one(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("colours"));
    // What the server would refuse is not sent: the transaction does not fail.
    conn.begin().unwrap();
    let bad = Wide {
        documents: vec![json!("\0")],
        ..wide(50)
    };
    let rows = vec![bad; 40];
    let rows: Vec<Wide> = (50..)
        .zip(rows)
        .map(|(id, row)| Wide { id, ..row })
        .collect();
    for rows in [&rows[..1], &rows] {
        fails(
            insert(Wide).values(rows).execute(conn),
            ErrorKind::OutOfRange,
        );
        assert_eq!(select(Wide).count(conn).unwrap(), 19);
    }
}

fn a_nan_is_no_change(db: &Db) {
    Metadata::of((Versioned,)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let added = session.add(Versioned::builder().grades(vec![f64::NAN, 0.0]));
    session.commit().unwrap();
    session.refresh(added).unwrap();
    let grades = session[added].grades.clone();
    session[added].grades = grades;
    db.sent();
    session.flush().unwrap();
    assert_eq!(writes(db).len(), 0);
    session[added].grades[1] = -0.0;
    session.commit().unwrap();
    assert_eq!(writes(db).len(), 1);
    let grades = &fresh(&mut session, added).grades;
    assert!(grades[0].is_nan() && grades[1].is_sign_negative());
}

fn pages_by_cursor_are_refused(db: &Db) {
    let conn = &mut items(db, &[item(1, &["a"]), item(2, &["b"])]);
    let query = select(Item).order_by(Item.tags).keyset(1);
    fails(query.fetch(conn), ErrorKind::Usage);
}
