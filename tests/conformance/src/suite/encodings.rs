//! A type whose encoding is another one on each database: what is stored, found and read is that of the database, by
//! every way into and out of it.

use orm::prelude::*;
use orm::query::values;
use orm::types::{Codec, Type};
use orm::value::{ConversionError, Value, ValueRef};

use super::support::column;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "encodings":
    each_insert_stores_that_of_the_database,
    each_update_stores_that_of_the_database,
    upserts_store_and_find_it (Requires::Upsert),
    conditions_and_lists_find_it,
    it_is_a_key_of_entities_and_relations,
    old_values_are_compared_as_they_are_stored,
    printed_statements_have_it,
];

/// A text that is stored behind the name of the dialect. The encoding without a name is never stored.
#[derive(DbType, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Tagged(String);

impl Codec for Tagged {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(60);
    const NAME: &'static str = "a tagged text";

    fn encode(&self, server: &str) -> Value {
        Value::Text(format!("{server}:{}", self.0))
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Text(text) = value else {
            return Err(ConversionError::Kind);
        };
        match text.split_once(':') {
            None | Some(("", _)) => Err(ConversionError::Format),
            Some((_, text)) => Ok(Self(text.to_owned())),
        }
    }
}

fn tagged(text: impl Into<String>) -> Tagged {
    Tagged(text.into())
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tagged_groups")]
struct Group {
    #[orm(primary_key)]
    code: Tagged,
    #[orm(default = tagged("by default"))]
    label: Tagged,
    note: Option<Tagged>,
    members: HasMany<Member>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "tagged_members")]
struct Member {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Group.code)]
    group_code: Tagged,
    group: BelongsTo<Group>,
}

fn group(code: &str, note: Option<&str>) -> Group {
    Group {
        code: tagged(code),
        label: tagged("label"),
        note: note.map(tagged),
        members: HasMany::default(),
    }
}

