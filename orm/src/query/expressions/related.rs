//! The operators of a relation whose foreign key the model has: comparisons with entities; and [`Related`], what it can be
//! compared with.
//!
//! They compare the columns of the foreign key. Conditions on what a relation references are subqueries, in `select/`.

use orm_core::stmt::{CompareOp, Expr, Few};
use orm_core::types::{NotNull, Nullability, Nullable};
use orm_core::value::Value;

use super::operand::Null;
use super::predicate::Predicate;
use super::table_ref::TableRef;
use super::term::Comparison;
use crate::mapping::{
    BelongsTo, HandleKey, Model, Ref, ReferenceDef, Relation, RelationDef, ToOneTarget,
};

/// Is implemented by what a relation to the model `M` can be compared with: a handle of an entity, a reference to a
/// struct, an `Option` of one of these, or [`Null`].
///
/// The key of a handle is taken when the statement runs on the session of the handle, after its autoflush.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be compared with a relation to `{M}`",
    label = "expected a handle, `Ref<{M}>`, or a reference to a `{M}`",
    note = "a key is compared with the column of the foreign key: `Post.author_id.eq(1)`"
)]
pub trait Related<M> {
    /// Whether there may be no entity.
    type Null: Nullability;

    /// Returns the values of the columns, `None` if there is no entity.
    #[doc(hidden)]
    fn into_key(self, columns: &KeyColumns) -> Option<Few<Value>>;
}

/// Holds which columns of an entity a relation compares.
#[derive(Clone, Copy, Debug)]
pub struct KeyColumns {
    relation: &'static RelationDef,
    columns: &'static [usize],
}

