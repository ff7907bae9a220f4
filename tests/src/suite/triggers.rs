//! What triggers and the server make of a row that is written: the entity has it after the flush.

use super::stored::{Event, NOW, assert_stored, event, events};
use crate::databases::{Database, HasDatabase};
use chrono::NaiveDateTime;
use orm::prelude::*;
use orm_conformance::Db;
use orm_conformance::cases;

cases![
    "stored":
    what_a_trigger_changes_is_read_back,
    a_trigger_that_changes_another_column_makes_it_known,
    a_column_that_the_server_touches_is_read_back,
    a_trigger_makes_another_variant_of_a_row,
];

/// Makes the labels of events lower case, at `INSERT` or `UPDATE`, and adds one to their float.
fn lower(db: &Db, event: &str) {
    let mut conn = db.engine.connection().unwrap();
    let name = format!("lower_{event}");
    match db.database() {
        Database::Sqlite => conn.raw_control(&format!(
            "CREATE TRIGGER {name} AFTER {event} ON events WHEN NEW.label <> lower(NEW.label) BEGIN \
             UPDATE events SET label = lower(label), float = float + 1 WHERE id = NEW.id; END"
        )),
        Database::Postgres => conn.raw_control(&format!(
            "CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             NEW.float := NEW.float + CASE WHEN NEW.label <> lower(NEW.label) THEN 1 ELSE 0 END; \
             NEW.label := lower(NEW.label); RETURN NEW; END $$; \
             CREATE TRIGGER {name} BEFORE {event} ON events FOR EACH ROW EXECUTE FUNCTION {name}()"
        )),
        _ => conn.raw_control(&format!(
            "CREATE TRIGGER {name} BEFORE {event} ON events FOR EACH ROW \
             SET NEW.`float` = NEW.`float` + CASE WHEN CAST(NEW.label AS BINARY) <> CAST(LOWER(NEW.label) AS BINARY) \
             THEN 1 ELSE 0 END, NEW.label = LOWER(NEW.label)"
        )),
    }
    .unwrap();
}

fn what_a_trigger_changes_is_read_back(db: &Db) {
    events(db);
    lower(db, "INSERT");
    lower(db, "UPDATE");
    for rows in [1, 2, 300] {
        let mut session = db.session();
        let add = |_| {
            session.add(Event {
                label: "ABC".into(),
                ..event()
            })
        };
        let all: Vec<Ref<Event>> = (0..rows).map(add).collect();
        session.commit().unwrap();
        assert_eq!(session[all[0]].label, "abc");
        assert_stored(db, &session, &all);
        for label in ["DEF", "GHI"] {
            for row in &all {
                session[*row].label = label.into();
            }
            session
                .commit()
                .unwrap_or_else(|error| panic!("{rows}: {error}"));
            assert_stored(db, &session, &all);
        }
        for row in &all {
            session.delete(*row);
        }
        session.commit().unwrap();
    }
}

fn a_trigger_that_changes_another_column_makes_it_known(db: &Db) {
    events(db);
    lower(db, "UPDATE");
    let mut session = db.session();
    let row = session.add(Event {
        float: 0.5,
        ..event()
    });
    session.commit().unwrap();
    session[row].label = "ABC".into();
    session.flush().unwrap();
    assert!((session[row].float - 1.5).abs() < f64::EPSILON);
    session[row].float = 5.0;
    session.commit().unwrap();
    assert_stored(db, &session, &[row]);
}

fn a_column_that_the_server_touches_is_read_back(db: &Db) {
    #[derive(Model, Clone, Debug)]
    #[orm(table = "touched")]
    struct Touched {
        #[orm(primary_key)]
        id: i64,
        name: String,
        at: Option<NaiveDateTime>,
    }
    let columns = match db.database() {
        Database::Sqlite => "id INTEGER PRIMARY KEY, name TEXT, at DATETIME",
        Database::Postgres => "id bigserial PRIMARY KEY, name text, at timestamp",
        _ => {
            "id BIGINT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(20), \
             at DATETIME(6) NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP(6)"
        }
    };
    let mut conn = db.engine.connection().unwrap();
    conn.raw_control(&format!("CREATE TABLE touched ({columns})"))
        .unwrap();
    let mut session = db.session();
    let row = session.add(Touched::builder().name("a"));
    session.commit().unwrap();
    for name in ["b", "c"] {
        session[row].name = name.into();
        session.commit().unwrap();
        assert_eq!(session[row].at.is_some(), db.database().is_mysql());
        session[row].at = Some(NOW.parse().unwrap());
        session.commit().unwrap();
        assert_eq!(session[row].at, Some(NOW.parse().unwrap()));
        session[row].at = None;
        session.commit().unwrap();
    }
}

#[derive(Embedded, Clone, Debug, PartialEq)]
enum Kind {
    Cat { lives: i32, name: Option<String> },
    Dog { trained: bool },
}

#[derive(Model, Clone, Debug)]
#[orm(table = "st_beasts")]
struct Beast {
    #[orm(primary_key)]
    id: i64,
    #[orm(flatten)]
    kind: Kind,
}

/// Makes dogs of cats with too many lives.
fn no_cat_of_ten_lives(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    match db.database() {
        Database::Sqlite => conn.raw_control(
            "CREATE TRIGGER dogs AFTER INSERT ON st_beasts WHEN NEW.lives > 9 BEGIN \
             UPDATE st_beasts SET kind = 'dog', lives = NULL, trained = 1 WHERE id = NEW.id; END",
        ),
        Database::Postgres => conn.raw_control(
            "CREATE FUNCTION dogs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF NEW.lives > 9 THEN NEW.kind := 'dog'; NEW.lives := NULL; NEW.trained := TRUE; END IF; \
             RETURN NEW; END $$; \
             CREATE TRIGGER dogs BEFORE INSERT ON st_beasts FOR EACH ROW EXECUTE FUNCTION dogs()",
        ),
        _ => conn.raw_control(
            "CREATE TRIGGER dogs BEFORE INSERT ON st_beasts FOR EACH ROW \
             SET NEW.kind = IF(NEW.lives > 9, 'dog', NEW.kind), \
             NEW.trained = IF(NEW.lives > 9, TRUE, NEW.trained), \
             NEW.lives = IF(NEW.lives > 9, NULL, NEW.lives)",
        ),
    }
    .unwrap();
}

fn a_trigger_makes_another_variant_of_a_row(db: &Db) {
    Metadata::of((Beast,)).create_all(&db.engine).unwrap();
    no_cat_of_ten_lives(db);
    let name = Some("tom".to_owned());
    let cat = |lives| Kind::Cat {
        lives,
        name: name.clone(),
    };
    let mut session = db.session();
    let [tom, tim] = [9, 10].map(|lives| session.add(Beast::builder().kind(cat(lives))));
    session.flush().unwrap();
    assert_eq!(session[tom].kind, cat(9));
    assert_eq!(session[tim].kind, Kind::Dog { trained: true });
    session.rollback().unwrap();
    assert_eq!(
        [tom, tim].map(|it| session[it].kind.clone()),
        [cat(9), cat(10)]
    );
}
