//! The binary form of arrays and batches, for `row.rs` and `bind.rs`.

use std::cell::OnceCell;

use bytes::{BufMut as _, BytesMut};
use orm_core::value::{Value, ValueRef};
use postgres::types::Type as Native;

use super::failure::Fault;
use super::scalar::{date, document, moment, without_nul, write_scalar};
use super::undecodable::Undecodable;
use super::wire::{Wire, decode, element};
use crate::arrays::{dimensions, each_element};
use crate::types;

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

/// The elements of an array: the number of dimensions, whether there are NULLs, the type of the elements, then for each dimension
/// its length and its first index, and each element behind its length.
fn items(ty: &Native, mut raw: &[u8]) -> Result<Vec<Value>, Undecodable> {
    let raw = &mut raw;
    let [dimensions, _nulls, _element] = [number(raw)?, number(raw)?, number(raw)?];
    // The server has at most six.
    let dimensions = usize::try_from(dimensions).map_err(|_| Undecodable::Malformed)?;
    if dimensions > 6 {
        return Err(Undecodable::Malformed);
    }
    if dimensions == 0 {
        return Ok(Vec::new());
    }
    let mut lengths = Vec::with_capacity(dimensions);
    for _ in 0..dimensions {
        let [length, _first] = [number(raw)?, number(raw)?];
        lengths.push(usize::try_from(length).map_err(|_| Undecodable::Malformed)?);
    }
    let count = lengths
        .iter()
        .try_fold(1_usize, |count, length| count.checked_mul(*length));
    // Each element has four bytes at least.
    if count.is_none_or(|count| count > raw.len() / 4) {
        return Err(Undecodable::Malformed);
    }
    let wire = element(ty).map_or(Wire::Other, Wire::of);
    level(wire, &lengths, raw)
}

/// The elements of an array of these lengths: of more than one, arrays.
fn level(wire: Wire, lengths: &[usize], raw: &mut &[u8]) -> Result<Vec<Value>, Undecodable> {
    let Some((length, inner)) = lengths.split_first() else {
        return Ok(Vec::new());
    };
    let mut items = Vec::with_capacity(*length);
    for _ in 0..*length {
        items.push(if inner.is_empty() {
            item(wire, raw)?
        } else {
            Value::Array(level(wire, inner, raw)?)
        });
    }
    Ok(items)
}

fn item(wire: Wire, raw: &mut &[u8]) -> Result<Value, Undecodable> {
    let length = number(raw)?;
    if length < 0 {
        return Ok(Value::Null);
    }
    let length = usize::try_from(length).map_err(|_| Undecodable::Malformed)?;
    let (item, rest) = raw.split_at_checked(length).ok_or(Undecodable::Malformed)?;
    *raw = rest;
    Ok(decode(wire, item)?.to_value())
}

fn number(raw: &mut &[u8]) -> Result<i32, Undecodable> {
    let (number, rest) = raw.split_first_chunk().ok_or(Undecodable::Malformed)?;
    *raw = rest;
    Ok(i32::from_be_bytes(*number))
}

/// The binary form of an array. Arrays in it are its further dimensions.
pub(super) fn write(items: &[Value], ty: &Native, out: &mut BytesMut) -> Result<(), Fault> {
    let element = element(ty).ok_or(Fault::Mismatch)?;
    let wire = Wire::of(element);
    let lengths = dimensions(items).ok_or(Fault::Ragged)?;
    let mut has_nulls = false;
    each_element(items, &mut |item| {
        has_nulls |= item.is_null();
        Ok::<_, Fault>(())
    })?;
    write_head(&lengths, has_nulls, element, out)?;
    each_element(items, &mut |item| write_sized(item.as_ref(), wire, out))
}

/// The binary form of a batch, an array of one dimension: its head, then each element behind its length.
pub(super) fn write_batch<'a>(
    items: impl Iterator<Item = ValueRef<'a>> + Clone,
    count: usize,
    ty: &Native,
    out: &mut BytesMut,
) -> Result<(), Fault> {
    let element = element(ty).ok_or(Fault::Mismatch)?;
    let wire = Wire::of(element);
    let has_nulls = items.clone().any(ValueRef::is_null);
    let length = [count];
    let lengths = if count > 0 { &length[..] } else { &[] };
    write_head(lengths, has_nulls, element, out)?;
    for item in items {
        write_sized(item, wire, out)?;
    }
    Ok(())
}

