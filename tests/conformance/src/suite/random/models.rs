//! The models of random work, and one view of them all: a row of numbers.

use orm::prelude::*;
use orm::{EntityState, Result};
use uuid::Uuid;

/// The top of a hierarchy, with a generated key, that refers to itself.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "roots")]
pub(super) struct Root {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Root.id, on_delete = set_null)]
    parent: Option<i64>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
}

/// Goes with its parent; a uuid and a version.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "leaves")]
pub(super) struct Leaf {
    #[orm(primary_key)]
    id: Uuid,
    #[orm(references = Root.id, on_delete = cascade)]
    parent: Option<i64>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
    #[orm(version)]
    version: i64,
}

/// Goes with its parent, which may go with its own.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "twigs")]
pub(super) struct Twig {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Leaf.id, on_delete = cascade)]
    parent: Option<Uuid>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
}

/// Loses its parent; a key of text.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "walk_notes")]
pub(super) struct Note {
    #[orm(primary_key, length = 20)]
    id: String,
    #[orm(references = Root.id, on_delete = set_null)]
    parent: Option<i64>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
}

/// Keeps its parent; a key of two columns.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "loans")]
pub(super) struct Loan {
    #[orm(primary_key)]
    a: i32,
    #[orm(primary_key)]
    b: i32,
    #[orm(references = Note.id, on_delete = restrict, length = 20)]
    parent: Option<String>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
}

/// Refers to itself, with keys of the program's own and a version.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "trees")]
pub(super) struct Tree {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Tree.id)]
    parent: Option<i64>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
    #[orm(version)]
    version: i64,
}

/// Falls back to the default of its column, which is none; left out where there is no SET DEFAULT.
#[derive(Model, Clone, Debug, PartialEq)]
#[orm(table = "guests")]
pub(super) struct Guest {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(references = Root.id, on_delete = set_default)]
    parent: Option<i64>,
    #[orm(unique)]
    code: Option<i64>,
    n: i64,
}

/// What ON DELETE does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OnDelete {
    Cascade,
    /// SET NULL, and SET DEFAULT where the default is NULL.
    Empty,
    Refuse,
}

/// What is known of a model beside its columns.
#[derive(Clone, Copy, Debug)]
pub(super) struct Info {
    pub(super) table: &'static str,
    pub(super) parent: usize,
    pub(super) on_delete: OnDelete,
    pub(super) generated: bool,
    pub(super) version: bool,
}

const fn info(
    table: &'static str,
    parent: usize,
    on_delete: OnDelete,
    generated: bool,
    version: bool,
) -> Info {
    Info {
        table,
        parent,
        on_delete,
        generated,
        version,
    }
}

/// The models by number. The last is left out where there is no SET DEFAULT.
pub(super) const KINDS: [Info; 7] = [
    info("roots", 0, OnDelete::Empty, true, false),
    info("leaves", 0, OnDelete::Cascade, false, true),
    info("twigs", 1, OnDelete::Cascade, true, false),
    info("walk_notes", 0, OnDelete::Empty, false, false),
    info("loans", 3, OnDelete::Refuse, false, false),
    info("trees", 5, OnDelete::Refuse, false, true),
    info("guests", 0, OnDelete::Empty, false, false),
];

/// A row of any of the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Row {
    pub(super) key: i64,
    pub(super) parent: Option<i64>,
    pub(super) code: Option<i64>,
    pub(super) n: i64,
    /// 0 where the model has none.
    pub(super) version: i64,
}

/// A key as a number.
pub(in crate::suite) trait Number {
    fn of(number: i64) -> Self;
    fn number(&self) -> i64;
}

impl Number for i64 {
    fn of(number: i64) -> Self {
        number
    }

    fn number(&self) -> i64 {
        *self
    }
}

impl Number for Uuid {
    fn of(number: i64) -> Self {
        Self::from_u128(u128::try_from(number).unwrap())
    }

    fn number(&self) -> i64 {
        i64::try_from(self.as_u128()).unwrap()
    }
}

impl Number for String {
    fn of(number: i64) -> Self {
        format!("k{number}")
    }

    fn number(&self) -> i64 {
        self[1..].parse().unwrap()
    }
}

impl Number for (i32, i32) {
    fn of(number: i64) -> Self {
        let number = i32::try_from(number).unwrap();
        (number / 4, number % 4)
    }

    fn number(&self) -> i64 {
        i64::from(self.0 * 4 + self.1)
    }
}

/// What random work does with a model.
pub(super) trait Kind: Model<Key: Number> {
    fn make(row: &Row) -> Self;
    fn row(&self) -> Row;
    /// Takes all but the key and the version.
    fn put(&mut self, row: &Row);
    /// All rows, without making them entities.
    fn rows<X: Executor>(x: &mut X) -> Result<Vec<Row>>;
    fn entities(session: &mut Session) -> Result<Vec<Ref<Self>>>;
    fn get(session: &mut Session, key: i64, lock: bool) -> Result<Option<Ref<Self>>>;
    fn add(session: &mut Session, row: &Row) -> Ref<Self>;
    fn insert<X: Executor>(x: &mut X, row: &Row) -> Result<u64>;
    /// `UPDATE … SET n = to WHERE n = from`.
    fn update<X: Executor>(x: &mut X, from: i64, to: i64) -> Result<u64>;
    /// `DELETE … WHERE n = from`.
    fn delete<X: Executor>(x: &mut X, from: i64) -> Result<u64>;
}

