//! The builders of new entities, which `add` and `append` take.

use orm::Result;
use orm::prelude::*;

use super::guests::Guest;
use super::kinds::{Handle, Kind};
use super::models::{Berth, Crew, Duty, Isle, Knot, Paper, Pass, Sailor, Voyage};
use super::world::Row;
use crate::suite::random::Number;

/// A builder with all but the parents.
macro_rules! fresh {
    (Berth, $row:expr) => {{
        let (deck, number) = Number::of($row.key);
        Berth::builder()
            .deck(deck)
            .number(number)
            .n($row.n)
            .code($row.code)
    }};
    (Knot, $row:expr) => {
        Knot::builder()
            .name(<String as Number>::of($row.key))
            .n($row.n)
            .code($row.code)
    };
    (Paper, $row:expr) => {
        Paper::builder()
            .id(<uuid::Uuid as Number>::of($row.key))
            .n($row.n)
            .code($row.code)
    };
    (Crew, $row:expr) => {
        Crew::builder().n($row.n).code($row.code)
    };
    (Sailor, $row:expr) => {
        Sailor::builder().n($row.n).code($row.code)
    };
    (Duty, $row:expr) => {
        Duty::builder().n($row.n).code($row.code)
    };
    ($model:ident, $row:expr) => {
        $model::builder().id($row.key).n($row.n).code($row.code)
    };
}

macro_rules! with_parent {
    ($session:expr, $model:ident, $row:expr, $field:ident, $parent:expr) => {{
        let mut builder = fresh!($model, $row);
        if let Some(parent) = $parent {
            builder = builder.$field(Kind::at(parent));
        }
        $model::handle($session.add(builder))
    }};
}

/// Adds an entity that references its parents.
pub(super) fn add(
    session: &mut Session,
    kind: usize,
    row: &Row,
    parents: [Option<Handle>; 2],
) -> Handle {
    let [first, second] = parents;
    let required = || Kind::at(first.expect("a required relation has a parent"));
    match kind {
        0 => Crew::handle(session.add(fresh!(Crew, row))),
        1 => {
            let mut builder = fresh!(Sailor, row);
            if let Some(crew) = first {
                builder = builder.crew(Crew::at(crew));
            }
            if let Some(mentor) = second {
                builder = builder.mentor(Sailor::at(mentor));
            }
            Sailor::handle(session.add(builder))
        }
        2 => Duty::handle(session.add(fresh!(Duty, row).sailor(required()))),
        3 => Knot::handle(session.add(fresh!(Knot, row))),
        4 => Paper::handle(session.add(fresh!(Paper, row).sailor(required()))),
        5 => with_parent!(session, Berth, row, crew, first),
        6 => {
            let mut builder = fresh!(Pass, row);
            if let Some(berth) = first {
                builder = builder.berth(Berth::at(berth));
            }
            if let Some(knot) = second {
                builder = builder.knot(Knot::at(knot));
            }
            Pass::handle(session.add(builder))
        }
        7 => with_parent!(session, Voyage, row, crew, first),
        8 => with_parent!(session, Isle, row, part_of, first),
        _ => with_parent!(session, Guest, row, crew, first),
    }
}

/// Adds an entity to the list of a parent. A relation to one has no list.
pub(super) fn append(
    session: &mut Session,
    relation: usize,
    parent: Handle,
    row: &Row,
) -> Result<Handle> {
    macro_rules! append {
        ($parent:ident.$many:ident, $child:ident) => {
            session
                .append($parent::at(parent), $parent.$many, fresh!($child, row))
                .map($child::handle)
        };
    }
    match relation {
        0 => append!(Crew.sailors, Sailor),
        1 => append!(Sailor.pupils, Sailor),
        2 => append!(Sailor.duties, Duty),
        4 => append!(Crew.berths, Berth),
        5 => append!(Berth.passes, Pass),
        6 => append!(Knot.passes, Pass),
        7 => append!(Crew.voyages, Voyage),
        8 => append!(Isle.isles, Isle),
        _ => append!(Crew.guests, Guest),
    }
}
