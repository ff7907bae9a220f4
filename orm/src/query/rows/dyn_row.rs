//! [`DynRow`]: a row whose columns are known at run time, of raw SQL or of a query. Its JSON is in `session/serialize_row.rs`.

use std::fmt;
use std::sync::Arc;

use orm_core::driver::Row;
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::types::{DbType, Type, civil};
use orm_core::value::{Value, ValueRef};

use super::column_index::{ColumnIndex, missing};
use super::dyn_names::DynNames;
use super::from_row::{FromRow, unfit};

/// Holds the values of a row whose columns are known at run time: for tools, and for queries that a user puts together.
///
/// Raw SQL is read into it as into any type that implements [`FromRow`]; the rows of a query are those of
/// [`Select::rows`](crate::query::Select::rows). Values have the types of the query's columns and expressions, and in raw SQL
/// those of the driver. With the Cargo feature `serde`, a row is serialized as an object of its columns.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// use orm::DynRow;
///
/// # let (engine, sent) = database()?;
/// # let mut conn = engine.connection()?;
/// let rows: Vec<DynRow> = raw("SELECT name, age + 1 AS next FROM users").all(&mut conn)?;
/// assert_eq!(rows[0].names().collect::<Vec<_>>(), ["name", "next"]);
/// assert_eq!(rows[0].get::<String>("name")?, "ada");
/// assert_eq!(rows[0].get_at::<i64>(1)?, 37);
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, PartialEq)]
pub struct DynRow {
    columns: Arc<DynNames>,
    values: Vec<Value>,
}

#[diagnostic::do_not_recommend]
impl FromRow for DynRow {
    fn places(row: &dyn Row) -> Result<ColumnIndex> {
        let mut columns = DynNames::default();
        for index in 0..row.len() {
            columns.push(row.name(index).to_owned().into(), None);
        }
        Ok(ColumnIndex::of_names(Arc::new(columns)))
    }

    fn from_row(row: &dyn Row, places: &ColumnIndex) -> Result<Self> {
        let columns = Arc::clone(places.names());
        let mut values = Vec::with_capacity(columns.names.len());
        // A row that stands for a wider one lacks some.
        for index in (0..row.len()).filter(|index| row.has(*index)) {
            let ty = columns.types.get(values.len()).and_then(Option::as_ref);
            values.push(read(row, index, ty)?);
        }
        Ok(Self { columns, values })
    }
}

impl DynRow {
    /// Returns the number of columns.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Returns whether there are no columns.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the names of the columns, in their order.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let row = select((User.id, User.age + 1)).rows(&mut conn)?.remove(0);
    /// assert_eq!(row.names().collect::<Vec<_>>(), ["id", "c1"]);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.columns.names.iter().map(|name| &**name)
    }

    /// Returns the value of the column `name`.
    ///
    /// # Errors
    /// - `UndefinedColumn`: there is no column of that name.
    /// - `Usage`: several columns have the name.
    /// - `Decode`: the value can't be converted to `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let row = select(User).rows(&mut conn)?.remove(0);
    /// assert_eq!(row.get::<bool>("active")?, true);
    /// assert_eq!(row.get::<Option<String>>("email")?, None);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get<T: DbType>(&self, name: &str) -> Result<T> {
        let mut found = (0..self.len()).filter(|index| self.columns.names[*index] == name);
        let index = found.next().ok_or_else(|| missing(name))?;
        if found.next().is_some() {
            return Err(ambiguous(name));
        }
        self.get_at(index)
    }

    /// Returns the value of the column at `index`, counted from 0.
    ///
    /// # Errors
    /// - `UndefinedColumn`: there are fewer columns.
    /// - `Decode`: the value can't be converted to `T`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let row = select((User.id, count(Post.id))).left_join(Post).group_by(User).rows(&mut conn)?;
    /// assert_eq!(row[0].get_at::<i64>(1)?, 1);
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn get_at<T: DbType>(&self, index: usize) -> Result<T> {
        let value = self.value(index).ok_or_else(|| self.no_column(index))?;
        T::from_value(value).map_err(|misfit| unfit::<T>(misfit, value, &self.columns.names[index]))
    }

    /// Returns the value of the column at `index`, counted from 0, if there is one.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// # let (engine, sent) = database()?;
    /// # let mut conn = engine.connection()?;
    /// let row = select((User.name, User.email)).rows(&mut conn)?.remove(0);
    /// assert_eq!(row.value(0), Some(ValueRef::Text("ada")));
    /// assert_eq!((row.value(1), row.value(2)), (Some(ValueRef::Null), None));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn value(&self, index: usize) -> Option<ValueRef<'_>> {
        self.values.get(index).map(Value::as_ref)
    }

    /// The columns, for serde: each with its value and its type.
    #[cfg(feature = "serde")]
    pub(crate) fn columns(&self) -> impl Iterator<Item = (&str, ValueRef<'_>, Option<&Type>)> {
        let types = self.columns.types.iter().map(Option::as_ref);
        let columns = self.names().zip(&self.values).zip(types);
        columns.map(|((name, value), ty)| (name, value.as_ref(), ty))
    }

    /// The first name that several columns have.
    #[cfg(feature = "serde")]
    pub(crate) fn check_names(&self) -> Result<()> {
        let names = &self.columns.names;
        let mut names = names.iter().enumerate();
        match names.find(|(index, name)| self.columns.names[..*index].contains(name)) {
            Some((_, name)) => Err(ambiguous(name)),
            None => Ok(()),
        }
    }

    #[cold]
    fn no_column(&self, index: usize) -> Error {
        let message = format!("the row has {} columns, and none at {index}", self.len());
        Error::with_message(ErrorKind::UndefinedColumn, message)
            .with_hint("columns are counted from 0")
    }
}

