//! [`Invalid`]: what a validator adds the fields to that it refuses.

use std::borrow::Cow;
use std::marker::PhantomData;

use orm_core::error::{InvalidField, InvalidFields};
use orm_core::value::ValueRef;

use crate::mapping::{Column, Model, key_text};

/// Takes the fields of an entity of model `M` that [`Hooks::validate`](super::Hooks::validate) refuses.
#[derive(Debug)]
pub struct Invalid<'i, M> {
    fields: &'i mut InvalidFields,
    key: Option<String>,
    marker: PhantomData<fn() -> M>,
}

impl<'i, M: Model> Invalid<'i, M> {
    /// What `entity` adds to.
    pub(super) fn of(entity: &M, fields: &'i mut InvalidFields) -> Self {
        Self {
            fields,
            key: known_key(entity),
            marker: PhantomData,
        }
    }

    /// Refuses the field of a column. The message says what is wrong, and contains no confidential value.
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # struct User { #[orm(primary_key)] id: i64, name: String, age: i32 }
    /// impl Hooks for User {
    ///     fn validate(&self, invalid: &mut Invalid<'_, Self>) {
    ///         if self.name.trim().is_empty() {
    ///             invalid.add(User.name, "is empty");
    ///         }
    ///         invalid.check(User.age, self.age >= 18, "is less than 18");
    ///     }
    /// }
    /// ```
    pub fn add<T>(&mut self, column: Column<M, T>, message: impl Into<Cow<'static, str>>) {
        let field = M::def().fields[column.position()];
        self.push(Some(field), message.into());
    }

    /// Refuses the field of a column unless `holds`.
    pub fn check<T>(
        &mut self,
        column: Column<M, T>,
        holds: bool,
        message: impl Into<Cow<'static, str>>,
    ) {
        if !holds {
            self.add(column, message);
        }
    }

    /// Refuses the entity as a whole, for a rule about several of its fields.
    pub fn entity(&mut self, message: impl Into<Cow<'static, str>>) {
        self.push(None, message.into());
    }

    fn push(&mut self, field: Option<&'static str>, message: Cow<'static, str>) {
        let (model, key) = (M::def().name, self.key.clone());
        self.fields
            .add(InvalidField::new(model, key, field, message));
    }
}

/// The key of an entity as text, unless the database is to generate it.
fn known_key<M: Model>(entity: &M) -> Option<String> {
    let def = M::def();
    let awaits = |position: usize| entity.value(position) == ValueRef::Int(0);
    if def.generated.is_some_and(awaits) {
        return None;
    }
    let key = def.primary_key.iter();
    Some(key_text(key.map(|position| entity.value(*position))))
}
