//! What the steps need to know of the models and their relations, as data, and one view of them all: a row of numbers.

use orm::prelude::*;
use orm::{EntityState, Result};

use super::guests::Guest;
use super::models::{Berth, Crew, Duty, Isle, Knot, Paper, Pass, Sailor, Voyage};
use crate::suite::random::Number;

/// What is known of a model beside its columns.
pub(super) struct Info {
    pub(super) is_generated: bool,
    pub(super) has_version: bool,
    /// Its relations to others, by their place in [`RELATIONS`].
    pub(super) relations: &'static [usize],
    /// Whether a new entity may take the row of a deleted one in the same flush: nothing references it.
    pub(super) may_switch: bool,
}

const fn info(flags: [bool; 3], relations: &'static [usize]) -> Info {
    let [is_generated, has_version, may_switch] = flags;
    Info {
        is_generated,
        has_version,
        relations,
        may_switch,
    }
}

pub(super) const CREW: usize = 0;
pub(super) const SAILOR: usize = 1;
pub(super) const KNOT: usize = 3;
pub(super) const PAPER: usize = 4;
pub(super) const BERTH: usize = 5;
pub(super) const PASS: usize = 6;
pub(super) const VOYAGE: usize = 7;
pub(super) const ISLE: usize = 8;
pub(super) const GUEST: usize = 9;

/// The models by number. The last is left out where there is no SET DEFAULT.
pub(super) const KINDS: [Info; 10] = [
    info([true, false, false], &[]),
    info([true, true, false], &[0, 1]),
    info([true, false, false], &[2]),
    info([false, false, false], &[]),
    info([false, false, true], &[3]),
    info([false, true, false], &[4]),
    info([false, true, true], &[5, 6]),
    info([false, false, false], &[7]),
    info([false, false, false], &[8]),
    info([false, false, true], &[9]),
];

/// What ON DELETE does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDelete {
    Cascade,
    SetNull,
    /// To NULL, of which the session learns when it reads the row.
    SetDefault,
    Refuse,
}

/// What the session does with the children of a deleted entity.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Nothing,
    /// The database deletes them; those without a row leave the unit of work.
    Passive,
    Delete,
    SetNull,
}

/// A relation to one, and the one that leads back.
pub(super) struct Relating {
    pub(super) child: usize,
    /// Its place in the relations of the child.
    pub(super) slot: usize,
    pub(super) parent: usize,
    pub(super) is_required: bool,
    pub(super) on_delete: OnDelete,
    pub(super) rule: Rule,
    pub(super) deletes_orphans: bool,
    /// Whether the parent has at most one child.
    pub(super) is_one: bool,
}

const fn relating(
    [child, slot, parent]: [usize; 3],
    [is_required, deletes_orphans, is_one]: [bool; 3],
    on_delete: OnDelete,
    rule: Rule,
) -> Relating {
    Relating {
        child,
        slot,
        parent,
        is_required,
        on_delete,
        rule,
        deletes_orphans,
        is_one,
    }
}

const NO: bool = false;

pub(super) const RELATIONS: [Relating; 10] = [
    relating([1, 0, 0], [NO, NO, NO], OnDelete::SetNull, Rule::Nothing),
    relating([1, 1, 1], [NO, NO, NO], OnDelete::SetNull, Rule::Nothing),
    relating([2, 0, 1], [true, NO, NO], OnDelete::Refuse, Rule::Delete),
    relating(
        [4, 0, 1],
        [true, true, true],
        OnDelete::Cascade,
        Rule::Passive,
    ),
    relating([5, 0, 0], [NO, true, NO], OnDelete::Refuse, Rule::Delete),
    relating([6, 0, 5], [NO, NO, NO], OnDelete::Refuse, Rule::SetNull),
    relating([6, 1, 3], [NO, NO, NO], OnDelete::SetNull, Rule::Nothing),
    relating([7, 0, 0], [NO, NO, NO], OnDelete::Refuse, Rule::Nothing),
    relating([8, 0, 8], [NO, NO, NO], OnDelete::Cascade, Rule::Passive),
    relating([9, 0, 0], [NO, NO, NO], OnDelete::SetDefault, Rule::Nothing),
];

