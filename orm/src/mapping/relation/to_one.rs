//! [`ToOne`]: what a `BelongsTo` holds, without the type of its target.
//!
//! The flush makes foreign keys of it, `load` fills it.

use std::hash::{Hash, Hasher};

use orm_core::error::{Error, ErrorKind};

use crate::mapping::column_set::ColumnSet;
use crate::mapping::def::RelationDef;
use crate::mapping::handle::RawRef;

/// Represents the state of a relation to at most one entity.
#[derive(Clone, Copy, Debug)]
pub enum ToOne {
    /// Not loaded. A field that no session has seen does not know its relation.
    NotLoaded(Option<&'static RelationDef>),
    /// There is none.
    Null,
    /// The row that it references is hidden by criteria. A flush knows nothing of it.
    Hidden,
    /// The entity of this handle.
    Handle(RawRef),
}

impl ToOne {
    /// The handle, if it is loaded and there is one.
    pub(crate) fn handle(self) -> Option<RawRef> {
        match self {
            Self::Handle(handle) => Some(handle),
            Self::NotLoaded(_) | Self::Null | Self::Hidden => None,
        }
    }

    /// Whether what it references is known.
    pub(crate) fn is_loaded(self) -> bool {
        !matches!(self, Self::NotLoaded(_) | Self::Hidden)
    }
}

impl Default for ToOne {
    fn default() -> Self {
        Self::NotLoaded(None)
    }
}

// Two that are not loaded are equal, whether or not they know their relation.
impl PartialEq for ToOne {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NotLoaded(_), Self::NotLoaded(_))
            | (Self::Null, Self::Null)
            | (Self::Hidden, Self::Hidden) => true,
            (Self::Handle(a), Self::Handle(b)) => a == b,
            _ => false,
        }
    }
}

impl Eq for ToOne {}

impl Hash for ToOne {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        self.handle().hash(state);
    }
}

/// Adds the columns of a foreign key to `set` if the relation references another entity than before. Called by the derive.
#[doc(hidden)]
#[inline]
pub fn relinked(new: ToOne, old: ToOne, columns: &[usize], set: &mut ColumnSet) {
    if new.is_loaded() && new != old {
        for column in columns {
            set.insert(*column);
        }
    }
}

/// The error of reading a relation that is not loaded.
#[cold]
pub(crate) fn not_loaded(relation: Option<&'static RelationDef>) -> Error {
    let Some(relation) = relation else {
        return Error::with_message(
            ErrorKind::NotLoaded,
            "the relation of a value outside a session is not loaded",
        )
        .with_hint("add the value to a session, or read the relation of an entity of one");
    };
    let RelationDef { model, name, .. } = relation;
    let message = format!("the relation `{model}.{name}` is not loaded");
    let hint = format!(
        "call session.load(handle, {model}.{name}) first, or add .with({model}.{name}) to the query"
    );
    Error::with_message(ErrorKind::NotLoaded, message).with_hint(hint)
}

/// The error of reading a relation to one that needs a row, whose row criteria hide.
#[cold]
pub(super) fn hidden(model: &'static str) -> Error {
    let message = format!("the {model} that the relation references is hidden by criteria");
    Error::with_message(ErrorKind::NotFound, message).with_hint(
        "load the relation in session.without_all_criteria(|session| …), or make it a BelongsTo<Option<…>>, which is None",
    )
}

/// The error of reading a list of which a filtered load has selected a part.
#[cold]
pub(super) fn loaded_in_part(relation: Option<&'static RelationDef>) -> Error {
    let Some(RelationDef { model, name, .. }) = relation else {
        return not_loaded(relation);
    };
    let message = format!("the relation `{model}.{name}` is loaded in part, by a filtered load");
    Error::with_message(ErrorKind::NotLoaded, message).with_hint(format!(
        "read what was selected by {name}.part(), or load the whole list: session.load(handle, {model}.{name})"
    ))
}

/// The error of reading the part of a list where no filtered load has selected one.
#[cold]
pub(crate) fn part_not_loaded(relation: Option<&'static RelationDef>) -> Error {
    let (relation, example) = match relation {
        Some(RelationDef { model, name, .. }) => {
            (format!("`{model}.{name}`"), format!("{model}.{name}"))
        }
        None => ("this relation".to_owned(), "User.posts".to_owned()),
    };
    let message = format!("no filtered load has selected a part of {relation}");
    Error::with_message(ErrorKind::NotLoaded, message).with_hint(format!(
        "add .with({example}.filter(…)) to the query, or read the whole list by get()"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relation_field_is_small() {
        assert_eq!(size_of::<ToOne>(), 16);
    }
}
