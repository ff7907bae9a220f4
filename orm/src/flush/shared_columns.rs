//! Refuses relations of one row whose foreign keys share a column and give it different values.
//!
//! Used by `assigned_values.rs`, when the values are known, which may be those of rows that the same flush has inserted.

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::stmt::Few;
use orm_core::value::Value;

use crate::mapping::{ModelDef, ReferenceDef, RelationDef};
use crate::state::AnyArena;

/// A relation of a row, and the values that its foreign key takes from what it references.
pub(super) struct Taken {
    pub(super) relation: &'static RelationDef,
    pub(super) reference: &'static ReferenceDef,
    pub(super) values: Few<(usize, Value)>,
}

/// Whether any two foreign keys of a model share a column.
pub(super) fn has_shared_columns(def: &ModelDef) -> bool {
    let mut references = def.references.iter().enumerate();
    references.any(|(index, one)| {
        let mut others = def.references[index + 1..].iter();
        others.any(|other| {
            other
                .columns
                .iter()
                .any(|column| one.columns.contains(column))
        })
    })
}

/// The columns that become NULL when a relation references nothing: not those that another foreign key has as well, if there
/// are others.
pub(super) fn emptied(def: &ModelDef, reference: &ReferenceDef) -> Vec<usize> {
    let nullable = |column: &&usize| def.columns[**column].nullable && !def.is_key(**column);
    let nullable: Vec<usize> = reference.columns.iter().filter(nullable).copied().collect();
    let is_own = |column: &usize| {
        let mut others = def
            .references
            .iter()
            .filter(|other| other.columns != reference.columns);
        !others.any(|other| other.columns.contains(column))
    };
    let own: Vec<usize> = nullable.iter().copied().filter(is_own).collect();
    if own.is_empty() { nullable } else { own }
}

/// Checks what the relations of a row take against each other, and against the foreign keys of its other relations, which
/// stay.
///
/// # Errors
/// `Usage` if two relations give a column different values.
pub(super) fn check(
    (arena, slot): (&dyn AnyArena, u32),
    taken: &[Taken],
    is_update: bool,
) -> Result<()> {
    let def = arena.def();
    for (index, one) in taken.iter().enumerate() {
        for (column, value) in &one.values {
            let others = taken[index + 1..].iter();
            let others = others.flat_map(|other| other.values.iter().map(move |v| (other, v)));
            for (other, (_, theirs)) in others.filter(|(_, (shared, _))| shared == column) {
                if !theirs.as_ref().is_same(value.as_ref()) {
                    return Err(differ(def, *column, [one.source(), other.source()]));
                }
            }
        }
    }
    if is_update {
        check_kept((arena, slot), taken)?;
    }
    Ok(())
}

/// A foreign key that nothing was assigned to must not be changed along with another one.
fn check_kept((arena, slot): (&dyn AnyArena, u32), taken: &[Taken]) -> Result<()> {
    let def = arena.def();
    for (_, relation, reference) in def.belongs_to() {
        let is_taken = |taken: &Taken| taken.reference.columns == reference.columns;
        let old = |column: &usize| arena.old_value(slot, *column);
        let is_kept = |column: &usize| {
            !old(column).is_null() && old(column).is_same(arena.value(slot, *column))
        };
        if taken.iter().any(is_taken) || !reference.columns.iter().all(is_kept) {
            continue;
        }
        for one in taken {
            let shared = one.values.iter();
            let mut shared = shared.filter(|(column, _)| reference.columns.contains(column));
            if let Some((column, _)) =
                shared.find(|(column, value)| !old(column).is_same(value.as_ref()))
            {
                return Err(differ(def, *column, [one.source(), (relation, reference)]));
            }
        }
    }
    Ok(())
}

type RelationSource = (&'static RelationDef, &'static ReferenceDef);

impl Taken {
    fn source(&self) -> RelationSource {
        (self.relation, self.reference)
    }
}

#[cold]
fn differ(def: &'static ModelDef, column: usize, sources: [RelationSource; 2]) -> Error {
    let name = def.names[column];
    let [one, other] = sources.map(|(relation, reference)| {
        let target = (relation.target)();
        let columns = reference.columns.iter().zip(reference.target_columns);
        let position = columns.filter(|(own, _)| **own == column).map(|(_, p)| *p);
        let names = position.map(|position| target.fields[position]);
        let source = format!("{}.{}", target.name, names.collect::<String>());
        (format!("{}.{}", relation.model, relation.name), source)
    });
    let message = format!(
        "`{}` and `{}` share the column `{name}`, but reference different values of it: those of `{}` and `{}`",
        one.0, other.0, one.1, other.1
    );
    Error::with_message(ErrorKind::Usage, message)
        .with_table(def.table)
        .with_column(name)
        .with_hint("assign both relations, to entities that have the same value in this column")
}
