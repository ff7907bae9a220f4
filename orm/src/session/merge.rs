//! Takes values into the session that were expunged, or come from outside: [`Session::attach`], [`Session::merge`],
//! [`Session::merge_all`].

use std::collections::{HashMap, HashSet};

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::value::{Value, ValueRef};

use super::Session;
use super::read::{key_text, lose};
use super::write::row_id;
use crate::load;
use crate::mapping::{Model, NewEntity, NewRow, PrimaryKey, RawRef, ToOne};
use crate::query::inferred::Access;
use crate::query::rows_by_key;
use crate::state::{Ref, Take};

impl Session {
    /// Takes in a value of a row that the database has: one that was [expunged](Session::expunge), or that was received. The
    /// entity is persistent and unchanged. Sends no statement; the next UPDATE matches the values that were attached, so
    /// that a row that was changed meanwhile is `StaleData`.
    ///
    /// What its relations reference in another session is not loaded. [`merge`](Session::merge) compares the value with the
    /// row instead.
    ///
    /// # Errors
    /// - `Usage`: the session has an entity with this key, or the value has no key yet.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// let mut session = Session::new(&engine);
    /// let ada = session.get_one(User, 1)?;
    /// let ada: User = session.expunge(ada)?;
    /// drop(session);
    ///
    /// let mut session = Session::new(&engine);
    /// sent.take();
    /// let ada = session.attach(ada)?;
    /// session[ada].age = 37;
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn attach<M: Model>(&mut self, mut value: M) -> Result<Ref<M>> {
        if !has_key(&value) {
            return Err(no_key::<M>());
        }
        let key = value.key();
        if self.state.ensure::<M>().find(&key).is_some() {
            return Err(already_here::<M>(&key));
        }
        self.state.adopt(&mut value);
        let clock = self.state.clock;
        Ok(self.state.ensure::<M>().attach(value, clock))
    }

    /// Copies the columns of a value onto the entity with its primary key, and returns that. The entity is the one of the
    /// identity map, or else its row is read; without a row, the value is added. The next flush writes the columns that
    /// differ.
    ///
    /// A `BelongsTo` that references an entity of this session is copied, too; other relations of the value are ignored. The
    /// version of the value must be that of the row.
    ///
    /// # Errors
    /// - `StaleData`: the row has another version than the value.
    /// - As [`Session::get`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// # let ada = session.get_one(User, 1)?;
    /// # let mut received: User = session.expunge(ada)?;
    /// # sent.take();
    /// received.age = 37;
    /// let ada = session.merge(received)?;
    /// assert_eq!(session.changed_columns(ada)?, ["age"]);
    /// session.commit()?;
    /// assert_eq!(
    ///     sent.take_sql(),
    ///     [
    ///         r#"SELECT "id", "name", "email", "age", "active" FROM "users" WHERE "id" = ?"#,
    ///         r#"UPDATE "users" SET "age" = ? WHERE "id" = ? AND "age" IS ?"#,
    ///     ]
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn merge<M: Model + NewRow<Model = M>>(&mut self, value: M) -> Result<Ref<M>> {
        let mut merged = self.merge_all([value])?;
        Ok(merged.remove(0))
    }

    /// Merges several values, as [`Session::merge`] does, and returns their entities in order. The rows that the session
    /// has not loaded are read by one statement, or one for each 1,024 of them. After an error some are merged.
    ///
    /// # Errors
    /// As [`Session::merge`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut session = Session::new(&engine);
    /// let post = |id: i64, title: &str| Post {
    ///     id,
    ///     author_id: 1,
    ///     title: title.into(),
    ///     author: BelongsTo::default(),
    /// };
    /// session.merge_all([post(1, "On engines, again"), post(7, "On moons")])?;
    /// session.commit()?;
    /// let sent = sent.take_sql();
    /// assert_eq!(
    ///     sent[0],
    ///     r#"SELECT "id", "author_id", "title" FROM "posts" WHERE "id" IN (?, ?)"#
    /// );
    /// assert!(sent[2].starts_with(r#"UPDATE "posts" SET "title" = ?"#), "{sent:?}");
    /// assert!(sent[3].starts_with(r#"INSERT INTO "posts""#), "{sent:?}");
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn merge_all<M: Model + NewRow<Model = M>>(
        &mut self,
        values: impl IntoIterator<Item = M>,
    ) -> Result<Vec<Ref<M>>> {
        let rows = values.into_iter().map(NewRow::into_row);
        let rows: Vec<NewEntity<M>> = rows.collect();
        self.usable()?;
        let read = self.read_merged(&rows);
        self.note(read)?;
        let mut added: HashMap<M::Key, Ref<M>> = HashMap::new();
        let mut handles = Vec::with_capacity(rows.len());
        for mut row in rows {
            let relations = self.state.adopt(&mut row.value);
            let key = has_key(&row.value).then(|| row.value.key());
            let known = key.as_ref().and_then(|key| {
                let arena = self.state.arena::<M>()?;
                arena.find(key).or_else(|| added.get(key).copied())
            });
            let is_deleting = known.is_some_and(|known| self.stays(known).is_err());
            let handle = match known.filter(|_| !is_deleting) {
                Some(handle) => {
                    self.copy_onto(handle, &row.value, &relations)?;
                    handle
                }
                None => self.insert_row(row),
            };
            added.extend(key.map(|key| (key, handle)));
            handles.push(handle);
        }
        Ok(handles)
    }

