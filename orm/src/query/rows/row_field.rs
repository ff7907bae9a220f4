//! [`RowField`]: a field of a struct that derives `FromRow`, as rows of raw SQL are read by names. It is one column, or a struct
//! whose columns have the field's name before theirs.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::types::DbType;

use super::column_index::ColumnIndex;
use super::from_row::read_value;

/// Is implemented by the types of the fields of structs that derive `FromRow`. `Kind` keeps the implementations apart, and is
/// inferred.
#[diagnostic::on_unimplemented(
    message = "a column can't be read into `{Self}`",
    label = "expected a mapped type, an `Option` of one, or a struct that derives `FromRow`"
)]
pub trait RowField<Kind>: Sized {
    /// Adds the names of its columns, of the field whose column has the name `name`.
    fn of_column(name: &str, columns: &mut RowColumnNames<'_>);

    /// Reads the value, or the struct.
    ///
    /// # Errors
    /// - `Decode`: a value can't be converted to its type.
    fn read(row: &dyn Row, next: &mut NextColumn<'_>) -> Result<Self>;
}

/// Is implemented by structs that derive `FromRow`, for the fields of other structs.
pub trait NestedRow: Sized {
    /// Adds the names of its columns.
    fn columns(columns: &mut RowColumnNames<'_>);

    /// Reads the struct.
    ///
    /// # Errors
    /// As [`RowField::read`].
    fn read(row: &dyn Row, next: &mut NextColumn<'_>) -> Result<Self>;
}

/// Collects the names of a struct's columns.
#[derive(Debug)]
pub struct RowColumnNames<'n> {
    /// What is before the names: that of the field whose struct it is.
    prefix: &'n str,
    /// The names, unless they are only counted.
    names: Option<&'n mut Vec<String>>,
    count: usize,
}

/// The columns of a struct that are not read yet, by their places in the row.
#[derive(Debug)]
pub struct NextColumn<'p> {
    places: &'p ColumnIndex,
    next: usize,
}

impl<'p> NextColumn<'p> {
    /// The first column.
    pub fn first(places: &'p ColumnIndex) -> Self {
        Self { places, next: 0 }
    }

    /// The place of the column, behind which the next one is.
    fn take(&mut self) -> usize {
        self.next += 1;
        self.places.at(self.next - 1)
    }
}

impl ColumnIndex {
    /// As [`ColumnIndex::named`], for the columns of a struct that derives `FromRow`.
    ///
    /// # Errors
    /// As [`ColumnIndex::named`].
    #[doc(hidden)]
    pub fn of_struct<R: NestedRow>(row: &dyn Row) -> Result<Self> {
        let mut names = Vec::new();
        R::columns(&mut RowColumnNames {
            prefix: "",
            names: Some(&mut names),
            count: 0,
        });
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Self::named(row, &names)
    }
}

/// Marks a field of one column.
#[derive(Debug)]
pub struct OneColumn;
/// Marks a field that is a struct.
#[derive(Debug)]
pub struct Nested;
/// Marks a field that is a struct, if the row has one.
#[derive(Debug)]
pub struct NestedOption;

#[diagnostic::do_not_recommend]
impl<T: DbType> RowField<OneColumn> for T {
    fn of_column(name: &str, columns: &mut RowColumnNames<'_>) {
        columns.count += 1;
        if let Some(names) = &mut columns.names {
            names.push(format!("{}{name}", columns.prefix));
        }
    }

    #[inline]
    fn read(row: &dyn Row, next: &mut NextColumn<'_>) -> Result<T> {
        read_value(row, next.take())
    }
}

#[diagnostic::do_not_recommend]
impl<R: NestedRow> RowField<Nested> for R {
    fn of_column(name: &str, columns: &mut RowColumnNames<'_>) {
        let prefix = columns
            .names
            .as_ref()
            .map(|_| format!("{}{name}_", columns.prefix));
        let mut own = RowColumnNames {
            prefix: prefix.as_deref().unwrap_or_default(),
            names: columns.names.as_deref_mut(),
            count: columns.count,
        };
        R::columns(&mut own);
        columns.count = own.count;
    }

    fn read(row: &dyn Row, next: &mut NextColumn<'_>) -> Result<R> {
        R::read(row, next)
    }
}

#[diagnostic::do_not_recommend]
impl<R: NestedRow> RowField<NestedOption> for Option<R> {
    fn of_column(name: &str, columns: &mut RowColumnNames<'_>) {
        <R as RowField<Nested>>::of_column(name, columns);
    }

    /// `None` if each of the struct's columns is NULL.
    fn read(row: &dyn Row, next: &mut NextColumn<'_>) -> Result<Option<R>> {
        let mut columns = RowColumnNames {
            prefix: "",
            names: None,
            count: next.next,
        };
        R::columns(&mut columns);
        for index in next.next..columns.count {
            if !row.get_native(next.places.at(index))?.is_null() {
                return R::read(row, next).map(Some);
            }
        }
        next.next = columns.count;
        Ok(None)
    }
}