/// The relations many to many: the models of both sides.
pub(super) const LINKS: [[usize; 2]; 2] = [[SAILOR, KNOT], [SAILOR, VOYAGE]];

/// The columns of a row, keys as numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) key: i64,
    pub(super) n: i64,
    pub(super) code: Option<i64>,
    /// 0 where the model has none.
    pub(super) version: i64,
    pub(super) parents: [Option<i64>; 2],
}

/// A handle of any of the models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Handle {
    Crew(Ref<Crew>),
    Sailor(Ref<Sailor>),
    Duty(Ref<Duty>),
    Knot(Ref<Knot>),
    Paper(Ref<Paper>),
    Berth(Ref<Berth>),
    Pass(Ref<Pass>),
    Voyage(Ref<Voyage>),
    Isle(Ref<Isle>),
    Guest(Ref<Guest>),
}

/// What the steps do with a model.
pub(super) trait Kind: Model<Key: Number> {
    fn handle(handle: Ref<Self>) -> Handle;
    /// The handle of this model; it is one of it.
    fn at(handle: Handle) -> Ref<Self>;
    fn columns(&self) -> Columns;
    fn n(&mut self) -> &mut i64;
    fn code(&mut self) -> &mut Option<i64>;
    /// All rows, without making them entities.
    fn rows<X: Executor>(x: &mut X) -> Result<Vec<Columns>>;
    fn entities(session: &mut Session) -> Result<Vec<Ref<Self>>>;
    fn get(session: &mut Session, key: i64, lock: bool) -> Result<Option<Ref<Self>>>;
    /// `UPDATE … SET n = to WHERE n = from`.
    fn update<X: Executor>(x: &mut X, from: i64, to: i64) -> Result<u64>;
    /// `DELETE … WHERE n = from`.
    fn delete<X: Executor>(x: &mut X, from: i64) -> Result<u64>;
    /// Deletes all rows.
    fn clear(connection: &mut Connection) -> Result<u64>;
}

/// A foreign key as a number.
trait Foreign {
    fn foreign(&self) -> Option<i64>;
}

impl Foreign for i64 {
    fn foreign(&self) -> Option<i64> {
        Some(*self)
    }
}

impl<N: Number> Foreign for Option<N> {
    fn foreign(&self) -> Option<i64> {
        self.as_ref().map(Number::number)
    }
}

impl Foreign for (&Option<i32>, &Option<i32>) {
    fn foreign(&self) -> Option<i64> {
        Some(((*self.0)?, (*self.1)?).number())
    }
}

macro_rules! kind {
    ($model:ident, ($($key:ident),+), [$($version:ident)?], ($($column:ident),*), $parents:expr) => {
        impl Kind for $model {
            fn handle(handle: Ref<Self>) -> Handle {
                Handle::$model(handle)
            }

            fn at(handle: Handle) -> Ref<Self> {
                match handle {
                    Handle::$model(handle) => handle,
                    other => panic!("{other:?} is of another model"),
                }
            }

            fn columns(&self) -> Columns {
                $(let $column = &self.$column;)*
                Columns {
                    key: self.key().number(),
                    n: self.n,
                    code: self.code,
                    version: 0 $(+ self.$version)?,
                    parents: $parents,
                }
            }

            fn n(&mut self) -> &mut i64 {
                &mut self.n
            }

            fn code(&mut self) -> &mut Option<i64> {
                &mut self.code
            }

            #[allow(unused_parens)]
            fn rows<X: Executor>(x: &mut X) -> Result<Vec<Columns>> {
                let query = select((
                    $($model.$key,)+ $model.n, $model.code $(, $model.$version)? $(, $model.$column)*
                ));
                let rows = query.all(x)?.into_iter();
                Ok(rows
                    .map(|($($key,)+ n, code $(, $version)? $(, $column)*)| {
                        $(let $column = &$column;)*
                        Columns {
                            key: Number::number(&($($key),+)),
                            n,
                            code,
                            version: 0 $(+ $version)?,
                            parents: $parents,
                        }
                    })
                    .collect())
            }

            fn entities(session: &mut Session) -> Result<Vec<Ref<Self>>> {
                select($model).all(session)
            }

            fn get(session: &mut Session, key: i64, lock: bool) -> Result<Option<Ref<Self>>> {
                let key = <Self as Model>::Key::of(key);
                if lock { session.get_for_update($model, key) } else { session.get($model, key) }
            }

            fn update<X: Executor>(x: &mut X, from: i64, to: i64) -> Result<u64> {
                update($model).set($model.n, to).filter($model.n.eq(from)).execute(x)
            }

            fn delete<X: Executor>(x: &mut X, from: i64) -> Result<u64> {
                delete($model).filter($model.n.eq(from)).execute(x)
            }

            fn clear(connection: &mut Connection) -> Result<u64> {
                delete($model).execute(connection)
            }
        }
    };
}

