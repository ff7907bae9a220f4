//! Values of the rows of catalogue queries, which cast every column to `text`, `int8`, `bool` or `text[]`.

use orm_core::driver::{Connection, Row};
use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::Name;
use orm_core::value::{BatchValues, Value, ValueRef};

/// Passes the rows of a query whose only bind is the list of schemas.
pub(super) fn each(
    connection: &mut dyn Connection,
    (sql, schemas): (&str, &[Name]),
    read: &mut dyn FnMut(Fields<'_>) -> Result<()>,
) -> Result<()> {
    let names: Vec<_> = schemas.iter().map(|name| ValueRef::Text(name)).collect();
    let binds = [ValueRef::Batch(BatchValues::Borrowed(&names))];
    connection.query(sql, &binds, &mut |row| read(Fields::new(row)))
}

/// Takes the fields of a row from the left.
pub(super) struct Fields<'r> {
    row: &'r dyn Row,
    next: usize,
}

impl<'r> Fields<'r> {
    /// Starts at the first field.
    pub(super) fn new(row: &'r dyn Row) -> Self {
        Self { row, next: 0 }
    }

    fn take(&mut self) -> Result<ValueRef<'r>> {
        self.next += 1;
        self.row.get(self.next - 1)
    }

    /// The next field as text, which is not NULL.
    pub(super) fn text(&mut self) -> Result<String> {
        let text = self.optional()?;
        text.ok_or_else(|| self.unexpected("NULL"))
    }

    /// The next field as text.
    pub(super) fn optional(&mut self) -> Result<Option<String>> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Text(text) => Ok(Some(text.to_owned())),
            _ => Err(self.unexpected("no text")),
        }
    }

    /// The next field as a name.
    pub(super) fn name(&mut self) -> Result<Name> {
        self.text().map(Name::Owned)
    }

    /// The next field as a name, or `None` for NULL.
    pub(super) fn maybe_name(&mut self) -> Result<Option<Name>> {
        Ok(self.optional()?.map(Name::Owned))
    }

    /// The next field as a number, or `None` for NULL.
    pub(super) fn maybe_int(&mut self) -> Result<Option<i64>> {
        match self.take()? {
            ValueRef::Null => Ok(None),
            ValueRef::Int(number) => Ok(Some(number)),
            _ => Err(self.unexpected("no integer")),
        }
    }

    /// The next field as a number.
    pub(super) fn int(&mut self) -> Result<i64> {
        let number = self.maybe_int()?;
        number.ok_or_else(|| self.unexpected("NULL"))
    }

    /// The next field as a boolean. NULL is false.
    pub(super) fn flag(&mut self) -> Result<bool> {
        match self.take()? {
            ValueRef::Null => Ok(false),
            ValueRef::Bool(flag) => Ok(flag),
            _ => Err(self.unexpected("no boolean")),
        }
    }

    /// The next field as a list of names. NULL is empty.
    pub(super) fn names(&mut self) -> Result<Vec<Name>> {
        let items = match self.take()? {
            ValueRef::Null => return Ok(Vec::new()),
            ValueRef::Array(items) => items,
            _ => return Err(self.unexpected("no array")),
        };
        let name = |item: &Value| {
            let Value::Text(text) = item else {
                return Err(self.unexpected("an array of other values than texts"));
            };
            Ok(Name::Owned(text.clone()))
        };
        items.iter().map(name).collect()
    }

    #[cold]
    fn unexpected(&self, found: &str) -> Error {
        let column = self.row.name(self.next.saturating_sub(1));
        let message = format!("the catalogue of the database returned {found} for {column}");
        Error::with_message(ErrorKind::Decode, message)
    }
}
