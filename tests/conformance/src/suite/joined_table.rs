//! Joined-table inheritance: a base and its subtypes, each with a table, which share the primary key and come from one query.

use orm::prelude::*;
use orm::{Criteria, Deferred, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps};
use crate::suite::support::fails;

cases![
    "joined_table":
    the_right_subtypes_come_by_one_statement,
    entities_are_those_of_the_identity_map,
    a_connection_returns_structs,
    rows_are_filtered_and_ordered_by_columns_of_subtypes,
    a_query_of_subtypes_has_all_verbs,
    subtypes_are_read_in_chunks,
    the_only_row_needs_no_limit,
    other_tables_are_joined_as_to_the_base,
    a_base_may_be_joined_itself,
    each_list_of_subtypes_has_its_own_text,
    relations_of_the_base_and_of_subtypes_are_loaded,
    relations_are_not_joined,
    a_base_is_inserted_before_its_subtype,
    a_subtype_is_deleted_before_its_base,
    a_missing_row_is_an_error,
    an_unknown_label_is_an_error,
    rows_of_other_subtypes_are_passed_over,
    other_labels_are_of_the_base,
    labels_are_integers,
    composite_keys_are_shared,
    deferred_columns_are_left_out,
    criteria_hide_whole_rows,
    a_key_that_references_another_model_is_refused,
];

#[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq)]
enum JobKind {
    Engineer,
    Manager,
    Clerk,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "employees")]
struct Employee {
    #[orm(primary_key)]
    id: i64,
    kind: JobKind,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Employee.id, index)]
    boss_id: Option<i64>,
    boss: BelongsTo<Option<Employee>>,
    #[orm(cascade = delete)]
    engineer: HasOne<Engineer>,
    #[orm(cascade = delete)]
    manager: HasOne<Manager>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "engineers")]
struct Engineer {
    #[orm(primary_key, references = Employee.id)]
    id: i64,
    #[orm(length = 50)]
    language: String,
    employee: BelongsTo<Employee>,
    patents: HasMany<Patent>,
}

/// Its deputy is a second foreign key to the base, by which it is not joined.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "managers")]
struct Manager {
    #[orm(references = Employee.id, index)]
    deputy_id: Option<i64>,
    #[orm(primary_key, references = Employee.id)]
    id: i64,
    grade: i64,
    #[orm(key = id)]
    employee: BelongsTo<Employee>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "patents")]
struct Patent {
    #[orm(primary_key)]
    id: i64,
    n: i64,
    #[orm(references = Engineer.id, index)]
    engineer_id: i64,
    engineer: BelongsTo<Engineer>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "desks_of_staff")]
struct Desk {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    room: String,
    #[orm(references = Employee.id, index)]
    owner_id: Option<i64>,
    owner: BelongsTo<Option<Employee>>,
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Staff<X: Executor = Session> {
    Engineer(X::Of<Employee>, X::Of<Engineer>),
    #[orm(label = JobKind::Manager)]
    Manager(X::Of<Employee>, X::Of<Manager>),
    Clerk(X::Of<Employee>),
}

/// Engineers, and all others as the base.
#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Engineers<X: Executor = Session> {
    Engineer(X::Of<Employee>, X::Of<Engineer>),
    #[orm(other)]
    Other(X::Of<Employee>),
}

const STAFF: &str = r#"SELECT "employees"."id", "employees"."kind", "employees"."name", "employees"."boss_id", "engineers"."id", "engineers"."language", "managers"."deputy_id", "managers"."id", "managers"."grade" FROM "employees" LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id" LEFT JOIN "managers" ON "managers"."id" = "employees"."id""#;

