//! Native enums: the database's own type, or a text with a CHECK, with one meaning: labels come back, others are refused,
//! and values are ordered by the declaration of the variants.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{any, row_number, window};
use orm::sql::EnumStyle;

use super::support::{execute, fails};
use crate::cases;
use crate::database::Db;

cases![
    "native_enums":
    values_come_back_and_are_found,
    another_label_is_refused,
    the_order_is_that_of_the_declaration,
    min_and_max_are_of_that_order,
    groups_and_distinct_rows_are_ordered,
    pages_follow_the_order,
    labels_stand_in_expressions,
    labels_stand_in_queries_of_inserts,
    set_operations_are_ordered_as_tables,
    what_compares_texts_is_refused,
];

/// Neither in the order of the letters.
#[derive(DbEnum, Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[orm(native, name = "native_size")]
pub(super) enum Size {
    Small,
    #[default]
    Medium,
    #[orm(rename = "it's \"large\" \\")]
    Large,
    Huge,
}

use Size::{Huge, Large, Medium, Small};

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "native_shirts")]
pub(super) struct Shirt {
    #[orm(primary_key, auto_increment = false)]
    pub(super) id: i64,
    #[orm(index)]
    pub(super) size: Size,
    #[orm(server_default = "medium")]
    pub(super) shown: Size,
    pub(super) worn: Option<Size>,
}

pub(super) fn shirt(id: i64, size: Size, worn: Option<Size>) -> Shirt {
    Shirt {
        id,
        size,
        shown: size,
        worn,
    }
}

