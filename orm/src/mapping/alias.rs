//! Names of aliases that are made at run time: each is kept once for the life of the process, so that the columns of
//! an alias are as small and as easily copied as those of a table. Used by [`Entity::alias`](super::Entity::alias).

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

static KEPT: Mutex<Option<HashSet<&'static str>>> = Mutex::new(None);

/// The name, kept if it is an owned one.
pub(crate) fn interned(name: Cow<'static, str>) -> &'static str {
    let name = match name {
        Cow::Borrowed(name) => return name,
        Cow::Owned(name) => name,
    };
    // What is added to a set can't be left half done.
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = kept.get_or_insert_default();
    if let Some(known) = kept.get(name.as_str()) {
        return known;
    }
    let name: &'static str = name.leak();
    kept.insert(name);
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_are_kept_once() {
        let first = interned(Cow::Owned("a name made at run time".to_owned()));
        let second = interned(Cow::Owned("a name made at run time".to_owned()));
        assert!(std::ptr::eq(first, second));
        assert_eq!(interned(Cow::Borrowed("another")), "another");
    }
}
