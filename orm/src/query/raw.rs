//! Raw SQL. Its values are binds all the same.

use std::borrow::Cow;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{Dialect, SqlWriter, write_raw_list};
use orm_core::types::{DbType, Type};
use orm_core::value::{Value, ValueRef};

use super::executor::Executor;
use super::from_row::{FromRow, Reader};
use super::operand::Null;
use super::placeholders::{Lexis, Piece, pieces};
use super::places::{Arranged, Places};
use super::rows::{ByRef, ByValue};
use crate::mapping::{Entity, Model};

/// A statement in SQL text. `:name` stands for a value; `\:` is a colon.
///
/// ```
/// use orm::prelude::*;
///
/// let engine = Engine::connect("sqlite://")?;
/// let mut conn = engine.connection()?;
/// let sum = raw("SELECT :a + :b, 'what :a is'").bind("a", 1).bind("b", 2);
/// let rows: Vec<(i64, String)> = sum.all(&mut conn)?;
/// assert_eq!(rows, [(3, "what :a is".to_owned())]);
/// # Ok::<(), orm::Error>(())
/// ```
#[must_use = "a raw statement does nothing until it is run"]
#[derive(Clone, Debug)]
pub struct Raw {
    sql: Cow<'static, str>,
    binds: Vec<(Cow<'static, str>, Bound)>,
}

#[derive(Clone, Debug)]
enum Bound {
    One(Value),
    List(Vec<Value>, Type),
}

/// What can be bound in raw SQL: every value that a column can hold, and borrowed text and bytes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` can't be bound to a raw statement",
    label = "not a value that a column can hold; lists are bound by `bind_list`"
)]
pub trait RawValue<Kind> {
    /// The type of the value, for a list of none.
    const TYPE: Type;

    /// The value.
    fn into_value(self) -> Value;
}

#[diagnostic::do_not_recommend]
impl<T: DbType> RawValue<ByValue> for T {
    const TYPE: Type = <T as DbType>::TYPE;

    fn into_value(self) -> Value {
        self.to_value().to_value()
    }
}

#[diagnostic::do_not_recommend]
impl RawValue<ByRef> for Null {
    const TYPE: Type = Type::Text;

    fn into_value(self) -> Value {
        Value::Null
    }
}

macro_rules! borrowed {
    ($($given:ty => $owned:ty),+ $(,)?) => {$(
        #[diagnostic::do_not_recommend]
        impl RawValue<ByRef> for $given {
            const TYPE: Type = <$owned as DbType>::TYPE;

            fn into_value(self) -> Value {
                RawValue::<ByValue>::into_value(<$owned>::from(self))
            }
        }

        #[diagnostic::do_not_recommend]
        impl RawValue<ByRef> for Option<$given> {
            const TYPE: Type = <$owned as DbType>::TYPE;

            fn into_value(self) -> Value {
                self.map_or(Value::Null, RawValue::<ByRef>::into_value)
            }
        }
    )+};
}

borrowed! {
    &str => String,
    &String => String,
    Cow<'_, str> => String,
    &[u8] => Vec<u8>,
}

/// A statement in SQL text, with `:name` for each value.
pub fn raw(sql: impl Into<Cow<'static, str>>) -> Raw {
    Raw {
        sql: sql.into(),
        binds: Vec::new(),
    }
}

