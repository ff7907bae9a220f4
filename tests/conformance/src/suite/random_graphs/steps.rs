//! The steps of a sequence, as data, and their choice by a seed.
//!
//! An entity is named by the number of its birth, so that a step means the same when others are left out.

use super::kinds::{ISLE, KINDS, KNOT, LINKS, RELATIONS, VOYAGE};
use super::world::No;
use crate::suite::random::{Contents, Numbers};

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    Add(New),
    SetN(No, i64),
    SetCode(No, Option<i64>),
    /// Changes the key of a knot.
    Rename(No, i64),
    /// Assigns to the relation of that slot.
    Assign(No, usize, Option<No>),
    /// Assigns to its foreign key.
    AssignKey(No, usize, Option<No>),
    Link(Linking),
    Unlink(Linking),
    LinkRow(Linking),
    UnlinkRow(Linking),
    Delete(No),
    AddAgain(No),
    /// Loads a list: of that relation, of that owner, after a flush or before it.
    Load(usize, No, bool),
    LoadParent(No, usize, bool),
    /// Loads a list many to many: of the right side if the last is true.
    LoadLinks(usize, No, bool),
    LoadAll(usize),
    SelectWith(usize),
    Select(usize),
    Get(No, bool),
    Refresh(No),
    ExpireAll,
    Flush,
    Savepoint(Vec<Self>, bool),
    Commit,
    Rollback,
    /// `UPDATE … SET n = to WHERE n = from`, of the session.
    Update(usize, i64, i64),
    /// The same as raw SQL.
    Raw(usize, i64, i64),
    /// `DELETE … WHERE n = …`, of the session.
    DeleteWhere(usize, i64),
    /// What a second session does and commits.
    Other(Other),
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct New {
    pub(super) no: No,
    pub(super) kind: usize,
    pub(super) key: i64,
    pub(super) n: i64,
    pub(super) code: Option<i64>,
    pub(super) parents: [Option<No>; 2],
    /// Whether it is appended to the list of its first parent, and not added.
    pub(super) by_list: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Linking {
    /// A relation, or a relation many to many.
    pub(super) relation: usize,
    /// The child, or the left side.
    pub(super) child: No,
    /// The parent, or the right side.
    pub(super) parent: No,
    /// From which of them: the child, or the right side.
    pub(super) from_child: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Other {
    SetN(No, i64),
    SetCode(No, Option<i64>),
    Delete(No),
    Insert(New),
}

impl Contents for Step {
    fn contents(&self) -> Option<&[Self]> {
        match self {
            Self::Savepoint(steps, _) => Some(steps),
            _ => None,
        }
    }

    fn with_contents(&self, steps: Vec<Self>) -> Self {
        match self {
            Self::Savepoint(_, fails) => Self::Savepoint(steps, *fails),
            other => other.clone(),
        }
    }
}

/// Chooses steps. It does not follow the states of the entities: the run leaves out a step that is not possible.
pub(super) struct Generator {
    numbers: Numbers,
    kinds: usize,
    /// The models of the entities so far, by number.
    born: Vec<usize>,
}

/// The steps of a seed, for that many models.
pub(super) fn generate(seed: u64, kinds: usize) -> Vec<Step> {
    let mut generator = Generator {
        numbers: Numbers::new(seed),
        kinds,
        born: Vec::new(),
    };
    let mut steps = Vec::new();
    for _ in 0..5 {
        steps.push(generator.add());
    }
    for _ in 0..60 {
        let step = generator.step(0);
        steps.push(step);
    }
    steps
}

impl Generator {
    fn small(&mut self, end: usize) -> i64 {
        self.numbers.small(end)
    }

    fn one_in(&mut self, number: usize) -> bool {
        self.numbers.below(number) == 0
    }

    fn step(&mut self, depth: usize) -> Step {
        match self.numbers.below(60) {
            10..=12 => Step::SetN(self.any(), self.small(5)),
            13..=14 => Step::SetCode(self.any(), self.code()),
            15 => Step::Rename(self.of(KNOT), self.small(12)),
            16..=24 => self.relate(),
            25..=28 => self.link_rows(),
            29..=32 => Step::Delete(self.any()),
            33 => Step::AddAgain(self.any()),
            34..=39 => self.load(),
            40..=42 => self.read(),
            43 | 44 => Step::Flush,
            45..=48 if depth < 3 => self.savepoint(depth),
            49..=52 if depth == 0 => Step::Commit,
            53 | 54 if depth == 0 => Step::Rollback,
            55 => self.statement(),
            56..=57 => self.other(),
            _ => self.add(),
        }
    }

    /// An entity, rather a recent one.
    fn any(&mut self) -> No {
        let count = self.born.len().max(1);
        let back = self.numbers.below(count).min(self.numbers.below(count));
        count - 1 - back
    }

    /// An entity of a model; any if there is none.
    fn of(&mut self, kind: usize) -> No {
        let born = self.born.iter().enumerate();
        let born: Vec<No> = born
            .filter(|(_, it)| **it == kind)
            .map(|(no, _)| no)
            .collect();
        if born.is_empty() {
            return self.any();
        }
        let (one, other) = (
            self.numbers.below(born.len()),
            self.numbers.below(born.len()),
        );
        born[one.max(other)]
    }

    fn code(&mut self) -> Option<i64> {
        self.one_in(2).then(|| self.small(8))
    }

    /// A model; those that others reference come more often.
    fn kind(&mut self) -> usize {
        const OFTEN: [usize; 18] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 1, 1, 3, 5, 7, 8];
        loop {
            let kind = OFTEN[self.numbers.below(OFTEN.len())];
            if kind < self.kinds {
                return kind;
            }
        }
    }

    fn new_row(&mut self, kind: usize) -> New {
        let parents = [0, 1].map(|slot| {
            let relation = *KINDS[kind].relations.get(slot)?;
            let wanted = RELATIONS[relation].is_required || !self.one_in(3);
            wanted.then(|| self.of(RELATIONS[relation].parent))
        });
        self.born.push(kind);
        New {
            no: self.born.len() - 1,
            kind,
            key: 1 + self.small(if kind == KNOT { 12 } else { 30 }),
            n: self.small(5),
            code: self.code(),
            parents,
            by_list: self.one_in(2),
        }
    }

    fn add(&mut self) -> Step {
        let kind = self.kind();
        Step::Add(self.new_row(kind))
    }

    fn relation(&mut self) -> usize {
        loop {
            let relation = self.numbers.below(RELATIONS.len());
            if RELATIONS[relation].child < self.kinds {
                return relation;
            }
        }
    }

    fn relate(&mut self) -> Step {
        let relation = self.relation();
        let (child, parent) = (RELATIONS[relation].child, RELATIONS[relation].parent);
        let (child, parent) = (self.of(child), self.of(parent));
        let from_child = self.one_in(2);
        let slot = RELATIONS[relation].slot;
        let to = (!self.one_in(4)).then_some(parent);
        let linking = Linking {
            relation,
            child,
            parent,
            from_child,
        };
        match self.numbers.below(9) {
            0..=2 => Step::Assign(child, slot, to),
            3 => Step::AssignKey(child, slot, to),
            4..=6 => Step::Link(linking),
            _ => Step::Unlink(linking),
        }
    }

    fn link_rows(&mut self) -> Step {
        let relation = self.numbers.below(LINKS.len());
        let [left, right] = LINKS[relation];
        let (child, parent) = (self.of(left), self.of(right));
        let from_child = self.one_in(2);
        let linking = Linking {
            relation,
            child,
            parent,
            from_child,
        };
        if self.one_in(3) {
            Step::UnlinkRow(linking)
        } else {
            Step::LinkRow(linking)
        }
    }

    fn load(&mut self) -> Step {
        let relation = self.relation();
        let is_flushed = !self.one_in(3);
        match self.numbers.below(8) {
            0..=2 => Step::Load(relation, self.of(RELATIONS[relation].parent), is_flushed),
            3 => {
                let child = self.of(RELATIONS[relation].child);
                Step::LoadParent(child, RELATIONS[relation].slot, is_flushed)
            }
            4 | 5 => {
                let (link, is_right) = (self.numbers.below(LINKS.len()), self.one_in(2));
                Step::LoadLinks(link, self.of(LINKS[link][usize::from(is_right)]), is_right)
            }
            6 => Step::LoadAll(relation),
            _ => Step::SelectWith(relation),
        }
    }

    fn read(&mut self) -> Step {
        match self.numbers.below(6) {
            0 => Step::Select(self.numbers.below(self.kinds)),
            1 | 2 => Step::Get(self.any(), self.one_in(3)),
            3 | 4 => Step::Refresh(self.any()),
            _ => Step::ExpireAll,
        }
    }

    fn savepoint(&mut self, depth: usize) -> Step {
        let steps = 1 + self.numbers.below(9);
        let steps = (0..steps).map(|_| self.step(depth + 1)).collect();
        Step::Savepoint(steps, self.one_in(2))
    }

    fn statement(&mut self) -> Step {
        let kind = self.numbers.below(self.kinds);
        match self.numbers.below(3) {
            0 => Step::Update(kind, self.small(5), self.small(5)),
            1 => Step::Raw(kind, self.small(5), self.small(5)),
            _ => Step::DeleteWhere(kind, self.small(5)),
        }
    }

    fn other(&mut self) -> Step {
        Step::Other(match self.numbers.below(6) {
            0..=2 => Other::SetN(self.any(), self.small(5)),
            3 => Other::SetCode(self.any(), self.code()),
            4 => Other::Delete(self.any()),
            _ => {
                let kind = [KNOT, VOYAGE, ISLE][self.numbers.below(3)];
                Other::Insert(self.new_row(kind))
            }
        })
    }
}