impl KeyColumns {
    pub(in crate::query) fn new(relation: &'static RelationDef, columns: &'static [usize]) -> Self {
        Self { relation, columns }
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Related<M> for Ref<M> {
    type Null = NotNull;

    fn into_key(self, columns: &KeyColumns) -> Option<Few<Value>> {
        let key = |position: &usize| {
            let key = HandleKey {
                relation: columns.relation,
                model: M::def(),
                handle: self.raw(),
                position: *position,
            };
            key.into_value()
        };
        Some(columns.columns.iter().map(key).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Related<M> for &Ref<M> {
    type Null = NotNull;

    fn into_key(self, columns: &KeyColumns) -> Option<Few<Value>> {
        (*self).into_key(columns)
    }
}

#[diagnostic::do_not_recommend]
impl<M: Model> Related<M> for &M {
    type Null = NotNull;

    fn into_key(self, columns: &KeyColumns) -> Option<Few<Value>> {
        let value = |position: &usize| self.value(*position).to_value();
        Some(columns.columns.iter().map(value).collect())
    }
}

#[diagnostic::do_not_recommend]
impl<M, R: Related<M, Null = NotNull>> Related<M> for Option<R> {
    type Null = Nullable;

    fn into_key(self, columns: &KeyColumns) -> Option<Few<Value>> {
        self.and_then(|entity| entity.into_key(columns))
    }
}

#[diagnostic::do_not_recommend]
impl<M> Related<M> for Null {
    type Null = Nullable;

    fn into_key(self, _columns: &KeyColumns) -> Option<Few<Value>> {
        None
    }
}

/// The condition that a row is that entity: its primary key in the table of its model, by the table's own name.
pub(in crate::query) fn is_entity<M: Model, R: Related<M, Null = NotNull>>(
    relation: &'static RelationDef,
    entity: R,
) -> Predicate {
    let def = M::def();
    let columns = KeyColumns::new(relation, def.primary_key);
    let table = TableRef::of_def(def);
    let key = entity.into_key(&columns).unwrap_or_default();
    let columns = def.primary_key.iter().zip(key);
    let equal = columns.map(|(column, value)| {
        Expr::compare(CompareOp::Eq, table.column(*column), Expr::Value(value))
    });
    let equal = equal.reduce(Expr::and);
    Predicate::over(equal.unwrap_or(Expr::And(Vec::new())), Some(table), 1)
}

/// A foreign key in a statement.
struct Key {
    table: TableRef,
    relation: &'static RelationDef,
    reference: &'static ReferenceDef,
    is_nullable: bool,
}

impl Key {
    fn of<M: Model, T: ToOneTarget>(relation: Relation<M, BelongsTo<T>>) -> Self {
        let mut all = M::def().belongs_to();
        let own = all.find(|(index, ..)| *index == relation.index());
        let (_, def, reference) =
            own.expect("invariant: the derive gives each BelongsTo a foreign key");
        Self {
            table: TableRef::of_relation(&relation),
            relation: def,
            reference,
            is_nullable: T::NULLABLE,
        }
    }

    /// The columns of the other model.
    fn target(&self) -> KeyColumns {
        KeyColumns::new(self.relation, self.reference.target_columns)
    }

    /// Each column beside a value.
    fn compared(&self, op: CompareOp, key: Few<Value>) -> Vec<Expr> {
        let columns = self.reference.columns.iter().zip(key);
        let compared = columns.map(|(column, value)| {
            Expr::compare(op, self.table.column(*column), Expr::Value(value))
        });
        compared.collect()
    }

    /// Whether it references that entity, or none.
    fn equals(&self, key: Option<Few<Value>>) -> Predicate {
        match key {
            None => self.is_null(false),
            Some(key) => self.beside(CompareOp::Eq, key),
        }
    }

    /// Whether it references another entity or none. A comparison with a nullable column would be unknown without one.
    fn differs(&self, key: Option<Few<Value>>) -> Predicate {
        match key {
            None => self.is_null(true),
            Some(key) if self.is_nullable => self.beside(CompareOp::Distinct, key),
            Some(key) => self.beside(CompareOp::Ne, key),
        }
    }

    fn beside(&self, op: CompareOp, mut key: Few<Value>) -> Predicate {
        if let ([column], [_]) = (self.reference.columns, &*key)
            && let Some(value) = key.pop()
        {
            return Predicate::comparison(Comparison {
                table: self.table,
                position: u32::try_from(*column).expect("invariant: a table has few columns"),
                op,
                value,
            });
        }
        let terms = self.compared(op, key);
        let all = if op == CompareOp::Eq {
            Expr::And(terms)
        } else {
            Expr::Or(terms)
        };
        Predicate::over(all, Some(self.table), 1)
    }

    /// Whether it references none: a composite key does if one of its columns is NULL.
    fn is_null(&self, negated: bool) -> Predicate {
        let columns = self.reference.columns.iter();
        let mut terms: Vec<Expr> = columns
            .map(|column| Expr::IsNull {
                expr: Box::new(self.table.column(*column)),
                negated,
            })
            .collect();
        let all = match (terms.len(), negated) {
            (1, _) => terms.remove(0),
            (_, true) => Expr::And(terms),
            (_, false) => Expr::Or(terms),
        };
        Predicate::over(all, Some(self.table), 1)
    }

    /// Whether it references one of these entities; if `negated`, none of them.
    fn is_among(&self, keys: Vec<Few<Value>>, negated: bool) -> Predicate {
        let among = match self.reference.columns {
            [column] => Expr::In {
                expr: Box::new(self.table.column(*column)),
                list: keys.into_iter().flatten().collect::<Vec<_>>().into(),
                negated,
            },
            columns => Expr::InRows {
                row: columns
                    .iter()
                    .map(|column| self.table.column(*column))
                    .collect(),
                list: keys
                    .into_iter()
                    .map(Few::into_vec)
                    .collect::<Vec<_>>()
                    .into(),
                negated,
            },
        };
        let among = Predicate::over(among, Some(self.table), 1);
        if negated && self.is_nullable {
            among.or(self.is_null(false))
        } else {
            among
        }
    }
}

impl<M: Model, T: ToOneTarget> Relation<M, BelongsTo<T>> {
    /// Returns the condition that the relation references `entity`. `None` and `Null` give `IS NULL`.
    ///
    /// A handle may be of an entity that is not stored yet: the session flushes it first.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// sent.take();
    /// let posts = select(Post.title).filter(Post.author.eq(ada)).all(&mut session)?;
    /// assert_eq!(posts, ["On engines"]);
    /// assert_eq!(sent.take_sql(), [r#"SELECT "title" FROM "posts" WHERE "author_id" = ?"#]); // 1
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn eq<R: Related<T::Model>>(self, entity: R) -> Predicate {
        let key = Key::of(self);
        key.equals(entity.into_key(&key.target()))
    }

    /// Returns the condition that the relation does not reference `entity`, but another one or none. `None` and
    /// `Null` give `IS NOT NULL`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// sent.take();
    /// assert_eq!(select(Post).filter(Post.author.ne(ada)).count(&mut session)?, 0);
    /// assert_eq!(sent.take_sql(), [r#"SELECT COUNT(*) FROM "posts" WHERE "author_id" <> ?"#]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn ne<R: Related<T::Model>>(self, entity: R) -> Predicate {
        let key = Key::of(self);
        key.differs(entity.into_key(&key.target()))
    }

    /// Returns the condition that the relation references one of `entities`. Of none it is false.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).all(&mut session)?;
    /// sent.take();
    /// let posts = select(Post).filter(Post.author.in_(&users)).all(&mut session)?;
    /// assert_eq!(posts.len(), 1);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "author_id" IN (?)"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn in_<R: Related<T::Model, Null = NotNull>>(
        self,
        entities: impl IntoIterator<Item = R>,
    ) -> Predicate {
        self.is_among(entities, false)
    }

    /// Returns the condition that the relation references none of `entities`, but another one or none at all.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let users = select(User).all(&mut session)?;
    /// sent.take();
    /// assert!(!select(Post).filter(Post.author.not_in(&users)).exists(&mut session)?);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT 1 FROM "posts" WHERE "author_id" NOT IN (?) LIMIT 1"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn not_in<R: Related<T::Model, Null = NotNull>>(
        self,
        entities: impl IntoIterator<Item = R>,
    ) -> Predicate {
        self.is_among(entities, true)
    }

    fn is_among<R: Related<T::Model, Null = NotNull>>(
        self,
        entities: impl IntoIterator<Item = R>,
        is_negated: bool,
    ) -> Predicate {
        let key = Key::of(self);
        let columns = key.target();
        let keys = entities.into_iter();
        let keys = keys.filter_map(|entity| entity.into_key(&columns));
        key.is_among(keys.collect(), is_negated)
    }
}

impl<M: Model, N: Model> Relation<M, BelongsTo<Option<N>>> {
    /// Returns the condition that the relation references no entity: a column of its foreign key is NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64 }
    /// # #[derive(Model)]
    /// # #[orm(table = "posts")]
    /// # struct Post { #[orm(primary_key)] id: i64, #[orm(references = User.id)] editor_id: Option<i64>, editor: BelongsTo<Option<User>> }
    /// let unedited = select(Post.id).filter(Post.editor.is_null());
    /// assert_eq!(
    ///     unedited.to_sql(&orm::sqlite::SqliteDialect)?,
    ///     r#"SELECT "id" FROM "posts" WHERE "editor_id" IS NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_null(self) -> Predicate {
        Key::of(self).is_null(false)
    }

    /// Returns the condition that the relation references an entity.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # #[derive(Model)]
    /// # #[orm(table = "users")]
    /// # struct User { #[orm(primary_key)] id: i64 }
    /// # #[derive(Model)]
    /// # #[orm(table = "posts")]
    /// # struct Post { #[orm(primary_key)] id: i64, #[orm(references = User.id)] editor_id: Option<i64>, editor: BelongsTo<Option<User>> }
    /// let edited = select(Post.id).filter(Post.editor.is_not_null());
    /// assert_eq!(
    ///     edited.to_sql(&orm::sqlite::SqliteDialect)?,
    ///     r#"SELECT "id" FROM "posts" WHERE "editor_id" IS NOT NULL"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn is_not_null(self) -> Predicate {
        Key::of(self).is_null(true)
    }
}
