//! The constants of a model that flattens structs: their columns stand behind its own, in the order of the fields. Called by
//! the derive, at compile time.

use std::convert::identity;
use std::mem::{forget, swap};
use std::slice;

use orm_core::schema::Column;
use orm_core::types::Type;
use orm_core::value::Value;

use crate::mapping::def::{ConstraintDef, EmbeddedDef, ModelDef, ReferenceDef, UpdateDefault};

/// Holds the names of a part's columns or fields, and what is written in front of each.
#[derive(Clone, Copy, Debug)]
pub struct PartNames {
    /// The prefix.
    pub prefix: &'static str,
    /// The names.
    pub names: &'static [&'static str],
}

/// Returns the positions at which the parts begin behind `own` columns, and the number of all columns as the last one.
#[must_use]
pub const fn starts<const N: usize>(own: usize, widths: &[usize]) -> [usize; N] {
    let mut starts = [own; N];
    let mut part = 0;
    while part < widths.len() {
        starts[part + 1] = starts[part] + widths[part];
        part += 1;
    }
    starts
}

/// Returns the number of bytes of [`joined`].
#[must_use]
pub const fn joined_length(parts: &[PartNames]) -> usize {
    let (mut length, mut rest) = (0, parts);
    while let [part, others @ ..] = rest {
        let mut names = part.names;
        while let [name, more @ ..] = names {
            length += part.prefix.len() + name.len();
            names = more;
        }
        rest = others;
    }
    length
}

/// Returns the names of all parts with their prefixes, one after the other.
#[must_use]
pub const fn joined<const LENGTH: usize>(parts: &[PartNames]) -> [u8; LENGTH] {
    let (mut bytes, mut end, mut rest) = ([0; LENGTH], 0, parts);
    while let [part, others @ ..] = rest {
        let mut names = part.names;
        while let [name, more @ ..] = names {
            end = append(&mut bytes, end, part.prefix);
            end = append(&mut bytes, end, name);
            names = more;
        }
        rest = others;
    }
    bytes
}

const fn append(bytes: &mut [u8], mut end: usize, text: &str) -> usize {
    let mut rest = text.as_bytes();
    while let [byte, others @ ..] = rest {
        bytes[end] = *byte;
        end += 1;
        rest = others;
    }
    end
}