/// The manager grace, and below her the engineers ada and linus and the clerk bob, committed by another session.
fn stored(db: &Db) -> [i64; 4] {
    Metadata::of((Employee, Engineer, Manager, Patent, Desk))
        .create_all(&db.engine)
        .unwrap();
    let mut other = Session::new(&db.other_engine());
    let employee = |name: &str, kind| Employee::builder().name(name).kind(kind);
    let grace = other.add(employee("grace", JobKind::Manager));
    let staff = [
        ("ada", JobKind::Engineer),
        ("linus", JobKind::Engineer),
        ("bob", JobKind::Clerk),
    ];
    let [ada, linus, bob] = staff.map(|(name, kind)| other.add(employee(name, kind).boss(grace)));
    other.add(Engineer::builder().language("rust").employee(ada));
    other.add(Engineer::builder().language("c").employee(linus));
    other.add(Manager::builder().grade(7).employee(grace));
    other.commit().unwrap();
    db.sent();
    [grace, ada, linus, bob].map(|person| other[person].id)
}

/// What a query returned, as text.
fn described(session: &Session, staff: &[Staff]) -> Vec<String> {
    let describe = |person: &Staff| match person {
        Staff::Engineer(employee, engineer) => {
            format!(
                "{} writes {}",
                session[*employee].name, session[*engineer].language
            )
        }
        Staff::Manager(employee, manager) => {
            format!(
                "{} has grade {}",
                session[*employee].name, session[*manager].grade
            )
        }
        Staff::Clerk(employee) => session[*employee].name.clone(),
    };
    staff.iter().map(describe).collect()
}