impl Raw {
    /// Binds a value to `:name`, wherever that stands.
    pub fn bind<V: RawValue<Kind>, Kind>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: V,
    ) -> Self {
        self.binds
            .push((name.into(), Bound::One(value.into_value())));
        self
    }

    /// Binds values to `:name`, which becomes a list in parentheses: `WHERE id IN :ids`, or with your own,
    /// `WHERE id IN (:ids)`. In a list of none is nothing, and `NOT IN` it is everything. A list is as long
    /// as the database takes binds; the `in_` of a column takes any length.
    pub fn bind_list<V, Kind>(
        mut self,
        name: impl Into<Cow<'static, str>>,
        values: impl IntoIterator<Item = V>,
    ) -> Self
    where
        V: RawValue<Kind>,
    {
        let values = values.into_iter().map(RawValue::into_value).collect();
        self.binds.push((name.into(), Bound::List(values, V::TYPE)));
        self
    }

    /// All rows, as tuples or as structs that derive `FromRow`.
    ///
    /// ```
    /// use orm::prelude::*;
    ///
    /// #[derive(FromRow)]
    /// struct Town {
    ///     name: String,
    ///     people: i64,
    /// }
    ///
    /// let engine = Engine::connect("sqlite://")?;
    /// let mut conn = engine.connection()?;
    /// let towns: Vec<Town> = raw("SELECT 3 AS people, 'Ulm' AS name").all(&mut conn)?;
    /// assert_eq!((towns[0].name.as_str(), towns[0].people), ("Ulm", 3));
    /// # Ok::<(), orm::Error>(())
    /// ```
    ///
    /// # Errors
    /// `Usage` for a name without a value or a value without its name, the database's refusal, `Decode`
    /// for a value that doesn't fit, `UndefinedColumn` if the rows lack a column of the struct.
    pub fn all<R: FromRow, X: Executor>(&self, x: &mut X) -> Result<Vec<R>> {
        let (mut rows, mut reader) = (Vec::new(), Reader::default());
        self.query(x, &mut |row| {
            rows.push(reader.read(row)?);
            Ok(())
        })?;
        Ok(rows)
    }

    /// The first row, as a tuple or struct.
    ///
    /// # Errors
    /// As [`Raw::all`].
    pub fn first<R: FromRow, X: Executor>(&self, x: &mut X) -> Result<Option<R>> {
        let (mut first, mut reader) = (None, Reader::default());
        self.query(x, &mut |row| {
            if first.is_none() {
                first = Some(reader.read(row)?);
            }
            Ok(())
        })?;
        Ok(first)
    }

    /// The only row, as a tuple or struct.
    ///
    /// # Errors
    /// `NotFound` if there is none, `MultipleRows` if there are several; else as [`Raw::all`].
    pub fn one<R: FromRow, X: Executor>(&self, x: &mut X) -> Result<R> {
        let (mut only, mut reader) = (None, Reader::default());
        self.query(x, &mut |row| {
            if only.is_some() {
                return Err(Error::new(ErrorKind::MultipleRows).with_sql(&self.sql));
            }
            only = Some(reader.read(row)?);
            Ok(())
        })?;
        only.ok_or_else(|| Error::new(ErrorKind::NotFound).with_sql(&self.sql))
    }

    /// All rows, as entities. Their columns are found by name; others are passed over.
    ///
    /// # Errors
    /// `UndefinedColumn` if the rows lack a column of the entity; else as [`Raw::all`].
    pub fn entities<E: Entity, X: Executor>(
        &self,
        _entity: E,
        x: &mut X,
    ) -> Result<Vec<X::Of<E::Model>>> {
        let mut entities = Vec::new();
        let mut places = None;
        self.prepare(x)?;
        let (conn, mut sink) = x.split()?;
        let (sql, binds) = self.compile(conn.dialect())?;
        conn.raw_query(&sql, &binds, &mut |row| {
            let places = match &mut places {
                Some(places) => places,
                unknown => unknown.insert(places_of::<E::Model>(row)?),
            };
            let row = Arranged { row, places };
            entities.push(X::entity::<E::Model>(&mut sink, &row, 0)?);
            Ok(())
        })?;
        Ok(entities)
    }

    /// Runs it and tells how many rows were touched.
    ///
    /// # Errors
    /// As [`Raw::all`].
    pub fn execute<X: Executor>(&self, x: &mut X) -> Result<u64> {
        x.before_raw_write()?;
        let (conn, _) = x.split()?;
        let (sql, binds) = self.compile(conn.dialect())?;
        Ok(conn.raw_execute(&sql, &binds)?.affected)
    }

    /// The SQL text in a dialect, with placeholders instead of names.
    ///
    /// # Errors
    /// `Usage` for a name without a value or a value without its name.
    pub fn to_sql(&self, dialect: &dyn Dialect) -> Result<String> {
        Ok(self.compile(dialect)?.0)
    }

    fn query<X: Executor>(
        &self,
        x: &mut X,
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        self.prepare(x)?;
        let (conn, _) = x.split()?;
        let (sql, binds) = self.compile(conn.dialect())?;
        conn.raw_query(&sql, &binds, each)
    }

    /// Gets the executor ready. Anything but a SELECT may write: INSERT … RETURNING, WITH … INSERT, CALL.
    fn prepare<X: Executor>(&self, x: &mut X) -> Result<()> {
        let word = self.sql.trim_start().get(..6);
        if word.is_some_and(|word| word.eq_ignore_ascii_case("select")) {
            x.before_raw_query()
        } else {
            x.before_raw_write()
        }
    }

    fn compile<'a>(&'a self, dialect: &'a dyn Dialect) -> Result<(String, Vec<ValueRef<'a>>)> {
        let mut w = SqlWriter::new(dialect);
        let mut used = vec![false; self.binds.len()];
        let pieces = pieces(&self.sql, Lexis::of(dialect.capabilities()));
        for (index, piece) in pieces.iter().enumerate() {
            match piece {
                Piece::Text(text) => {
                    w.push(text);
                }
                Piece::Name(name) => {
                    let place = self.binds.iter().position(|(bound, _)| bound == name);
                    let place = place.ok_or_else(|| self.unbound(name))?;
                    used[place] = true;
                    write_bound(&mut w, &self.binds[place].1, is_enclosed(&pieces, index));
                }
            }
        }
        for (place, (name, _)) in self.binds.iter().enumerate() {
            if !used[place] {
                return Err(self.unused(name, place));
            }
        }
        w.check_binds()?;
        Ok(w.finish())
    }

    #[cold]
    fn unbound(&self, name: &str) -> Error {
        Error::with_message(
            ErrorKind::Usage,
            format!("the raw statement has :{name}, but no value for it"),
        )
        .with_sql(&self.sql)
        .with_hint(format!(
            "add .bind(\"{name}\", …), or write \\: for a plain colon"
        ))
    }

    #[cold]
    fn unused(&self, name: &str, place: usize) -> Error {
        let twice = self.binds[..place]
            .iter()
            .any(|(earlier, _)| earlier == name);
        let message = if twice {
            format!("the raw statement has two values for :{name}")
        } else {
            format!("the raw statement has a value for :{name}, but no :{name}")
        };
        Error::with_message(ErrorKind::Usage, message).with_sql(&self.sql)
    }
}

fn write_bound<'a>(w: &mut SqlWriter<'a>, bound: &'a Bound, enclosed: bool) {
    match bound {
        Bound::One(value) => {
            w.bind(value.as_ref());
        }
        Bound::List(values, ty) if enclosed => write_raw_list(w, values, Some(ty)),
        Bound::List(values, ty) => {
            w.push("(");
            write_raw_list(w, values, Some(ty));
            w.push(")");
        }
    }
}

/// Whether the piece at `index` stands alone in parentheses, as in `IN (:ids)`.
fn is_enclosed(pieces: &[Piece<'_>], index: usize) -> bool {
    let text = |index: usize| match pieces.get(index) {
        Some(Piece::Text(text)) => Some(*text),
        _ => None,
    };
    let before = index.checked_sub(1).and_then(text);
    let opens = before.is_some_and(|text| text.trim_end().ends_with('('));
    opens && text(index + 1).is_some_and(|text| text.trim_start().starts_with(')'))
}

/// The places of a model's columns.
fn places_of<M: Model>(row: &dyn Row) -> Result<Places> {
    Places::named(row, M::def().names).map_err(|error| error.with_table(M::def().table))
}