/// Returns the own names, and those of the parts, which are cut from `joined`.
#[must_use]
pub const fn names<const N: usize>(
    own: &[&'static str],
    parts: &[PartNames],
    joined: &'static [u8],
) -> [&'static str; N] {
    let (mut all, mut next, mut bytes, mut rest) = ([""; N], 0, joined, parts);
    while next < own.len() {
        all[next] = own[next];
        next += 1;
    }
    while let [part, others @ ..] = rest {
        let mut names = part.names;
        while let [name, more @ ..] = names {
            let (name, after) = bytes.split_at(part.prefix.len() + name.len());
            if let Ok(name) = str::from_utf8(name) {
                all[next] = name;
            }
            (next, bytes, names) = (next + 1, after, more);
        }
        rest = others;
    }
    all
}

/// Returns whether none of the names from `from` to `to` stands before it, in any case of its letters.
#[must_use]
pub const fn has_new_names(all: &[&str], from: usize, to: usize) -> bool {
    let mut name = from;
    while name < to {
        let mut other = 0;
        while other < name {
            if all[name].eq_ignore_ascii_case(all[other]) {
                return false;
            }
            other += 1;
        }
        name += 1;
    }
    true
}

/// Returns columns that the following two functions replace.
#[must_use]
pub const fn blank_columns<const N: usize>() -> [Column; N] {
    [const { Column::from_static("", Type::Bool, false) }; N]
}

/// Puts the model's own columns in the first places.
pub const fn put_columns<const N: usize>(all: &mut [Column], own: [Column; N]) {
    put(all, 0, own);
}

/// Puts the columns of a part, under their names, in the places from `at` on.
pub const fn put_part<const N: usize>(
    all: &mut [Column],
    names: &[&'static str],
    at: usize,
    is_nullable: bool,
    columns: [Column; N],
) {
    put(all, at, columns);
    let mut place = at;
    while place < at + N {
        let mut column = Column::from_static("", Type::Bool, false);
        swap(&mut all[place], &mut column);
        column = column.named(names[place]);
        column.nullable |= is_nullable;
        swap(&mut all[place], &mut column);
        // No destructor may run in a constant.
        forget(column);
        place += 1;
    }
}

const fn put<const N: usize>(all: &mut [Column], at: usize, mut columns: [Column; N]) {
    let mut column = 0;
    while column < N {
        swap(&mut all[at + column], &mut columns[column]);
        column += 1;
    }
    forget(columns);
}

/// Returns the number of elements of a list and of those of the parts.
#[must_use]
pub const fn count_all<T>(own: &[T], parts: &[(&'static [T], usize)]) -> usize {
    let (mut count, mut rest) = (own.len(), parts);
    while let [(part, _), others @ ..] = rest {
        count += part.len();
        rest = others;
    }
    count
}

/// The first argument's elements, then those of the parts, each with its positions shifted.
macro_rules! all_of {
    ($own:ident, $parts:ident, $blank:expr, |$item:ident, $at:ident| $shifted:expr) => {{
        let (mut all, mut next, mut rest) = ([$blank; N], 0, $parts);
        while next < $own.len() {
            all[next] = $own[next];
            next += 1;
        }
        while let [(part, at), others @ ..] = rest {
            let mut items: &[_] = part;
            while let [item, more @ ..] = items {
                let ($item, $at) = (*item, *at);
                all[next] = $shifted;
                (next, items) = (next + 1, more);
            }
            rest = others;
        }
        all
    }};
}

/// Returns constraints, with those of the parts.
#[must_use]
pub const fn constraints<T, const N: usize>(
    own: &[ConstraintDef<T>],
    parts: &[(&'static [ConstraintDef<T>], usize)],
) -> [ConstraintDef<T>; N] {
    let blank = ConstraintDef {
        columns: &[],
        options: identity,
    };
    all_of!(own, parts, blank, |item, at| ConstraintDef {
        columns: shifted(item.columns, at),
        options: item.options,
    })
}

/// Returns the foreign keys of `model`, with those of the parts.
#[must_use]
pub const fn references<const N: usize>(
    model: fn() -> &'static ModelDef,
    own: &[ReferenceDef],
    parts: &[(&'static [ReferenceDef], usize)],
) -> [ReferenceDef; N] {
    let blank = ReferenceDef {
        columns: &[],
        target: model,
        target_columns: &[],
        on_delete: orm_core::schema::Action::NoAction,
        on_update: orm_core::schema::Action::NoAction,
        options: identity,
    };
    all_of!(own, parts, blank, |item, at| ReferenceDef {
        columns: shifted(item.columns, at),
        ..item
    })
}

/// Returns the columns that an UPDATE sets as well, with those of the parts.
#[must_use]
pub const fn update_defaults<const N: usize>(
    own: &[UpdateDefault],
    parts: &[(&'static [UpdateDefault], usize)],
) -> [UpdateDefault; N] {
    let blank = UpdateDefault {
        column: 0,
        value: || Value::Null,
    };
    all_of!(own, parts, blank, |item, at| UpdateDefault {
        column: item.column + at,
        value: item.value,
    })
}

/// The positions of lists of one column: a constant can't allocate one.
const POSITIONS: &[usize; 1024] = &{
    let mut positions = [0; 1024];
    let mut position = 0;
    while position < positions.len() {
        positions[position] = position;
        position += 1;
    }
    positions
};

const fn shifted(columns: &'static [usize], at: usize) -> &'static [usize] {
    match columns {
        [position] => slice::from_ref(&POSITIONS[at + *position]),
        _ => columns,
    }
}

/// Returns whether a part may be an `Option`: an UPDATE sets a default in its columns, and `None` has none.
#[must_use]
pub const fn can_be_none(part: &EmbeddedDef) -> bool {
    part.update_defaults.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTS: &[PartNames] = &[
        PartNames {
            prefix: "home_",
            names: &["city", "zip"],
        },
        PartNames {
            prefix: "",
            names: &["Id"],
        },
    ];

    #[test]
    fn names_are_joined_and_compared() {
        const JOINED: [u8; joined_length(PARTS)] = joined(PARTS);
        const NAMES: [&str; 4] = names(&["id"], PARTS, &JOINED);
        assert_eq!(NAMES, ["id", "home_city", "home_zip", "Id"]);
        assert!(has_new_names(&NAMES, 1, 3) && !has_new_names(&NAMES, 3, 4));
    }

    #[test]
    fn positions_of_parts_are_shifted() {
        const STARTS: [usize; 3] = starts(5, &[2, 4]);
        assert_eq!(STARTS, [5, 7, 11]);
        assert_eq!(shifted(&[1], 5), [6]);
    }
}
