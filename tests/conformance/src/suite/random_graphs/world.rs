//! The world in memory: what must come of the steps, in plain maps by the numbers of entities.

use std::collections::{BTreeMap, BTreeSet};

pub(super) type No = usize;

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct World {
    pub crews: BTreeMap<No, String>,
    pub sailors: BTreeMap<No, Seaman>,
    /// Names, and the sailors who have them.
    pub duties: BTreeMap<No, (String, No)>,
    /// Codes.
    pub knots: BTreeMap<No, String>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Seaman {
    pub name: String,
    pub crew: Option<No>,
    pub mentor: Option<No>,
    pub knots: BTreeSet<No>,
}

impl World {
    pub(super) fn delete_crew(&mut self, no: No) {
        self.crews.remove(&no);
        for sailor in self
            .sailors
            .values_mut()
            .filter(|sailor| sailor.crew == Some(no))
        {
            sailor.crew = None;
        }
    }

    pub(super) fn delete_sailor(&mut self, no: No) {
        self.sailors.remove(&no);
        self.duties.retain(|_, (_, sailor)| *sailor != no);
        for pupil in self
            .sailors
            .values_mut()
            .filter(|pupil| pupil.mentor == Some(no))
        {
            pupil.mentor = None;
        }
    }

    pub(super) fn delete_knot(&mut self, no: No) {
        self.knots.remove(&no);
        for sailor in self.sailors.values_mut() {
            sailor.knots.remove(&no);
        }
    }

    pub(super) fn of_crew(&self, no: No) -> BTreeSet<No> {
        self.sailors_where(|sailor| sailor.crew == Some(no))
    }

    pub(super) fn pupils(&self, no: No) -> BTreeSet<No> {
        self.sailors_where(|sailor| sailor.mentor == Some(no))
    }

    pub(super) fn who_know(&self, knot: No) -> BTreeSet<No> {
        self.sailors_where(|sailor| sailor.knots.contains(&knot))
    }

    pub(super) fn duties_of(&self, no: No) -> BTreeSet<No> {
        let duties = self.duties.iter();
        duties
            .filter(|(_, (_, sailor))| *sailor == no)
            .map(|(duty, _)| *duty)
            .collect()
    }

    fn sailors_where(&self, wanted: impl Fn(&Seaman) -> bool) -> BTreeSet<No> {
        let sailors = self.sailors.iter();
        sailors
            .filter(|(_, sailor)| wanted(sailor))
            .map(|(no, _)| *no)
            .collect()
    }
}
