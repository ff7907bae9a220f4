//! Random graphs: relations of every kind are assigned, linked, unlinked, moved and deleted, in transactions and savepoints
//! of which some are undone, beside a world in memory. Rows, fields and lists are compared after each flush.
//!
//! `models.rs` has the models, `world.rs` the world, `run.rs` the steps, `check.rs` the comparisons. Seeds are those of the
//! random work on rows.

mod check;
mod models;
mod run;
mod world;

use orm::prelude::*;

use self::models::{Crew, Duty, Knot, Sailor};
use self::run::Run;
use super::random::sequences;
use crate::cases;
use crate::database::Db;

cases![
    "random_graphs":
    random_graphs_are_what_the_world_says,
];

fn random_graphs_are_what_the_world_says(db: &Db) {
    Metadata::of((Crew, Sailor, Duty, Knot))
        .create_all(&db.engine)
        .unwrap();
    sequences(db, "random graphs", |seed| {
        let mut session = db.session();
        Run::new(seed).go(&mut session);
        drop(session);
        let mut conn = db.other_connection();
        update(Sailor)
            .set(Sailor.mentor_id, Null)
            .execute(&mut conn)
            .unwrap();
        delete(Duty).execute(&mut conn).unwrap();
        delete(Sailor).execute(&mut conn).unwrap();
        delete(Crew).execute(&mut conn).unwrap();
        delete(Knot).execute(&mut conn).unwrap();
    });
}
