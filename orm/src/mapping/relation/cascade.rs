//! [`ChildRule`]: what happens to the children of an entity that is deleted, by the attributes of the relation and of its
//! foreign key. `flush/cascade.rs` does it.

use std::ptr;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Action;

use crate::mapping::def::{Cascade, ModelDef, ReferenceDef, RelationDef, RelationKind};

/// What happens to the entities that a relation references when its owner is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChildRule {
    /// The database decides.
    Nothing,
    /// The database deletes them.
    Passive,
    /// The session deletes them first.
    Delete,
    /// The session sets their foreign keys to NULL first.
    SetNull,
}

impl RelationDef {
    /// The index of the relation that leads back, if the other model has the foreign key.
    pub(crate) fn inverse(&self) -> Option<usize> {
        match self.kind {
            RelationKind::HasMany { inverse } | RelationKind::HasOne { inverse } => Some(inverse()),
            RelationKind::BelongsTo { .. }
            | RelationKind::ManyToMany { .. }
            | RelationKind::View(_) => None,
        }
    }

    /// The foreign key, if the other model has it.
    fn other_key(&self) -> Option<&'static ReferenceDef> {
        (self.target)().reference_of(self.inverse()?)
    }

    /// What happens to the entities that it references when its owner is deleted. What the database does itself is left to
    /// it.
    pub(crate) fn child_rule(&self) -> ChildRule {
        let Some(key) = self.other_key() else {
            return ChildRule::Nothing;
        };
        match (self.cascade, key.on_delete) {
            (Cascade::Delete | Cascade::None, Action::Cascade) => ChildRule::Passive,
            (Cascade::Delete, _) => ChildRule::Delete,
            (Cascade::None, _) | (Cascade::SetNull, Action::SetNull) => ChildRule::Nothing,
            (Cascade::SetNull, _) => ChildRule::SetNull,
        }
    }

    /// Whether the entities that it references are read before their owner is deleted: the session has something to do with
    /// them, or with entities below them.
    pub(crate) fn is_read_to_delete(&self) -> bool {
        match self.child_rule() {
            ChildRule::Nothing => false,
            ChildRule::Delete | ChildRule::SetNull => true,
            ChildRule::Passive => reaches_work((self.target)()),
        }
    }
}

/// Whether deletes of a model's rows reach children with which the session has something to do, by cascades of the
/// database.
fn reaches_work(model: &'static ModelDef) -> bool {
    let mut seen = vec![model];
    let mut next = 0;
    while let Some(model) = seen.get(next) {
        next += 1;
        for relation in model.relations {
            match relation.child_rule() {
                ChildRule::Nothing => {}
                ChildRule::Delete | ChildRule::SetNull => return true,
                ChildRule::Passive => {
                    let target = (relation.target)();
                    if !seen.iter().any(|known| ptr::eq(*known, target)) {
                        seen.push(target);
                    }
                }
            }
        }
    }
    false
}

/// Checks that a foreign key can be set to NULL where a relation asks for that.
///
/// # Errors
/// `Schema`.
pub(crate) fn check_cascade(relation: &'static RelationDef) -> Result<()> {
    let Some(key) = relation.other_key() else {
        return Ok(());
    };
    if relation.cascade != Cascade::SetNull {
        return Ok(());
    }
    let child = (relation.target)();
    let can_be_null = |column: &usize| child.columns[*column].nullable && !child.is_key(*column);
    if !key.columns.iter().any(can_be_null) {
        return Err(contradiction(relation, key, "can't be NULL"));
    }
    if key.on_delete == Action::Cascade {
        return Err(contradiction(relation, key, "has `on_delete = cascade`"));
    }
    Ok(())
}

#[cold]
fn contradiction(relation: &RelationDef, key: &ReferenceDef, what: &str) -> Error {
    let (RelationDef { model, name, .. }, child) = (relation, (relation.target)());
    let column = child.fields[key.columns[0]];
    let message = format!(
        "`{model}.{name}` has `cascade = set_null`, but the foreign key `{}.{column}` {what}",
        child.name
    );
    Error::with_message(ErrorKind::Schema, message)
        .with_table(child.table)
        .with_hint(format!(
            "write `cascade = delete` on `{name}`, or make `{column}` an Option without `on_delete = cascade`"
        ))
}
