//! What is computed is held to the column that stores it: integers, decimals and texts, of each statement that writes.

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::Update;
use rust_decimal::Decimal;

use super::decimals::d;
use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "stored_values":
    integers_of_any_expression_are_held,
    floats_of_own_sql_are_rounded,
    texts_of_any_expression_are_held,
    spaces_beyond_the_length_are_cut_off (Requires::TrailingSpaces),
    an_upsert_holds_its_values (Requires::Upsert),
    an_entity_is_held,
    values_of_other_tables_are_held (Requires::UpdateFrom),
    inserted_integers_are_held,
    inserted_texts_are_held,
    inserted_decimals_are_rounded_or_refused (Requires::Decimals),
    binds_of_a_query_are_held,
    rows_of_sets_are_held,
    columns_of_derived_tables_are_held,
    an_order_by_a_label_stays,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sv_sources")]
struct Source {
    #[orm(primary_key)]
    id: i64,
    n: i32,
    small: i16,
    large: i64,
    #[orm(length = 5)]
    short: String,
    #[orm(length = 40)]
    long: String,
    #[orm(length = 40)]
    maybe: Option<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sv_targets")]
struct Target {
    #[orm(primary_key)]
    id: i64,
    n: Option<i32>,
    small: Option<i16>,
    large: Option<i64>,
    #[orm(length = 5)]
    name: Option<String>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sv_prices")]
struct Cost {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 6, scale = 2)]
    price: Option<Decimal>,
    #[orm(precision = 12, scale = 4)]
    exact: Option<Decimal>,
}

/// A row at the ends of its columns.
fn source(n: i32) -> Source {
    Source {
        id: 0,
        n,
        small: i16::MIN,
        large: i64::MAX,
        short: "short".into(),
        long: "longer than five".into(),
        maybe: None,
    }
}

fn tables(db: &Db, numbers: &[i32]) -> Connection {
    Metadata::of((Source, Target))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    for n in numbers {
        insert(Source)
            .values(source(*n))
            .execute(&mut conn)
            .unwrap();
    }
    conn
}

/// Each statement fails, and changes nothing.
fn all_fail(conn: &mut Connection, updates: Vec<Update<Source>>, kind: ErrorKind) {
    let before = select(Source).all(conn).unwrap();
    for (number, update) in updates.into_iter().enumerate() {
        let result = update.execute(conn);
        let sql = update.to_sql(conn.dialect()).unwrap();
        let error = result.expect_err(&sql);
        assert_eq!(error.kind(), kind, "{number}: {sql}: {error:?}");
        assert_eq!(select(Source).all(conn).unwrap(), before, "{sql}");
    }
}

fn integers_of_any_expression_are_held(db: &Db) {
    let conn = &mut tables(db, &[i32::MIN]);
    let wide = || raw_expr::<i32>("3000000000", ());
    let absolute = scalar(select(Source.alias("o").n.abs()));
    let statements = vec![
        update(Source).set(Source.n, Source.n.abs()),
        update(Source).set(Source.small, Source.small.abs()),
        update(Source).set(Source.n, func::<i32>("ABS", (Source.n,))),
        update(Source).set(Source.n, Source.n.op::<i32>("-", 1)),
        update(Source).set(Source.n, raw_expr::<i32>(":n - 1", (("n", Source.n),))),
        update(Source).set(Source.n, wide()),
        update(Source).set(Source.n, absolute.coalesce(0)),
        update(Source).set(Source.n, wide().greatest(7)),
        update(Source).set(
            Source.n,
            case().when(Source.id.gt(0), Source.n.abs()).otherwise(0),
        ),
        update(Source).set(Source.n, wide().nullif(0).coalesce(7)),
    ];
    all_fail(conn, statements, ErrorKind::OutOfRange);
    // What fits is stored.
    update(Source).set(Source.n, -7).execute(conn).unwrap();
    let fits = update(Source).set(Source.n, Source.n.abs());
    fits.execute(conn).unwrap();
    assert_eq!(select(Source.n).one(conn).unwrap(), 7);
    let fits = update(Source).set(Source.n, raw_expr::<i32>(":n + 1", (("n", Source.n),)));
    fits.execute(conn).unwrap();
    assert_eq!(select(Source.n).one(conn).unwrap(), 8);
}

fn floats_of_own_sql_are_rounded(db: &Db) {
    let conn = &mut tables(db, &[7]);
    for (text, expected) in [("7.6", 8), ("-7.6", -8), ("7.0", 7), ("7.2 + 0.2", 7)] {
        let rounded = update(Source).set(Source.n, raw_expr::<i32>(text, ()));
        rounded.execute(conn).unwrap();
        assert_eq!(select(Source.n).one(conn).unwrap(), expected, "{text}");
    }
    let beyond = update(Source).set(Source.n, raw_expr::<i32>("3000000000.5", ()));
    fails(beyond.execute(conn), ErrorKind::OutOfRange);
}