/// What stands before the elements. An array without elements has no dimensions.
fn write_head(
    lengths: &[usize],
    has_nulls: bool,
    element: &Native,
    out: &mut BytesMut,
) -> Result<(), Fault> {
    let number = |number: usize| i32::try_from(number).map_err(|_| Fault::Range);
    out.put_i32(number(lengths.len())?);
    out.put_i32(has_nulls.into());
    out.put_u32(element.oid());
    for length in lengths {
        out.put_i32(number(*length)?);
        out.put_i32(1);
    }
    Ok(())
}

/// An element behind its length.
fn write_sized(item: ValueRef<'_>, wire: Wire, out: &mut BytesMut) -> Result<(), Fault> {
    if item.is_null() {
        out.put_i32(-1);
        return Ok(());
    }
    let start = out.len();
    out.put_i32(0);
    write_item(item, wire, out).map_err(of_element)?;
    let length = i32::try_from(out.len() - start - 4).map_err(|_| Fault::Range)?;
    out[start..start + 4].copy_from_slice(&length.to_be_bytes());
    Ok(())
}

fn write_item(item: ValueRef<'_>, wire: Wire, out: &mut BytesMut) -> Result<(), Fault> {
    let encoded = match item {
        ValueRef::Extension(value) if wire == Wire::Text => Some(value.encode(types::NAME)),
        item => return write_scalar(item, wire, out),
    };
    let item = encoded.as_ref().map_or(item, Value::as_ref);
    let ValueRef::Array(items) = item else {
        return write_scalar(item, wire, out);
    };
    // An array of one of many rows, which the statement casts to the type of the column.
    check(items)?;
    let text = types::text(item).ok_or(Fault::Mismatch)?;
    out.put_slice(without_nul(&text)?.as_bytes());
    Ok(())
}

fn of_element(fault: Fault) -> Fault {
    if fault == Fault::Mismatch {
        Fault::Elements
    } else {
        fault
    }
}

/// Refuses what the server would refuse of an array that it gets as text, which would abort the transaction.
pub(super) fn check(items: &[Value]) -> Result<(), Fault> {
    if dimensions(items).is_none() {
        return Err(Fault::Ragged);
    }
    each_element(items, &mut |item| {
        if let Value::Json(text) = item {
            document(text)?;
        } else if let Value::Date(days) = item {
            date(*days)?;
        } else if let Value::DateTime(micros) | Value::Timestamp(micros) = item {
            moment(*micros)?;
        }
        Ok(())
    })
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
        assert_eq!(read(&[7, 0, 23]), malformed);
        assert_eq!(read(&[2, 0, 23, i32::MAX, 1, i32::MAX, 1]), malformed);
        assert_eq!(read(&[2, 0, 23, 2, 1, 1, 1, 4, 7]), malformed);
        let of_points = items(&Native::POINT_ARRAY, &raw(&[1, 0, 600, 1, 1, 4, 7]));
        assert_eq!(of_points, Err(Undecodable::Type));
    }

    #[test]
    fn nested_arrays_are_read_as_they_are_written() {
        let row = |a: Value, b| Value::Array(vec![a, Value::Int(b)]);
        let grid = [
            row(Value::Int(1), 2),
            row(Value::Null, 4),
            row(Value::Int(5), 6),
        ];
        let mut out = BytesMut::new();
        assert_eq!(write(&grid, &Native::INT4_ARRAY, &mut out), Ok(()));
        let head = raw(&[2, 1, 23, 3, 1, 2, 1]);
        assert_eq!(out.get(..head.len()), Some(&*head));
        assert_eq!(items(&Native::INT4_ARRAY, &out), Ok(grid.to_vec()));
        let ragged = [row(Value::Int(1), 2), Value::Array(vec![Value::Int(1)])];
        let mut out = BytesMut::new();
        assert_eq!(
            write(&ragged, &Native::INT4_ARRAY, &mut out),
            Err(Fault::Ragged)
        );
    }
}