kind!(Crew, (id), [], (), [None, None]);
kind!(
    Sailor,
    (id),
    [version],
    (crew_id, mentor_id),
    [crew_id.foreign(), mentor_id.foreign()]
);
kind!(Duty, (id), [], (sailor_id), [sailor_id.foreign(), None]);
kind!(Knot, (name), [], (), [None, None]);
kind!(Paper, (id), [], (sailor_id), [sailor_id.foreign(), None]);
kind!(
    Berth,
    (deck, number),
    [version],
    (crew_id),
    [crew_id.foreign(), None]
);
kind!(
    Pass,
    (id),
    [version],
    (deck, number, knot_name),
    [(deck, number).foreign(), knot_name.foreign()]
);
kind!(Voyage, (id), [], (crew_id), [crew_id.foreign(), None]);
kind!(Isle, (id), [], (part_of_id), [part_of_id.foreign(), None]);
kind!(Guest, (id), [], (crew_id), [crew_id.foreign(), None]);

/// Evaluates an expression for the model of that number: `by_kind!(kind, K => …)`.
macro_rules! by_kind {
    ($kind:expr, $model:ident => $do:expr) => {{
        use $crate::suite::random_graphs::models;
        match $kind {
            0 => {
                type $model = models::Crew;
                $do
            }
            1 => {
                type $model = models::Sailor;
                $do
            }
            2 => {
                type $model = models::Duty;
                $do
            }
            3 => {
                type $model = models::Knot;
                $do
            }
            4 => {
                type $model = models::Paper;
                $do
            }
            5 => {
                type $model = models::Berth;
                $do
            }
            6 => {
                type $model = models::Pass;
                $do
            }
            7 => {
                type $model = models::Voyage;
                $do
            }
            8 => {
                type $model = models::Isle;
                $do
            }
            _ => {
                type $model = $crate::suite::random_graphs::guests::Guest;
                $do
            }
        }
    }};
}
pub(super) use by_kind;

/// Evaluates an expression for the handle of whichever model.
macro_rules! each {
    ($handle:expr, $name:ident => $do:expr) => {{
        use $crate::suite::random_graphs::kinds::Handle;
        match $handle {
            Handle::Crew($name) => $do,
            Handle::Sailor($name) => $do,
            Handle::Duty($name) => $do,
            Handle::Knot($name) => $do,
            Handle::Paper($name) => $do,
            Handle::Berth($name) => $do,
            Handle::Pass($name) => $do,
            Handle::Voyage($name) => $do,
            Handle::Isle($name) => $do,
            Handle::Guest($name) => $do,
        }
    }};
}
pub(super) use each;

impl Handle {
    pub(super) fn kind(self) -> usize {
        match self {
            Self::Crew(_) => 0,
            Self::Sailor(_) => 1,
            Self::Duty(_) => 2,
            Self::Knot(_) => 3,
            Self::Paper(_) => 4,
            Self::Berth(_) => 5,
            Self::Pass(_) => 6,
            Self::Voyage(_) => 7,
            Self::Isle(_) => 8,
            Self::Guest(_) => 9,
        }
    }

    pub(super) fn state(self, session: &Session) -> Result<EntityState> {
        each!(self, handle => session.entity_state(handle))
    }

    pub(super) fn columns(self, session: &Session) -> Result<Columns> {
        each!(self, handle => session.get_ref(handle).map(Kind::columns))
    }

    pub(super) fn is_stale(self, session: &Session) -> bool {
        each!(self, handle => session.is_stale(handle)).unwrap_or(false)
    }
}
