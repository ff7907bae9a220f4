//! Random graphs: a sequence of steps on a session beside a world in memory. After each step the rows, the entities and
//! their relations are compared with the world.
//!
//! `models.rs` has the models, `kinds.rs` what is known of them, `steps.rs` the steps, `world.rs` and `flush.rs` the world,
//! `contradictions.rs` which flushes may fail, `allows.rs` which steps are possible, `run.rs` runs them, `check.rs` compares. Variables are those of the random work on
//! rows. A sequence that fails is cut to the steps that it takes; they become a case here.

mod adding;
mod allows;
mod check;
mod contradictions;
mod flush;
mod found;
mod guests;
mod kinds;
mod models;
mod outside;
mod reads;
mod related;
mod run;
mod steps;
mod verbs;
mod world;

use orm::prelude::*;

use self::found::{
    a_link_adds_no_other_owner_again,
    a_link_row_comes_before_the_row_that_takes_the_value_of_what_it_links,
    a_new_row_takes_the_key_of_one_that_another_session_has_deleted,
    a_new_row_takes_the_value_of_the_deleted_one_that_it_references,
    a_rollback_after_one_to_a_savepoint_reads_again_what_was_read_in_it,
    a_rollback_puts_a_relation_back_that_a_default_has_made_unknown,
    a_rollback_puts_no_row_back_that_another_session_has_deleted,
    a_rollback_puts_the_displaced_child_of_a_relation_to_one_back,
    a_row_is_inserted_that_a_failed_flush_has_put_into_a_list,
    a_row_keeps_the_foreign_key_that_it_gets_after_the_delete_of_the_former,
    a_row_moves_to_the_new_one_that_takes_the_value_of_a_deleted_one,
    a_row_references_the_new_one_that_takes_its_value,
    a_row_takes_the_value_of_the_deleted_one_that_takes_it_along,
    a_row_that_has_moved_by_its_key_is_not_of_the_deleted_owner,
    a_row_that_is_assigned_its_owner_again_is_once_in_its_list,
    a_row_that_is_gone_leaves_lists_many_to_many,
    a_row_that_is_gone_leaves_the_list_of_an_owner_that_stays_after_all,
    a_row_that_references_a_deleted_one_is_inserted_before_its_delete,
    an_owner_is_renamed_and_deleted_by_one_flush,
    the_lists_of_a_row_that_a_rollback_takes_back_begin_empty,
};
use self::kinds::{GUEST, KINDS, Kind, by_kind};
use self::models::{Isle, Sailor};
use self::run::Outcome;
use self::steps::Step;
use super::random::shrunk_sequences;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "random_graphs":
    random_graphs_are_what_the_world_says,
    an_owner_is_renamed_and_deleted_by_one_flush,
    a_rollback_puts_the_displaced_child_of_a_relation_to_one_back,
    a_rollback_puts_a_relation_back_that_a_default_has_made_unknown (Requires::SetDefault),
    a_link_adds_no_other_owner_again,
    a_new_row_takes_the_value_of_the_deleted_one_that_it_references,
    a_row_references_the_new_one_that_takes_its_value,
    a_row_moves_to_the_new_one_that_takes_the_value_of_a_deleted_one,
    a_row_that_references_a_deleted_one_is_inserted_before_its_delete,
    a_new_row_takes_the_key_of_one_that_another_session_has_deleted,
    a_rollback_puts_no_row_back_that_another_session_has_deleted,
    a_row_that_is_gone_leaves_the_list_of_an_owner_that_stays_after_all (Requires::SetDefault),
    a_row_takes_the_value_of_the_deleted_one_that_takes_it_along,
    a_link_row_comes_before_the_row_that_takes_the_value_of_what_it_links,
    the_lists_of_a_row_that_a_rollback_takes_back_begin_empty,
    a_row_that_has_moved_by_its_key_is_not_of_the_deleted_owner,
    a_rollback_after_one_to_a_savepoint_reads_again_what_was_read_in_it,
    a_row_that_is_gone_leaves_lists_many_to_many,
    a_row_keeps_the_foreign_key_that_it_gets_after_the_delete_of_the_former,
    a_row_that_is_assigned_its_owner_again_is_once_in_its_list,
    a_row_is_inserted_that_a_failed_flush_has_put_into_a_list,
];

/// Creates the tables, and returns the number of models.
fn tables(db: &Db) -> usize {
    let path = module_path!();
    let (all, kinds) = if db.has(Requires::SetDefault) {
        (Metadata::in_module(path), KINDS.len())
    } else {
        (Metadata::in_module(&format!("{path}::models")), GUEST)
    };
    all.create_all(&db.engine).unwrap();
    kinds
}

/// Empties the tables, children first.
fn clear(connection: &mut Connection, kinds: usize) {
    let no_mentor = update(Sailor).set(Sailor.mentor_id, Null);
    no_mentor.execute(connection).unwrap();
    let no_isle = update(Isle).set(Isle.part_of_id, Null);
    no_isle.execute(connection).unwrap();
    for kind in (0..kinds).rev() {
        by_kind!(kind, K => K::clear(connection)).unwrap();
    }
}

/// Runs steps in empty tables.
fn run(db: &Db, connection: &mut Connection, kinds: usize, steps: &[Step]) -> Outcome {
    let outcome = run::run(db, connection, kinds, steps);
    clear(connection, kinds);
    outcome
}

fn random_graphs_are_what_the_world_says(db: &Db) {
    let kinds = tables(db);
    let mut connection = db.other_connection();
    shrunk_sequences(
        db,
        "random graphs",
        |seed| steps::generate(seed, kinds),
        |steps| run(db, &mut connection, kinds, steps),
    );
}
