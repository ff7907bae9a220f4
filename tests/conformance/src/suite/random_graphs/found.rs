//! Sequences that the random graphs have found: each showed a fault of the library, and is kept as the steps that it took.

use super::kinds::{BERTH, CREW, GUEST, ISLE, KNOT, PAPER, PASS, SAILOR, VOYAGE};
use super::steps::{Linking, New, Other, Step};
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

fn with_key(step: Step, key: i64) -> Step {
    match step {
        Step::Add(new) => Step::Add(New { key, ..new }),
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

/// A new row takes the key of one that another session has deleted: that leaves the lists that it is in.
pub(super) fn a_new_row_takes_the_key_of_one_that_another_session_has_deleted(db: &Db) {
    let steps = [
        add(0, KNOT, [None; 2]),
        add(1, PASS, [None, Some(0)]),
        Step::Commit,
        Step::Other(Other::Delete(1)),
        with_key(add(2, PASS, [None; 2]), 2),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A row that was found to be gone before a transaction has begun is in no list after a rollback.
pub(super) fn a_rollback_puts_no_row_back_that_another_session_has_deleted(db: &Db) {
    let steps = [
        add(0, CREW, [None; 2]),
        add(1, VOYAGE, [Some(0), None]),
        Step::Commit,
        Step::Other(Other::Delete(1)),
        Step::Refresh(1),
        Step::Rollback,
        Step::Commit,
    ];
    passes(db, &steps);
}

/// As above, where the owner was marked for deletion in between.
pub(super) fn a_row_that_is_gone_leaves_the_list_of_an_owner_that_stays_after_all(db: &Db) {
    let steps = [
        add(0, CREW, [None; 2]),
        add(1, GUEST, [Some(0), None]),
        Step::Commit,
        Step::Other(Other::Delete(1)),
        Step::Delete(0),
        Step::Refresh(1),
        Step::Rollback,
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A new row takes the value of a deleted one, below one that ON DELETE CASCADE deletes along with it: the database refuses
/// either order.
pub(super) fn a_row_takes_the_value_of_the_deleted_one_that_takes_it_along(db: &Db) {
    let steps = [
        with_code(add(0, ISLE, [None; 2]), 5),
        add(1, ISLE, [Some(0), None]),
        add(2, ISLE, [Some(1), None]),
        Step::Commit,
        Step::Savepoint(
            vec![
                with_code(add(3, ISLE, [Some(1), None]), 5),
                Step::Delete(0),
                Step::Flush,
            ],
            true,
        ),
        Step::Savepoint(
            vec![Step::SetCode(2, Some(5)), Step::Delete(0), Step::Flush],
            true,
        ),
        Step::Savepoint(
            vec![Step::SetCode(1, Some(5)), Step::Delete(0), Step::Flush],
            true,
        ),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A new link row references a row that is deleted, whose value a new row takes: it does not wait for that one, although
/// neither has its keys yet.
pub(super) fn a_link_row_comes_before_the_row_that_takes_the_value_of_what_it_links(db: &Db) {
    let linking = Linking {
        relation: 1,
        child: 3,
        parent: 2,
        from_child: false,
    };
    let steps = [
        add(0, SAILOR, [None; 2]),
        add(1, CREW, [None; 2]),
        with_code(add(2, VOYAGE, [Some(1), None]), 1),
        with_code(add(3, SAILOR, [Some(1), None]), 3),
        Step::Commit,
        with_code(add(4, SAILOR, [Some(1), Some(0)]), 4),
        Step::LinkRow(linking),
        Step::Delete(3),
        with_code(add(5, SAILOR, [Some(1), Some(4)]), 3),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A list that was read again is unloaded by a rollback, which makes its owner transient: added again, it has its members.
pub(super) fn the_lists_of_a_row_that_a_rollback_takes_back_begin_empty(db: &Db) {
    let steps = [
        add(0, CREW, [None; 2]),
        add(1, BERTH, [Some(0), None]),
        Step::Savepoint(vec![], true),
        Step::Savepoint(vec![Step::SelectWith(4)], true),
        Step::Rollback,
        Step::AddAgain(1),
        Step::Delete(0),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// The foreign key of a row was assigned another owner: the cascade of the deleted one leaves it alone.
pub(super) fn a_row_that_has_moved_by_its_key_is_not_of_the_deleted_owner(db: &Db) {
    let steps = [
        add(0, PASS, [None; 2]),
        add(1, CREW, [None; 2]),
        add(2, BERTH, [Some(1), None]),
        add(3, BERTH, [None; 2]),
        Step::Assign(0, 0, Some(2)),
        Step::Flush,
        Step::AssignKey(0, 0, Some(3)),
        Step::Assign(2, 0, None),
        Step::Flush,
        Step::Commit,
    ];
    passes(db, &steps);
}

/// An entity that was read in a savepoint has no values of an UPDATE that is rolled back with the transaction around it.
pub(super) fn a_rollback_after_one_to_a_savepoint_reads_again_what_was_read_in_it(db: &Db) {
    let Step::Add(knot) = add(0, KNOT, [None; 2]) else {
        unreachable!()
    };
    let steps = [
        Step::Other(Other::Insert(knot)),
        Step::Update(KNOT, 0, 1),
        Step::Savepoint(vec![Step::Get(0, true)], true),
        Step::Rollback,
    ];
    passes(db, &steps);
}

/// A row that is gone is in no list many to many.
pub(super) fn a_row_that_is_gone_leaves_lists_many_to_many(db: &Db) {
    let linking = Linking {
        relation: 0,
        child: 0,
        parent: 1,
        from_child: true,
    };
    let steps = [
        add(0, SAILOR, [None; 2]),
        add(1, KNOT, [None; 2]),
        Step::LinkRow(linking),
        Step::Flush,
        Step::DeleteWhere(KNOT, 0),
        Step::Refresh(1),
        Step::Commit,
    ];
    passes(db, &steps);
}

/// A row references a new one that takes the value of the deleted one that it has referenced: ON DELETE SET NULL empties
/// its foreign key before that is written.
pub(super) fn a_row_keeps_the_foreign_key_that_it_gets_after_the_delete_of_the_former(db: &Db) {
    let steps = [
        with_code(add(0, KNOT, [None; 2]), 1),
        add(1, PASS, [None, Some(0)]),
        Step::Savepoint(vec![], true),
        Step::Delete(0),
        with_code(add(2, KNOT, [None; 2]), 1),
        Step::Assign(1, 1, Some(2)),
        Step::Flush,
    ];
    passes(db, &steps);
}

/// A row that was unlinked and assigned its owner again is once in a list that is read in between.
pub(super) fn a_row_that_is_assigned_its_owner_again_is_once_in_its_list(db: &Db) {
    let linking = Linking {
        relation: 4,
        child: 1,
        parent: 0,
        from_child: false,
    };
    let steps = [
        add(0, CREW, [None; 2]),
        Step::Commit,
        add(1, BERTH, [Some(0), None]),
        Step::SelectWith(0),
        Step::Unlink(linking),
        Step::Assign(1, 0, Some(0)),
        Step::Load(4, 0, false),
        Step::Flush,
    ];
    passes(db, &steps);
}

/// A new row was only assigned an owner, which a flush that fails follows: it is no orphan, and is inserted without one.
pub(super) fn a_row_is_inserted_that_a_failed_flush_has_put_into_a_list(db: &Db) {
    let steps = [
        add(0, BERTH, [None; 2]),
        add(1, CREW, [None; 2]),
        Step::Assign(0, 0, Some(1)),
        Step::Delete(1),
        Step::Flush,
        Step::Assign(0, 0, None),
        Step::Commit,
    ];
    passes(db, &steps);
}
