//! What a query reads of the rows that it finds: deferred columns, rows that criteria hide, and values of entities that the
//! session has. Building the query is in `builder.rs`.

use super::builder::Select;
use super::entity_selection::EntitySelection;
use crate::mapping::{AttributeSet, Columns, Exempt, Model};

impl<S> Select<S> {
    /// Sets the session's entities to the values of the rows, although they are fresh. Entities with unflushed changes,
    /// which [`no_autoflush`](crate::Session::no_autoflush) may leave, keep all their values. On a connection it has no
    /// effect.
    ///
    /// Without it, what a transaction has loaded stays as it was loaded until commit, rollback or
    /// [`expire_all`](crate::Session::expire_all). Relations are loaded by [`with`](Self::with) as without it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let ada = session.get(User, 1)?.expect("the row is there");
    /// update(User).set(User.age, 37).execute(&mut engine.connection()?)?;
    /// sent.take();
    /// select(User).all(&mut session)?;
    /// assert_eq!(session[ada].age, 36);
    /// select(User).populate_existing().all(&mut session)?;
    /// assert_eq!(session[ada].age, 37);
    /// let text = r#"SELECT "id", "name", "email", "age", "active" FROM "users""#;
    /// assert_eq!(sent.take_sql(), [text, text]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn populate_existing(mut self) -> Self {
        self.query.populates_existing = true;
        self
    }

    /// Exempts the query and the relations that it loads from the criteria of this name that its connection or session has. Any
    /// other name has no effect.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// select(User.name).all(&mut session)?;
    /// select(User.name).without_criteria("active").all(&mut session)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "name" FROM "users" WHERE "active" = ?"#,
    ///         r#"SELECT "name" FROM "users""#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_criteria(mut self, name: &str) -> Self {
        Exempt::add(&mut self.query.exempt, name);
        self
    }

    /// Exempts the query and the relations that it loads from all criteria that its connection or session has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// use orm::Criteria;
    ///
    /// let criteria = Criteria::new().add("active", User, User.active.eq(true));
    /// let mut session = Session::new(&engine).criteria(&criteria);
    /// select(User.name).without_all_criteria().all(&mut session)?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "name" FROM "users""#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn without_all_criteria(mut self) -> Self {
        self.query.exempt = Some(Box::new(Exempt::All));
        self
    }
}

impl<S: EntitySelection> Select<S> {
    /// Reads [`Deferred`](crate::Deferred) columns of the selected model, of the base where subtypes are selected, which queries leave out, with those of their groups.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::Deferred;
    /// # #[derive(Model)]
    /// # #[orm(table = "articles")]
    /// # struct Article { #[orm(primary_key)] id: i64, body: Deferred<String> }
    /// let query = select(Article).undefer(Article.body);
    /// assert_eq!(query.to_sql(&orm::sqlite::SqliteDialect)?, r#"SELECT "id", "body" FROM "articles""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn undefer(mut self, columns: impl Columns<S::Model>) -> Self {
        let def = S::Model::def();
        let columns = AttributeSet::of(columns, def).columns;
        self.query.choose(def, &columns, true);
        self
    }

    /// Leaves [`Deferred`](crate::Deferred) columns of the selected model out, with those of their groups.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm::prelude::*;
    /// # use orm::Deferred;
    /// # #[derive(Model)]
    /// # #[orm(table = "articles")]
    /// # struct Article { #[orm(primary_key)] id: i64, #[orm(deferred = false)] body: Deferred<String> }
    /// let query = select(Article).defer(Article.body);
    /// assert_eq!(query.to_sql(&orm::sqlite::SqliteDialect)?, r#"SELECT "id" FROM "articles""#);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn defer(mut self, columns: impl Columns<S::Model>) -> Self {
        let def = S::Model::def();
        let columns = AttributeSet::of(columns, def).columns;
        self.query.choose(def, &columns, false);
        self
    }
}