    /// Reads the rows of values that are not in memory.
    fn read_merged<M: Model>(&mut self, rows: &[NewEntity<M>]) -> Result<()> {
        let keys = rows.iter().filter(|row| has_key(&row.value));
        let keys = keys.map(|row| row.value.key());
        let mut keys: Vec<M::Key> = keys
            .filter(|key| self.in_memory::<M>(key).is_none())
            .collect();
        if keys.is_empty() {
            return Ok(());
        }
        self.reading(|session| {
            session.before_query(Access::Plain)?;
            let values = |key: &M::Key| -> Vec<Value> {
                key.with_parts(|parts| parts.iter().map(|part| part.to_value()).collect())
            };
            let all: Vec<Vec<Value>> = keys.iter().map(values).collect();
            session.load_rows(|connection, state, _| {
                let model = (M::def(), M::slot().index());
                let mut found = HashSet::new();
                rows_by_key(connection, model, &all, &mut |row| {
                    found.insert(load::entity::<M>(state, Take::Stale, row, 0)?);
                    Ok(())
                })?;
                let arena = state.ensure::<M>();
                keys.retain(|key| arena.find(key).is_some_and(|known| !found.contains(&known)));
                for key in &keys {
                    lose::<M>(state, key);
                }
                Ok(())
            })
        })
    }

    fn copy_onto<M: Model>(
        &mut self,
        handle: Ref<M>,
        value: &M,
        relations: &[(usize, RawRef)],
    ) -> Result<()> {
        let entity = self.get_mut(handle)?;
        let def = M::def();
        if let Some(version) = def.version {
            let (known, own) = (entity.value(version), value.value(version));
            if !known.is_same(own) {
                return Err(other_version(entity, [known, own]));
            }
        }
        for position in 0..def.columns.len() {
            let given = value.value(position);
            // What was left out of the value's row says nothing.
            if value.is_loaded(position)
                && !def.is_key(position)
                && !def.computed.contains(&position)
                && !entity.value(position).is_same(given)
            {
                // What the field of one entity holds fits that of another.
                let _ = entity.assign(position, given);
            }
        }
        for (index, target) in relations {
            let row = row_id(handle);
            let arena = self.state.by_model(row.model);
            let known = arena.and_then(|arena| arena.to_one(row.slot, *index).handle());
            if known != Some(*target) {
                self.state.relink(row, *index, ToOne::Handle(*target));
            }
        }
        Ok(())
    }
}

/// Whether a value has a key that a row may have.
fn has_key<M: Model>(value: &M) -> bool {
    let generated = M::def().generated.map(|position| value.value(position));
    !matches!(generated, Some(ValueRef::Int(0)))
}

#[cold]
fn no_key<M: Model>() -> Error {
    let message = format!("the {} has no primary key yet", M::def().name);
    Error::with_message(ErrorKind::Usage, message)
        .with_table(M::def().table)
        .with_hint("call add, which inserts it")
}

#[cold]
fn already_here<M: Model>(key: &M::Key) -> Error {
    let (name, key) = (M::def().name, key_text(key));
    let message = format!("the session has a {name} with the primary key {key}");
    Error::with_message(ErrorKind::Usage, message)
        .with_table(M::def().table)
        .with_hint("call merge, which copies the value onto it, or expunge it first")
}

#[cold]
fn other_version<M: Model>(entity: &M, versions: [ValueRef<'_>; 2]) -> Error {
    let (name, key) = (M::def().name, key_text(&entity.key()));
    let [known, own] = versions.map(|version| version.to_json(""));
    let message = format!(
        "the {name} with the primary key {key} has the version {known}, the merged value has {own}"
    );
    Error::with_message(ErrorKind::StaleData, message)
        .with_table(M::def().table)
        .with_hint("read the row again and repeat the change")
}
