//! The calls of the session that concern relations, by the numbers of [`RELATIONS`](super::kinds::RELATIONS) and
//! [`LINKS`](super::kinds::LINKS), and the INSERTs.

use orm::Result;
use orm::prelude::*;

use super::guests::Guest;
use super::kinds::{Handle, Kind};
use super::models::{Berth, Crew, Duty, Isle, Knot, Paper, Pass, Sailor, Signing, Voyage};
use crate::suite::random::Number;

/// A relation to one, of a foreign key that may or must not be NULL.
#[allow(clippy::option_option)]
trait One<M> {
    fn to(handle: Option<Ref<M>>) -> Self;
    /// `None` if it is not loaded.
    fn now(&self) -> Option<Option<Ref<M>>>;
}

impl<M: Model> One<M> for BelongsTo<M> {
    fn to(handle: Option<Ref<M>>) -> Self {
        handle
            .expect("a required relation is assigned an entity")
            .into()
    }

    fn now(&self) -> Option<Option<Ref<M>>> {
        self.get().ok().map(Some)
    }
}

impl<M: Model> One<M> for BelongsTo<Option<M>> {
    fn to(handle: Option<Ref<M>>) -> Self {
        handle.into()
    }

    fn now(&self) -> Option<Option<Ref<M>>> {
        self.get().ok()
    }
}

/// A relation whose foreign keys others have.
trait Many<M> {
    /// `None` if it is not loaded.
    fn now(&self) -> Option<Vec<Ref<M>>>;
}

impl<M: Model> Many<M> for HasMany<M> {
    fn now(&self) -> Option<Vec<Ref<M>>> {
        self.get().ok().map(|list| list.to_vec())
    }
}

impl<M: Model> Many<M> for HasOne<M> {
    fn now(&self) -> Option<Vec<Ref<M>>> {
        self.get().ok().map(|one| one.into_iter().collect())
    }
}

impl<M: Model> Many<M> for ManyToMany<M> {
    fn now(&self) -> Option<Vec<Ref<M>>> {
        self.get().ok().map(|list| list.to_vec())
    }
}

/// A child and its parent.
pub(super) type Pair = (Handle, Handle);

fn handles<M: Kind>(list: Vec<Ref<M>>) -> Vec<Handle> {
    list.into_iter().map(M::handle).collect()
}

