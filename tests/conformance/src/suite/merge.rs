//! Values that come into a session from outside: attached without a statement, merged onto their rows, one or many.

use orm::prelude::*;
use orm::{EntityState, ErrorKind};

use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Country};
use crate::suite::statements::{reads, unguarded_writes};
use crate::suite::support::fails;

cases![
    "merge":
    an_attached_value_is_persistent_without_a_statement,
    an_attached_value_is_compared_by_the_next_update,
    a_known_key_is_not_attached_twice,
    an_attached_value_is_deleted,
    merge_writes_the_columns_that_differ,
    merge_onto_a_known_entity_sends_nothing,
    merge_adds_what_has_no_row,
    merge_of_another_version_is_stale_data,
    merge_all_reads_missing_rows_at_once,
    one_key_merged_twice_is_one_row,
    merge_of_a_deleted_row_inserts_it,
    relations_of_another_session_are_not_merged,
    a_relation_of_this_session_is_merged,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "museums")]
struct Museum {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    pictures: HasMany<Picture>,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "paintings")]
struct Picture {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    title: String,
    #[orm(references = Museum.id, index)]
    museum_id: Option<i64>,
    museum: BelongsTo<Option<Museum>>,
}

const BY_CODE: &str = r#"SELECT "code", "name" FROM "countries" WHERE "code" = ?"#;

fn country(code: &str, name: &str) -> Country {
    Country {
        code: code.into(),
        name: name.into(),
    }
}

/// Stores countries by another program.
fn store(db: &Db, countries: &[Country]) {
    let mut conn = db.other_connection();
    insert(Country)
        .values(countries)
        .execute(&mut conn)
        .unwrap();
    db.sent();
}

/// The countries as they are stored, as `"FR France"`.
fn stored(db: &Db) -> Vec<String> {
    let query = select(Country).order_by(Country.code);
    let all = query.all(&mut db.other_connection()).unwrap();
    all.into_iter()
        .map(|country| format!("{} {}", country.code, country.name))
        .collect()
}

fn an_attached_value_is_persistent_without_a_statement(db: &Db) {
    store(db, &[country("FR", "France")]);
    let mut session = db.session();
    let france = session.attach(country("FR", "France")).unwrap();
    assert_eq!(
        session.entity_state(france).unwrap(),
        EntityState::Persistent
    );
    assert_eq!(session.get(Country, "FR").unwrap(), Some(france));
    assert!(!session.has_pending_work());
    assert_eq!(db.sent(), [""; 0]);
    session[france].name = "La France".into();
    session.commit().unwrap();
    assert_eq!(db.sent().len(), 1);
    assert_eq!(stored(db), ["FR La France"]);
}

fn an_attached_value_is_compared_by_the_next_update(db: &Db) {
    store(db, &[country("FR", "France")]);
    let mut session = db.session();
    let france = session.attach(country("FR", "Gaul")).unwrap();
    session[france].name = "La France".into();
    fails(session.commit(), ErrorKind::StaleData);
    session.rollback().unwrap();
    session.refresh(france).unwrap();
    assert_eq!(session[france].name, "France");
    assert_eq!(stored(db), ["FR France"]);
}

