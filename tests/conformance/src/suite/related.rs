//! Conditions that compare a relation with entities: by handles, whose keys are known when the statement runs.

use orm::ErrorKind;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::{reads, steps};
use crate::suite::support::fails;

cases![
    "related":
    a_handle_stands_for_its_key,
    an_entity_without_a_key_is_flushed_first,
    an_entity_that_differs_may_be_none,
    none_is_null,
    a_list_of_handles_is_a_list_of_keys,
    a_list_of_any_length_is_taken,
    handles_stand_in_any_condition,
    handles_stand_in_subqueries,
    a_composite_key_is_compared,
    a_key_of_text_is_compared,
    an_update_and_a_delete_take_handles,
    all_handles_share_a_text,
    a_query_that_runs_again_takes_the_key_of_then,
    groups_by_two_handles_stay_apart,
    a_struct_is_compared_on_a_connection,
    a_connection_knows_no_handles,
    a_handle_that_leads_nowhere_is_refused,
    an_entity_without_a_row_is_refused,
];

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "rel_people")]
struct Person {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
}

#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "letters")]
struct Letter {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    subject: String,
    #[orm(references = Person.id, index)]
    sender_id: i64,
    #[orm(references = Person.id, index)]
    receiver_id: Option<i64>,
    #[orm(key = sender_id)]
    sender: BelongsTo<Person>,
    #[orm(key = receiver_id)]
    receiver: BelongsTo<Option<Person>>,
}

fn session(db: &Db) -> Session {
    let all = Metadata::of((Person, Letter));
    all.create_all(&db.engine).unwrap();
    db.sent();
    db.session()
}

/// Ada, bob, and three letters: a by ada to bob, b by ada without a receiver, c by bob to ada. All are stored.
fn stored(db: &Db, session: &mut Session) -> [Ref<Person>; 2] {
    let people = ["ada", "bob"].map(|name| session.add(Person::builder().name(name)));
    let [ada, bob] = people;
    session.add(Letter::builder().subject("a").sender(ada).receiver(bob));
    session.flush().unwrap();
    session.add(Letter::builder().subject("b").sender(ada));
    session.flush().unwrap();
    session.add(Letter::builder().subject("c").sender(bob).receiver(ada));
    session.commit().unwrap();
    db.sent();
    people
}

fn subjects(session: &mut Session, condition: Predicate) -> Vec<String> {
    let query = select(Letter.subject).filter(condition).order_by(Letter.id);
    query.all(session).unwrap()
}

fn a_handle_stands_for_its_key(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    assert_eq!(subjects(&mut session, Letter.sender.eq(ada)), ["a", "b"]);
    assert_eq!(subjects(&mut session, Letter.sender.eq(bob)), ["c"]);
    assert_eq!(subjects(&mut session, Letter.sender.ne(ada)), ["c"]);
    assert_eq!(subjects(&mut session, Letter.receiver.eq(Some(bob))), ["a"]);
    let eq = r#"SELECT "subject" FROM "letters" WHERE "sender_id" = ? ORDER BY "id" ASC"#;
    assert_eq!(
        reads(db),
        [
            eq.to_owned(),
            eq.to_owned(),
            eq.replace('=', "<>"),
            eq.replace("sender", "receiver"),
        ]
    );
    // Of the entity's own session, in its transaction or not, by any verb.
    let by_ada = select(Letter).filter(Letter.sender.eq(ada));
    assert_eq!(by_ada.count(&mut session).unwrap(), 2);
    assert!(by_ada.exists(&mut session).unwrap());
    session.begin().unwrap();
    let first = by_ada
        .clone()
        .order_by(Letter.id)
        .first(&mut session)
        .unwrap();
    assert_eq!(session[first.unwrap()].subject, "a");
    session.commit().unwrap();
}

fn an_entity_without_a_key_is_flushed_first(db: &Db) {
    let mut session = session(db);
    let carol = session.add(Person::builder().name("carol"));
    session.add(Letter::builder().subject("d").sender(carol));
    assert_eq!(session.key(carol), None);
    let query = select(Letter.subject).filter(Letter.sender.eq(carol));
    assert_eq!(query.all(&mut session).unwrap(), ["d"]);
    assert_eq!(steps(db), ["INSERT rel_people", "INSERT letters"]);
    session.commit().unwrap();
}

