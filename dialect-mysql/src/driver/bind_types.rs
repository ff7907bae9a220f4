//! The parameter types of MySQL's prepared statements, which their first binds determine.
//!
//! `connection.rs` checks before each execution. MySQL (its manual, "PREPARE Statement") gives a `?` that stands
//! alone, as in `SELECT ?`, the type of the first value, and converts later values to it: text after a number is 0. Such a
//! statement is prepared again. MariaDB takes the type of each value.

use std::collections::HashMap;

use mysql::{Params, Value};

/// How many statements are remembered. The native driver doesn't report which ones it has closed.
const MOST: usize = 4096;

/// The types that the protocol distinguishes. NULL has no type: the first value after it gives one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BindType {
    Unknown,
    Integer,
    Float,
    Text,
    Moment,
    Time,
}

impl BindType {
    fn of(value: &Value) -> Self {
        match value {
            Value::NULL => Self::Unknown,
            Value::Bytes(_) => Self::Text,
            Value::Int(_) | Value::UInt(_) => Self::Integer,
            Value::Float(_) | Value::Double(_) => Self::Float,
            Value::Date(..) => Self::Moment,
            Value::Time(..) => Self::Time,
        }
    }

    fn takes(&mut self, bind: Self) -> bool {
        if *self == Self::Unknown {
            *self = bind;
        }
        bind == Self::Unknown || bind == *self
    }
}

/// The types of one connection's statements, by their numbers, which only grow.
#[derive(Debug, Default)]
pub(super) struct BindTypes {
    known: HashMap<u32, Box<[BindType]>>,
    newest: u32,
}

impl BindTypes {
    /// Whether a statement can run with these binds as it is. A new one can with any, and takes their types.
    pub(super) fn fit(&mut self, statement: u32, binds: &Params) -> bool {
        let Params::Positional(binds) = binds else {
            return true;
        };
        if let Some(known) = self.known.get_mut(&statement) {
            let mut pairs = known.iter_mut().zip(binds);
            return pairs.all(|(known, bind)| known.takes(BindType::of(bind)));
        }
        // An older one was known once, and its types are forgotten.
        let is_new = statement > self.newest;
        if is_new {
            self.keep(statement, binds);
        }
        is_new
    }

    fn keep(&mut self, statement: u32, binds: &[Value]) {
        if self.known.len() >= MOST {
            self.known.clear();
        }
        self.newest = statement;
        let types = binds.iter().map(BindType::of).collect();
        self.known.insert(statement, types);
    }

    /// After the statement was closed.
    pub(super) fn forget(&mut self, statement: u32) {
        self.known.remove(&statement);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binds(values: &[Value]) -> Params {
        Params::Positional(values.to_vec())
    }

    #[test]
    fn the_first_binds_give_the_types() {
        let mut types = BindTypes::default();
        assert!(types.fit(1, &binds(&[Value::Int(1), Value::NULL])));
        assert!(types.fit(1, &binds(&[Value::Int(2), Value::NULL])));
        assert!(types.fit(
            1,
            &binds(&[Value::NULL, Value::Date(2026, 1, 1, 0, 0, 0, 0)])
        ));
        assert!(types.fit(1, &binds(&[Value::NULL, Value::NULL])));
        assert!(!types.fit(1, &binds(&[Value::Double(0.5), Value::NULL])));
        assert!(!types.fit(1, &binds(&[Value::Int(1), Value::Bytes(vec![])])));
        assert!(types.fit(2, &binds(&[])));
    }

    #[test]
    fn what_was_forgotten_is_not_taken_for_new() {
        let mut types = BindTypes::default();
        for statement in 1..=4097 {
            assert!(types.fit(statement, &binds(&[Value::Int(1)])));
        }
        assert!(!types.fit(1, &binds(&[Value::Int(1)])));
        assert!(types.fit(4097, &binds(&[Value::Int(1)])));
        assert!(types.known.len() < 10);
    }
}