/// The groups a, b and c.
fn seed(db: &Db) -> Connection {
    Metadata::of((Group, Member))
        .create_all(&db.engine)
        .unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [group("a", None), group("b", Some("a")), group("c", None)];
    insert(Group).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

/// Asserts what is stored, behind one name that is not empty.
#[track_caller]
fn stored(conn: &mut Connection, name: &str, expected: &[&str]) {
    let text = format!("SELECT {name} FROM tagged_groups WHERE {name} IS NOT NULL ORDER BY code");
    let texts: Vec<String> = column(conn, &text);
    let prefix = tagged("").encode(conn.dialect().name());
    let Value::Text(prefix) = prefix else {
        panic!("{prefix:?}")
    };
    assert_ne!(prefix, ":");
    let expected: Vec<_> = expected
        .iter()
        .map(|text| format!("{prefix}{text}"))
        .collect();
    assert_eq!(texts, expected);
}

fn codes(conn: &mut Connection, condition: Predicate) -> Vec<String> {
    let query = select(Group.code).filter(condition).order_by(Group.code);
    let codes = query.all(conn).unwrap();
    codes.into_iter().map(|Tagged(code)| code).collect()
}

fn each_insert_stores_that_of_the_database(db: &Db) {
    let conn = &mut seed(db);
    let one = Group::builder().code(tagged("d"));
    insert(Group).values(one).execute(conn).unwrap();
    let mut session = db.session();
    session.add(group("e", None));
    session.commit().unwrap();
    let more = (0..3).map(|n| group(&format!("f{n}"), None));
    insert(Group).load(more).execute(conn).unwrap();
    let text = "INSERT INTO tagged_groups (code, label) VALUES (:code, :label)";
    let rows = [
        (tagged("g"), tagged("label")),
        (tagged("h"), tagged("label")),
    ];
    raw(text)
        .execute_many(["code", "label"], rows, conn)
        .unwrap();
    let copy =
        select((tagged_value("i"), Group.label, Group.note)).filter(Group.code.eq(tagged("b")));
    insert(Group)
        .from_select((Group.code, Group.label, Group.note), copy)
        .execute(conn)
        .unwrap();
    let all = ["a", "b", "c", "d", "e", "f0", "f1", "f2", "g", "h", "i"];
    stored(conn, "code", &all);
    let mut labels = ["label"; 11];
    labels[3] = "by default";
    stored(conn, "label", &labels);
    stored(conn, "note", &["a", "a"]);
}

/// The value as an expression.
fn tagged_value(text: &str) -> orm::query::Expr<Tagged> {
    case()
        .when(Group.code.eq(tagged("b")), tagged(text))
        .otherwise(tagged("other"))
}

fn each_update_stores_that_of_the_database(db: &Db) {
    let conn = &mut seed(db);
    let set = update(Group).set(Group.label, tagged("set"));
    let set = set.filter(Group.code.eq(tagged("a")));
    assert_eq!(set.execute(conn).unwrap(), 1);
    let rows = [group("b", Some("many")), group("c", Some("rows"))];
    let many = update_many(Group).rows(&rows).set(Group.note);
    assert_eq!(many.execute(conn).unwrap(), 2);
    stored(conn, "label", &["set", "label", "label"]);
    stored(conn, "note", &["many", "rows"]);
    let filled = update(Group).set(Group.note, Group.note.coalesce(tagged("none")));
    assert_eq!(filled.execute(conn).unwrap(), 3);
    stored(conn, "note", &["none", "many", "rows"]);
    let mut session = db.session();
    for code in ["a", "b", "c"] {
        let group = session.get(Group, tagged(code)).unwrap().unwrap();
        session[group].label = tagged(format!("flushed {code}"));
    }
    session.commit().unwrap();
    stored(conn, "label", &["flushed a", "flushed b", "flushed c"]);
}

fn upserts_store_and_find_it(db: &Db) {
    let conn = &mut seed(db);
    for rows in [
        vec![group("a", Some("again"))],
        vec![group("b", Some("of many")), group("d", None)],
    ] {
        insert(Group)
            .values(rows)
            .on_conflict(Group.code)
            .do_update(|new| [Group.note.to(new.note), Group.label.to(tagged("known"))])
            .execute(conn)
            .unwrap();
    }
    stored(conn, "code", &["a", "b", "c", "d"]);
    stored(conn, "note", &["again", "of many"]);
    stored(conn, "label", &["known", "known", "label", "label"]);
}

fn conditions_and_lists_find_it(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(codes(conn, Group.code.eq(tagged("a"))), ["a"]);
    assert_eq!(codes(conn, Group.note.same_as(tagged("a"))), ["b"]);
    assert_eq!(codes(conn, Group.code.gt(tagged("a"))), ["b", "c"]);
    let two = [tagged("c"), tagged("a"), tagged("none")];
    assert_eq!(codes(conn, Group.code.in_(&two)), ["a", "c"]);
    assert_eq!(codes(conn, Group.code.not_in(&two)), ["b"]);
    let many = (0..1500).map(|n| tagged(format!("n{n}")));
    let many: Vec<_> = many.chain(two).collect();
    if db.has(Requires::LongLists) {
        assert_eq!(codes(conn, Group.code.in_(&many[700..])), ["a", "c"]);
        let cycle = many.iter().cycle().take(70_000);
        assert_eq!(codes(conn, Group.code.in_(cycle)), ["a", "c"]);
    }
    if db.has(Requires::RowValues) {
        let rows = [(tagged("a"), tagged("label")), (tagged("b"), tagged("b"))];
        assert_eq!(codes(conn, (Group.code, Group.label).in_(rows)), ["a"]);
    }
    let rows = values("v", [(tagged("b"), 1_i64), (tagged("x"), 2)]);
    let (code, number) = rows.columns();
    let query = select((Group.code, number)).join_on(&rows, Group.code.eq(code));
    assert_eq!(query.all(conn).unwrap(), [(tagged("b"), 1)]);
    let found: Vec<(Tagged,)> = raw("SELECT code FROM tagged_groups WHERE code = :code")
        .bind("code", tagged("c"))
        .all(conn)
        .unwrap();
    assert_eq!(found, [(tagged("c"),)]);
    let replaced = select(Group.note.coalesce(tagged("z"))).order_by(Group.code);
    assert_eq!(replaced.all(conn).unwrap(), ["z", "a", "z"].map(tagged));
}

fn it_is_a_key_of_entities_and_relations(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let a = session.get(Group, tagged("a")).unwrap().unwrap();
    assert_eq!(session.get(Group, tagged("a")).unwrap(), Some(a));
    let new = session.add(group("new", None));
    for (group, number) in [(a, 2), (new, 1)] {
        for _ in 0..number {
            session.add(Member::builder().group(group));
        }
    }
    session.commit().unwrap();
    let mut session = db.session();
    let groups = select(Group).with(Group.members).order_by(Group.code);
    let groups = groups.all(&mut session).unwrap();
    let sizes = groups.iter().map(|group| {
        let members = session[*group].members.get().unwrap();
        (session[*group].code.0.clone(), members.len())
    });
    let sizes: Vec<_> = sizes.collect();
    let expected = [("a", 2), ("b", 0), ("c", 0), ("new", 1)];
    assert_eq!(sizes, expected.map(|(code, size)| (code.to_owned(), size)));
    let mut session = db.session();
    let members = select(Member)
        .order_by(Member.id)
        .all(&mut session)
        .unwrap();
    let mut owners = members.iter().map(|member| {
        let owner = session.load(*member, Member.group).unwrap();
        session[owner].code.0.clone()
    });
    assert!(owners.by_ref().eq(["a", "a", "new"]));
    let bulk = session.in_bulk(Group, [tagged("a"), tagged("b"), tagged("none")]);
    assert_eq!(bulk.unwrap().len(), 2);
    let joined = select((Group.code, Member.id)).join(Group.members);
    assert_eq!(joined.all(conn).unwrap().len(), 3);
}

fn old_values_are_compared_as_they_are_stored(db: &Db) {
    seed(db);
    let mut session = db.session();
    let b = session.get(Group, tagged("b")).unwrap().unwrap();
    session[b].note = Some(tagged("next"));
    session.commit().unwrap();
    session[b].note = None;
    session.commit().unwrap();
    session[b].note = Some(tagged("last"));
    session.commit().unwrap();
    session.delete(b);
    session.commit().unwrap();
    assert_eq!(db.count("tagged_groups"), 2);
}

fn printed_statements_have_it(db: &Db) {
    let conn = &mut seed(db);
    let dialect = conn.dialect();
    let row = insert(Group).values(group("it's \\", Some("new")));
    let set = update(Group).set(Group.label, tagged("printed"));
    let set = set.filter(Group.code.in_([tagged("a"), tagged("it's \\")]));
    let gone = delete(Group).filter(Group.note.eq(tagged("a")));
    for (text, rows) in [
        (row.to_sql_with_literals(dialect), 1),
        (set.to_sql_with_literals(dialect), 2),
        (gone.to_sql_with_literals(dialect), 1),
    ] {
        let text = text.unwrap();
        let changed = conn.raw_execute(&text, &[]);
        let changed = changed.unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(changed.affected, rows, "{text}");
    }
    stored(conn, "code", &["a", "c", "it's \\"]);
    stored(conn, "label", &["printed", "label", "printed"]);
    let query = select(Group.code).filter(Group.note.eq(tagged("new")));
    let text = query.to_sql_with_literals(dialect).unwrap();
    let found: Vec<Tagged> = column(conn, &text);
    assert_eq!(found, [tagged("it's \\")]);
}