fn the_right_subtypes_come_by_one_statement(db: &Db) {
    stored(db);
    let mut session = db.session();
    let staff = select(Staff)
        .order_by(Employee.name)
        .all(&mut session)
        .unwrap();
    assert_eq!(
        described(&session, &staff),
        [
            "ada writes rust",
            "bob",
            "grace has grade 7",
            "linus writes c"
        ]
    );
    assert_eq!(
        reads(db),
        [format!(r#"{STAFF} ORDER BY "employees"."name" ASC"#)]
    );
    let names = staff.iter().map(|person| &*session[*person.base()].name);
    assert_eq!(names.collect::<Vec<_>>(), ["ada", "bob", "grace", "linus"]);
}

fn entities_are_those_of_the_identity_map(db: &Db) {
    let [grace, ada, ..] = stored(db);
    let mut session = db.session();
    let employee = session.get(Employee, ada).unwrap().unwrap();
    let engineer = session.get(Engineer, ada).unwrap().unwrap();
    session.begin().unwrap();
    session[engineer].language = "ada".into();
    let query = select(Staff).filter(Employee.id.eq(ada));
    let person = query.one(&mut session).unwrap();
    assert_eq!(person, Staff::Engineer(employee, engineer));
    // A change of the subtype alone is flushed before the query.
    assert_eq!(described(&session, &[person]), ["ada writes ada"]);
    let all = select(Staff).all(&mut session).unwrap();
    assert!(all.contains(&person));
    db.sent();
    let manager = session.get(Manager, grace).unwrap().unwrap();
    let base = session.get(Employee, grace).unwrap().unwrap();
    assert!(all.contains(&Staff::Manager(base, manager)));
    assert_eq!(reads(db), [""; 0]);
    session.rollback().unwrap();
}

fn a_connection_returns_structs(db: &Db) {
    let [grace, ada, ..] = stored(db);
    let mut conn = db.engine.connection().unwrap();
    let query = select(Staff)
        .filter(Employee.boss_id.eq(grace))
        .order_by(Employee.name);
    let staff: Vec<Staff<Connection>> = query.all(&mut conn).unwrap();
    let Staff::Engineer(employee, engineer) = &staff[0] else {
        panic!("{:?}", staff[0]);
    };
    assert_eq!((employee.id, engineer.id), (ada, ada));
    assert_eq!((&*employee.name, &*engineer.language), ("ada", "rust"));
    assert!(matches!(&staff[1], Staff::Clerk(employee) if employee.name == "bob"));
    assert_eq!(staff[1].base().kind, JobKind::Clerk);
    assert_eq!((staff.len(), staff.clone()), (3, staff));
    let mut streamed = Vec::new();
    for person in query.stream(&mut conn).unwrap() {
        streamed.push(person.unwrap().base().name.clone());
    }
    assert_eq!(streamed, ["ada", "bob", "linus"]);
}

fn rows_are_filtered_and_ordered_by_columns_of_subtypes(db: &Db) {
    stored(db);
    let mut session = db.session();
    let rust = select(Staff).filter(Engineer.language.eq("rust"));
    let rust = rust.all(&mut session).unwrap();
    assert_eq!(described(&session, &rust), ["ada writes rust"]);
    assert_eq!(
        reads(db),
        [format!(r#"{STAFF} WHERE "engineers"."language" = ?"#)]
    );
    let either = Engineer.language.eq("c").or(Manager.grade.gt(5));
    let either = select(Staff).filter(either).order_by(Employee.name.desc());
    let either = either.all(&mut session).unwrap();
    assert_eq!(
        described(&session, &either),
        ["linus writes c", "grace has grade 7"]
    );
    let engineers = select(Staff).filter(Engineer.id.is_not_null());
    let engineers = engineers.order_by(Engineer.language).all(&mut session);
    assert_eq!(
        described(&session, &engineers.unwrap()),
        ["linus writes c", "ada writes rust"]
    );
}

fn a_query_of_subtypes_has_all_verbs(db: &Db) {
    stored(db);
    let mut session = db.session();
    let query = select(Staff).order_by(Employee.name);
    let pages = query.clone().limit(2).offset(1).all(&mut session).unwrap();
    assert_eq!(described(&session, &pages), ["bob", "grace has grade 7"]);
    let first = query.first(&mut session).unwrap().unwrap();
    assert_eq!(described(&session, &[first]), ["ada writes rust"]);
    assert_eq!(query.count(&mut session).unwrap(), 4);
    assert!(query.exists(&mut session).unwrap());
    assert_eq!(query.clone().distinct().all(&mut session).unwrap().len(), 4);
    let none = query.clone().filter(Engineer.language.eq("cobol"));
    assert_eq!(none.all(&mut session).unwrap(), []);
    assert_eq!(none.first(&mut session).unwrap(), None);
    assert_eq!(none.one_or_none(&mut session).unwrap(), None);
    assert!(!none.exists(&mut session).unwrap());
    assert_eq!(none.count(&mut session).unwrap(), 0);
    fails(none.one(&mut session), ErrorKind::NotFound);
    fails(query.one(&mut session), ErrorKind::MultipleRows);
    let fresh = query.clone().populate_existing().all(&mut session);
    assert_eq!(fresh.unwrap().len(), 4);
}

fn subtypes_are_read_in_chunks(db: &Db) {
    stored(db);
    let mut session = db.session();
    let mut chunks = Vec::new();
    let query = select(Staff).order_by(Employee.name);
    query
        .chunks(3, &mut session, |session, staff| {
            chunks.push(described(session, staff));
            Ok(())
        })
        .unwrap();
    assert_eq!(
        chunks,
        [
            vec!["ada writes rust", "bob", "grace has grade 7"],
            vec!["linus writes c"]
        ]
    );
    assert_eq!(reads(db).len(), 2);
    let by_subtype = select(Staff).order_by(Engineer.language);
    let refused = by_subtype.chunks(3, &mut session, |_, _| Ok(()));
    fails(refused, ErrorKind::Usage);
}

fn the_only_row_needs_no_limit(db: &Db) {
    let [_, ada, ..] = stored(db);
    let mut session = db.session();
    let ada = select(Staff).filter(Employee.id.eq(ada));
    ada.one(&mut session).unwrap();
    assert_eq!(
        reads(db),
        [format!(r#"{STAFF} WHERE "employees"."id" = ?"#)]
    );
}

fn other_tables_are_joined_as_to_the_base(db: &Db) {
    let [_, ada, _, bob] = stored(db);
    let mut other = Session::new(&db.other_engine());
    for (room, owner) in [("attic", Some(ada)), ("cellar", Some(bob)), ("hall", None)] {
        other.add(Desk::builder().room(room).owner_id(owner));
    }
    other.add(Patent::builder().n(3).engineer_id(ada));
    other.commit().unwrap();
    let mut session = db.session();
    let rooms = select((Staff, Desk.room)).join(Desk).order_by(Desk.room);
    let rooms = rooms.all(&mut session).unwrap();
    assert_eq!((&*rooms[0].1, &*rooms[1].1), ("attic", "cellar"));
    let staff = [rooms[0].0, rooms[1].0];
    assert_eq!(described(&session, &staff), ["ada writes rust", "bob"]);
    // By a relation of a subtype.
    let owners = select((Staff, Patent.n)).join(Engineer.patents);
    let owners = owners.all(&mut session).unwrap();
    assert_eq!((owners.len(), owners[0].1), (1, 3));
    assert_eq!(described(&session, &[owners[0].0]), ["ada writes rust"]);
    // By a relation of the base, to the base under another name.
    let boss = Employee.alias("boss");
    let below = select((Staff, boss.name)).join(Employee.boss.as_(boss));
    assert_eq!(below.all(&mut session).unwrap().len(), 3);
}

fn a_base_may_be_joined_itself(db: &Db) {
    let [_, ada, ..] = stored(db);
    let mut other = Session::new(&db.other_engine());
    for (room, owner) in [("attic", Some(ada)), ("hall", None)] {
        other.add(Desk::builder().room(room).owner_id(owner));
    }
    other.commit().unwrap();
    let mut session = db.session();
    let desks = select((Desk.room, Staff)).join(Desk.owner);
    let desks = desks.all(&mut session).unwrap();
    assert_eq!(desks.len(), 1);
    assert_eq!(described(&session, &[desks[0].1]), ["ada writes rust"]);
    db.sent();
    let all = select((Desk.room, optional(Staff))).left_join(Desk.owner);
    let all = all.order_by(Desk.room).all(&mut session).unwrap();
    assert_eq!(
        reads(db)[0].split(" FROM ").nth(1).unwrap(),
        r#""desks_of_staff" LEFT JOIN "employees" ON "desks_of_staff"."owner_id" = "employees"."id" LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id" LEFT JOIN "managers" ON "managers"."id" = "employees"."id" ORDER BY "desks_of_staff"."room" ASC"#
    );
    assert_eq!(
        all,
        [("attic".into(), Some(desks[0].1)), ("hall".into(), None)]
    );
    // Another first table.
    let from = select(Staff).from(Desk).join(Desk.owner);
    assert_eq!(from.all(&mut session).unwrap(), [desks[0].1]);
    // Without its table there are none of its subtypes.
    let alone = fails(
        select((Desk.room, Staff)).all(&mut session),
        ErrorKind::Usage,
    );
    assert!(alone.to_string().contains("employees"), "{alone}");
    let twice = select(Staff).left_join(Engineer).all(&mut session);
    let twice = fails(twice, ErrorKind::Usage);
    assert!(twice.to_string().contains("engineers"), "{twice}");
}

fn each_list_of_subtypes_has_its_own_text(db: &Db) {
    stored(db);
    let mut session = db.session();
    for _ in 0..2 {
        assert_eq!(select(Staff).all(&mut session).unwrap().len(), 4);
        assert_eq!(select(Engineers).all(&mut session).unwrap().len(), 4);
        let pairs = select((Employee, optional(Engineer)))
            .left_join_on(Engineer, Engineer.id.eq(Employee.id));
        assert_eq!(pairs.all(&mut session).unwrap().len(), 4);
    }
    let sent = reads(db);
    assert_eq!(sent[..3], sent[3..]);
    assert_eq!(sent[0], STAFF);
    assert_eq!(
        sent[1],
        r#"SELECT "employees"."id", "employees"."kind", "employees"."name", "employees"."boss_id", "engineers"."id", "engineers"."language" FROM "employees" LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id""#
    );
}

fn relations_of_the_base_and_of_subtypes_are_loaded(db: &Db) {
    let [grace, ada, ..] = stored(db);
    let mut other = Session::new(&db.other_engine());
    for n in [1, 2] {
        other.add(Patent::builder().n(n).engineer_id(ada));
    }
    other.commit().unwrap();
    let mut session = db.session().n_plus_one(orm::NPlusOne::Error);
    let query = select(Staff).with(Engineer.patents).with(Employee.boss);
    let staff = query.order_by(Employee.name).all(&mut session).unwrap();
    let sent = reads(db);
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[1].contains(r#"FROM "patents""#), "{sent:?}");
    let patents = staff.iter().map(|person| match person {
        Staff::Engineer(_, engineer) => session[*engineer].patents.get().unwrap().len(),
        Staff::Manager(..) | Staff::Clerk(_) => 0,
    });
    assert_eq!(patents.collect::<Vec<_>>(), [2, 0, 0, 0]);
    for person in &staff {
        let boss = session[*person.base()].boss.get().unwrap();
        assert_eq!(
            boss.map(|boss| session[boss].id),
            (session[*person.base()].id != grace).then_some(grace)
        );
    }
    // Further on from a subtype, where no entity is one.
    db.sent();
    let clerks = select(Staff).filter(Employee.kind.eq(JobKind::Clerk));
    let clerks = clerks.with(Engineer.patents.then(Patent.engineer));
    assert_eq!(clerks.all(&mut session).unwrap().len(), 1);
    assert_eq!(reads(db).len(), 1);
    let mut conn = db.engine.connection().unwrap();
    fails(
        select(Staff).with(Engineer.patents).all(&mut conn),
        ErrorKind::Usage,
    );
}

fn relations_are_not_joined(db: &Db) {
    stored(db);
    let mut session = db.session();
    let joined = select(Staff).with(Employee.boss.joined()).all(&mut session);
    let joined = fails(joined, ErrorKind::Usage);
    assert!(joined.to_string().contains("`Employee.boss`"), "{joined}");
    assert_eq!(
        joined.hint(),
        Some("load it by a query of its own: .with(Employee.boss)")
    );
    assert_eq!(reads(db), [""; 0]);
}

fn a_base_is_inserted_before_its_subtype(db: &Db) {
    stored(db);
    let mut session = db.session();
    let new = Employee::builder().name("barbara").kind(JobKind::Engineer);
    let barbara = session.add(new);
    let engineer = session.add(Engineer::builder().language("clu").employee(barbara));
    session.flush().unwrap();
    assert_eq!(steps(db), ["INSERT employees", "INSERT engineers"]);
    let key = session[barbara].id;
    assert_eq!(session[engineer].id, key);
    // Its row is a subtype from now on.
    let query = select(Staff).filter(Employee.id.eq(key));
    assert_eq!(
        query.one(&mut session).unwrap(),
        Staff::Engineer(barbara, engineer)
    );
    // Several by turns.
    let pairs = ["robin", "john"].map(|name| {
        let new = Employee::builder().name(name).kind(JobKind::Engineer);
        let employee = session.add(new);
        let new = Engineer::builder().language("ml").employee(employee);
        (employee, session.add(new))
    });
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["INSERT employees", "INSERT engineers"]);
    for (employee, engineer) in pairs {
        assert_eq!(session[employee].id, session[engineer].id);
    }
}

fn a_subtype_is_deleted_before_its_base(db: &Db) {
    stored(db);
    let mut session = db.session();
    let staff = select(Staff).filter(Employee.boss_id.is_not_null());
    for person in staff.all(&mut session).unwrap() {
        session.delete(*person.base());
    }
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE engineers", "DELETE employees"]);
    assert_eq!(
        ["employees", "engineers", "managers"].map(|table| db.count(table)),
        [1, 0, 1]
    );
    // The rest one by one.
    let rest = select(Staff).one(&mut session).unwrap();
    let Staff::Manager(employee, manager) = rest else {
        panic!("{rest:?}");
    };
    session.delete(employee);
    session.delete(manager);
    db.sent();
    session.commit().unwrap();
    assert_eq!(steps(db), ["DELETE managers", "DELETE employees"]);
    assert_eq!(select(Staff).all(&mut session).unwrap(), []);
}

fn a_missing_row_is_an_error(db: &Db) {
    let [_, ada, ..] = stored(db);
    db.outside(&format!("DELETE FROM engineers WHERE id = {ada}"));
    let mut session = db.session();
    let missing = fails(select(Staff).all(&mut session), ErrorKind::Decode);
    let text = missing.to_string();
    for part in ["employees", "engineers", "engineer", &*ada.to_string()] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(
        (missing.table(), missing.column()),
        (Some("employees"), Some("kind"))
    );
    assert!(missing.hint().unwrap().contains("engineers"), "{missing:?}");
    // Its base has not become an entity.
    db.sent();
    session.get(Employee, ada).unwrap().unwrap();
    assert_eq!(reads(db).len(), 1);
    let mut conn = db.engine.connection().unwrap();
    fails(select(Staff).all(&mut conn), ErrorKind::Decode);
    // Rows that are not read are not looked at.
    let others = select(Staff).filter(Employee.id.ne(ada));
    assert_eq!(others.all(&mut session).unwrap().len(), 3);
}

#[derive(Polymorphic)]
#[orm(discriminator = Employee.kind)]
enum Leaders<X: Executor = Session> {
    Manager(X::Of<Employee>, X::Of<Manager>),
}

fn an_unknown_label_is_an_error(db: &Db) {
    stored(db);
    let mut session = db.session();
    let unknown = fails(select(Leaders).all(&mut session), ErrorKind::Decode);
    let text = unknown.to_string();
    for part in ["Leaders", "employees.kind", "\"engineer\""] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!(
        (unknown.table(), unknown.column()),
        (Some("employees"), Some("kind"))
    );
    assert!(
        unknown.hint().unwrap().contains("#[orm(other)]"),
        "{unknown:?}"
    );
    let managers = select(Leaders).filter(Employee.kind.eq(JobKind::Manager));
    assert_eq!(managers.all(&mut session).unwrap().len(), 1);
}

fn rows_of_other_subtypes_are_passed_over(db: &Db) {
    let [_, ada, _, bob] = stored(db);
    let mut other = Session::new(&db.other_engine());
    for id in [ada, bob] {
        other.add(Manager::builder().id(id).grade(1));
    }
    other.commit().unwrap();
    let mut session = db.session();
    let query = select(Staff).filter(Employee.id.in_([ada, bob]));
    let staff = query.order_by(Employee.name).all(&mut session).unwrap();
    assert_eq!(described(&session, &staff), ["ada writes rust", "bob"]);
    db.sent();
    session.get(Manager, ada).unwrap().unwrap();
    assert_eq!(reads(db).len(), 1);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "media_items")]
struct Medium {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 20)]
    kind: String,
    cover: Deferred<Option<String>>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "printed_books")]
struct Book {
    #[orm(primary_key, references = Medium.id)]
    id: i64,
    #[orm(length = 200)]
    body: Deferred<String>,
    sheets: i64,
    medium: BelongsTo<Medium>,
}

#[derive(Polymorphic)]
#[orm(discriminator = Medium.kind)]
enum Library<X: Executor = Session> {
    #[orm(label = "BOOK")]
    Book(X::Of<Medium>, X::Of<Book>),
    #[orm(other)]
    Medium(X::Of<Medium>),
}

fn books(db: &Db) -> Session {
    Metadata::of((Medium, Book)).create_all(&db.engine).unwrap();
    let mut other = Session::new(&db.other_engine());
    let [book, _] = ["BOOK", "film"].map(|kind| {
        let new = Medium::builder().kind(kind).cover(Some("red".to_owned()));
        other.add(new)
    });
    other.add(Book::builder().body("once upon").sheets(9).medium(book));
    other.commit().unwrap();
    db.sent();
    db.session()
}

fn other_labels_are_of_the_base(db: &Db) {
    let mut session = books(db);
    let all = select(Library)
        .order_by(Medium.id)
        .all(&mut session)
        .unwrap();
    assert!(matches!(all[0], Library::Book(..)), "{all:?}");
    let Library::Medium(film) = all[1] else {
        panic!("{all:?}");
    };
    assert_eq!(session[film].kind, "film");
}

fn deferred_columns_are_left_out(db: &Db) {
    let mut session = books(db);
    let all = select(Library)
        .order_by(Medium.id)
        .all(&mut session)
        .unwrap();
    let Library::Book(medium, book) = all[0] else {
        panic!("{all:?}");
    };
    assert_eq!(
        reads(db),
        [
            r#"SELECT "media_items"."id", "media_items"."kind", "printed_books"."id", "printed_books"."sheets" FROM "media_items" LEFT JOIN "printed_books" ON "printed_books"."id" = "media_items"."id" ORDER BY "media_items"."id" ASC"#
        ]
    );
    assert_eq!(session[book].sheets, 9);
    assert!(!session[book].body.is_loaded());
    session.load_columns(book, Book.body).unwrap();
    assert_eq!(session[book].body.get().unwrap(), "once upon");
    assert!(!session[medium].cover.is_loaded());
    let query = select(Library).undefer(Medium.cover).populate_existing();
    query.all(&mut session).unwrap();
    assert_eq!(session[medium].cover.get().unwrap().as_deref(), Some("red"));
}

#[derive(Model, Clone, Debug)]
#[orm(table = "figures")]
struct Figure {
    #[orm(primary_key)]
    id: i64,
    corners: i16,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "circles")]
struct Circle {
    #[orm(primary_key, references = Figure.id)]
    id: i64,
    radius: i64,
    figure: BelongsTo<Figure>,
}

const TRIANGLE: i16 = 3;

#[derive(Polymorphic)]
#[orm(discriminator = Figure.corners)]
enum Drawing<X: Executor = Session> {
    #[orm(label = 0)]
    Circle(X::Of<Figure>, X::Of<Circle>),
    #[orm(label = -1)]
    Ellipse(X::Of<Figure>, X::Of<Circle>),
    #[orm(label = TRIANGLE)]
    Triangle(X::Of<Figure>),
}

fn labels_are_integers(db: &Db) {
    Metadata::of((Figure, Circle))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    for (corners, radius) in [(0, Some(5)), (-1, Some(6)), (3, None)] {
        let figure = session.add(Figure::builder().corners(corners));
        if let Some(radius) = radius {
            session.add(Circle::builder().radius(radius).figure(figure));
        }
    }
    session.commit().unwrap();
    db.sent();
    let all = select(Drawing)
        .order_by(Figure.corners)
        .all(&mut session)
        .unwrap();
    let [
        Drawing::Ellipse(_, ellipse),
        Drawing::Circle(_, circle),
        Drawing::Triangle(_),
    ] = all[..]
    else {
        panic!("{all:?}");
    };
    assert_eq!((session[ellipse].radius, session[circle].radius), (6, 5));
    // Two variants of one subtype join it once.
    assert_eq!(reads(db)[0].matches("JOIN").count(), 1);
    session.add(Figure::builder().corners(5));
    let unknown = fails(select(Drawing).all(&mut session), ErrorKind::Decode);
    assert!(unknown.to_string().contains("label 5"), "{unknown}");
}

#[derive(Model, Clone, Debug)]
#[orm(table = "stores_of_parts")]
struct Depot {
    #[orm(primary_key)]
    country: i64,
    #[orm(primary_key)]
    number: i64,
    #[orm(length = 20)]
    kind: String,
}

/// Its key has the columns in another order.
#[derive(Model, Clone, Debug)]
#[orm(table = "cold_stores")]
#[orm(foreign_key(country, number, references = (Depot.country, Depot.number)))]
struct ColdDepot {
    celsius: i64,
    #[orm(primary_key)]
    number: i64,
    #[orm(primary_key)]
    country: i64,
    depot: BelongsTo<Depot>,
}

#[derive(Polymorphic)]
#[orm(discriminator = Depot.kind)]
enum Depots<X: Executor = Session> {
    Cold(X::Of<Depot>, X::Of<ColdDepot>),
    Plain(X::Of<Depot>),
}

fn composite_keys_are_shared(db: &Db) {
    Metadata::of((Depot, ColdDepot))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    for (country, number, kind) in [(1, 2, "cold"), (2, 1, "plain")] {
        let depot = Depot::builder().country(country).number(number).kind(kind);
        let depot = session.add(depot);
        if kind == "cold" {
            session.add(ColdDepot::builder().celsius(-20).depot(depot));
        }
    }
    session.commit().unwrap();
    db.sent();
    let all = select(Depots)
        .order_by(Depot.country)
        .all(&mut session)
        .unwrap();
    let [Depots::Cold(depot, cold), Depots::Plain(_)] = all[..] else {
        panic!("{all:?}");
    };
    assert_eq!((session[depot].number, session[cold].celsius), (2, -20));
    assert!(reads(db)[0].contains(
        r#"LEFT JOIN "cold_stores" ON "cold_stores"."country" = "stores_of_parts"."country" AND "cold_stores"."number" = "stores_of_parts"."number""#
    ));
}

fn criteria_hide_whole_rows(db: &Db) {
    stored(db);
    let modern = Criteria::new().add("modern", Engineer, Engineer.language.ne("c"));
    let mut session = db.session().criteria(&modern);
    let query = select(Staff).order_by(Employee.name);
    let staff = query.all(&mut session).unwrap();
    assert_eq!(
        described(&session, &staff),
        ["ada writes rust", "bob", "grace has grade 7"]
    );
    assert_eq!(
        reads(db),
        [format!(
            r#"{STAFF} WHERE "engineers"."id" IS NULL OR "engineers"."language" <> ? ORDER BY "employees"."name" ASC"#
        )]
    );
    assert_eq!(query.count(&mut session).unwrap(), 3);
    let all = query.clone().without_criteria("modern").all(&mut session);
    assert_eq!(all.unwrap().len(), 4);
    // Those of the base are conditions of the first table.
    let named = Criteria::new().add("named", Employee, Employee.name.ne("ada"));
    let mut session = db.session().criteria(&modern).criteria(&named);
    let staff = query.all(&mut session).unwrap();
    assert_eq!(described(&session, &staff), ["bob", "grace has grade 7"]);
    let mut conn = db.engine.connection().unwrap();
    conn.add_criteria(&modern);
    assert_eq!(query.all(&mut conn).unwrap().len(), 3);
    // Behind another first table, too.
    let mut other = Session::new(&db.other_engine());
    let linus = select(Employee)
        .filter(Employee.name.eq("linus"))
        .one(&mut other)
        .unwrap();
    other.add(Desk::builder().room("attic").owner(linus));
    other.commit().unwrap();
    let desks = select((Desk.room, Staff)).join(Desk.owner);
    assert_eq!(desks.all(&mut conn).unwrap(), []);
    assert_eq!(desks.all(&mut other).unwrap().len(), 1);
}

/// Refers to a medium by another column than its key.
#[derive(Model, Clone, Debug)]
#[orm(table = "reviews_of_media")]
struct Review {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Medium.id)]
    medium_id: i64,
}

#[derive(Polymorphic)]
#[orm(discriminator = Medium.kind)]
enum Reviews<X: Executor = Session> {
    Review(X::Of<Medium>, X::Of<Review>),
}

fn a_key_that_references_another_model_is_refused(db: &Db) {
    let mut session = db.session();
    let refused = fails(select(Reviews).all(&mut session), ErrorKind::Usage);
    let text = refused.to_string();
    assert!(text.contains("Review is no subtype of Medium"), "{text}");
    assert_eq!(
        refused.hint(),
        Some("add `#[orm(references = Medium.id)]` to `Review.id`")
    );
    assert_eq!(reads(db), [""; 0]);
}