fn an_entity_that_differs_may_be_none(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    assert_eq!(subjects(&mut session, Letter.receiver.ne(bob)), ["b", "c"]);
    assert_eq!(
        subjects(&mut session, Letter.receiver.not_in([ada])),
        ["a", "b"]
    );
    assert_eq!(
        subjects(&mut session, Letter.receiver.not_in([ada, bob])),
        ["b"]
    );
    // As everywhere, a negation leaves out what is unknown.
    assert_eq!(subjects(&mut session, !Letter.receiver.eq(bob)), ["c"]);
    assert_eq!(subjects(&mut session, Letter.sender.ne(bob)), ["a", "b"]);
}

fn none_is_null(db: &Db) {
    let mut session = session(db);
    let [_, bob] = stored(db, &mut session);
    assert_eq!(subjects(&mut session, Letter.receiver.is_null()), ["b"]);
    assert_eq!(
        subjects(&mut session, Letter.receiver.is_not_null()),
        ["a", "c"]
    );
    assert_eq!(subjects(&mut session, Letter.receiver.eq(Null)), ["b"]);
    assert_eq!(subjects(&mut session, Letter.receiver.ne(Null)), ["a", "c"]);
    // What a relation returns is taken as it is.
    let letter = select(Letter)
        .filter(Letter.subject.eq("b"))
        .one(&mut session)
        .unwrap();
    let receiver = session.load(letter, Letter.receiver).unwrap();
    assert_eq!(receiver, None);
    assert_eq!(subjects(&mut session, Letter.receiver.eq(receiver)), ["b"]);
    session[letter].receiver = bob.into();
    let receiver = session[letter].receiver.get().unwrap();
    assert_eq!(
        subjects(&mut session, Letter.receiver.eq(receiver)),
        ["a", "b"]
    );
    session.commit().unwrap();
}

fn a_list_of_handles_is_a_list_of_keys(db: &Db) {
    let mut session = session(db);
    let people = stored(db, &mut session);
    assert_eq!(
        subjects(&mut session, Letter.sender.in_(people)),
        ["a", "b", "c"]
    );
    assert_eq!(
        subjects(&mut session, Letter.receiver.in_(people)),
        ["a", "c"]
    );
    assert_eq!(
        subjects(&mut session, Letter.receiver.in_(people[1..].to_vec())),
        ["a"]
    );
    assert_eq!(
        subjects(&mut session, Letter.sender.not_in(people.iter().take(1))),
        ["c"]
    );
    let none: [Ref<Person>; 0] = [];
    assert_eq!(subjects(&mut session, Letter.sender.in_(none)), [""; 0]);
    assert_eq!(
        subjects(&mut session, Letter.sender.not_in(none)),
        ["a", "b", "c"]
    );
    // One that is pending is flushed first.
    let carol = session.add(Person::builder().name("carol"));
    session.add(Letter::builder().subject("d").sender(carol));
    assert_eq!(
        subjects(&mut session, Letter.sender.in_([people[1], carol])),
        ["c", "d"]
    );
    session.commit().unwrap();
}

fn a_list_of_any_length_is_taken(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    let many = std::iter::repeat_n(bob, 70_000).chain([ada]);
    let condition = Letter.sender.in_(many);
    if db.capabilities().in_list == orm::sql::InListStyle::Unsupported {
        let query = select(Letter.subject).filter(condition);
        fails(query.all(&mut session), ErrorKind::Unsupported);
        return;
    }
    assert_eq!(subjects(&mut session, condition), ["a", "b", "c"]);
}