fn texts_of_any_expression_are_held(db: &Db) {
    let conn = &mut tables(db, &[1]);
    let other = scalar(select(Source.alias("o").long));
    let statements = vec![
        update(Source).set(Source.short, Source.short.concat("s")),
        update(Source).set(Source.short, Source.short.repeat(2)),
        update(Source).set(Source.short, Source.short.lpad(6, "-")),
        update(Source).set(Source.short, Source.maybe.coalesce("too long")),
        update(Source).set(Source.short, Source.long),
        update(Source).set(Source.short, Source.long.upper()),
        update(Source).set(Source.short, func::<String>("LOWER", (Source.long,))),
        update(Source).set(Source.short, raw_expr::<String>("'123456'", ())),
        update(Source).set(Source.short, other.coalesce("x")),
        update(Source).set(
            Source.short,
            case().when(Source.id.gt(0), Source.long).otherwise("x"),
        ),
        // Six characters of two bytes each.
        update(Source).set(Source.short, Source.short.concat("é")),
    ];
    all_fail(conn, statements, ErrorKind::DataTooLong);
    let fits = update(Source).set(Source.short, Source.short.left(3).concat("éß"));
    fits.execute(conn).unwrap();
    assert_eq!(select(Source.short).one(conn).unwrap(), "shoéß");
    let fits = update(Source).set(Source.long, Source.short);
    fits.execute(conn).unwrap();
    assert_eq!(select(Source.long).one(conn).unwrap(), "shoéß");
    let none = update(Source).set(Source.maybe, Source.maybe.concat("x"));
    none.execute(conn).unwrap();
    assert_eq!(select(Source.maybe).one(conn).unwrap(), None);
}

fn spaces_beyond_the_length_are_cut_off(db: &Db) {
    let conn = &mut tables(db, &[1]);
    let spaces = update(Source).set(Source.short, Source.short.left(4).concat("    "));
    spaces.execute(conn).unwrap();
    assert_eq!(select(Source.short).one(conn).unwrap(), "shor ");
    let long = update(Source).set(Source.short, Source.short.concat("  x"));
    fails(long.execute(conn), ErrorKind::DataTooLong);
    let copied = select(Source.short.concat("   "));
    let copied = insert(Target).from_select(Target.name, copied);
    copied.execute(conn).unwrap();
    let name = select(Target.name).one(conn).unwrap();
    assert_eq!(name.as_deref(), Some("shor "));
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "sv_pages")]
struct Page {
    #[orm(primary_key, length = 20)]
    path: String,
    hits: i32,
    #[orm(length = 5)]
    short: String,
    #[orm(length = 40)]
    long: String,
}