/// Six shirts.
pub(super) fn seed(db: &Db) -> Connection {
    Metadata::of((Shirt,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [
        shirt(1, Large, None),
        shirt(2, Small, Some(Huge)),
        shirt(3, Huge, Some(Small)),
        shirt(4, Medium, Some(Large)),
        shirt(5, Small, Some(Medium)),
        shirt(6, Large, Some(Large)),
    ];
    insert(Shirt).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

pub(super) fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Shirt.id).filter(condition).order_by(Shirt.id);
    query.all(conn).unwrap()
}

fn values_come_back_and_are_found(db: &Db) {
    let conn = &mut seed(db);
    insert(Shirt)
        .values(Shirt::builder().id(7).size(Huge))
        .execute(conn)
        .unwrap();
    let seventh = select(Shirt).filter(Shirt.id.eq(7)).one(conn).unwrap();
    assert_eq!(
        seventh,
        Shirt {
            shown: Medium,
            ..shirt(7, Huge, None)
        }
    );
    assert_eq!(ids(conn, Shirt.size.eq(Large)), [1, 6]);
    assert_eq!(ids(conn, Shirt.size.ne(Large)), [2, 3, 4, 5, 7]);
    assert_eq!(ids(conn, Shirt.size.eq(Shirt.worn)), [6]);
    assert_eq!(ids(conn, Shirt.worn.eq(Null)), [1, 7]);
    assert_eq!(ids(conn, Shirt.worn.same_as(None::<Size>)), [1, 7]);
    assert_eq!(ids(conn, Shirt.size.in_([Small, Huge])), [2, 3, 5, 7]);
    assert_eq!(ids(conn, Shirt.size.not_in([Small, Huge])), [1, 4, 6]);
    let many = [Small, Medium].into_iter().cycle().take(300);
    assert_eq!(ids(conn, Shirt.worn.in_(many)), [3, 5]);
    let worn = select(Shirt.worn).filter(Shirt.worn.is_not_null());
    assert_eq!(ids(conn, Shirt.size.in_(worn)).len(), 7);
    let raw: Vec<(i64, Size)> =
        raw("SELECT id, size FROM native_shirts WHERE size = :size ORDER BY id")
            .bind("size", Small)
            .all(conn)
            .unwrap();
    assert_eq!(raw, [(2, Small), (5, Small)]);
    let streamed: Vec<_> = select(Shirt.size)
        .order_by(Shirt.id)
        .stream(conn)
        .unwrap()
        .collect::<orm::Result<_>>()
        .unwrap();
    assert_eq!(streamed, [Large, Small, Huge, Medium, Small, Large, Huge]);
}

fn another_label_is_refused(db: &Db) {
    let conn = &mut seed(db);
    for label in ["tiny", "SMALL", "", "huge medium"] {
        let insert = format!("INSERT INTO native_shirts (id, size) VALUES (9, '{label}')");
        let refused = execute(db, conn, &insert, &[]);
        assert!(refused.is_err(), "{label}");
        let update = format!("UPDATE native_shirts SET size = '{label}' WHERE id = 1");
        assert!(execute(db, conn, &update, &[]).is_err(), "{label}");
    }
    assert_eq!(ids(conn, Shirt.size.eq(Large)), [1, 6]);
    assert_eq!(db.count("native_shirts"), 6);
}

fn the_order_is_that_of_the_declaration(db: &Db) {
    let conn = &mut seed(db);
    let mut ordered = |query: Select<orm::mapping::Column<Shirt, i64>>| query.all(conn).unwrap();
    let by = || select(Shirt.id);
    assert_eq!(
        ordered(by().order_by((Shirt.size, Shirt.id))),
        [2, 5, 4, 1, 6, 3]
    );
    assert_eq!(
        ordered(by().order_by((Shirt.size.desc(), Shirt.id))),
        [3, 1, 6, 4, 2, 5]
    );
    assert_eq!(
        ordered(by().order_by((Shirt.worn.asc().nulls_first(), Shirt.id))),
        [1, 3, 5, 4, 6, 2]
    );
    let last = by().order_by((Shirt.size, Shirt.id)).last(conn).unwrap();
    assert_eq!(last, Some(3));
    assert_eq!(ids(conn, Shirt.size.lt(Large)), [2, 4, 5]);
    assert_eq!(ids(conn, Shirt.size.le(Large)), [1, 2, 4, 5, 6]);
    assert_eq!(ids(conn, Shirt.size.gt(Medium)), [1, 3, 6]);
    assert_eq!(ids(conn, Shirt.size.ge(Medium)), [1, 3, 4, 6]);
    assert_eq!(ids(conn, Shirt.worn.gt(Shirt.size)), [2, 4, 5]);
    assert_eq!(ids(conn, Shirt.worn.coalesce(Small).lt(Shirt.size)), [1, 3]);
    assert_eq!(ids(conn, Shirt.size.between(Medium, Large)), [1, 4, 6]);
    assert_eq!(ids(conn, !Shirt.worn.lt(Large)), [2, 4, 6]);
    assert_eq!(ids(conn, Shirt.worn.lt(None::<Size>)), [0; 0]);
    let deleted = delete(Shirt).filter(Shirt.size.lt(Medium)).execute(conn);
    assert_eq!(deleted.unwrap(), 2);
}

fn min_and_max_are_of_that_order(db: &Db) {
    let conn = &mut seed(db);
    let ends = select((min(Shirt.size), max(Shirt.size), max(Shirt.worn)));
    assert_eq!(
        ends.one(conn).unwrap(),
        (Some(Small), Some(Huge), Some(Huge))
    );
    let none = select((min(Shirt.size), max(Shirt.worn))).filter(Shirt.id.gt(9));
    assert_eq!(none.one(conn).unwrap(), (None, None));
    let filtered = select(max(Shirt.size).filter(Shirt.id.ge(4)));
    assert_eq!(filtered.one(conn).unwrap(), Some(Large));
    let groups = select((Shirt.size, min(Shirt.worn)))
        .group_by(Shirt.size)
        .having(min(Shirt.worn).gt(Small))
        .order_by(Shirt.size);
    assert_eq!(
        groups.all(conn).unwrap(),
        [
            (Small, Some(Medium)),
            (Medium, Some(Large)),
            (Large, Some(Large))
        ]
    );
    let so_far = max(Shirt.size).over(window().order_by(Shirt.id));
    let rows = select((Shirt.id, so_far))
        .order_by(Shirt.id)
        .all(conn)
        .unwrap();
    let found: Vec<_> = rows.into_iter().map(|(_, size)| size).collect();
    let expected = [Large, Large, Huge, Huge, Huge, Huge];
    assert_eq!(found, expected.map(Some));
    let ranks = select((
        Shirt.id,
        row_number().over(window().order_by((Shirt.size, Shirt.id))),
    ));
    let ranks = ranks.order_by(Shirt.id).all(conn).unwrap();
    let ranks: Vec<_> = ranks.into_iter().map(|(_, rank)| rank).collect();
    assert_eq!(ranks, [4, 1, 6, 3, 2, 5]);
}

fn groups_and_distinct_rows_are_ordered(db: &Db) {
    let conn = &mut seed(db);
    let sizes = select(Shirt.size).distinct().order_by(Shirt.size.desc());
    assert_eq!(sizes.all(conn).unwrap(), [Huge, Large, Medium, Small]);
    let counts = select((Shirt.size, count(Shirt.id)))
        .group_by(Shirt.size)
        .order_by(Shirt.size);
    assert_eq!(
        counts.all(conn).unwrap(),
        [(Small, 2), (Medium, 1), (Large, 2), (Huge, 1)]
    );
    let mut query = select(Shirt).filter(Shirt.size.ge(Medium));
    query = query.order_by((Shirt.size, Shirt.id)).limit(2).offset(1);
    let found: Vec<_> = query.all(conn).unwrap().into_iter().map(|s| s.id).collect();
    assert_eq!(found, [1, 6]);
}

fn pages_follow_the_order(db: &Db) {
    let conn = &mut seed(db);
    for (query, expected) in [
        (select(Shirt).order_by(Shirt.size), [2, 5, 4, 1, 6, 3]),
        (
            select(Shirt).order_by(Shirt.size.desc()),
            [3, 1, 6, 4, 2, 5],
        ),
    ] {
        let (mut found, mut page) = (Vec::new(), query.keyset(2).fetch(conn).unwrap());
        loop {
            found.extend(page.rows.iter().map(|shirt| shirt.id));
            let Some(next) = page.next else { break };
            page = query.keyset(2).after(next).fetch(conn).unwrap();
        }
        assert_eq!(found, expected);
        let mut chunks = Vec::new();
        let session = &mut db.session();
        let each = |session: &mut Session, shirts: &[Ref<Shirt>]| {
            chunks.extend(shirts.iter().map(|shirt| session[*shirt].id));
            Ok(())
        };
        query.chunks(2, session, each).unwrap();
        assert_eq!(chunks, expected);
    }
}

fn labels_stand_in_expressions(db: &Db) {
    let conn = &mut seed(db);
    let worn = case()
        .when(Shirt.id.gt(4), Huge)
        .when(Shirt.worn.is_null(), Small)
        .otherwise(Shirt.size);
    let query = select((worn, Shirt.worn.coalesce(Medium), Shirt.size.nullif(Small)));
    let rows = query.order_by(Shirt.id).all(conn).unwrap();
    assert_eq!(
        rows,
        [
            (Small, Medium, Some(Large)),
            (Small, Huge, None),
            (Huge, Small, Some(Huge)),
            (Medium, Large, Some(Medium)),
            (Huge, Medium, None),
            (Huge, Large, Some(Large)),
        ]
    );
    let optional = case().when(Shirt.id.eq(1), Large).end();
    assert_eq!(
        select(optional)
            .filter(Shirt.id.le(2))
            .order_by(Shirt.id)
            .all(conn)
            .unwrap(),
        [Some(Large), None]
    );
    let text = select(Shirt.size.cast::<String>()).filter(Shirt.id.eq(1));
    assert_eq!(text.one(conn).unwrap(), "it's \"large\" \\");
    let changed = update(Shirt)
        .set(Shirt.shown, Shirt.worn.coalesce(Huge))
        .filter(Shirt.size.eq(Small) | Shirt.worn.is_null());
    assert_eq!(changed.execute(conn).unwrap(), 3);
    let changed = update(Shirt)
        .set(Shirt.worn, case().when(Shirt.size.lt(Medium), Medium).end())
        .filter(Shirt.id.in_([1, 2, 5]));
    assert_eq!(changed.execute(conn).unwrap(), 3);
    let rows = select((Shirt.shown, Shirt.worn)).filter(Shirt.id.in_([1, 2, 5]));
    assert_eq!(
        rows.order_by(Shirt.id).all(conn).unwrap(),
        [(Huge, None), (Huge, Some(Medium)), (Medium, Some(Medium))]
    );
}

fn labels_stand_in_queries_of_inserts(db: &Db) {
    let conn = &mut seed(db);
    let worn = case().when(Shirt.worn.is_null(), Medium).otherwise(Large);
    let rows = select((Shirt.id + 10, worn, Shirt.size)).filter(Shirt.id.le(2));
    let copy = insert(Shirt).from_select((Shirt.id, Shirt.size, Shirt.shown), rows);
    copy.execute(conn).unwrap();
    let copied = select((Shirt.size, Shirt.shown)).filter(Shirt.id.gt(10));
    assert_eq!(
        copied.order_by(Shirt.id).all(conn).unwrap(),
        [(Medium, Large), (Large, Small)]
    );
}

fn set_operations_are_ordered_as_tables(db: &Db) {
    let conn = &mut seed(db);
    let worn = select((Shirt.size, Shirt.id)).filter(Shirt.size.gt(Small));
    let both = worn.union(select((Shirt.size, Shirt.id)).filter(Shirt.id.eq(2)));
    let rows = both.clone().order_by(Shirt.id).all(conn).unwrap();
    assert_eq!(rows.len(), 5);
    let ordered = both.clone().order_by((Shirt.size, Shirt.id)).all(conn);
    if db.capabilities().enums == EnumStyle::Named {
        let sizes: Vec<_> = ordered.unwrap().into_iter().map(|(size, _)| size).collect();
        assert_eq!(sizes, [Small, Medium, Large, Large, Huge]);
    } else {
        fails(ordered, ErrorKind::Unsupported);
    }
    let table = both.as_table("both");
    let (size, id) = table.columns();
    let rows = select(size).from(&table).order_by((size, id)).all(conn);
    assert_eq!(rows.unwrap(), [Small, Medium, Large, Large, Huge]);
    let least = select(min(table.columns().0)).from(&table);
    assert_eq!(least.one(conn).unwrap(), Some(Small));
}

fn what_compares_texts_is_refused(db: &Db) {
    let conn = &mut seed(db);
    let greatest = select(Shirt.size.greatest(Medium));
    fails(greatest.all(conn), ErrorKind::Usage);
    let others = select(Shirt.size);
    let above = select(Shirt.id).filter(Shirt.size.gt(any(others)));
    fails(above.all(conn), ErrorKind::Usage);
    // Equality has no order.
    let equal = select(Shirt.id).filter(Shirt.size.eq(any(select(Shirt.worn))));
    assert_eq!(equal.all(conn).unwrap().len(), 6);
}