fn handles_stand_in_any_condition(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    let between = (Letter.sender.eq(ada) & Letter.receiver.eq(bob))
        | (Letter.sender.eq(bob) & Letter.receiver.eq(ada));
    assert_eq!(subjects(&mut session, between.clone()), ["a", "c"]);
    assert_eq!(subjects(&mut session, !between.clone()), [""; 0]);
    let own = Letter.sender.eq(ada) & Letter.subject.ne("a") & Letter.id.gt(0);
    assert_eq!(subjects(&mut session, own), ["b"]);
    let marked = select((Letter.subject, Letter.sender.eq(bob).value()));
    let marked = marked.order_by((Letter.sender.eq(bob).value().desc(), Letter.id));
    assert_eq!(
        marked.all(&mut session).unwrap(),
        [("c", Some(true)), ("a", Some(false)), ("b", Some(false))]
            .map(|(subject, is_bobs)| (subject.to_owned(), is_bobs))
    );
    // Of an alias, and in a join.
    let (other, answer) = (Person.alias("other"), Letter.alias("answer"));
    let query = select(Letter.subject)
        .join_on(answer, answer.sender_id.same_as(Letter.receiver_id))
        .join_on(
            other,
            other.id.eq(answer.sender_id) & answer.receiver.eq(ada),
        )
        .filter(Letter.sender.eq(ada));
    assert_eq!(query.all(&mut session).unwrap(), ["a"]);
}

fn handles_stand_in_subqueries(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    let written_to = |person| {
        let letters = select(Letter).filter(Letter.sender_id.eq(Person.id));
        let letters = letters.filter(Letter.receiver.eq(person));
        select(Person.name).filter(exists(letters))
    };
    assert_eq!(written_to(ada).all(&mut session).unwrap(), ["bob"]);
    assert_eq!(written_to(bob).all(&mut session).unwrap(), ["ada"]);
    let receivers = select(Letter.receiver_id).filter(Letter.sender.in_([ada]));
    let query = select(Person.name).filter(
        Person
            .id
            .in_(receivers.filter(Letter.receiver.is_not_null())),
    );
    assert_eq!(query.all(&mut session).unwrap(), ["bob"]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rel_shelves")]
struct Shelf {
    #[orm(primary_key)]
    room: i32,
    #[orm(primary_key)]
    number: i32,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rel_copies")]
#[orm(foreign_key(in_room, on_shelf, references = (Shelf.room, Shelf.number)))]
struct Copy {
    #[orm(primary_key)]
    id: i64,
    in_room: Option<i32>,
    on_shelf: Option<i32>,
    shelf: BelongsTo<Option<Shelf>>,
}

fn a_composite_key_is_compared(db: &Db) {
    Metadata::of((Shelf, Copy)).create_all(&db.engine).unwrap();
    let mut session = db.session();
    let shelves =
        [(2, 7), (2, 8), (3, 7)].map(|(room, number)| session.add(Shelf { room, number }));
    for shelf in shelves {
        session.add(Copy::builder().shelf(shelf));
        session.flush().unwrap();
    }
    session.add(Copy::builder());
    session.commit().unwrap();
    db.sent();
    let mut found = |condition: Predicate| {
        let query = select((Copy.in_room, Copy.on_shelf))
            .filter(condition)
            .order_by(Copy.id);
        query.all(&mut session).unwrap()
    };
    let [low, high, far] = shelves;
    assert_eq!(found(Copy.shelf.eq(high)), [(Some(2), Some(8))]);
    assert_eq!(
        reads(db),
        [
            r#"SELECT "in_room", "on_shelf" FROM "rel_copies" WHERE "in_room" = ? AND "on_shelf" = ? ORDER BY "id" ASC"#
        ]
    );
    assert_eq!(
        found(Copy.shelf.ne(high)),
        [(Some(2), Some(7)), (Some(3), Some(7)), (None, None)]
    );
    assert_eq!(
        found(Copy.shelf.in_([far, low])),
        [(Some(2), Some(7)), (Some(3), Some(7))]
    );
    assert_eq!(
        found(Copy.shelf.not_in([far, low])),
        [(Some(2), Some(8)), (None, None)]
    );
    assert_eq!(found(Copy.shelf.is_null()), [(None, None)]);
    assert_eq!(found(Copy.shelf.is_not_null()).len(), 3);
    assert_eq!(
        found(!Copy.shelf.eq(high)),
        [(Some(2), Some(7)), (Some(3), Some(7))]
    );
}

#[derive(Model, Clone, Debug)]
#[orm(table = "rel_states")]
struct Country {
    #[orm(primary_key, length = 2)]
    code: String,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "towns")]
struct Town {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 2, references = Country.code)]
    country_code: String,
    country: BelongsTo<Country>,
}

