//! [`Refs`]: a list of handles, as a relation to many returns it.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::mapping::handle::Ref;

/// Represents a list of handles of model `M`, as it was when it was read. A copy is cheap, and does not see later
/// changes.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// # let (engine, _sent) = database()?;
/// # let mut session = Session::new(&engine);
/// let ada = session.get(User, 1)?.expect("the row is there");
/// let posts = session.load(ada, User.posts)?;
/// assert_eq!(posts.len(), 1);
/// for post in posts {
///     session[post].title.push('!');
/// }
/// # Ok::<(), orm::Error>(())
/// ```
pub struct Refs<M>(pub(super) Option<Arc<Vec<Ref<M>>>>);

/// Iterates over the handles of a [`Refs`].
#[derive(Debug)]
pub struct RefsIter<M> {
    list: Refs<M>,
    next: usize,
}

impl<M> FromIterator<Ref<M>> for Refs<M> {
    fn from_iter<I: IntoIterator<Item = Ref<M>>>(handles: I) -> Self {
        let handles: Vec<Ref<M>> = handles.into_iter().collect();
        Self((!handles.is_empty()).then(|| Arc::new(handles)))
    }
}

impl<M> Deref for Refs<M> {
    type Target = [Ref<M>];

    fn deref(&self) -> &[Ref<M>] {
        self.0.as_deref().map_or(&[], |list| list)
    }
}

impl<M> Iterator for RefsIter<M> {
    type Item = Ref<M>;

    fn next(&mut self) -> Option<Ref<M>> {
        let next = self.list.get(self.next).copied()?;
        self.next += 1;
        Some(next)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.list.len() - self.next;
        (left, Some(left))
    }
}

impl<M> ExactSizeIterator for RefsIter<M> {}

impl<M> IntoIterator for Refs<M> {
    type Item = Ref<M>;
    type IntoIter = RefsIter<M>;

    fn into_iter(self) -> RefsIter<M> {
        RefsIter {
            list: self,
            next: 0,
        }
    }
}

impl<'r, M> IntoIterator for &'r Refs<M> {
    type Item = &'r Ref<M>;
    type IntoIter = std::slice::Iter<'r, Ref<M>>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl<M> Clone for Refs<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M> AsRef<[Ref<M>]> for Refs<M> {
    fn as_ref(&self) -> &[Ref<M>] {
        self
    }
}

impl<M, T: AsRef<[Ref<M>]> + ?Sized> PartialEq<T> for Refs<M> {
    fn eq(&self, other: &T) -> bool {
        **self == *other.as_ref()
    }
}

impl<M> Eq for Refs<M> {}

impl<M> fmt::Debug for Refs<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
