//! [`HandleKey`]: a key column of an entity, of which a condition has only the handle; and [`KeySource`], which knows the
//! key.
//!
//! A condition such as `Post.author.eq(user)` holds it in the place of a value, since the key may be known only when the
//! statement runs, after the autoflush before it. `query` replaces it then. No driver gets one.

use std::any::Any;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{Codec, Type, Width};
use orm_core::value::{ConversionError, Value, ValueRef};

use crate::mapping::def::{ModelDef, RelationDef};
use crate::mapping::handle::RawRef;

/// Holds which column of which entity is meant.
#[derive(Clone, Copy)]
pub struct HandleKey {
    /// The relation of the condition, for messages.
    pub(crate) relation: &'static RelationDef,
    /// The model of the entity.
    pub(crate) model: &'static ModelDef,
    pub(crate) handle: RawRef,
    /// The position of the column in that model.
    pub(crate) position: usize,
}

/// Is implemented by what knows the keys of entities: the state of a session, and in its absence [`NoSession`].
pub trait KeySource {
    /// Returns the key that the database has.
    ///
    /// # Errors
    /// - `StaleHandle`: the entity has left the session, or the handle belongs to another one.
    /// - `Usage`: there is no session, or the entity has no row.
    fn key(&self, key: &HandleKey) -> Result<Value>;
}

/// Represents that a statement runs on a connection, which knows no handles.
#[derive(Clone, Copy, Debug)]
pub struct NoSession;

impl HandleKey {
    /// The value that stands for it.
    pub(crate) fn into_value(self) -> Value {
        Value::Extension(Arc::new(self))
    }

    /// The one that a bind stands for.
    pub(crate) fn of(bind: ValueRef<'_>) -> Option<&HandleKey> {
        let ValueRef::Extension(value) = bind else {
            return None;
        };
        let value: &dyn Any = value;
        value.downcast_ref()
    }

    /// Whether a bind stands for one, or for a list of them.
    pub(crate) fn is_in(bind: ValueRef<'_>) -> bool {
        if let ValueRef::Batch(list) = bind {
            return list.iter().next().is_some_and(Self::is_in);
        }
        Self::of(bind).is_some()
    }

    fn parts(&self) -> (usize, RawRef, usize) {
        (self.model.slot.index(), self.handle, self.position)
    }
}

impl PartialEq for HandleKey {
    fn eq(&self, other: &Self) -> bool {
        self.parts() == other.parts()
    }
}

impl fmt::Debug for HandleKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { model, handle, .. } = self;
        let column = model.names[self.position];
        write!(f, "{}({}).{column}", model.name, handle.slot)
    }
}

/// Encodes what decides the text and the comparison of statements: the kind of the key, and a number in its place.
impl Codec for HandleKey {
    const TYPE: Type = Type::Int64;
    const NAME: &'static str = "the key of a handle";

    fn encode(&self, _server: &str) -> Value {
        let mut hasher = DefaultHasher::new();
        self.parts().hash(&mut hasher);
        let number = hasher.finish();
        let count = number.cast_signed();
        match self.model.columns[self.position].ty {
            Type::Unsigned(Width::W64) | Type::Decimal { .. } => Value::Decimal(number.into()),
            Type::Bool
            | Type::Int8
            | Type::Unsigned(_)
            | Type::Int16
            | Type::Int32
            | Type::Int64 => Value::Int(count),
            Type::Float32 | Type::Float64 => Value::Float(f64::from_bits(number)),
            Type::Text | Type::Enum(_) | Type::Json | Type::Extension(_) => {
                Value::Text(number.to_string())
            }
            Type::Bytes => Value::Bytes(number.to_be_bytes().to_vec()),
            Type::Date => Value::Date(i32::try_from(count >> 32).unwrap_or_default()),
            Type::Time => Value::Time(count),
            Type::DateTime => Value::DateTime(count),
            Type::Timestamp => Value::Timestamp(count),
            Type::Interval => Value::Interval(count),
            Type::Uuid => Value::Uuid(u128::from(number).to_be_bytes()),
        }
    }

    fn decode(_value: ValueRef<'_>) -> Result<Self, ConversionError> {
        Err(ConversionError::Kind)
    }
}

impl KeySource for NoSession {
    #[cold]
    fn key(&self, key: &HandleKey) -> Result<Value> {
        let RelationDef { model, name, .. } = key.relation;
        let target = key.model;
        let column = target.fields[key.position];
        let message = format!(
            "a condition on `{model}.{name}` has a handle, whose key is known to its session only"
        );
        Err(Error::with_message(ErrorKind::Usage, message)
            .with_table(target.table)
            .with_hint(format!(
                "run the statement on the session, or compare the key column with session[handle].{column}"
            )))
    }
}
