//! Plans a flush: ordered batches of rows of one table, one kind and one column set.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Action;
use orm_core::stmt::Few;

use super::batch::{Batch, BatchKind, Plan};
use super::batches::Batches;
use super::dependencies::row_order;
use super::key_change::check_generated;
use super::pending::gather;
use super::table_order::put_in_order;
use crate::mapping::{ModelDef, ReferenceDef, RelationDef};
use crate::state::{AnyArena, EntityState, Link, RowId, RowMap, State};

/// Makes `plan` that of the flush of everything in `state`. With `optimistic`, an UPDATE also matches the old values of the
/// columns that it sets, unless the model has a version.
///
/// Tables go by foreign keys, parents first; in each, updates before inserts; deletes go last, children first. Where
/// rows of a table, or of a circle of tables, refer to each other, or where a row takes a unique value that another
/// one gives up, each row has its own place.
///
/// # Errors
/// `Usage` if a generated key of a persistent entity was set to 0, and for rows that refer to each other in a circle by foreign
/// keys that can't be NULL; `StaleHandle` or `Usage` for a relation to an entity that has no row and gets none.
pub(crate) fn plan(plan: &mut Plan, state: &State, optimistic: bool) -> Result<()> {
    let mut tables = Few::new();
    gather(state, &mut tables);
    let tables = &mut *tables;
    tables.iter().try_for_each(check_generated)?;
    put_in_order(tables);
    plan.clear();
    let order = row_order(state, tables)?;
    let mut batches = Batches::new(tables, optimistic, plan);
    match order {
        None => {
            batches.usual();
            plan.emptied.clear();
        }
        Some(order) => {
            batches.ordered(&order);
            plan.deferred = order.post_updates.deferred(tables);
            plan.emptied = order.post_updates.emptied(tables);
        }
    }
    plan.has_links = state.has_relations && state.arenas().any(AnyArena::has_links);
    if plan.takes_keys() {
        plan.inserted = linked(state, plan.batches())?;
    }
    Ok(())
}

/// Where the rows are inserted that links may reference: by batch and index in it.
fn linked(state: &State, batches: &[Batch]) -> Result<RowMap<RowId, (usize, usize)>> {
    let mut inserted = RowMap::default();
    let inserts = batches.iter().enumerate();
    for (index, batch) in inserts.filter(|(_, batch)| batch.kind.is_insert()) {
        let model = batch.model;
        let slots = batch.slots.iter().enumerate();
        inserted.extend(slots.map(|(row, slot)| (RowId { model, slot: *slot }, (index, row))));
    }
    for batch in batches {
        let arena = state.by_model(batch.model);
        let is_delete = matches!(batch.kind, BatchKind::Delete { .. });
        let Some(arena) = arena.filter(|_| !is_delete) else {
            continue;
        };
        for link in batch.slots.iter().flat_map(|slot| arena.links(*slot)) {
            check_link(state, batch.def, link, &inserted)?;
        }
    }
    Ok(inserted)
}

/// Whether a row that refers by this foreign key keeps the other one from being deleted.
fn is_kept(reference: &ReferenceDef) -> bool {
    matches!(reference.on_delete, Action::NoAction | Action::Restrict)
}

