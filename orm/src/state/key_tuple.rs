//! [`KeyTuple`]: the values of several columns of a row, as a key: primary keys, foreign keys, unique values.
//!
//! Used where rows are matched by their values in the database. The identity map has typed keys.

use std::hash::{Hash, Hasher};

use orm_core::value::{Value, ValueRef};

/// A hash map by keys of rows. The keys are the program's own, and so need no protection against chosen ones.
pub(crate) type KeyMap<K, T> = std::collections::HashMap<K, T, foldhash::fast::RandomState>;

/// A hash map by what the library has numbered itself: slots, or rows by model and slot. No one chooses these, and it costs
/// nothing as long as it is empty.
pub(crate) type RowMap<K, T> = std::collections::HashMap<K, T, foldhash::fast::FixedState>;

/// A set of key tuples.
pub(crate) type KeySet<K> = std::collections::HashSet<K, foldhash::fast::RandomState>;

/// A tuple of values, none of which is NULL. Nearly every key is one value, which needs no allocation.
#[derive(Clone, Debug)]
pub(crate) enum KeyTuple<V> {
    One(V),
    Several(Box<[V]>),
}

/// A key tuple whose texts are equal without regard to case.
#[derive(Clone, Debug)]
pub(crate) struct CaseFolded<V>(pub(crate) KeyTuple<V>);

/// A value, owned or borrowed.
pub(crate) trait AsValue {
    fn as_value(&self) -> ValueRef<'_>;
}

impl AsValue for Value {
    fn as_value(&self) -> ValueRef<'_> {
        self.as_ref()
    }
}

impl AsValue for ValueRef<'_> {
    fn as_value(&self) -> ValueRef<'_> {
        *self
    }
}

impl<V: AsValue> KeyTuple<V> {
    /// The tuple of these values; `None` if one is NULL, which is equal to nothing, or if there are none.
    pub(crate) fn new(mut values: impl Iterator<Item = V>) -> Option<Self> {
        let one = values.next().filter(is_given)?;
        let Some(second) = values.next() else {
            return Some(Self::One(one));
        };
        let all: Box<[V]> = [one, second].into_iter().chain(values).collect();
        all.iter().all(is_given).then_some(Self::Several(all))
    }

    pub(crate) fn values(&self) -> &[V] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }
}

impl<'v> KeyTuple<ValueRef<'v>> {
    /// An owned copy.
    pub(crate) fn to_owned(&self) -> KeyTuple<Value> {
        match self {
            Self::One(value) => KeyTuple::One(value.to_value()),
            Self::Several(values) => {
                KeyTuple::Several(values.iter().map(|value| value.to_value()).collect())
            }
        }
    }

    /// The tuple of owned values, borrowed.
    pub(crate) fn of(values: &'v [Value]) -> Option<Self> {
        Self::new(values.iter().map(Value::as_ref))
    }
}

fn is_given<V: AsValue>(value: &V) -> bool {
    !value.as_value().is_null()
}

impl<V: AsValue> PartialEq for KeyTuple<V> {
    fn eq(&self, other: &Self) -> bool {
        let (own, other) = (self.values(), other.values());
        let mut pairs = own.iter().zip(other);
        own.len() == other.len() && pairs.all(|(a, b)| a.as_value().is_same(b.as_value()))
    }
}

impl<V: AsValue> Eq for KeyTuple<V> {}

impl<V: AsValue> Hash for KeyTuple<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in self.values() {
            value.as_value().hash_same(state);
        }
    }
}

impl<V: AsValue> PartialEq for CaseFolded<V> {
    fn eq(&self, other: &Self) -> bool {
        let (own, other) = (self.0.values(), other.0.values());
        let same = |(a, b): (&V, &V)| match (a.as_value(), b.as_value()) {
            (ValueRef::Text(a), ValueRef::Text(b)) => folded(a).eq(folded(b)),
            (a, b) => a.is_same(b),
        };
        own.len() == other.len() && own.iter().zip(other).all(same)
    }
}

impl<V: AsValue> Eq for CaseFolded<V> {}

impl<V: AsValue> Hash for CaseFolded<V> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for value in self.0.values() {
            if let ValueRef::Text(text) = value.as_value() {
                folded(text).for_each(|c| state.write_u32(c.into()));
            } else {
                value.as_value().hash_same(state);
            }
        }
    }
}

fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tuple(values: &[Value]) -> Option<KeyTuple<ValueRef<'_>>> {
        KeyTuple::of(values)
    }

    #[test]
    fn tuples_are_equal_by_value() {
        let text = |text: &str| Value::Text(text.into());
        let cases = [
            (vec![Value::Int(1)], vec![Value::Int(1)], true),
            (vec![Value::Int(1)], vec![text("1")], false),
            (
                vec![Value::Int(1)],
                vec![Value::Int(1), Value::Int(1)],
                false,
            ),
            (vec![text("a"), text("b")], vec![text("a"), text("b")], true),
            (
                vec![text("ab"), text("c")],
                vec![text("a"), text("bc")],
                false,
            ),
            (vec![text("a")], vec![text("A")], false),
            (vec![Value::Date(3)], vec![Value::Time(3)], false),
            (
                vec![Value::Float(f64::NAN)],
                vec![Value::Float(f64::NAN)],
                true,
            ),
        ];
        for (a, b, equal) in cases {
            let mut known = KeySet::default();
            known.insert(tuple(&a));
            assert_eq!(known.contains(&tuple(&b)), equal, "{a:?} {b:?}");
        }
    }

    #[test]
    fn null_is_equal_to_nothing() {
        assert!(tuple(&[Value::Null]).is_none());
        assert!(tuple(&[Value::Int(1), Value::Null]).is_none());
        assert!(tuple(&[]).is_none());
    }

    #[test]
    fn folded_tuples_ignore_the_case_of_texts() {
        let folded = |text: &str| tuple(&[Value::Text(text.into())]).map(|key| key.to_owned());
        let mut known = KeySet::default();
        known.insert(folded("Straße É").map(CaseFolded));
        assert!(known.contains(&folded("STRAßE é").map(CaseFolded)));
        assert!(!known.contains(&folded("Strasse é").map(CaseFolded)));
    }
}
