//! `orm_json_equals` and `orm_json_contains`: documents are compared as PostgreSQL's jsonb compares them. SQLite compares
//! their texts.

use rusqlite::Connection;
use rusqlite::functions::Context;
use rusqlite::types::ValueRef;
use serde_json::{Number, Value as Document};

use super::function::PURE;

/// Registers both.
pub(super) fn register(native: &Connection) -> rusqlite::Result<()> {
    native.create_scalar_function("orm_json_equals", 2, PURE, |context| {
        Ok(documents(context).map(|[left, right]| equals(&left, &right)))
    })?;
    native.create_scalar_function("orm_json_contains", 2, PURE, |context| {
        Ok(documents(context).map(|[document, part]| contains(&document, &part)))
    })
}

/// Both arguments; `None` if one is NULL or no document, of which the result is NULL.
fn documents(context: &Context<'_>) -> Option<[Document; 2]> {
    let document = |index: usize| match context.get_raw(index) {
        ValueRef::Text(text) => serde_json::from_slice(text).ok(),
        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) | ValueRef::Blob(_) => None,
    };
    Some([document(0)?, document(1)?])
}

/// Whether both are the same document: the order of keys and the spelling of numbers do not matter.
fn equals(left: &Document, right: &Document) -> bool {
    match (left, right) {
        (Document::Number(left), Document::Number(right)) => same_number(left, right),
        (Document::Array(left), Document::Array(right)) => {
            let mut pairs = left.iter().zip(right);
            left.len() == right.len() && pairs.all(|(left, right)| equals(left, right))
        }
        (Document::Object(left), Document::Object(right)) => {
            let has = |(key, value): (&String, &Document)| {
                right.get(key).is_some_and(|other| equals(value, other))
            };
            left.len() == right.len() && left.iter().all(has)
        }
        (left, right) => left == right,
    }
}

/// Whether a document has all of another one. An array at the top also has a scalar that is one of its elements
/// (PostgreSQL's manual, "jsonb Containment and Existence").
fn contains(document: &Document, part: &Document) -> bool {
    match (document, part) {
        (Document::Array(_), Document::Array(_) | Document::Object(_)) => has(document, part),
        (Document::Array(items), scalar) => items.iter().any(|item| equals(item, scalar)),
        (document, part) => has(document, part),
    }
}

fn has(document: &Document, part: &Document) -> bool {
    match (document, part) {
        (Document::Array(items), Document::Array(parts)) => {
            let mut parts = parts.iter();
            parts.all(|part| items.iter().any(|item| has(item, part)))
        }
        (Document::Object(entries), Document::Object(parts)) => {
            let mut parts = parts.iter();
            parts.all(|(key, part)| entries.get(key).is_some_and(|value| has(value, part)))
        }
        (document, part) => equals(document, part),
    }
}

fn same_number(left: &Number, right: &Number) -> bool {
    match (whole(left), whole(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left.as_f64() == right.as_f64(),
    }
}

/// The number, if it has no fraction.
#[expect(
    clippy::cast_possible_truncation,
    reason = "guarded: whole and below 2^127"
)]
fn whole(number: &Number) -> Option<i128> {
    let integer = number.as_i64().map(i128::from);
    let integer = integer.or_else(|| number.as_u64().map(i128::from));
    integer.or_else(|| {
        let float = number.as_f64()?;
        (float.fract() == 0.0 && float.abs() < 1e38).then_some(float as i128)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn numbers_are_compared_by_value() {
        assert!(equals(
            &json!({"a": 1, "b": [2.0]}),
            &json!({"b": [2], "a": 1.0})
        ));
        assert!(!equals(
            &json!(9_007_199_254_740_993_i64),
            &json!(9_007_199_254_740_992.0)
        ));
        assert!(!equals(&json!(1), &json!("1")));
        assert!(!equals(&json!(1), &json!(true)));
        assert!(!equals(&json!([1]), &json!([1, 2])));
    }

    #[test]
    fn containment_is_that_of_postgresql() {
        let yes = [
            (json!({"a": 1, "b": 2}), json!({"a": 1})),
            (json!([1, 2, 3]), json!([3, 1, 1])),
            (json!([1, "x"]), json!("x")),
            (json!([{"a": 1, "b": 2}]), json!([{"a": 1}])),
            (json!({"a": []}), json!({})),
        ];
        let no = [
            (json!([1, [2]]), json!([2])),
            (json!({"a": [1]}), json!({"a": 1})),
            (json!([{"a": 1}]), json!({"a": 1})),
            (json!(1), json!([1])),
            (json!({}), json!([])),
        ];
        for (document, part) in yes {
            assert!(contains(&document, &part), "{document} {part}");
        }
        for (document, part) in no {
            assert!(!contains(&document, &part), "{document} {part}");
        }
    }
}
