//! Which deletes must go before the inserts and updates of the same flush: those that free a unique
//! value, or a key, that one of these rows takes.

use std::collections::HashSet;

use orm_core::value::ValueRef;

use crate::mapping::ModelDef;
use crate::state::AnyArena;

/// For each arena, whether its deletes go first. With a table's deletes go those of the tables that
/// refer to it, since children must go before their parents.
pub(super) fn early_deletes(arenas: &[&dyn AnyArena]) -> Vec<bool> {
    let mut early: Vec<bool> = arenas.iter().map(|arena| frees_taken_value(*arena)).collect();
    // Parents stand before children, so one pass carries the mark down.
    for child in 0..arenas.len() {
        let parents = arenas[child].def().references.iter().map(|r| (r.target)().table);
        let moved: HashSet<_> = parents.collect();
        early[child] |= (0..child).any(|p| early[p] && moved.contains(arenas[p].def().table));
    }
    early
}

fn frees_taken_value(arena: &dyn AnyArena) -> bool {
    if arena.deleting().is_empty() || (arena.added().is_empty() && arena.touched().is_empty()) {
        return false;
    }
    unique_sets(arena.def()).any(|columns| overlaps(arena, columns))
}

fn unique_sets(def: &'static ModelDef) -> impl Iterator<Item = &'static [usize]> {
    let uniques = def.uniques.iter().map(|unique| unique.columns);
    let indexes = def.indexes.iter().filter(|index| index.unique).map(|index| index.columns);
    std::iter::once(def.primary_key).chain(uniques).chain(indexes)
}

fn overlaps(arena: &dyn AnyArena, columns: &[usize]) -> bool {
    let old = |slot: u32| tuple(columns.iter().map(move |column| arena.old_value(slot, *column)));
    let new = |slot: u32| tuple(columns.iter().map(move |column| arena.value(slot, *column)));
    let freed: HashSet<String> = arena.deleting().iter().filter_map(|slot| old(*slot)).collect();
    let added = arena.added().iter().map(|added| added.slot);
    let mut written = added.chain(arena.touched().iter().copied());
    written.any(|slot| new(slot).is_some_and(|taken| freed.contains(&taken)))
}

// The text is only something to look up by. NULL is equal to nothing, so it frees and takes nothing.
fn tuple<'a>(values: impl Iterator<Item = ValueRef<'a>>) -> Option<String> {
    let values: Vec<ValueRef<'a>> = values.collect();
    (!values.iter().any(|value| value.is_null())).then(|| ValueRef::Array(&values).to_json())
}
