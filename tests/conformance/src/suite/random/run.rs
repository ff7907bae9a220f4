//! One sequence of random steps on a session, beside a model in memory that has the expected result.

use orm::prelude::*;

use super::check;
use super::models::{Handle, KINDS, Row};
use super::world::{Known, World};
use crate::database::Db;
use crate::suite::Requires;

/// Numbers of a linear congruential generator: its upper half.
pub(in crate::suite) struct Numbers(u64);

impl Numbers {
    /// The seed is scattered as SplitMix64 does it: sequences of the generator that begin with consecutive numbers depend on
    /// each other, so that a range of seeds would have some pairs of steps far too often and others never.
    pub(in crate::suite) fn new(seed: u64) -> Self {
        let mut state = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        state = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(state ^ (state >> 31))
    }

    pub(in crate::suite) fn below(&mut self, end: usize) -> usize {
        let next = self.0.wrapping_mul(6_364_136_223_846_793_005);
        self.0 = next.wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    pub(in crate::suite) fn small(&mut self, end: usize) -> i64 {
        i64::try_from(self.below(end)).unwrap()
    }
}

/// The steps so far.
#[derive(Default)]
pub(super) struct Trace(Vec<String>);

impl std::fmt::Display for Trace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

pub(super) struct Run<'d> {
    /// Whether foreign keys are checked row by row, not at the end of a statement.
    pub(super) checks_by_row: bool,
    pub(super) kinds: usize,
    pub(super) numbers: Numbers,
    pub(super) world: World,
    pub(super) handles: Vec<Handle>,
    /// The world as it was before the open transaction.
    pub(super) base: World,
    /// Another writer, which also looks at what is stored.
    pub(super) other: Option<&'d mut Connection>,
    pub(super) optimistic: bool,
    pub(super) trace: Trace,
}

impl<'d> Run<'d> {
    pub(super) fn new(db: &Db, other: &'d mut Connection, seed: u64) -> Self {
        let mut numbers = Numbers::new(seed);
        let optimistic = numbers.below(6) != 0;
        Self {
            checks_by_row: !db.has(Requires::ChecksAfterStatement),
            kinds: KINDS.len() - usize::from(!db.has(Requires::SetDefault)),
            numbers,
            world: World::default(),
            handles: Vec::new(),
            base: World::default(),
            other: Some(other),
            optimistic,
            trace: Trace::default(),
        }
    }

    pub(super) fn go(&mut self, db: &Db) {
        let mut session = db.session().optimistic(self.optimistic);
        for _ in 0..40 {
            self.step(&mut session, 0);
        }
    }

    pub(super) fn note(&mut self, what: impl std::fmt::Debug) {
        self.trace.0.push(format!("{what:?}"));
    }

    pub(super) fn step(&mut self, session: &mut Session, depth: usize) {
        if !session.in_transaction() {
            self.base = self.world.clone();
        }
        match self.numbers.below(30) {
            0..=4 => self.add(session),
            5..=9 => self.edit(session),
            10 | 11 => self.delete(session),
            12 => self.add_again(session),
            13 => self.expunge(session),
            14 => {
                self.flush(session);
            }
            15 | 16 => self.read(session),
            17 | 18 => self.get(session),
            19 => self.refresh(session),
            20 => {
                self.note("expire_all");
                session.expire_all();
            }
            21 => self.bulk(session),
            22 => self.raw(session),
            23 | 24 => self.outside(session),
            25 | 26 if depth < 3 => self.savepoint(session, depth),
            _ if depth == 0 => self.end(session),
            _ => {}
        }
        check::all(self, session);
    }

    pub(super) fn pick(&mut self, wanted: impl Fn(&Known) -> bool) -> Option<usize> {
        let all = self.world.entities.iter().enumerate();
        let all: Vec<usize> = all
            .filter(|(_, known)| known.as_ref().is_some_and(&wanted))
            .map(|(index, _)| index)
            .collect();
        (!all.is_empty()).then(|| all[self.numbers.below(all.len())])
    }

    /// Values for a row of that model. A parent of the same model has a lower key, so that there are no circles.
    pub(super) fn values(&mut self, kind: usize, key: i64) -> Row {
        let parents: Vec<i64> = self
            .world
            .rows
            .keys()
            .filter(|(of, parent)| *of == KINDS[kind].parent && (*of != kind || *parent < key))
            .map(|(_, parent)| *parent)
            .collect();
        let parent = match self.numbers.below(20) {
            0 if kind != 5 && kind != 0 => Some(999),
            1..=11 if !parents.is_empty() => Some(parents[self.numbers.below(parents.len())]),
            _ => None,
        };
        let code = (self.numbers.below(3) == 0).then(|| self.numbers.small(12));
        Row {
            key,
            parent,
            code,
            n: self.numbers.small(5),
            version: 0,
        }
    }

    pub(super) fn new_row(&mut self) -> (usize, Row) {
        let kind = self.numbers.below(self.kinds);
        let key = if KINDS[kind].generated {
            0
        } else {
            1 + self.numbers.small(14)
        };
        (kind, self.values(kind, key))
    }
}
