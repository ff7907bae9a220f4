//! A new type that is stored encrypted: its codec converts values in every place where a statement has one, and what the
//! database returns.

use std::fmt::Write as _;

use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{any, raw_expr};
use orm::types::{Codec, Type};
use orm::value::{ConversionError, Value, ValueRef};

use super::support::{column, fails};
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "encrypted":
    it_is_stored_encrypted,
    conditions_and_lists_find_it,
    it_comes_back_by_returning (Requires::Returning),
    defaults_of_program_and_database,
    entities_change_it,
    a_patch_sets_it,
    many_rows_take_it,
    it_is_in_sets_and_expressions,
    queries_of_inserts_have_it,
    set_operations_and_derived_tables_have_it,
    upserts_find_and_set_it (Requires::Upsert),
    it_is_a_key_of_relations,
    raw_sql_has_it,
    its_encoding_has_a_length,
    what_does_not_decrypt_is_refused,
];

/// A text of which the database has a ciphertext alone.
#[derive(DbType, Clone, Debug, Default, PartialEq, Eq, Hash)]
#[orm(codec)]
struct Secret(String);

/// Before every ciphertext.
const MARK: &str = "enc:";

impl Codec for Secret {
    const TYPE: Type = Type::Text;
    const LENGTH: Option<u32> = Some(100);
    const NAME: &'static str = "a secret";

    /// A cipher for tests: the same text has the same ciphertext, so that it can be found.
    fn encode(&self, _server: &str) -> Value {
        let bytes = self.0.bytes().enumerate();
        let mut text = MARK.to_string();
        for (at, byte) in bytes {
            write!(text, "{:02x}", byte ^ key(at)).expect("a text takes everything");
        }
        Value::Text(text)
    }

    fn decode(value: ValueRef<'_>) -> Result<Self, ConversionError> {
        let ValueRef::Text(text) = value else {
            return Err(ConversionError::Kind);
        };
        let hex = text.strip_prefix(MARK).ok_or(ConversionError::Format)?;
        let digits = hex.as_bytes().chunks(2).enumerate();
        let bytes = digits.map(|(at, digits)| {
            let digits = str::from_utf8(digits).ok()?;
            Some(u8::from_str_radix(digits, 16).ok()? ^ key(at))
        });
        let bytes = bytes.collect::<Option<Vec<_>>>();
        let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        text.map(Self).ok_or(ConversionError::Format)
    }
}

fn key(at: usize) -> u8 {
    0x5a ^ u8::try_from(at % 7).unwrap()
}

fn secret(text: &str) -> Secret {
    Secret(text.to_owned())
}

/// What the database has of a text.
fn ciphertext(text: &str) -> String {
    match secret(text).encode("") {
        Value::Text(text) => text,
        other => panic!("{other:?}"),
    }
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "secret_patients")]
struct Patient {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(unique)]
    name: Secret,
    note: Option<Secret>,
    #[orm(default = secret("house"))]
    doctor: Secret,
    /// The ciphertext of "none".
    #[orm(server_default = "enc:3434363c")]
    allergy: Secret,
}

#[derive(Patch, Clone, Debug, Default)]
#[orm(model = Patient)]
struct PatientPatch {
    doctor: Option<Secret>,
    #[allow(clippy::option_option, reason = "None leaves it, Some(None) is NULL")]
    note: Option<Option<Secret>>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "secret_owners")]
struct Owner {
    #[orm(primary_key)]
    email: Secret,
    documents: HasMany<Document>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "secret_documents")]
struct Document {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Owner.email, on_delete = cascade)]
    owner_email: Secret,
    title: Secret,
    owner: BelongsTo<Owner>,
}

fn patient(id: i64, name: &str, note: Option<&str>) -> Patient {
    Patient {
        id,
        name: secret(name),
        note: note.map(secret),
        doctor: secret("grey"),
        allergy: secret("cats"),
    }
}