/// Refuses a link to an entity that has no row and gets none by this flush.
fn check_link(
    state: &State,
    def: &ModelDef,
    link: &Link,
    inserted: &RowMap<RowId, (usize, usize)>,
) -> Result<()> {
    let (Some((model, handle)), Some(row)) = (link.target, link.row()) else {
        return Ok(());
    };
    let arena = state.by_model(model);
    let target = arena.and_then(|arena| arena.entity_state(handle.slot, handle.stamp));
    let (kind, what, hint) = match target {
        // Rows that the database takes along or empties do not keep their owner.
        Some(EntityState::Deleting) if !is_kept(link.reference) => return Ok(()),
        Some(EntityState::Deleting) => (
            ErrorKind::Usage,
            "is to be deleted by this flush",
            "assign another one, or delete the entity as well; `cascade = delete` on the relation that leads back does that",
        ),
        Some(state)
            if inserted.contains_key(&row)
                || arena.is_some_and(|arena| arena.switched().contains_key(&handle.slot))
                || state.has_row() && state != EntityState::Deleted =>
        {
            return Ok(());
        }
        Some(_) => (
            ErrorKind::Usage,
            "is not in the unit of work",
            "add it again, or assign another one: its INSERT was rolled back, or it was deleted",
        ),
        None => (
            ErrorKind::StaleHandle,
            "has left the session",
            "assign another one: it was expunged, or deleted and committed, or is of another session",
        ),
    };
    let RelationDef { name, target, .. } = link.relation;
    let message = format!(
        "`{}.{name}` references a {} that {what}",
        def.name,
        (target)().name
    );
    Err(Error::with_message(kind, message)
        .with_table(def.table)
        .with_hint(hint))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flush::dependencies::RowOrder;
    use crate::mapping::{ColumnSet, NewEntity};
    use crate::prelude::*;
    use crate::state::{State, Written};

    /// Refers to itself, with keys of the program's own.
    #[derive(Model, Debug)]
    #[orm(table = "links")]
    struct Link {
        #[orm(primary_key, auto_increment = false)]
        id: i64,
        #[orm(references = Link.id)]
        before: Option<i64>,
        #[orm(unique)]
        name: Option<i64>,
    }

    fn add(state: &mut State, id: i64, before: Option<i64>) -> Ref<Link> {
        let name = None;
        state.ensure::<Link>().add(NewEntity {
            value: Link { id, before, name },
            unset: ColumnSet::new(),
        })
    }

    /// The order of the rows, if the usual one doesn't do.
    fn order(state: &State) -> Option<Box<RowOrder>> {
        let mut tables = Few::new();
        gather(state, &mut tables);
        put_in_order(&mut tables);
        row_order(state, &tables).expect("no circle of required keys")
    }

    fn planned(state: &State) -> Plan {
        let mut planned = Plan::default();
        plan(&mut planned, state, true).expect("a plan");
        planned
    }

    /// The looks at a node or an edge that each row costs, at most.
    const STEPS: usize = 8;

    #[test]
    fn a_chain_is_planned_in_steps_by_its_length() {
        let chain = |length: usize| {
            let mut state = State::new();
            // The last one first.
            for id in (0..i64::try_from(length).expect("a short chain")).rev() {
                add(&mut state, id, (id > 0).then(|| id - 1));
            }
            let plan = planned(&state);
            // One statement may write parents and children with keys of their own.
            let [batch] = plan.batches() else {
                panic!("one batch, not {}", plan.batches().len());
            };
            let in_order: Vec<u32> = (0..u32::try_from(length).expect("a short chain")).collect();
            assert!(batch.slots.iter().rev().copied().eq(in_order));
            let order = order(&state).expect("rows that refer to each other");
            order.schedule.graph.steps()
        };
        for length in [1_000, 10_000] {
            assert!(chain(length) <= STEPS * length);
        }
    }

    #[test]
    fn a_chain_of_unique_values_is_planned_in_steps_by_its_length() {
        let chain = |length: usize| {
            let mut state = State::new();
            let rows: Vec<_> = (0..)
                .take(length)
                .map(|id| add(&mut state, id, None))
                .collect();
            let slots: Vec<u32> = rows.iter().map(|row| row.slot).collect();
            for (row, name) in rows.iter().zip(0..) {
                let row = state.ensure::<Link>().get_mut(*row).expect("a row");
                row.name = Some(name);
            }
            let links = state.ensure::<Link>();
            links.apply_inserts(&slots, &Written::default(), (1, 1));
            state.clear_dirty();
            for row in &rows {
                let row = state.ensure::<Link>().get_mut(*row).expect("a row");
                row.name = row.name.map(|name| name + 1);
            }
            let order = order(&state).expect("rows that hand values on");
            assert_eq!(planned(&state).batches().len(), rows.len());
            order.schedule.graph.steps()
        };
        for length in [1_000, 10_000] {
            assert!(chain(length) <= STEPS * length);
        }
    }

    /// Refers to nothing.
    #[derive(Model, Debug)]
    #[orm(table = "words")]
    struct Word {
        #[orm(primary_key)]
        id: i64,
        #[orm(unique)]
        text: String,
    }

    #[test]
    fn a_plan_goes_on_with_the_batches_of_the_plan_before() {
        let mut state = State::new();
        let rows = [1, 2].map(|id| add(&mut state, id, None));
        let mut planned = planned(&state);
        let slots = planned.batches()[0].slots.clone();
        let links = state.ensure::<Link>();
        links.apply_inserts(&slots, &Written::default(), (1, 1));
        state.clear_dirty();
        // An INSERT's batch takes no changed rows, and that of one column set takes no others.
        for (name, before) in [(true, false), (true, true), (true, true)] {
            for row in rows {
                let row = state.ensure::<Link>().get_mut(row).expect("a row");
                row.name = name.then_some(row.name.map_or(row.id, |name| name + 10));
                row.before = before.then_some(row.before.map_or(1, |before| 3 - before));
            }
            plan(&mut planned, &state, true).expect("a plan");
            let [batch] = planned.batches() else {
                panic!("one batch, not {}", planned.batches().len());
            };
            assert_eq!(batch.slots, slots);
            assert!(
                matches!(&batch.kind, BatchKind::Update { set, .. } if set.len() == batch.columns.len())
            );
            state
                .ensure::<Link>()
                .apply_updates(&slots, &Written::default(), (1, false));
            state.clear_dirty();
        }
        plan(&mut planned, &state, true).expect("nothing to write");
        assert!(planned.is_empty());
    }

    #[test]
    fn a_flush_that_needs_no_order_builds_no_graph() {
        let mut state = State::new();
        for text in ["a", "b"] {
            let text = text.to_owned();
            state.ensure::<Word>().add(NewEntity {
                value: Word { id: 0, text },
                unset: ColumnSet::new(),
            });
        }
        assert!(order(&state).is_none());
    }

    #[test]
    fn the_graph_has_only_rows_that_the_usual_order_does_not_do() {
        let mut state = State::new();
        for id in 0..100 {
            add(&mut state, id, (id == 5).then_some(7));
        }
        for text in ["a", "b"] {
            let text = text.to_owned();
            state.ensure::<Word>().add(NewEntity {
                value: Word { id: 0, text },
                unset: ColumnSet::new(),
            });
        }
        let order = order(&state).expect("rows that refer to others");
        assert_eq!(order.schedule.nodes.len(), 2);
    }
}
