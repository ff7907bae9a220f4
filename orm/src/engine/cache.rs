//! A cache of an engine: texts of statements, descriptions of tables.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

/// How many entries are kept. A model has as many texts as sets of changed columns, which only a program
/// that goes through them all brings to this number: it then finds some out again.
const MOST: usize = 4096;

type Entries<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// Values by key, for all threads. Those of a running program seldom change: they stay until they are cleared.
#[derive(Debug)]
pub(super) struct Cache<K, V>(RwLock<Entries<K, V>>);

impl<K, V> Default for Cache<K, V> {
    fn default() -> Self {
        Self(RwLock::default())
    }
}

impl<K: Eq + Hash, V: Clone> Cache<K, V> {
    pub(super) fn get<Q: Eq + Hash + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.read().get(key).cloned()
    }

    /// Keeps a value, unless another thread was first, and returns what is kept.
    pub(super) fn keep(&self, key: K, value: V) -> V {
        let mut entries = self.write();
        if entries.len() >= MOST {
            entries.clear();
        }
        entries.entry(key).or_insert(value).clone()
    }

    /// Drops every entry: what they were made from has changed.
    pub(super) fn clear(&self) {
        self.write().clear();
    }

    // A panic while a lock was held can't have left a half-written entry: inserts are whole.
    fn read(&self) -> RwLockReadGuard<'_, Entries<K, V>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Entries<K, V>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
