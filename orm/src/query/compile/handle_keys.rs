//! [`HandleKeys`]: the keys of the handles among the binds of a statement. They are known when it runs, since the
//! autoflush before it may generate them.
//!
//! Used where statements run, for texts with `has_handles`. What knows the keys is not here.

use orm_core::error::Result;
use orm_core::value::{BatchValues, Value, ValueRef};

use crate::mapping::{HandleKey, KeySource};

/// Holds the values of the binds that stand for keys of handles, each with its index among the binds.
#[derive(Debug)]
pub struct HandleKeys(Vec<(usize, Keys)>);

#[derive(Debug)]
enum Keys {
    One(Value),
    /// Of a list that is one bind.
    List(Vec<Value>),
}

impl HandleKeys {
    /// Returns the keys that `source` has.
    ///
    /// # Errors
    /// As [`KeySource::key`].
    #[cold]
    pub fn of(binds: &[ValueRef<'_>], source: &dyn KeySource) -> Result<Self> {
        let mut keys = Vec::new();
        for (index, bind) in binds.iter().enumerate() {
            if let Some(handle) = HandleKey::of(*bind) {
                keys.push((index, Keys::One(source.key(handle)?)));
            } else if let ValueRef::Batch(list) = bind
                && HandleKey::is_in(*bind)
            {
                let handles = list.iter().filter_map(HandleKey::of);
                let list = handles.map(|handle| source.key(handle));
                keys.push((index, Keys::List(list.collect::<Result<_>>()?)));
            }
        }
        Ok(Self(keys))
    }

    /// Puts the keys in the place of their handles.
    pub fn replace<'k>(&'k self, binds: &mut [ValueRef<'k>]) {
        for (index, keys) in &self.0 {
            binds[*index] = match keys {
                Keys::One(key) => key.as_ref(),
                Keys::List(keys) => ValueRef::Batch(BatchValues::Owned(keys)),
            };
        }
    }
}
