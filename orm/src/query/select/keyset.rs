//! [`Select::keyset`]: pages that begin after a row or end before one, which a cursor names. Pages by number are in `page.rs`.
//!
//! The condition on the columns of the order is that of `pages.rs`; the text of a cursor is in `cursor.rs`.

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::Type;

use super::builder::Select;
use super::cursor;
use super::entity_selection::EntitySelection;
use super::pages::Pages;
use crate::mapping::{Model, ModelDef};
use crate::query::executor::Executor;

/// Represents a page of a query of entities, made by [`Select::keyset`].
#[derive(Clone, Debug)]
#[must_use = "a page does nothing until `fetch` is called"]
pub struct Keyset<S> {
    query: Select<S>,
    size: u64,
    from: Option<Position>,
}

/// Where a page is.
#[derive(Clone, Debug)]
struct Position {
    cursor: String,
    is_before: bool,
}

/// Holds the rows of a page, and the cursors of its neighbours.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct KeysetPage<T> {
    /// The rows, in the order of the query.
    pub rows: Vec<T>,
    /// The cursor for [`after`](Keyset::after), if there are rows after those of the page.
    pub next: Option<String>,
    /// The cursor for [`before`](Keyset::before), if there are rows before those of the page.
    pub previous: Option<String>,
}

impl<S: EntitySelection> Select<S> {
    /// Returns the query of a page of at most `size` entities: the first ones, or those after or before a cursor that an
    /// earlier page has returned. Entities that are equal in `order_by` are ordered by the primary key. `order_by` may only
    /// have NOT NULL columns of the model.
    ///
    /// The page is found by a condition, not by a number: an index on the columns leads to it, and rows that are added or
    /// deleted meanwhile move no other rows between pages. An entity is on a page once, also if joins repeat its row; such a
    /// page may have fewer entities, and the last one may have none.
    ///
    /// A cursor is a text of letters, digits, `-` and `_`, and can be part of a URL. It has the values of these columns of
    /// one row, neither encrypted nor signed.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// # insert(User).values(User::builder().name("eve").age(41).active(true)).execute(&mut conn)?;
    /// # sent.take();
    /// let users = select(User).order_by(User.age.desc());
    /// let first = users.keyset(1).fetch(&mut conn)?;
    /// assert_eq!(first.rows[0].name, "eve");
    /// let cursor = first.next.expect("there are more users");
    /// let second = users.keyset(1).after(cursor).fetch(&mut conn)?;
    /// assert_eq!(second.rows[0].name, "ada");
    /// assert_eq!(second.next, None);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" ORDER BY "age" DESC, "id" ASC LIMIT ?"#,
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "age" <= ? AND ("age" < ? OR ("age" = ? AND "id" > ?)) ORDER BY "age" DESC, "id" ASC LIMIT ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn keyset(&self, size: u64) -> Keyset<S> {
        Keyset {
            query: self.clone(),
            size,
            from: None,
        }
    }
}