fn a_key_of_text_is_compared(db: &Db) {
    Metadata::of((Country, Town))
        .create_all(&db.engine)
        .unwrap();
    let mut session = db.session();
    let countries = ["is", "no"].map(|code| session.add(Country { code: code.into() }));
    for country in countries {
        session.add(Town::builder().country(country));
    }
    let [iceland, norway] = countries;
    let mut codes = |condition| {
        let query = select(Town.country_code)
            .filter(condition)
            .order_by(Town.country_code);
        query.all(&mut session).unwrap()
    };
    assert_eq!(codes(Town.country.eq(norway)), ["no"]);
    assert_eq!(codes(Town.country.in_(countries)), ["is", "no"]);
    if db.capabilities().in_list != orm::sql::InListStyle::Unsupported {
        let many = std::iter::repeat_n(iceland, 70_000);
        assert_eq!(codes(Town.country.in_(many)), ["is"]);
    }
    session.commit().unwrap();
}

fn an_update_and_a_delete_take_handles(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    let carol = session.add(Person::builder().name("carol"));
    session.add(Letter::builder().subject("d").sender(carol));
    let statement = update(Letter)
        .set(Letter.subject, "x")
        .filter(Letter.sender.eq(carol));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    let sent = db.sent();
    assert_eq!(
        sent.last().unwrap(),
        r#"UPDATE "letters" SET "subject" = ? WHERE "sender_id" = ?"#
    );
    let statement = update(Letter)
        .set(Letter.subject, "y")
        .filter(Letter.sender.in_([ada, bob]) & Letter.receiver.is_not_null());
    assert_eq!(statement.execute(&mut session).unwrap(), 2);
    assert_eq!(
        subjects(&mut session, Letter.id.gt(0)),
        ["y", "b", "y", "x"]
    );
    let statement = delete(Letter).filter(Letter.sender.eq(ada));
    assert_eq!(statement.execute(&mut session).unwrap(), 2);
    let statement = delete(Letter).filter(Letter.receiver.ne(ada));
    assert_eq!(statement.execute(&mut session).unwrap(), 1);
    session.commit().unwrap();
    assert_eq!(db.count("letters"), 1);
}

fn all_handles_share_a_text(db: &Db) {
    let mut session = session(db);
    let people = stored(db, &mut session);
    let query = |person| select(Letter.id).filter(Letter.sender.eq(person));
    query(people[0]).all(&mut session).unwrap();
    let before = db.engine.statement_cache_status().misses;
    for person in people {
        let query = query(person);
        for _ in 0..3 {
            query.all(&mut session).unwrap();
        }
    }
    assert_eq!(db.engine.statement_cache_status().misses, before);
}

fn a_query_that_runs_again_takes_the_key_of_then(db: &Db) {
    let mut session = session(db);
    let carol = session.add(Person::builder().name("carol"));
    let letter = session.add(Letter::builder().subject("d").sender(carol));
    let query = select(Letter.subject).filter(Letter.sender.eq(carol));
    assert_eq!(query.all(&mut session).unwrap(), ["d"]);
    let first = session[carol].id;
    session.rollback().unwrap();
    fails(query.all(&mut session), ErrorKind::Usage);
    // The key that is taken in between is another row's.
    session.add(Person::builder().name("dora"));
    session.flush().unwrap();
    session.add_again(carol).unwrap();
    session.add_again(letter).unwrap();
    assert_eq!(query.all(&mut session).unwrap(), ["d"]);
    assert_ne!(session[carol].id, first);
    session.commit().unwrap();
    assert_eq!(query.all(&mut session).unwrap(), ["d"]);
}

fn groups_by_two_handles_stay_apart(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    for (one, other) in [(ada, bob), (bob, ada)] {
        let (one, other) = (
            Letter.sender.eq(one).value(),
            Letter.receiver.eq(other).value(),
        );
        let query = select((one.clone(), other.clone(), count_all())).group_by((one, other));
        assert_eq!(query.all(&mut session).unwrap().len(), 3);
    }
    let is_adas = Letter.sender.eq(ada).value();
    let query = select((is_adas.clone(), count_all())).group_by(is_adas.clone());
    let query = query.order_by(is_adas.desc());
    let counts = query.all(&mut session).unwrap();
    assert_eq!(counts, [(Some(true), 2), (Some(false), 1)]);
}