macro_rules! relations {
    ($($number:literal: $child:ident.$one:ident, $parent:ident.$many:ident;)+) => {
        pub(super) fn assign(session: &mut Session, relation: usize, child: Handle, parent: Option<Handle>) {
            match relation {
                $($number => session[$child::at(child)].$one = One::to(parent.map($parent::at)),)+
                _ => unreachable!(),
            }
        }

        /// What the relation of a child references; `None` if it is not loaded.
        pub(super) fn parent(session: &Session, relation: usize, child: Handle) -> Option<Option<Handle>> {
            match relation {
                $($number => One::<$parent>::now(&session[$child::at(child)].$one)
                    .map(|parent| parent.map($parent::handle)),)+
                _ => unreachable!(),
            }
        }

        /// The children in the list of a parent; `None` if it is not loaded.
        pub(super) fn children(session: &Session, relation: usize, parent: Handle) -> Option<Vec<Handle>> {
            match relation {
                $($number => Many::<$child>::now(&session[$parent::at(parent)].$many).map(handles),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn load_children(session: &mut Session, relation: usize, parent: Handle) -> Result<()> {
            match relation {
                $($number => session.load($parent::at(parent), $parent.$many).map(drop),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn load_all(session: &mut Session, relation: usize, parents: &[Handle]) -> Result<()> {
            match relation {
                $($number => {
                    let parents: Vec<_> = parents.iter().map(|parent| $parent::at(*parent)).collect();
                    session.load_all(&parents, $parent.$many)
                })+
                _ => unreachable!(),
            }
        }

        /// A query with its children.
        pub(super) fn select_with(session: &mut Session, relation: usize) -> Result<Vec<Handle>> {
            match relation {
                $($number => select($parent).with($parent.$many).all(session).map(handles),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn load_parent(session: &mut Session, relation: usize, child: Handle) -> Result<()> {
            match relation {
                $($number => session.load($child::at(child), $child.$one).map(drop),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn link(
            session: &mut Session,
            relation: usize,
            (child, parent): Pair,
            from_child: bool,
        ) -> Result<()> {
            match relation {
                $($number => {
                    let (child, parent) = ($child::at(child), $parent::at(parent));
                    if from_child {
                        session.link(child, $child.$one, parent)
                    } else {
                        session.link(parent, $parent.$many, child)
                    }
                })+
                _ => unreachable!(),
            }
        }

        pub(super) fn unlink(
            session: &mut Session,
            relation: usize,
            (child, parent): Pair,
            from_child: bool,
        ) -> Result<()> {
            match relation {
                $($number => {
                    let (child, parent) = ($child::at(child), $parent::at(parent));
                    if from_child {
                        session.unlink(child, $child.$one, parent)
                    } else {
                        session.unlink(parent, $parent.$many, child)
                    }
                })+
                _ => unreachable!(),
            }
        }
    };
}

relations! {
    0: Sailor.crew, Crew.sailors;
    1: Sailor.mentor, Sailor.pupils;
    2: Duty.sailor, Sailor.duties;
    3: Paper.sailor, Sailor.paper;
    4: Berth.crew, Crew.berths;
    5: Pass.berth, Berth.passes;
    6: Pass.knot, Knot.passes;
    7: Voyage.crew, Crew.voyages;
    8: Isle.part_of, Isle.isles;
    9: Guest.crew, Crew.guests;
}

macro_rules! links {
    ($($number:literal: $left:ident.$right_list:ident, $right:ident.$left_list:ident;)+) => {
        /// The other side of an entity's relation many to many; `None` if it is not loaded.
        pub(super) fn linked(session: &Session, link: usize, handle: Handle, is_right: bool) -> Option<Vec<Handle>> {
            match (link, is_right) {
                $(($number, false) => Many::<$right>::now(&session[$left::at(handle)].$right_list).map(handles),
                ($number, true) => Many::<$left>::now(&session[$right::at(handle)].$left_list).map(handles),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn load_linked(session: &mut Session, link: usize, handle: Handle, is_right: bool) -> Result<()> {
            match (link, is_right) {
                $(($number, false) => session.load($left::at(handle), $left.$right_list).map(drop),
                ($number, true) => session.load($right::at(handle), $right.$left_list).map(drop),)+
                _ => unreachable!(),
            }
        }

        pub(super) fn link_row(
            session: &mut Session,
            link: usize,
            (left, right): Pair,
            from_right: bool,
        ) -> Result<()> {
            match link {
                $($number => {
                    let (left, right) = ($left::at(left), $right::at(right));
                    if from_right {
                        session.link(right, $right.$left_list, left)
                    } else {
                        session.link(left, $left.$right_list, right)
                    }
                })+
                _ => unreachable!(),
            }
        }

        pub(super) fn unlink_row(
            session: &mut Session,
            link: usize,
            (left, right): Pair,
            from_right: bool,
        ) -> Result<()> {
            match link {
                $($number => {
                    let (left, right) = ($left::at(left), $right::at(right));
                    if from_right {
                        session.unlink(right, $right.$left_list, left)
                    } else {
                        session.unlink(left, $left.$right_list, right)
                    }
                })+
                _ => unreachable!(),
            }
        }
    };
}

links! {
    0: Sailor.knots, Knot.sailors;
    1: Sailor.voyages, Voyage.sailors;
}

/// The keys that each row of a link table has.
pub(super) fn link_rows<X: Executor>(x: &mut X, link: usize) -> Result<Vec<(i64, i64)>> {
    if link == 0 {
        let rows = select((Sailor.id, Knot.name)).join(Sailor.knots).all(x)?;
        let rows = rows
            .into_iter()
            .map(|(sailor, knot)| (sailor, knot.number()));
        return Ok(rows.collect());
    }
    select((Signing.sailor_id, Signing.voyage_id)).all(x)
}