impl<S: EntitySelection> Keyset<S> {
    /// Sets the cursor after which the page begins: `next` of the page before.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let broken = select(User).keyset(20).after("from a client").fetch(&mut conn);
    /// assert_eq!(broken.unwrap_err().kind(), ErrorKind::Cursor);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn after(self, cursor: impl Into<String>) -> Self {
        self.at(cursor.into(), false)
    }

    /// Sets the cursor before which the page ends: `previous` of the page behind.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// # insert(User).values(User::builder().name("eve").age(41).active(true)).execute(&mut conn)?;
    /// let first = select(User).keyset(1).fetch(&mut conn)?;
    /// let second = select(User).keyset(1).after(first.next.unwrap()).fetch(&mut conn)?;
    /// sent.take();
    /// let again = select(User).keyset(1).before(second.previous.unwrap()).fetch(&mut conn)?;
    /// assert_eq!(again.rows, first.rows);
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" < ? ORDER BY "id" DESC LIMIT ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn before(self, cursor: impl Into<String>) -> Self {
        self.at(cursor.into(), true)
    }

    fn at(mut self, cursor: String, is_before: bool) -> Self {
        self.from = Some(Position { cursor, is_before });
        self
    }

    /// Returns the page. It has no rows if there are none after or before the cursor.
    ///
    /// # Errors
    /// - `Cursor`: the text is no cursor of this version, or one of another model or order.
    /// - `Usage`: the size is 0; the query has LIMIT, OFFSET, GROUP BY, HAVING or a common table expression that writes; or it
    ///   is ordered by something else than NOT NULL columns of the model.
    /// - As [`Select::all`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let page = select(User).keyset(20).fetch(&mut session)?;
    /// assert_eq!(session[page.rows[0]].name, "ada");
    /// assert_eq!((page.next, page.previous), (None, None));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn fetch<X: Executor>(&self, conn_or_session: &mut X) -> Result<KeysetPage<S::Output<X>>> {
        let (pages, order) = self.pages()?;
        let Some(page) = pages.page() else {
            return Err(no_entities());
        };
        let (mut rows, mut ends, mut key) = (Vec::new(), Ends::default(), None);
        conn_or_session.read(&page.statement(), |row, sink| {
            if !ends.take_in::<S::Model>(row, self.size, &order)? {
                return Ok(());
            }
            let own = Some(S::Model::decode_key(row, 0)?);
            if own != key {
                rows.push(S::decode::<X>(row, 0, sink)?);
                key = own;
            }
            Ok(())
        })?;
        Ok(self.framed(rows, ends))
    }

    /// The pages of the query, of which the first one is the one to read, with a row more; and the columns of its order,
    /// which those of a page before a cursor are read against.
    fn pages(&self) -> Result<(Pages, Vec<(usize, bool)>)> {
        let query = &self.query.query;
        query.refuse_limit("keyset")?;
        if self.size == 0 {
            return Err(no_entities());
        }
        let rows = usize::try_from(self.size.saturating_add(1)).unwrap_or(usize::MAX);
        let mut pages = self.query.pages(S::Model::def(), rows, "pages")?;
        let order = pages.order().to_vec();
        refuse_extensions(S::Model::def(), &order)?;
        if let Some(Position { cursor, is_before }) = &self.from {
            let values = cursor::decode(cursor, S::Model::def(), &order)?;
            if *is_before {
                pages.reverse();
            }
            pages.begin_after(values);
        }
        Ok((pages, order))
    }

    /// The rows as a page, with the cursors of the pages beside it. One that is read backwards has a page behind it: that of
    /// its own cursor.
    fn framed<T>(&self, mut rows: Vec<T>, ends: Ends) -> KeysetPage<T> {
        let Ends { count, first, last } = ends;
        let further = last.filter(|_| count > self.size);
        match &self.from {
            Some(Position { is_before, .. }) if *is_before => {
                rows.reverse();
                KeysetPage {
                    rows,
                    next: first,
                    previous: further,
                }
            }
            from => KeysetPage {
                rows,
                next: further,
                previous: first.filter(|_| from.is_some()),
            },
        }
    }
}

/// The cursors of the first and the last row that are read, and how many there are.
#[derive(Default)]
struct Ends {
    count: u64,
    first: Option<String>,
    last: Option<String>,
}

impl Ends {
    /// Counts a row, and keeps the cursors of the first and the last one of a page. Returns whether it is on the page.
    fn take_in<M: Model>(
        &mut self,
        row: &dyn Row,
        size: u64,
        order: &[(usize, bool)],
    ) -> Result<bool> {
        self.count += 1;
        if self.count == 1 {
            self.first = Some(cursor_of::<M>(row, order)?);
        }
        if self.count == size {
            self.last = Some(cursor_of::<M>(row, order)?);
        }
        Ok(self.count <= size)
    }
}

/// Refuses columns whose values have no form that every database reads.
fn refuse_extensions(def: &'static ModelDef, order: &[(usize, bool)]) -> Result<()> {
    let mut types = order.iter().map(|(position, _)| &def.columns[*position].ty);
    if types.any(|ty| matches!(ty, Type::Extension(_))) {
        return Err(cursor::not_encoded(def));
    }
    Ok(())
}

/// The cursor of a row in an order.
fn cursor_of<M: Model>(row: &dyn Row, order: &[(usize, bool)]) -> Result<String> {
    let entity = M::decode(row, 0)?;
    let values = order.iter().map(|(position, _)| entity.value(*position));
    cursor::encode(values, M::def(), order)
}

#[cold]
fn no_entities() -> Error {
    Error::with_message(ErrorKind::Usage, "a page of 0 entities is not possible")
        .with_hint("give a size of at least 1")
}