fn a_known_key_is_not_attached_twice(db: &Db) {
    store(db, &[country("FR", "France")]);
    let mut session = db.session();
    let france = session.get_one(Country, "FR").unwrap();
    let error = fails(session.attach(country("FR", "Gaul")), ErrorKind::Usage);
    assert!(error.message().contains(r#"key "FR""#), "{error}");
    assert!(error.hint().unwrap().contains("merge"), "{error}");
    assert_eq!(session[france].name, "France");
    // Out and in again, it is another handle.
    let value = session.expunge(france).unwrap();
    let again = session.attach(value).unwrap();
    assert_ne!(again, france);
    // A value without a key is no row.
    let account = Account {
        id: 0,
        owner: "ada".into(),
        balance: 1,
        version: 1,
    };
    fails(session.attach(account), ErrorKind::Usage);
}

fn an_attached_value_is_deleted(db: &Db) {
    store(db, &[country("FR", "France"), country("IE", "Ireland")]);
    let mut session = db.session();
    let france = session.attach(country("FR", "France")).unwrap();
    session.delete(france);
    session.flush().unwrap();
    session.rollback().unwrap();
    assert_eq!(
        session.entity_state(france).unwrap(),
        EntityState::Persistent
    );
    session.delete(france);
    session.commit().unwrap();
    assert_eq!(stored(db), ["IE Ireland"]);
}

fn merge_writes_the_columns_that_differ(db: &Db) {
    store(db, &[country("FR", "France"), country("IE", "Ireland")]);
    let mut session = db.session();
    let france = session.merge(country("FR", "La France")).unwrap();
    assert_eq!(session.changed_columns(france).unwrap(), ["name"]);
    let ireland = session.merge(country("IE", "Ireland")).unwrap();
    assert_eq!(session.changed_columns(ireland).unwrap(), [""; 0]);
    assert_eq!(reads(db), [BY_CODE; 2]);
    session.commit().unwrap();
    assert_eq!(stored(db), ["FR La France", "IE Ireland"]);
}

fn merge_onto_a_known_entity_sends_nothing(db: &Db) {
    store(db, &[country("FR", "France")]);
    let mut session = db.session();
    let france = session.get_one(Country, "FR").unwrap();
    session[france].name = "mine".into();
    db.sent();
    assert_eq!(session.merge(country("FR", "merged")).unwrap(), france);
    assert_eq!(session[france].name, "merged");
    // Back to what is stored, there is nothing to write.
    session.merge(country("FR", "France")).unwrap();
    session.commit().unwrap();
    assert_eq!(db.sent(), [""; 0]);
}

fn merge_adds_what_has_no_row(db: &Db) {
    let mut session = db.session();
    let france = session.merge(country("FR", "France")).unwrap();
    assert_eq!(session.entity_state(france).unwrap(), EntityState::Pending);
    assert_eq!(reads(db), [BY_CODE]);
    // A generated key that is still to come is not looked for.
    let account = Account {
        id: 0,
        owner: "ada".into(),
        balance: 1,
        version: 1,
    };
    let account = session.merge(account).unwrap();
    assert_eq!(reads(db), [""; 0]);
    session.commit().unwrap();
    assert_ne!(session[account].id, 0);
    assert_eq!(stored(db), ["FR France"]);
}

fn merge_of_another_version_is_stale_data(db: &Db) {
    let mut session = db.session();
    let account = session.add(Account::builder().owner("ada").balance(1));
    session.commit().unwrap();
    let mut received = session[account].clone();
    session[account].balance = 2;
    session.commit().unwrap();
    received.balance = 7;
    let id = received.id;
    let error = fails(session.merge(received.clone()), ErrorKind::StaleData);
    let version = received.version;
    let message = format!(
        "key {id} has the version {}, the merged value has {version}",
        version + 1
    );
    assert!(error.message().contains(&message), "{error}");
    assert_eq!(session[account].balance, 2);
    received.version += 1;
    session.merge(received).unwrap();
    session.commit().unwrap();
    assert_eq!(db.scalar("SELECT balance FROM accounts"), 7);
}

fn merge_all_reads_missing_rows_at_once(db: &Db) {
    store(
        db,
        &[
            country("DK", "Denmark"),
            country("FR", "France"),
            country("IE", "Ireland"),
        ],
    );
    let mut session = db.session();
    let denmark = session.get_one(Country, "DK").unwrap();
    db.sent();
    let merged = session
        .merge_all([
            country("IE", "Eire"),
            country("DK", "Danmark"),
            country("NO", "Norway"),
            country("FR", "France"),
        ])
        .unwrap();
    assert_eq!(reads(db).len(), 1);
    assert_eq!(merged[1], denmark);
    assert_eq!(session[merged[2]].code, "NO");
    session.commit().unwrap();
    assert_eq!(
        stored(db),
        ["DK Danmark", "FR France", "IE Eire", "NO Norway"]
    );
    assert!(session.merge_all(Vec::<Country>::new()).unwrap().is_empty());
}

fn one_key_merged_twice_is_one_row(db: &Db) {
    let mut session = db.session();
    let merged = session
        .merge_all([country("FR", "one"), country("FR", "two")])
        .unwrap();
    assert_eq!(merged[0], merged[1]);
    // The one that is pending is found by its row.
    assert_eq!(session.merge(country("FR", "three")).unwrap(), merged[0]);
    session.commit().unwrap();
    assert_eq!(stored(db), ["FR three"]);
}

fn merge_of_a_deleted_row_inserts_it(db: &Db) {
    store(db, &[country("FR", "France"), country("IE", "Ireland")]);
    let mut session = db.session();
    let both = select(Country).all(&mut session).unwrap();
    session.commit().unwrap();
    // One was deleted by another program, the other one by this session.
    db.outside("DELETE FROM countries WHERE code = 'FR'");
    let ireland = both.into_iter().find(|row| session[*row].code == "IE");
    session.delete(ireland.unwrap());
    let merged = session
        .merge_all([country("FR", "again"), country("IE", "again")])
        .unwrap();
    for handle in merged {
        assert_eq!(session.entity_state(handle).unwrap(), EntityState::Pending);
    }
    session.commit().unwrap();
    assert_eq!(stored(db), ["FR again", "IE again"]);
}

/// Two museums, of which the first one has a picture, stored by another session that returns the picture as a value.
fn museums(db: &Db) -> (Vec<i64>, Picture) {
    Metadata::of((Museum, Picture))
        .create_all(&db.engine)
        .unwrap();
    let mut other = Session::new(&db.other_engine());
    let museums = ["Louvre", "Prado"].map(|name| other.add(Museum::builder().name(name)));
    let picture = Picture::builder().title("Mona Lisa");
    let picture = other.append(museums[0], Museum.pictures, picture).unwrap();
    other.commit().unwrap();
    let ids = museums.map(|museum| other[museum].id).to_vec();
    let value = other.expunge(picture).unwrap();
    db.sent();
    (ids, value)
}

fn relations_of_another_session_are_not_merged(db: &Db) {
    let (ids, value) = museums(db);
    assert!(value.museum.get().is_ok());
    for attaches in [false, true] {
        let mut session = db.session();
        let value = value.clone();
        let picture = if attaches {
            session.attach(value).unwrap()
        } else {
            session.merge(value).unwrap()
        };
        fails(session[picture].museum.get(), ErrorKind::NotLoaded);
        let museum = session.load(picture, Picture.museum).unwrap().unwrap();
        assert_eq!(session[museum].id, ids[0]);
        db.sent();
        session.commit().unwrap();
        assert_eq!(unguarded_writes(db), [""; 0]);
    }
}

fn a_relation_of_this_session_is_merged(db: &Db) {
    let (ids, mut value) = museums(db);
    let mut session = db.session();
    let [louvre, prado] = [ids[0], ids[1]].map(|id| session.get_one(Museum, id).unwrap());
    for museum in [louvre, prado] {
        session.load(museum, Museum.pictures).unwrap();
    }
    value.museum = prado.into();
    value.title = "Las Meninas".into();
    let picture = session.merge(value).unwrap();
    assert_eq!(session[prado].pictures.get().unwrap(), [picture]);
    assert!(session[louvre].pictures.get().unwrap().is_empty());
    db.sent();
    session.commit().unwrap();
    assert_eq!(
        unguarded_writes(db),
        [r#"UPDATE "paintings" SET "title" = ?, "museum_id" = ? WHERE "id" = ?"#]
    );
}
