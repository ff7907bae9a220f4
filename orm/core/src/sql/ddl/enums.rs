//! CREATE TYPE and DROP TYPE of native enumerations, for databases where they have names.

use super::owner::check_name;
use crate::error::Result;
use crate::schema::{Table, native_types};
use crate::sql::{Dialect, EnumStyle, SqlWriter};
use crate::types::EnumType;
use crate::value::Value;

/// Returns the types that the columns of `tables` need beside the tables, each once, sorted by name. None unless native
/// enumerations have names in the dialect.
///
/// # Examples
///
/// ```
/// # use orm_core::schema::{Column, Table};
/// # use orm_core::sql::{EnumStyle, ddl};
/// # use orm_core::testing::{ANSI, AnsiDialect, with};
/// # use orm_core::types::{EnumType, Type};
/// let size = EnumType::new("size".into(), vec!["small".into(), "large".into()].into()).native();
/// let shirts = Table::new("shirts").column(Column::new("size", Type::Enum(size.clone())));
/// assert!(ddl::named_types(&AnsiDialect::new(), &[&shirts]).is_empty());
/// let named = AnsiDialect::with(with(ANSI, |own| own.enums = EnumStyle::Named));
/// let types = ddl::named_types(&named, &[&shirts]);
/// assert_eq!(types, [&size]);
/// assert_eq!(
///     ddl::create_types(&named, &types)?,
///     [r#"CREATE TYPE "size" AS ENUM ('small', 'large')"#]
/// );
/// assert_eq!(ddl::drop_types(&named, &types), [r#"DROP TYPE "size""#]);
/// # Ok::<(), orm_core::Error>(())
/// ```
pub fn named_types<'t>(dialect: &dyn Dialect, tables: &[&'t Table]) -> Vec<&'t EnumType> {
    if dialect.capabilities().enums != EnumStyle::Named {
        return Vec::new();
    }
    native_types(tables.iter().copied())
}

/// Returns the statements that create `types`: `CREATE TYPE "size" AS ENUM ('small', 'large')`.
///
/// # Errors
/// - `Unsupported`: a name or a label is longer than the names that the dialect allows, or a label has no literal.
pub fn create_types(dialect: &dyn Dialect, types: &[&EnumType]) -> Result<Vec<String>> {
    let create = |ty: &&EnumType| {
        check_name(dialect, &ty.name, &ty.name)?;
        for label in ty.labels.iter() {
            check_name(dialect, &ty.name, label)?;
        }
        let literal = |label| dialect.literal(&Value::Text(String::from(label)));
        let labels = ty.labels.iter().map(|label| literal(&**label));
        let labels = labels.collect::<Result<Vec<_>>>()?.join(", ");
        let mut w = SqlWriter::new(dialect);
        w.push("CREATE TYPE ").ident(&ty.name);
        w.push(" AS ENUM (").push(&labels).push(")");
        Ok(w.finish().0)
    };
    types.iter().map(create).collect()
}

/// Returns the statements that drop `types`: `DROP TYPE "size"`.
pub fn drop_types(dialect: &dyn Dialect, types: &[&EnumType]) -> Vec<String> {
    let drop = |ty: &&EnumType| {
        let mut w = SqlWriter::new(dialect);
        w.push("DROP TYPE ").ident(&ty.name);
        w.finish().0
    };
    types.iter().map(drop).collect()
}