/// Three patients.
fn seed(db: &Db) -> Connection {
    Metadata::of((Patient,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows = [
        patient(1, "ada", Some("fever")),
        patient(2, "bob", None),
        patient(3, "cy ä'\\", Some("ada")),
    ];
    insert(Patient).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

fn ids(conn: &mut Connection, condition: Predicate) -> Vec<i64> {
    let query = select(Patient.id).filter(condition).order_by(Patient.id);
    query.all(conn).unwrap()
}

fn it_is_stored_encrypted(db: &Db) {
    let conn = &mut seed(db);
    let stored: Vec<String> = column(conn, "SELECT name FROM secret_patients ORDER BY id");
    assert_eq!(stored, ["ada", "bob", "cy ä'\\"].map(ciphertext));
    assert!(stored.iter().all(|text| text.starts_with(MARK)));
    let all = select(Patient).order_by(Patient.id).all(conn).unwrap();
    assert_eq!(all[2], patient(3, "cy ä'\\", Some("ada")));
    let mut session = db.session();
    let ada = session.get(Patient, 1).unwrap().unwrap();
    assert_eq!(session[ada].name, secret("ada"));
}

fn conditions_and_lists_find_it(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(ids(conn, Patient.name.eq(secret("ada"))), [1]);
    assert_eq!(ids(conn, Patient.name.ne(secret("ada"))), [2, 3]);
    assert_eq!(ids(conn, Patient.note.eq(None::<Secret>)), [2]);
    assert_eq!(ids(conn, Patient.note.same_as(secret("ada"))), [3]);
    assert_eq!(ids(conn, Patient.note.ne(Patient.name)), [1, 3]);
    let two = [secret("ada"), secret("cy ä'\\")];
    assert_eq!(ids(conn, Patient.name.in_(&two)), [1, 3]);
    assert_eq!(ids(conn, Patient.name.not_in(&two)), [2]);
    let many = (0..3000).map(|n| secret(&format!("p{n}")));
    let many: Vec<_> = many.chain(two).collect();
    assert_eq!(ids(conn, Patient.name.in_(&many[2000..])), [1, 3]);
    if db.has(Requires::LongLists) {
        let cycle = many.iter().cycle().take(70_000);
        assert_eq!(ids(conn, Patient.name.in_(cycle)), [1, 3]);
    }
    let notes = select(Patient.note).filter(Patient.note.is_not_null());
    assert_eq!(ids(conn, Patient.name.in_(notes.clone())), [1]);
    assert_eq!(ids(conn, Patient.name.eq(any(notes))), [1]);
    if db.has(Requires::RowValues) {
        let rows = [(1, secret("ada")), (2, secret("ada"))];
        assert_eq!(ids(conn, (Patient.id, Patient.name).in_(rows)), [1]);
    }
}

fn it_comes_back_by_returning(db: &Db) {
    let conn = &mut seed(db);
    let inserted = insert(Patient)
        .values(patient(4, "dee", Some("cough")))
        .returning((Patient.name, Patient.note, Patient.doctor))
        .all(conn);
    assert_eq!(
        inserted.unwrap(),
        [(secret("dee"), Some(secret("cough")), secret("grey"))]
    );
    if db.has(Requires::UpdateReturning) {
        let updated = update(Patient)
            .set(Patient.note, secret("well"))
            .filter(Patient.name.eq(secret("dee")))
            .returning(Patient)
            .all(conn);
        assert_eq!(updated.unwrap(), [patient(4, "dee", Some("well"))]);
    }
}

fn defaults_of_program_and_database(db: &Db) {
    let conn = &mut seed(db);
    let row = Patient::builder().id(5).name(secret("eve"));
    insert(Patient).values(row).execute(conn).unwrap();
    let eve = select(Patient).filter(Patient.id.eq(5)).one(conn).unwrap();
    assert_eq!(eve.doctor, secret("house"));
    assert_eq!(eve.allergy, secret("none"));
    assert_eq!(ids(conn, Patient.allergy.eq(secret("none"))), [5]);
    let mut session = db.session();
    let six = session.add(Patient::builder().id(6).name(secret("flo")));
    session.commit().unwrap();
    assert_eq!(session[six].doctor, secret("house"));
    session.refresh(six).unwrap();
    assert_eq!(session[six].allergy, secret("none"));
}

fn entities_change_it(db: &Db) {
    seed(db);
    let mut session = db.session();
    let ada = session.get(Patient, 1).unwrap().unwrap();
    session[ada].note = Some(secret("fever"));
    session.commit().unwrap();
    let updates = db.sent();
    assert!(!updates.iter().any(|sql| sql.starts_with("UPDATE")));
    session[ada].note = Some(secret("well"));
    session[ada].doctor.0.push_str("son");
    session.commit().unwrap();
    session.refresh(ada).unwrap();
    assert_eq!(session[ada].note, Some(secret("well")));
    assert_eq!(session[ada].doctor, secret("greyson"));
    // The old values are matched, as they are stored.
    session[ada].note = None;
    let other = ciphertext("worse");
    db.outside(&format!(
        "UPDATE secret_patients SET note = '{other}' WHERE id = 1"
    ));
    fails(session.commit(), ErrorKind::StaleData);
}

fn a_patch_sets_it(db: &Db) {
    let conn = &mut seed(db);
    let patch = || PatientPatch {
        doctor: Some(secret("wilson")),
        note: Some(None),
    };
    let mut session = db.session();
    let ada = session.get(Patient, 1).unwrap().unwrap();
    session.apply(ada, patch()).unwrap();
    session.commit().unwrap();
    let changed = update(Patient).patch(patch()).filter(Patient.id.eq(3));
    assert_eq!(changed.execute(conn).unwrap(), 1);
    assert_eq!(ids(conn, Patient.doctor.eq(secret("wilson"))), [1, 3]);
    assert_eq!(ids(conn, Patient.note.is_null()), [1, 2, 3]);
}

fn many_rows_take_it(db: &Db) {
    let conn = &mut seed(db);
    let mut session = db.session();
    let added: Vec<_> = (10..110)
        .map(|id| session.add(patient(id, &format!("n{id}"), None)))
        .collect();
    session.commit().unwrap();
    for patient in &added {
        session.refresh(*patient).unwrap();
        session[*patient].note = Some(session[*patient].name.clone());
    }
    session.commit().unwrap();
    assert_eq!(ids(conn, Patient.note.eq(Patient.name)).len(), 100);
    let rows = [patient(1, "anna", None), patient(2, "bert", Some("cold"))];
    let changed = update_many(Patient)
        .rows(&rows)
        .set((Patient.name, Patient.note))
        .execute(conn);
    assert_eq!(changed.unwrap(), 2);
    assert_eq!(ids(conn, Patient.note.eq(secret("cold"))), [2]);
    let deleted = delete(Patient).filter(Patient.name.eq(secret("n10")));
    assert_eq!(deleted.execute(conn).unwrap(), 1);
}

fn it_is_in_sets_and_expressions(db: &Db) {
    let conn = &mut seed(db);
    let changed = update(Patient)
        .set(Patient.note, Patient.note.coalesce(secret("nothing")))
        .set(
            Patient.doctor,
            case()
                .when(Patient.name.eq(secret("ada")), secret("cuddy"))
                .otherwise(Patient.doctor),
        );
    assert_eq!(changed.execute(conn).unwrap(), 3);
    let query = select((Patient.note.nullif(secret("ada")), Patient.doctor));
    assert_eq!(
        query.order_by(Patient.id).all(conn).unwrap(),
        [
            (Some(secret("fever")), secret("cuddy")),
            (Some(secret("nothing")), secret("grey")),
            (None, secret("grey")),
        ]
    );
    let groups = select((Patient.doctor, count_all())).group_by(Patient.doctor);
    let mut groups = groups
        .having(Patient.doctor.ne(secret("cuddy")))
        .all(conn)
        .unwrap();
    assert_eq!(groups.pop(), Some((secret("grey"), 2)));
}

fn queries_of_inserts_have_it(db: &Db) {
    let conn = &mut seed(db);
    let name = case()
        .when(Patient.id.eq(1), secret("twin of ada"))
        .otherwise(secret("other"));
    let rows = select((Patient.id + 10, name, Patient.note, Patient.doctor));
    let rows = rows.filter(Patient.id.eq(1));
    let columns = (Patient.id, Patient.name, Patient.note, Patient.doctor);
    let copy = insert(Patient).from_select(columns, rows);
    assert_eq!(copy.execute(conn).unwrap(), 1);
    assert_eq!(ids(conn, Patient.name.eq(secret("twin of ada"))), [11]);
}

fn set_operations_and_derived_tables_have_it(db: &Db) {
    let conn = &mut seed(db);
    let names = select(Patient.name).filter(Patient.name.eq(secret("ada")));
    let notes = select(Patient.note.coalesce(secret("bob"))).filter(Patient.id.le(2));
    let both = names.union(notes);
    let mut found = both.all(conn).unwrap();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(found, ["ada", "bob", "fever"].map(secret));
    let table = both.as_table("both");
    let of_ada = select(table.columns()).from(&table);
    let of_ada = of_ada.filter(table.columns().eq(secret("ada")));
    assert_eq!(of_ada.all(conn).unwrap(), [secret("ada")]);
}

fn upserts_find_and_set_it(db: &Db) {
    let conn = &mut seed(db);
    for (id, name, note) in [(1, "ada", "again"), (8, "new", "first")] {
        insert(Patient)
            .values(patient(id, name, Some(note)))
            .on_conflict(Patient.name)
            .do_update(|new| {
                [
                    Patient.note.to(new.note),
                    Patient.doctor.to(secret("house")),
                ]
            })
            .execute(conn)
            .unwrap();
    }
    let query = select((Patient.note, Patient.doctor)).filter(Patient.id.in_([1, 8]));
    assert_eq!(
        query.order_by(Patient.id).all(conn).unwrap(),
        [
            (Some(secret("again")), secret("house")),
            (Some(secret("first")), secret("grey")),
        ]
    );
    let twice = insert(Patient)
        .values(patient(9, "new", None))
        .execute(conn);
    fails(twice, ErrorKind::UniqueViolation);
}

fn it_is_a_key_of_relations(db: &Db) {
    Metadata::of((Owner, Document))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    for email in ["ada@x.org", "bob@x.org"] {
        session.add(Owner::builder().email(secret(email)));
        for title in ["will", "diary"] {
            let document = Document::builder().owner_email(secret(email));
            session.add(document.title(secret(title)));
        }
    }
    session.commit().unwrap();
    let mut session = db.session();
    let ada = session.get(Owner, secret("ada@x.org")).unwrap().unwrap();
    assert_eq!(session.get(Owner, secret("ada@x.org")).unwrap(), Some(ada));
    let owners = select(Owner)
        .with(Owner.documents)
        .all(&mut session)
        .unwrap();
    assert_eq!(owners.len(), 2);
    for owner in &owners {
        let documents = session[*owner].documents.get().unwrap();
        assert_eq!(documents.len(), 2);
        let document = documents[0];
        assert_eq!(session[document].owner_email, session[*owner].email);
        assert_eq!(session.load(document, Document.owner).unwrap(), *owner);
    }
    let of_ada = select(Document).filter(Document.owner.eq(ada));
    assert_eq!(of_ada.all(&mut session).unwrap().len(), 2);
    let joined = select((Owner.email, Document.title))
        .join(Owner.documents)
        .filter(Document.title.eq(secret("will")) & Owner.email.eq(secret("bob@x.org")));
    let expected = [(secret("bob@x.org"), secret("will"))];
    assert_eq!(joined.all(&mut session).unwrap(), expected);
    session.delete(ada);
    session.commit().unwrap();
    assert_eq!(db.count("secret_documents"), 2);
}

fn raw_sql_has_it(db: &Db) {
    let conn = &mut seed(db);
    let query = raw("SELECT id, name FROM secret_patients WHERE name IN (:names) ORDER BY id")
        .bind_list("names", [secret("ada"), secret("bob")]);
    let rows: Vec<(i64, Secret)> = query.all(conn).unwrap();
    assert_eq!(rows, [(1, secret("ada")), (2, secret("bob"))]);
    let marked = raw_expr::<bool>(
        ":name = :own",
        (("name", Patient.name), ("own", secret("bob"))),
    );
    assert_eq!(ids(conn, marked.is_true()), [2]);
}

fn its_encoding_has_a_length(db: &Db) {
    let conn = &mut seed(db);
    let fits = "x".repeat(48);
    let row = patient(20, &fits, None);
    insert(Patient).values(row).execute(conn).unwrap();
    assert_eq!(ids(conn, Patient.name.eq(secret(&fits))), [20]);
    let row = patient(21, &"x".repeat(49), None);
    let error = fails(
        insert(Patient).values(row).execute(conn),
        ErrorKind::DataTooLong,
    );
    assert_eq!(error.column(), Some("name"));
}

fn what_does_not_decrypt_is_refused(db: &Db) {
    let conn = &mut seed(db);
    db.outside("UPDATE secret_patients SET note = 'plain' WHERE id = 1");
    let error = fails(select(Patient).all(conn), ErrorKind::Decode);
    assert_eq!(
        (error.table(), error.column()),
        (Some("secret_patients"), Some("note"))
    );
    // Cursors are for clients, and would have the plain text.
    let pages = select(Patient).order_by(Patient.name).keyset(2).fetch(conn);
    fails(pages, ErrorKind::Usage);
}
