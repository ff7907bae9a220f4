//! One sequence of random steps on a session, and on the world.

use std::collections::HashMap;

use orm::prelude::*;
use orm::{Error, ErrorKind};

use super::check;
use super::models::{Crew, Duty, Knot, Sailor};
use super::world::{No, Seaman, World};
use crate::suite::random::Numbers;

pub(super) struct Run {
    numbers: Numbers,
    next: No,
    pub(super) world: World,
    pub(super) crews: HashMap<No, Ref<Crew>>,
    pub(super) sailors: HashMap<No, Ref<Sailor>>,
    pub(super) duties: HashMap<No, Ref<Duty>>,
    pub(super) knots: HashMap<No, Ref<Knot>>,
    steps: Vec<String>,
}

impl Run {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            numbers: Numbers(seed),
            next: 0,
            world: World::default(),
            crews: HashMap::new(),
            sailors: HashMap::new(),
            duties: HashMap::new(),
            knots: HashMap::new(),
            steps: Vec::new(),
        }
    }

    pub(super) fn trace(&self) -> String {
        format!("\n{}", self.steps.join("\n"))
    }

    pub(super) fn go(&mut self, session: &mut Session) {
        for _ in 0..4 {
            let base = self.world.clone();
            self.some_steps(session, 0);
            match self.numbers.below(5) {
                0 => {
                    self.steps.push("rollback".into());
                    self.must(session.rollback());
                    self.world = base;
                }
                1 => {
                    self.steps.push("commit and expire".into());
                    self.must(session.commit());
                    session.expire_all();
                }
                _ => {
                    self.steps.push("commit".into());
                    self.must(session.commit());
                }
            }
            self.compare(session);
        }
    }

    fn some_steps(&mut self, session: &mut Session, depth: usize) {
        for _ in 0..3 + self.numbers.below(8) {
            self.step(session, depth);
        }
    }

    fn compare(&mut self, session: &mut Session) {
        check::rows(self, session);
        check::relations(self, session);
    }

    /// What no step may fail in.
    fn must<T>(&self, result: orm::Result<T>) -> T {
        result.unwrap_or_else(|error| panic!("{error:?}\nafter {}", self.trace()))
    }

    fn note(&mut self, what: &str, nos: impl std::fmt::Debug) {
        self.steps.push(format!("{what} {nos:?}"));
    }

    fn step(&mut self, session: &mut Session, depth: usize) {
        match self.numbers.below(30) {
            0..=1 => self.add_crew(session),
            2..=5 => self.add_sailor(session),
            6..=7 => self.add_duty(session),
            8 => self.add_knot(session),
            9..=10 => self.rename(session),
            11..=14 => self.move_sailor(session),
            15..=16 => self.set_mentor(session),
            17..=19 => self.link_knot(session),
            20 => self.move_duty(session),
            21 => self.rename_knot(session),
            22..=25 => self.delete(session),
            26 | 27 if depth < 2 => self.savepoint(session, depth),
            28 => self.load_all(session),
            _ => {
                self.steps.push("flush".into());
                self.must(session.flush());
                self.compare(session);
            }
        }
    }

    fn savepoint(&mut self, session: &mut Session, depth: usize) {
        self.steps.push("savepoint".into());
        let before = self.world.clone();
        let fails = self.numbers.below(2) == 0;
        let outcome: orm::Result<()> = session.savepoint(|session| {
            self.some_steps(session, depth + 1);
            self.steps
                .push(if fails { "undo" } else { "release" }.into());
            if fails {
                Err(Error::new(ErrorKind::Other))
            } else {
                Ok(())
            }
        });
        match outcome {
            Err(error) if fails && error.kind() == ErrorKind::Other => self.world = before,
            outcome => self.must(outcome),
        }
        self.compare(session);
    }

    fn number(&mut self) -> No {
        self.next += 1;
        self.next
    }

    fn pick(&mut self, nos: &[No]) -> Option<No> {
        (!nos.is_empty()).then(|| nos[self.numbers.below(nos.len())])
    }

    pub(super) fn pick_crew(&mut self) -> Option<No> {
        self.pick(&self.world.crews.keys().copied().collect::<Vec<_>>())
    }

    pub(super) fn pick_sailor(&mut self) -> Option<No> {
        self.pick(&self.world.sailors.keys().copied().collect::<Vec<_>>())
    }

    fn pick_duty(&mut self) -> Option<No> {
        self.pick(&self.world.duties.keys().copied().collect::<Vec<_>>())
    }

    pub(super) fn pick_knot(&mut self) -> Option<No> {
        self.pick(&self.world.knots.keys().copied().collect::<Vec<_>>())
    }

    fn add_crew(&mut self, session: &mut Session) {
        let no = self.number();
        self.note("add crew", no);
        let crew = session.add(Crew::builder().name(format!("c{no}")));
        self.crews.insert(no, crew);
        self.world.crews.insert(no, format!("c{no}"));
    }

    fn add_sailor(&mut self, session: &mut Session) {
        let (no, name) = (self.number(), format!("s{}", self.next));
        let crew = self.pick_crew().filter(|_| self.numbers.below(3) > 0);
        let mentor = self.pick_sailor().filter(|_| self.numbers.below(3) == 0);
        let by_list = self.numbers.below(2) == 0;
        self.note("add sailor", (no, crew, mentor, by_list));
        let mut builder = Sailor::builder().name(name.clone());
        if let Some(mentor) = mentor {
            builder = builder.mentor(self.sailors[&mentor]);
        }
        let sailor = match crew.map(|crew| self.crews[&crew]) {
            Some(crew) if by_list => self.must(session.append(crew, Crew.sailors, builder)),
            Some(crew) => session.add(builder.crew(crew)),
            None => session.add(builder),
        };
        self.sailors.insert(no, sailor);
        let knots = std::collections::BTreeSet::new();
        let seaman = Seaman {
            name,
            crew,
            mentor,
            knots,
        };
        self.world.sailors.insert(no, seaman);
    }

    fn add_duty(&mut self, session: &mut Session) {
        let Some(owner) = self.pick_sailor() else {
            return;
        };
        let (no, sailor) = (self.number(), self.sailors[&owner]);
        let by_list = self.numbers.below(2) == 0;
        self.note("add duty", (no, owner, by_list));
        let name = format!("d{no}");
        let builder = Duty::builder().name(name.clone());
        let duty = if by_list {
            self.must(session.append(sailor, Sailor.duties, builder))
        } else {
            session.add(builder.sailor(sailor))
        };
        self.duties.insert(no, duty);
        self.world.duties.insert(no, (name, owner));
    }

    fn add_knot(&mut self, session: &mut Session) {
        let no = self.number();
        self.note("add knot", no);
        let knot = session.add(Knot::builder().code(format!("k{no}")).n(0));
        self.knots.insert(no, knot);
        self.world.knots.insert(no, format!("k{no}"));
    }

    fn rename(&mut self, session: &mut Session) {
        let Some(no) = self.pick_sailor() else { return };
        let name = format!("s{no}.{}", self.numbers.below(9));
        self.note("rename sailor", (no, &name));
        session[self.sailors[&no]].name.clone_from(&name);
        self.world
            .sailors
            .entry(no)
            .and_modify(|sailor| sailor.name = name);
    }

    fn rename_knot(&mut self, session: &mut Session) {
        let Some(no) = self.pick_knot() else { return };
        let code = format!("k{no}.{}", self.number());
        self.note("rename knot", (no, &code));
        session[self.knots[&no]].code.clone_from(&code);
        self.world.knots.insert(no, code);
    }

    fn move_sailor(&mut self, session: &mut Session) {
        let Some(no) = self.pick_sailor() else { return };
        let to = self.pick_crew().filter(|_| self.numbers.below(4) > 0);
        let from = self.world.sailors[&no].crew;
        let by_list = self.numbers.below(2) == 0;
        self.note("move sailor", (no, to, by_list));
        let sailor = self.sailors[&no];
        let crew = to.map(|to| self.crews[&to]);
        match (crew, from) {
            (Some(crew), _) if by_list => self.must(session.link(crew, Crew.sailors, sailor)),
            (None, Some(from)) if by_list => {
                let from = self.crews[&from];
                self.must(session.load(from, Crew.sailors));
                self.must(session.unlink(from, Crew.sailors, sailor));
            }
            (crew, _) => session[sailor].crew = crew.into(),
        }
        self.world
            .sailors
            .entry(no)
            .and_modify(|sailor| sailor.crew = to);
    }

    fn set_mentor(&mut self, session: &mut Session) {
        let Some(no) = self.pick_sailor() else { return };
        let mentor = self.pick_sailor().filter(|_| self.numbers.below(4) > 0);
        self.note("set mentor", (no, mentor));
        session[self.sailors[&no]].mentor = mentor.map(|mentor| self.sailors[&mentor]).into();
        self.world
            .sailors
            .entry(no)
            .and_modify(|sailor| sailor.mentor = mentor);
    }

    fn link_knot(&mut self, session: &mut Session) {
        let (Some(no), Some(knot)) = (self.pick_sailor(), self.pick_knot()) else {
            return;
        };
        let is_linked = self.world.sailors[&no].knots.contains(&knot);
        let other_side = self.numbers.below(2) == 0;
        self.note("link or unlink knot", (no, knot, is_linked, other_side));
        let (sailor, to) = (self.sailors[&no], self.knots[&knot]);
        match (is_linked, other_side) {
            (false, false) => self.must(session.link(sailor, Sailor.knots, to)),
            (false, true) => self.must(session.link(to, Knot.sailors, sailor)),
            (true, false) => {
                self.must(session.load(sailor, Sailor.knots));
                self.must(session.unlink(sailor, Sailor.knots, to));
            }
            (true, true) => {
                self.must(session.load(to, Knot.sailors));
                self.must(session.unlink(to, Knot.sailors, sailor));
            }
        }
        self.world.sailors.entry(no).and_modify(|sailor| {
            if !sailor.knots.remove(&knot) {
                sailor.knots.insert(knot);
            }
        });
    }

    fn move_duty(&mut self, session: &mut Session) {
        let (Some(no), Some(to)) = (self.pick_duty(), self.pick_sailor()) else {
            return;
        };
        self.note("move duty", (no, to));
        session[self.duties[&no]].sailor = self.sailors[&to].into();
        self.world.duties.entry(no).and_modify(|duty| duty.1 = to);
    }

    /// Before and after a delete comes a flush: an entity that was assigned one which is then deleted is refused, and what
    /// referred to a deleted one is known afterwards.
    fn delete(&mut self, session: &mut Session) {
        self.steps.push("flush".into());
        self.must(session.flush());
        match self.numbers.below(5) {
            0 => {
                let Some(no) = self.pick_crew() else { return };
                self.note("delete crew", no);
                session.delete(self.crews[&no]);
                self.world.delete_crew(no);
            }
            1 | 2 => {
                let Some(no) = self.pick_sailor() else { return };
                self.note("delete sailor", no);
                session.delete(self.sailors[&no]);
                self.world.delete_sailor(no);
            }
            3 => {
                let Some(no) = self.pick_duty() else { return };
                self.note("delete duty", no);
                session.delete(self.duties[&no]);
                self.world.duties.remove(&no);
            }
            _ => {
                let Some(no) = self.pick_knot() else { return };
                self.note("delete knot", no);
                session.delete(self.knots[&no]);
                self.world.delete_knot(no);
            }
        }
        self.steps.push("flush".into());
        self.must(session.flush());
        self.compare(session);
    }

    fn load_all(&mut self, session: &mut Session) {
        // Lists follow what was assigned at the flush.
        self.steps.push("flush and load_all".into());
        self.must(session.flush());
        let crews: Vec<Ref<Crew>> = self.world.crews.keys().map(|no| self.crews[no]).collect();
        self.must(session.load_all(&crews, Crew.sailors));
        let found = select(Sailor)
            .with(Sailor.duties)
            .with(Sailor.knots)
            .all(session);
        assert_eq!(
            self.must(found).len(),
            self.world.sailors.len(),
            "after {}",
            self.trace()
        );
        check::relations(self, session);
    }
}