// The values may be secrets.
impl fmt::Debug for DynRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = &self.columns.names;
        f.debug_struct("DynRow")
            .field("names", names)
            .finish_non_exhaustive()
    }
}

#[cold]
fn ambiguous(name: &str) -> Error {
    Error::with_message(
        ErrorKind::Usage,
        format!("several columns of the row are named {name}"),
    )
    .with_column(name.to_owned())
    .with_hint(
        "read them by index, or give them names: DynColumn::new(…).named(\"…\"), and AS in raw SQL",
    )
}

/// The value at `index` as one of the type. Where the type is not known, it is what the driver returns.
fn read(row: &dyn Row, index: usize, ty: Option<&Type>) -> Result<Value> {
    let Some(ty) = ty else {
        let value = row.get(index).or_else(|error| {
            // A native type that has no variant is the bytes that a codec gets.
            row.get_native(index).map_err(|_| error)
        })?;
        return Ok(value.to_value());
    };
    let value = if *ty == Type::Date {
        row.get_date(index)?
    } else if *ty == Type::Time {
        row.get_time(index)?
    } else if matches!(ty, Type::Extension(ty) if !ty.is_array()) {
        row.get_native(index)?
    } else {
        row.get(index)?
    };
    Ok(typed(value, ty).map_or_else(|| value.to_value(), ValueRef::to_value))
}

/// A value that a database without the type holds in another form, as one of the type.
fn typed<'v>(value: ValueRef<'v>, ty: &Type) -> Option<ValueRef<'v>> {
    let is_decimal = matches!(ty, Type::Decimal { .. });
    match value {
        ValueRef::Text(text) => typed_text(text, ty),
        ValueRef::Int(number @ 0..=1) if *ty == Type::Bool => Some(ValueRef::Bool(number == 1)),
        ValueRef::Int(number) if is_decimal => Some(ValueRef::Decimal(number.into())),
        ValueRef::Int(_) if matches!(ty, Type::Float32 | Type::Float64) => {
            f64::from_value(value).ok().map(ValueRef::Float)
        }
        ValueRef::Bytes(bytes) if *ty == Type::Uuid => bytes.try_into().ok().map(ValueRef::Uuid),
        ValueRef::Timestamp(micros) if *ty == Type::DateTime => Some(ValueRef::DateTime(micros)),
        ValueRef::DateTime(micros) if *ty == Type::Timestamp => Some(ValueRef::Timestamp(micros)),
        _ => None,
    }
}

fn typed_text<'v>(text: &'v str, ty: &Type) -> Option<ValueRef<'v>> {
    if *ty == Type::Date {
        civil::parse_date(text).map(ValueRef::Date)
    } else if *ty == Type::Time {
        civil::parse_time(text).map(ValueRef::Time)
    } else if *ty == Type::DateTime {
        civil::parse_datetime(text).map(ValueRef::DateTime)
    } else if *ty == Type::Timestamp {
        civil::parse_datetime(text).map(ValueRef::Timestamp)
    } else if matches!(ty, Type::Decimal { .. } | Type::Unsigned(_)) {
        text.parse().ok().map(ValueRef::Decimal)
    } else if *ty == Type::Json {
        Some(ValueRef::Json(text))
    } else {
        None
    }
}
