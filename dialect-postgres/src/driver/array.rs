//! Reads the binary form of an array, for `row.rs`. `bind.rs` writes it.

use std::cell::OnceCell;

use orm_core::value::{Value, ValueRef};
use postgres::types::Type as Native;

use super::bind::element;
use super::row::{Wire, decode};
use super::undecodable::Undecodable;

/// The arrays of a row that were read, by the index of their column: a value borrows from here.
#[derive(Default)]
pub(super) struct Arrays(OnceCell<Box<[OnceCell<Vec<Value>>]>>);

impl Arrays {
    /// The array of the column `index`, of `columns`.
    pub(super) fn read(
        &self,
        (index, columns): (usize, usize),
        (ty, raw): (&Native, &[u8]),
    ) -> Result<ValueRef<'_>, Undecodable> {
        let places = self
            .0
            .get_or_init(|| (0..columns).map(|_| OnceCell::new()).collect());
        let place = places.get(index).ok_or(Undecodable::Malformed)?;
        if let Some(known) = place.get() {
            return Ok(ValueRef::Array(known));
        }
        let read = items(ty, raw)?;
        Ok(ValueRef::Array(place.get_or_init(|| read)))
    }
}

/// The elements of an array of one dimension: the number of dimensions, whether there are NULLs, the type of the elements,
/// then the number of elements and the first index, and each element behind its length.
fn items(ty: &Native, mut raw: &[u8]) -> Result<Vec<Value>, Undecodable> {
    let raw = &mut raw;
    let [dimensions, _nulls, _element] = [number(raw)?, number(raw)?, number(raw)?];
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    if dimensions != 1 {
        return Err(Undecodable::Type);
    }
    let wire = element(ty).map_or(Wire::Other, Wire::of);
    let [count, _first] = [number(raw)?, number(raw)?];
    // Each element has four bytes at least.
    let count = usize::try_from(count).map_err(|_| Undecodable::Malformed)?;
    if count > raw.len() / 4 {
        return Err(Undecodable::Malformed);
    }
    let mut items = Vec::with_capacity(count);
    for _ in 0..count {
        let length = number(raw)?;
        if length < 0 {
            items.push(Value::Null);
            continue;
        }
        let length = usize::try_from(length).map_err(|_| Undecodable::Malformed)?;
        let (item, rest) = raw.split_at_checked(length).ok_or(Undecodable::Malformed)?;
        items.push(decode(wire, item)?.to_value());
        *raw = rest;
    }
    Ok(items)
}

fn number(raw: &mut &[u8]) -> Result<i32, Undecodable> {
    let (number, rest) = raw.split_first_chunk().ok_or(Undecodable::Malformed)?;
    *raw = rest;
    Ok(i32::from_be_bytes(*number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(words: &[i32]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }

    #[test]
    fn elements_are_read() {
        let read = |words: &[i32]| items(&Native::INT4_ARRAY, &raw(words));
        assert_eq!(read(&[0, 0, 23]), Ok(vec![]));
        let two = [1, 1, 23, 2, 1, 4, 7, -1];
        assert_eq!(read(&two), Ok(vec![Value::Int(7), Value::Null]));
    }

    #[test]
    fn nothing_is_guessed() {
        let read = |words: &[i32]| items(&Native::INT4_ARRAY, &raw(words));
        let malformed = Err(Undecodable::Malformed);
        assert_eq!(read(&[]), malformed);
        assert_eq!(read(&[1, 0, 23, i32::MAX, 1]), malformed);
        assert_eq!(read(&[1, 0, 23, -1, 1]), malformed);
        assert_eq!(read(&[1, 0, 23, 1, 1, 8, 7]), malformed);
        assert_eq!(read(&[2, 0, 23, 1, 1, 1, 1, 4, 7]), Err(Undecodable::Type));
        let of_intervals = items(&Native::INTERVAL_ARRAY, &raw(&[1, 0, 1186, 1, 1, 4, 7]));
        assert_eq!(of_intervals, Err(Undecodable::Type));
    }
}
