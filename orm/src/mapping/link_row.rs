//! [`LinkRow`]: the rows of a generated link table, as a model without a struct of the user's: both foreign keys as values,
//! and the relations that they are of.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::value::{ConversionError, Value, ValueRef};

use super::column_set::ColumnSet;
use super::def::ModelDef;
use super::key::{KeyPart, PrimaryKey};
use super::link_table::LinkTable;
use super::model::{Entity, Model, NewEntity};
use super::relation::{AnyRelation, BelongsTo, relinked};
use super::slot::ModelSlot;

/// Represents a row of a generated link table.
#[doc(hidden)]
pub struct LinkRow<L: LinkTable> {
    key: LinkKey,
    owner: BelongsTo<L::Owner>,
    target: BelongsTo<L::Target>,
}

/// Holds the values of both foreign keys; NULL until they are known.
#[doc(hidden)]
#[derive(Clone, Debug)]
pub struct LinkKey(Box<[Value]>);

/// The table, as the constants of models are.
#[doc(hidden)]
pub struct LinkEntity<L> {
    alias: Option<&'static str>,
    marker: PhantomData<fn() -> L>,
}

impl PartialEq for LinkKey {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        pairs.all(|(a, b)| a.as_ref().is_same(b.as_ref()))
    }
}

impl Eq for LinkKey {}

impl Hash for LinkKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in &self.0 {
            value.as_ref().hash_same(state);
        }
    }
}

impl PrimaryKey for LinkKey {
    // No table references link rows.
    const PARTS: &'static [KeyPart] = &[];

    fn with_parts<T>(&self, run: impl FnOnce(&[ValueRef<'_>]) -> T) -> T {
        let parts: Vec<ValueRef<'_>> = self.0.iter().map(Value::as_ref).collect();
        run(&parts)
    }
}

/// How the columns are read.
fn parts<L: LinkTable>() -> impl Iterator<Item = &'static KeyPart> {
    let owner = <<L::Owner as Model>::Key as PrimaryKey>::PARTS;
    let target = <<L::Target as Model>::Key as PrimaryKey>::PARTS;
    owner.iter().chain(target)
}

#[diagnostic::do_not_recommend]
impl<L: LinkTable> Model for LinkRow<L> {
    type Entity = LinkEntity<L>;
    type Key = LinkKey;
    const HAS_RELATIONS: bool = true;

    fn def() -> &'static ModelDef {
        L::def()
    }

    fn slot() -> &'static ModelSlot {
        &L::def().slot
    }

    fn decode_key(row: &dyn Row, start: usize) -> Result<LinkKey> {
        let parts = parts::<L>().enumerate();
        let values =
            parts.map(|(position, part)| (part.read)(row, start + position, L::def(), position));
        values.collect::<Result<_>>().map(LinkKey)
    }

    fn decode_rest(
        _row: &dyn Row,
        _start: usize,
        key: LinkKey,
        place: &mut Option<Self>,
    ) -> Result<()> {
        let relations = L::def().relations;
        *place = Some(Self {
            key,
            owner: BelongsTo::unloaded(&relations[0]),
            target: BelongsTo::unloaded(&relations[1]),
        });
        Ok(())
    }

    fn key(&self) -> LinkKey {
        self.key.clone()
    }

    fn has_key(&self, key: &LinkKey) -> bool {
        self.key == *key
    }

    fn value(&self, position: usize) -> ValueRef<'_> {
        self.key
            .0
            .get(position)
            .map_or(ValueRef::Null, Value::as_ref)
    }

    fn assign(&mut self, position: usize, value: ValueRef<'_>) -> Result<(), ConversionError> {
        let (part, place) = (parts::<L>().nth(position), self.key.0.get_mut(position));
        let (Some(part), Some(place)) = (part, place) else {
            return Err(ConversionError::Range);
        };
        *place = (part.convert)(value)?;
        Ok(())
    }

    fn snapshot(&self) -> Self {
        Self {
            key: self.key.clone(),
            owner: self.owner.clone(),
            target: self.target.clone(),
        }
    }

    fn snapshot_into(&self, old: &mut Self) {
        old.key.0.clone_from(&self.key.0);
        old.owner = self.owner.clone();
        old.target = self.target.clone();
    }

    fn changes(&self, old: &Self) -> ColumnSet {
        let values = self.key.0.iter().zip(&old.key.0).enumerate();
        let changed = values.filter(|(_, (new, old))| !new.as_ref().is_same(old.as_ref()));
        let mut set: ColumnSet = changed.map(|(position, _)| position).collect();
        let [owner, target] = [0, 1].map(|side| L::def().references[side].columns);
        relinked(self.owner.state(), old.owner.state(), owner, &mut set);
        relinked(self.target.state(), old.target.state(), target, &mut set);
        set
    }

    fn restore(&mut self, other: Self) {
        *self = other;
    }

    fn new_link() -> Result<NewEntity<Self>, &'static [&'static str]> {
        let columns = L::def().columns.len();
        let value = Self {
            key: LinkKey(vec![Value::Null; columns].into()),
            owner: BelongsTo::default(),
            target: BelongsTo::default(),
        };
        let unset = (0..columns).collect();
        Ok(NewEntity { value, unset })
    }

    fn relation(&self, index: usize) -> Option<&dyn AnyRelation> {
        match index {
            0 => Some(&self.owner),
            1 => Some(&self.target),
            _ => None,
        }
    }

    fn relation_mut(&mut self, index: usize) -> Option<&mut dyn AnyRelation> {
        match index {
            0 => Some(&mut self.owner),
            1 => Some(&mut self.target),
            _ => None,
        }
    }
}

impl<L: LinkTable> Entity for LinkEntity<L> {
    type Model = LinkRow<L>;
    const ROOT: Self = Self {
        alias: None,
        marker: PhantomData,
    };

    fn named(self, alias: &'static str) -> Self {
        Self {
            alias: Some(alias),
            ..self
        }
    }

    fn alias_name(&self) -> Option<&'static str> {
        self.alias
    }
}

impl<L> Clone for LinkEntity<L> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<L> Copy for LinkEntity<L> {}

impl<L: LinkTable> fmt::Debug for LinkEntity<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.source())
    }
}

impl<L: LinkTable> fmt::Debug for LinkRow<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple(L::RELATION).field(&self.key).finish()
    }
}