fn a_struct_is_compared_on_a_connection(db: &Db) {
    let mut session = session(db);
    stored(db, &mut session);
    let mut conn = db.engine.connection().unwrap();
    let people: Vec<Person> = select(Person).order_by(Person.id).all(&mut conn).unwrap();
    let query = select(Letter.subject).filter(Letter.sender.eq(&people[1]));
    assert_eq!(query.all(&mut conn).unwrap(), ["c"]);
    let query = select(Letter).filter(Letter.sender.in_(&people));
    assert_eq!(query.count(&mut conn).unwrap(), 3);
}

fn a_connection_knows_no_handles(db: &Db) {
    let mut session = session(db);
    let [ada, _] = stored(db, &mut session);
    let mut conn = db.engine.connection().unwrap();
    let query = select(Letter).filter(Letter.sender.eq(ada));
    let error = fails(query.all(&mut conn), ErrorKind::Usage);
    assert!(error.to_string().contains("`Letter.sender`"), "{error}");
    assert!(
        error.hint().unwrap().contains("session[handle].id"),
        "{error}"
    );
    fails(query.stream(&mut conn).map(drop), ErrorKind::Usage);
    fails(query.count(&mut conn), ErrorKind::Usage);
    let list = select(Letter).filter(Letter.sender.in_([ada]));
    fails(list.all(&mut conn), ErrorKind::Usage);
    let statement = delete(Letter).filter(Letter.sender.eq(ada));
    fails(statement.execute(&mut conn), ErrorKind::Usage);
    let statement = update(Letter)
        .set(Letter.subject, "x")
        .filter(Letter.sender.in_([ada]));
    fails(statement.execute(&mut conn), ErrorKind::Usage);
    assert_eq!(reads(db), [""; 0]);
    drop(conn);
    assert_eq!(db.count("letters"), 3);
}

fn a_handle_that_leads_nowhere_is_refused(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    let mut other = db.session();
    let foreign = other.add(Person::builder().name("eve"));
    for condition in [Letter.sender.eq(foreign), Letter.sender.in_([ada, foreign])] {
        let query = select(Letter).filter(condition.clone());
        fails(query.all(&mut session), ErrorKind::StaleHandle);
        let statement = delete(Letter).filter(condition);
        fails(statement.execute(&mut session), ErrorKind::StaleHandle);
    }
    session.rollback().unwrap();
    session.expunge(ada).unwrap();
    let query = select(Letter).filter(Letter.sender.eq(ada));
    let error = fails(query.all(&mut session), ErrorKind::StaleHandle);
    assert!(
        error.to_string().contains("has left the session"),
        "{error}"
    );
    fails(query.count(&mut other), ErrorKind::StaleHandle);
    other.rollback().unwrap();
    // The session can be used.
    assert_eq!(subjects(&mut session, Letter.sender.eq(bob)), ["c"]);
}

fn an_entity_without_a_row_is_refused(db: &Db) {
    let mut session = session(db);
    let [ada, bob] = stored(db, &mut session);
    session.delete(ada);
    session
        .no_autoflush(|session| {
            // Its row is still there.
            assert_eq!(subjects(session, Letter.sender.eq(ada)), ["a", "b"]);
            let carol = session.add(Person::builder().name("carol"));
            let query = select(Letter).filter(Letter.sender.eq(carol));
            let error = fails(query.all(session), ErrorKind::Usage);
            assert!(error.hint().unwrap().contains("flush"), "{error}");
            Ok(())
        })
        .unwrap();
    session.rollback().unwrap();
    let letters = select(Letter)
        .filter(Letter.receiver.is_null())
        .all(&mut session)
        .unwrap();
    session.delete(letters[0]);
    let dave = session.add(Person::builder().name("dave"));
    session.flush().unwrap();
    session.delete(dave);
    session.flush().unwrap();
    let query = select(Letter).filter(Letter.sender.eq(dave));
    let error = fails(query.all(&mut session), ErrorKind::Usage);
    assert!(error.to_string().contains("deleted"), "{error}");
    session.rollback().unwrap();
    fails(query.all(&mut session), ErrorKind::Usage);
    assert_eq!(subjects(&mut session, Letter.sender.eq(bob)), ["c"]);
}