macro_rules! kind {
    ($model:ident, ($($key:ident),+) of $entity:ident = $number:expr, [$($version:ident)?]) => {
        impl Kind for $model {
            #[allow(unused_parens)]
            fn make(row: &Row) -> Self {
                let ($($key),+) = Number::of(row.key);
                Self {
                    $($key,)+
                    parent: row.parent.map(Number::of),
                    code: row.code,
                    n: row.n,
                    $($version: row.version,)?
                }
            }

            fn row(&self) -> Row {
                let $entity = self;
                Row {
                    key: $number,
                    parent: self.parent.as_ref().map(Number::number),
                    code: self.code,
                    n: self.n,
                    version: 0 $(+ self.$version)?,
                }
            }

            fn put(&mut self, row: &Row) {
                self.parent = row.parent.map(Number::of);
                self.code = row.code;
                self.n = row.n;
            }

            fn rows<X: Executor>(x: &mut X) -> Result<Vec<Row>> {
                let all = select(($($model.$key,)+ $model.parent, $model.code, $model.n $(, $model.$version)?));
                let rows = all.all(x)?.into_iter();
                Ok(rows
                    .map(|($($key,)+ parent, code, n $(, $version)?)| {
                        Self { $($key,)+ parent, code, n $(, $version)? }.row()
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

            fn add(session: &mut Session, row: &Row) -> Ref<Self> {
                session.add(Self::make(row))
            }

            fn insert<X: Executor>(x: &mut X, row: &Row) -> Result<u64> {
                insert($model).values(Self::make(row)).execute(x)
            }

            fn update<X: Executor>(x: &mut X, from: i64, to: i64) -> Result<u64> {
                update($model).set($model.n, to).filter($model.n.eq(from)).execute(x)
            }

            fn delete<X: Executor>(x: &mut X, from: i64) -> Result<u64> {
                delete($model).filter($model.n.eq(from)).execute(x)
            }
        }
    };
}

kind!(Root, (id) of e = e.id.number(), []);
kind!(Leaf, (id) of e = e.id.number(), [version]);
kind!(Twig, (id) of e = e.id.number(), []);
kind!(Note, (id) of e = e.id.number(), []);
kind!(Loan, (a, b) of e = (e.a, e.b).number(), []);
kind!(Tree, (id) of e = e.id.number(), [version]);
kind!(Guest, (id) of e = e.id.number(), []);

/// A handle of any of the models.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Handle {
    Root(Ref<Root>),
    Leaf(Ref<Leaf>),
    Twig(Ref<Twig>),
    Note(Ref<Note>),
    Loan(Ref<Loan>),
    Tree(Ref<Tree>),
    Guest(Ref<Guest>),
}

/// Evaluates an expression for the model of that number: `by_kind!(kind, (Model, variant) => …)`.
macro_rules! by_kind {
    ($kind:expr, ($model:ident, $variant:ident) => $do:expr) => {
        match $kind {
            0 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Root;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Root;
                $do
            }
            1 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Leaf;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Leaf;
                $do
            }
            2 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Twig;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Twig;
                $do
            }
            3 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Note;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Note;
                $do
            }
            4 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Loan;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Loan;
                $do
            }
            5 => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Tree;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Tree;
                $do
            }
            _ => {
                #[allow(unused)]
                type $model = $crate::suite::random::models::Guest;
                #[allow(unused)]
                let $variant = $crate::suite::random::models::Handle::Guest;
                $do
            }
        }
    };
}
pub(super) use by_kind;

/// Evaluates an expression for the handle of whichever model.
macro_rules! each {
    ($handle:expr, $name:ident => $do:expr) => {{
        use $crate::suite::random::models::Handle;
        match $handle {
            Handle::Root($name) => $do,
            Handle::Leaf($name) => $do,
            Handle::Twig($name) => $do,
            Handle::Note($name) => $do,
            Handle::Loan($name) => $do,
            Handle::Tree($name) => $do,
            Handle::Guest($name) => $do,
        }
    }};
}
pub(super) use each;

impl Handle {
    pub(super) fn state(self, session: &Session) -> Result<EntityState> {
        each!(self, handle => session.entity_state(handle))
    }

    pub(super) fn row(self, session: &Session) -> Result<Row> {
        each!(self, handle => session.get_ref(handle).map(Kind::row))
    }

    pub(super) fn is_stale(self, session: &Session) -> bool {
        each!(self, handle => session.is_stale(handle)).unwrap()
    }
}
