//! INSERT, upsert, UPDATE of many rows and RETURNING, printed with literals. What is sent is made in `bulk/`, in
//! `update_rows.rs` and in `returning.rs`; UPDATE and DELETE print themselves.

use orm_core::error::Result;
use orm_core::sql::Dialect;
use orm_core::stmt::{self, CompareOp, Expr, Name};
use orm_core::value::ValueRef;

use super::insert::Insert;
use super::insert_query::InsertQuery;
use super::printed_rows::{SEPARATOR, printed, printed_rows};
use super::returning::{Returning, WriteRows};
use super::update_many::UpdateMany;
use super::upsert::Upsert;
use super::values::Run;
use crate::mapping::{Criteria, Model};
use crate::query::compile::printed::with_literals;
use crate::query::select::returning_list::ReturningList;
use crate::query::select::selectable::Selectable;

impl<M: Model> Insert<'_, M> {
    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`]. Rows that give
    /// other columns, and more rows than a statement of the database has, are statements of their own, with a semicolon
    /// between them.
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - `Usage`: there are no rows.
    /// - `DataTooLong`, `OutOfRange`: a value does not fit its column.
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let users = ["ada", "o'brien"].map(|name| User::builder().name(name).email("x@y").age(36).active(true));
    /// assert_eq!(
    ///     insert(User).values(users).to_sql_with_literals(&PostgresDialect)?,
    ///     r#"INSERT INTO "users" ("name", "email", "age", "active") VALUES ('ada', 'x@y', 36, TRUE), ('o''brien', 'x@y', 36, TRUE)"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.check_hooks()?;
        printed_rows(self.parts(), dialect, &|_| Ok(None))
    }
}

impl<M: Model> InsertQuery<M> {
    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`InsertQuery::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let copies = select((Post.author_id, Post.title)).filter(Post.title.ne("it's"));
    /// let copied = insert(Post).from_select((Post.author_id, Post.title), copies);
    /// assert_eq!(
    ///     copied.to_sql_with_literals(&SqliteDialect)?,
    ///     r#"INSERT INTO "posts" ("author_id", "title") SELECT "author_id", "title" FROM "posts" WHERE "title" <> 'it''s'"#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        let statement = self.lower(dialect.capabilities(), &Criteria::default(), None)?;
        printed(&statement, dialect)
    }
}

impl<M: Model> Upsert<'_, M> {
    /// Returns the SQL text with literals instead of binds, to read it. See [`Insert::to_sql_with_literals`].
    ///
    /// # Errors
    /// - As [`Upsert::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let ada = User::builder().id(1).name("ada").email(Null).age(36).active(true);
    /// let upsert = insert(User).values(ada).on_conflict(User.id);
    /// assert_eq!(
    ///     upsert.do_update(|new| [User.age.to(new.age)]).to_sql_with_literals(&SqliteDialect)?,
    ///     r#"INSERT INTO "users" ("id", "name", "email", "age", "active") VALUES (1, 'ada', NULL, 36, 1) ON CONFLICT ("id") DO UPDATE SET "age" = excluded."age""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        self.printed(dialect, None)
    }

    pub(super) fn printed(
        &self,
        dialect: &dyn Dialect,
        list: Option<&ReturningList>,
    ) -> Result<String> {
        self.check()?;
        let clauses = |run: &Run| self.clauses(run, &Criteria::default(), list).map(Some);
        self.insert.check_hooks()?;
        printed_rows(self.insert.parts(), dialect, &clauses)
    }
}

impl<M: Model> UpdateMany<'_, M> {
    /// Returns the SQL text with literals instead of binds, to read it: an UPDATE of each row, with a semicolon between them.
    /// See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`UpdateMany::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let posts = [1, 2].map(|id| Post { id, author_id: 1, title: format!("no. {id}"), author: BelongsTo::default() });
    /// assert_eq!(
    ///     update_many(Post).rows(&posts).set(Post.title).to_sql_with_literals(&SqliteDialect)?,
    ///     "UPDATE \"posts\" SET \"title\" = 'no. 1' WHERE \"id\" = 1;\nUPDATE \"posts\" SET \"title\" = 'no. 2' WHERE \"id\" = 2"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        let mut texts = Vec::new();
        self.each_row(|set, key| {
            let def = M::def();
            let mut update = stmt::Update::new(def.table);
            let name = |position: usize| Name::from(def.names[position]);
            let value = |value: ValueRef<'_>| Expr::Value(value.to_value());
            let set = set.iter();
            update.set = set.map(|(at, it)| (name(*at), value(*it))).collect();
            let column = |at| Expr::column(def.table, def.names[at]);
            let key = key.iter();
            let key = key.map(|(at, it)| Expr::compare(CompareOp::Eq, column(*at), value(*it)));
            update.filter = key.collect();
            texts.push(with_literals(&update, dialect)?);
            Ok(())
        })?;
        Ok(texts.join(SEPARATOR))
    }
}

impl<W: WriteRows, S: Selectable> Returning<W, S> {
    /// Returns the SQL text with literals instead of binds, to read it. See [`Select::to_sql_with_literals`].
    ///
    /// [`Select::to_sql_with_literals`]: crate::query::Select::to_sql_with_literals
    ///
    /// # Errors
    /// - As [`Returning::to_sql`].
    /// - `Unsupported`: a value has no literal.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let gone = delete(User).filter(User.name.eq("ada")).returning(User.id);
    /// assert_eq!(
    ///     gone.to_sql_with_literals(&PostgresDialect)?,
    ///     r#"DELETE FROM "users" WHERE "name" = 'ada' RETURNING "id""#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn to_sql_with_literals(&self, dialect: &dyn Dialect) -> Result<String> {
        let (write, list) = self.parts();
        list.check(W::Model::def())?;
        write.printed_returning(dialect, list)
    }
}
