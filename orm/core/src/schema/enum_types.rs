//! The native enumerations of a schema: each once, and what makes them inconsistent.

use super::Table;
use crate::error::{Error, ErrorKind, Result};
use crate::types::EnumType;

/// Refuses two types of one name, a type with the name of a table, which on PostgreSQL is a type, too, and a column
/// whose type would have another order in a dialect.
pub(super) fn check_enum_types(tables: &[Table]) -> Result<()> {
    let types = native_types(tables.iter());
    let renamed = |message: String| {
        Error::with_message(ErrorKind::Schema, message)
            .with_hint("give the enum another name: #[orm(name = \"…\")]")
    };
    for pair in types.windows(2) {
        if pair[0].name == pair[1].name {
            let name = &pair[0].name;
            return Err(renamed(format!(
                "two native enums have the type name {name}, but different labels"
            )));
        }
    }
    let is_table = |ty: &&&EnumType| tables.iter().any(|table| table.name == ty.name);
    if let Some(ty) = types.iter().find(is_table) {
        let name = &ty.name;
        return Err(renamed(format!(
            "the native enum {name} has the name of a table"
        )));
    }
    tables.iter().try_for_each(check_columns)
}

fn check_columns(table: &Table) -> Result<()> {
    let mut columns = table.columns.iter();
    let found =
        columns.find(|column| column.ty.native_enum().is_some() && !column.sql_types.is_empty());
    let Some(column) = found else { return Ok(()) };
    let message = "a column of a native enum can't have another type in a dialect";
    Err(Error::with_message(ErrorKind::Schema, message)
        .with_table(table.name.as_ref())
        .with_column(column.name.as_ref())
        .with_hint("remove `sql_type` of the column, or `native` of the enum"))
}

/// The native enumerations of the columns of `tables`, each once, sorted by name.
pub(crate) fn native_types<'t>(tables: impl Iterator<Item = &'t Table>) -> Vec<&'t EnumType> {
    let columns = tables.flat_map(|table| &table.columns);
    let mut types: Vec<_> = columns
        .filter_map(|column| column.ty.native_enum())
        .collect();
    types.sort_by(|a, b| (&a.name, &a.labels).cmp(&(&b.name, &b.labels)));
    types.dedup();
    types
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::Column;
    use crate::types::Type;

    fn table(name: &'static str, labels: &[&'static str]) -> Table {
        let labels: Vec<_> = labels.iter().map(|label| (*label).into()).collect();
        let size = EnumType::new("size".into(), labels.into()).native();
        Table::new(name).column(Column::new("size", Type::Enum(size)))
    }

    fn refused(tables: &[Table]) -> String {
        let error = check_enum_types(tables).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Schema);
        error.message().to_owned()
    }

    #[test]
    fn a_type_has_one_list_of_labels_and_a_name_of_its_own() {
        let shared = [table("a", &["s", "l"]), table("b", &["s", "l"])];
        check_enum_types(&shared).unwrap();
        assert_eq!(native_types(shared.iter()).len(), 1);
        assert_eq!(
            refused(&[table("a", &["s", "l"]), table("b", &["l", "s"])]),
            "two native enums have the type name size, but different labels"
        );
        assert_eq!(
            refused(&[table("size", &["s"])]),
            "the native enum size has the name of a table"
        );
    }

    #[test]
    fn a_column_of_such_a_type_has_no_other_type() {
        let mut shirts = table("shirts", &["s"]);
        let own = vec![("postgres".into(), "TEXT".into())];
        let column = shirts.columns.remove(0).sql_types(own.into());
        assert_eq!(
            refused(&[shirts.column(column)]),
            "a column of a native enum can't have another type in a dialect"
        );
    }
}