fn an_upsert_holds_its_values(db: &Db) {
    Metadata::of((Page,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let page = |hits, long: &str| Page {
        path: "/".into(),
        hits,
        short: "short".into(),
        long: long.into(),
    };
    let first = page(i32::MIN, "long");
    insert(Page).values(&first).execute(conn).unwrap();
    let refused = [
        (Page.hits.to(Page.hits.abs()), ErrorKind::OutOfRange),
        (
            Page.short.to(Page.short.concat("x")),
            ErrorKind::DataTooLong,
        ),
    ];
    for (assignment, kind) in refused {
        let raised = insert(Page).values(page(1, "x")).on_conflict(Page.path);
        let raised = raised.do_update(|_| [assignment.clone()]);
        fails(raised.execute(conn), kind);
    }
    let raised = insert(Page)
        .values(page(1, "too long"))
        .on_conflict(Page.path);
    let raised = raised.do_update(|new| [Page.short.to(new.long)]);
    fails(raised.execute(conn), ErrorKind::DataTooLong);
    assert_eq!(select(Page).one(conn).unwrap(), first);
    let raised = insert(Page).values(page(1, "x")).on_conflict(Page.path);
    let raised = raised.do_update(|new| [Page.short.to(new.long), Page.long.to(new.short)]);
    raised.execute(conn).unwrap();
    let stored = select((Page.short, Page.long)).one(conn).unwrap();
    assert_eq!(stored, ("x".to_owned(), "short".to_owned()));
}

fn an_entity_is_held(db: &Db) {
    tables(db, &[i32::MIN]);
    let mut session = db.session();
    let one = session.get_one(Source, 1).unwrap();
    session.set(one, Source.n, Source.n.abs()).unwrap();
    fails(session.commit(), ErrorKind::OutOfRange);
    let mut session = db.session();
    let one = session.get_one(Source, 1).unwrap();
    session.set(one, Source.short, Source.long).unwrap();
    fails(session.commit(), ErrorKind::DataTooLong);
    let mut session = db.session();
    let one = session.get_one(Source, 1).unwrap();
    let short = Source.long.left(5);
    session.set(one, Source.short, short).unwrap();
    session.commit().unwrap();
    assert_eq!(
        session
            .get_one(Source, 1)
            .map(|one| session[one].short.clone())
            .unwrap(),
        "longe"
    );
}

fn values_of_other_tables_are_held(db: &Db) {
    let conn = &mut tables(db, &[7]);
    let row = Target {
        id: 0,
        n: None,
        small: None,
        large: None,
        name: None,
    };
    insert(Target).values(row).execute(conn).unwrap();
    let other = Source.alias("o");
    let beside = update(Target).from(other).filter(other.n.eq(7));
    let long = beside.clone().set(Target.name, other.long);
    fails(long.execute(conn), ErrorKind::DataTooLong);
    let short = beside.set(Target.name, other.short);
    let short = short.set(Target.n, other.n);
    short.execute(conn).unwrap();
    let stored = select((Target.name, Target.n)).one(conn).unwrap();
    assert_eq!(stored, (Some("short".to_owned()), Some(7)));
}

/// What an INSERT of a query fails with; nothing is stored.
fn insert_fails(db: &Db, result: orm::Result<u64>, kind: ErrorKind) {
    fails(result, kind);
    assert_eq!(db.count("sv_targets"), 0);
}

fn inserted_integers_are_held(db: &Db) {
    let conn = &mut tables(db, &[i32::MIN]);
    let n = |expr| insert(Target).from_select(Target.n, select(expr));
    let wide = raw_expr::<i32>("3000000000 + :id", (("id", Source.id),));
    for copy in [n(Source.n.abs()), n(Source.n - 1), n(Source.n * 2), n(wide)] {
        insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    }
    let small = select(Source.small.abs());
    let copy = insert(Target).from_select(Target.small, small);
    insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    let large = select(Source.large + 1_i64);
    let copy = insert(Target).from_select(Target.large, large);
    insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    // Of each row, and of groups.
    insert(Source).values(source(7)).execute(conn).unwrap();
    let copy = n(Source.n - 1);
    insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    let last = select((max(Source.n) + 1, count_all())).group_by(Source.small);
    let copy = insert(Target).from_select((Target.n, Target.large), last);
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let stored = select((Target.n, Target.large)).one(conn).unwrap();
    assert_eq!(stored, (Some(8), Some(2)));
}

fn inserted_texts_are_held(db: &Db) {
    let conn = &mut tables(db, &[1]);
    let name = |expr| insert(Target).from_select(Target.name, select(expr));
    for expr in [
        Source.short.concat("x"),
        Source.short.repeat(2),
        Source.long.upper(),
        Source.maybe.coalesce("123456"),
        case().when(Source.id.gt(0), Source.long).otherwise("x"),
    ] {
        insert_fails(db, name(expr).execute(conn), ErrorKind::DataTooLong);
    }
    let copy = insert(Target).from_select(Target.name, select(Source.long));
    insert_fails(db, copy.execute(conn), ErrorKind::DataTooLong);
    let copy = insert(Target).from_select(Target.name, select(Source.maybe));
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let copy = insert(Target).from_select(Target.name, select(Source.short));
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let copy = name(Source.short.left(2).concat("é"));
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let names = select(Target.name).order_by(Target.id).all(conn).unwrap();
    assert_eq!(
        names,
        [None, Some("short".to_owned()), Some("shé".to_owned())]
    );
}

fn prices(db: &Db) -> Connection {
    Metadata::of((Cost,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let row = |exact| Cost {
        id: 0,
        price: None,
        exact: Some(d(exact)),
    };
    let rows = ["1.2351", "-1.2350", "2.5"].map(row);
    insert(Cost).values(rows).execute(&mut conn).unwrap();
    conn
}

fn stored_prices(conn: &mut Connection) -> Vec<Decimal> {
    let stored = select(Cost.price).filter(Cost.price.is_not_null());
    let stored = stored.order_by(Cost.id).all(conn).unwrap();
    stored.into_iter().flatten().collect()
}

fn inserted_decimals_are_rounded_or_refused(db: &Db) {
    let conn = &mut prices(db);
    let old = || select(Cost.exact).filter(Cost.price.is_null());
    let copy = insert(Cost).from_select(Cost.price, old().order_by(Cost.id));
    copy.execute(conn).unwrap();
    let expected = ["1.24", "-1.24", "2.5"].map(d);
    assert_eq!(stored_prices(conn), expected);
    delete(Cost)
        .filter(Cost.price.is_not_null())
        .execute(conn)
        .unwrap();
    let halves = select(Cost.exact * d("0.5")).order_by(Cost.id);
    let copy = insert(Cost).from_select(Cost.price, halves);
    copy.execute(conn).unwrap();
    assert_eq!(stored_prices(conn), ["0.62", "-0.62", "1.25"].map(d));
    delete(Cost)
        .filter(Cost.price.is_not_null())
        .execute(conn)
        .unwrap();
    let large = select(Cost.exact * d("10000"));
    let copy = insert(Cost).from_select(Cost.price, large);
    fails(copy.execute(conn), ErrorKind::OutOfRange);
    assert!(stored_prices(conn).is_empty());
    // A column of as many digits is copied.
    let same = select((Cost.exact, Cost.price)).filter(Cost.exact.eq(d("2.5")));
    let copy = insert(Cost).from_select((Cost.exact, Cost.price), same);
    assert_eq!(copy.execute(conn).unwrap(), 1);
    // The numbers are ordered and limited as they were.
    let exact = Cost.exact.label("e");
    let query = select(exact.clone()).order_by(exact.desc()).limit(1);
    let copy = insert(Cost).from_select(Cost.price, query);
    copy.execute(conn).unwrap();
    assert_eq!(stored_prices(conn), [d("2.5")]);
}

fn binds_of_a_query_are_held(db: &Db) {
    let conn = &mut tables(db, &[1]);
    let text = |text: &'static str| select((Source.n, raw_expr::<String>(":t", (("t", text),))));
    let copy = |text| insert(Target).from_select((Target.n, Target.name), text);
    let too_long = copy(text("123456"));
    insert_fails(db, too_long.execute(conn), ErrorKind::DataTooLong);
    assert_eq!(copy(text("12345")).execute(conn).unwrap(), 1);
    let name = select(Target.name).one(conn).unwrap();
    assert_eq!(name.as_deref(), Some("12345"));
}

fn rows_of_sets_are_held(db: &Db) {
    let conn = &mut tables(db, &[3, 1, 2]);
    let next = |more: i32| select(Source.n + more);
    let large = next(0).union_all(next(i32::MAX - 1));
    let copy = insert(Target).from_select(Target.n, large);
    insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    let both = next(0)
        .union(next(1))
        .order_by((Source.n + 0).desc())
        .limit(3);
    let copy = insert(Target).from_select(Target.n, both);
    assert_eq!(copy.execute(conn).unwrap(), 3);
    let numbers = select(Target.n).order_by(Target.n).all(conn).unwrap();
    assert_eq!(numbers, [2, 3, 4].map(Some));
    delete(Target).execute(conn).unwrap();
    let names = select(Source.short).union(select(Source.long));
    let copy = insert(Target).from_select(Target.name, names);
    insert_fails(db, copy.execute(conn), ErrorKind::DataTooLong);
    // Equal rows are merged before they are stored.
    let names = select(Source.short.concat("").left(5)).distinct();
    let copy = insert(Target).from_select(Target.name, names);
    assert_eq!(copy.execute(conn).unwrap(), 1);
}

fn columns_of_derived_tables_are_held(db: &Db) {
    let conn = &mut tables(db, &[i32::MIN]);
    let rows = select((Source.n.abs(), Source.long.upper())).as_table("r");
    let (n, name) = rows.columns();
    let copy = insert(Target).from_select(Target.n, select(n).from(&rows));
    insert_fails(db, copy.execute(conn), ErrorKind::OutOfRange);
    let copy = insert(Target).from_select(Target.name, select(name).from(&rows));
    insert_fails(db, copy.execute(conn), ErrorKind::DataTooLong);
    let copy = insert(Target).from_select(Target.name, select(name.left(5)).from(&rows));
    assert_eq!(copy.execute(conn).unwrap(), 1);
    let name = select(Target.name).one(conn).unwrap();
    assert_eq!(name.as_deref(), Some("LONGE"));
}

fn an_order_by_a_label_stays(db: &Db) {
    let conn = &mut tables(db, &[3, 1, 2]);
    let more = (Source.n + 10).label("more");
    let query = select(more.clone()).order_by(more.desc()).limit(2);
    let copy = insert(Target).from_select(Target.n, query);
    assert_eq!(copy.execute(conn).unwrap(), 2);
    let numbers = select(Target.n).order_by(Target.n).all(conn).unwrap();
    assert_eq!(numbers, [12, 13].map(Some));
}
