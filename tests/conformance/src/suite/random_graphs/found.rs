//! Sequences that the random graphs have found: each showed a fault of the library, and is kept as the steps that it took.

use super::kinds::{BERTH, CREW, GUEST, KNOT, PAPER, PASS, SAILOR, VOYAGE};
use super::steps::{Linking, New, Step};
use super::{run, tables};
use crate::database::Db;

/// An entity of the key of its number.
fn add(no: usize, kind: usize, parents: [Option<usize>; 2]) -> Step {
    Step::Add(New {
        no,
        kind,
        key: i64::try_from(no).unwrap() + 1,
        n: 0,
        code: None,
        parents,
        by_list: false,
    })
}

fn with_code(step: Step, code: i64) -> Step {
    match step {
        Step::Add(new) => Step::Add(New {
            code: Some(code),
            ..new
        }),
        other => other,
    }
}

fn passes(db: &Db, steps: &[Step]) {
    let kinds = tables(db);
    let mut connection = db.other_connection();
    let outcome = run(db, &mut connection, kinds, steps);
    assert_eq!(outcome, Ok(()));
}

/// A new row references an owner that is renamed and deleted by the same flush, by the key that this still has.
pub(super) fn an_owner_is_renamed_and_deleted_by_one_flush(db: &Db) {
    let steps = [
        add(0, KNOT, [None; 2]),
        Step::Flush,
        add(1, PASS, [None, Some(0)]),
        Step::Rename(0, 9),
        Step::Delete(0),
        Step::Flush,
    ];
    passes(db, &steps);
}

/// A second child of a relation to one takes the place of the first until it is rolled back.
pub(super) fn a_rollback_puts_the_displaced_child_of_a_relation_to_one_back(db: &Db) {
    let steps = [
        add(0, SAILOR, [None; 2]),
        add(1, PAPER, [Some(0), None]),
        Step::Savepoint(vec![add(2, PAPER, [Some(0), None])], true),
        Step::Load(3, 0, true),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// ON DELETE SET DEFAULT makes a relation unknown until a rollback puts the owner back.
pub(super) fn a_rollback_puts_a_relation_back_that_a_default_has_made_unknown(db: &Db) {
    let steps = [
        add(0, CREW, [None; 2]),
        add(1, GUEST, [Some(0), None]),
        Step::Savepoint(vec![Step::Delete(0), Step::Flush], true),
        Step::Delete(1),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// An owner that was deleted before its INSERT stays so when the child is linked to another entity.
pub(super) fn a_link_adds_no_other_owner_again(db: &Db) {
    let linking = Linking {
        relation: 6,
        child: 2,
        parent: 0,
        from_child: false,
    };
    let steps = [
        add(0, KNOT, [None; 2]),
        add(1, BERTH, [None; 2]),
        add(2, PASS, [Some(1), Some(0)]),
        Step::Delete(1),
        Step::Link(linking),
        Step::Flush,
    ];
    passes(db, &steps);
}

/// A new row takes the code of the deleted one that it references, of which ON DELETE SET NULL would leave NULL.
pub(super) fn a_new_row_takes_the_value_of_the_deleted_one_that_it_references(db: &Db) {
    let steps = [
        with_code(add(0, SAILOR, [None; 2]), 2),
        Step::Savepoint(
            vec![
                with_code(add(1, SAILOR, [None, Some(0)]), 2),
                Step::Delete(0),
                Step::Flush,
            ],
            true,
        ),
        Step::Commit,
        Step::AddAgain(1),
        Step::Delete(0),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A row gives up its code to a new one that it references from then on.
pub(super) fn a_row_references_the_new_one_that_takes_its_value(db: &Db) {
    let steps = [
        with_code(add(0, SAILOR, [None; 2]), 6),
        Step::Commit,
        Step::SetCode(0, None),
        with_code(add(1, SAILOR, [None; 2]), 6),
        Step::Assign(0, 1, Some(1)),
        Step::Flush,
        Step::Rollback,
        Step::SetCode(0, None),
        Step::AddAgain(1),
        Step::Assign(0, 1, Some(1)),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A row leaves a deleted one, which it keeps from being deleted, for the new one that takes its code.
pub(super) fn a_row_moves_to_the_new_one_that_takes_the_value_of_a_deleted_one(db: &Db) {
    let steps = [
        with_code(add(0, CREW, [None; 2]), 5),
        add(1, VOYAGE, [Some(0), None]),
        Step::Commit,
        Step::Delete(0),
        with_code(add(2, CREW, [None; 2]), 5),
        Step::Assign(1, 0, Some(2)),
        Step::Flush,
        Step::Rollback,
        Step::Delete(0),
        Step::AddAgain(2),
        Step::Assign(1, 0, Some(2)),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A row references a deleted one, whose code another new row takes: it is inserted before that is deleted.
pub(super) fn a_row_that_references_a_deleted_one_is_inserted_before_its_delete(db: &Db) {
    let steps = [
        with_code(add(0, CREW, [None; 2]), 7),
        Step::Flush,
        with_code(add(1, CREW, [None; 2]), 7),
        add(2, SAILOR, [Some(0), None]),
        add(3, SAILOR, [None; 2]),
        Step::Delete(0),
        Step::Commit,
    ];
    passes(db, &steps);
}
