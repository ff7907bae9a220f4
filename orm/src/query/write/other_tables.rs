//! [`OtherTables`]: the tables of UPDATE … FROM and DELETE … USING.

use orm_core::error::Result;
use orm_core::sql::{self, Dialect};
use orm_core::stmt::{Delete, Expr, FromItem, Join, JoinKind, Query, Select};

use crate::mapping::ModelDef;
use crate::query::compile::simplify::simplify;
use crate::query::compile::validate::validate_delete;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

/// Holds tables beside the one that is written.
#[derive(Clone, Debug, Default)]
pub(super) struct OtherTables(Vec<TableRef>);

impl OtherTables {
    pub(super) fn add(&mut self, table: TableRef) {
        self.0.push(table);
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// `Usage` for two tables of one name.
    pub(super) fn check(&self, def: &'static ModelDef) -> Result<()> {
        for (number, table) in self.0.iter().enumerate() {
            let mut others = self.0[..number].iter().map(|other| other.name());
            let name = table.name();
            if name == def.table || others.any(|other| other == name) {
                let message = format!("table name {name} specified more than once");
                let hint = format!("use an alias: {}.alias(\"…\")", table.def.name);
                return Err(BuildError::new(message, hint).to_error());
            }
        }
        Ok(())
    }

    /// # Errors
    /// `Usage` if there are any: which rows are written is known by more than the conditions.
    pub(super) fn check_in_step(&self) -> Result<()> {
        if self.is_empty() {
            return Ok(());
        }
        let message = "synchronize() is not supported with other tables";
        let hint = "leave it out: the entities of the table are read again when they are queried";
        Err(BuildError::new(message, hint).to_error())
    }

    /// The tables in the statement.
    pub(super) fn lower(&self) -> (Option<FromItem>, Vec<Join>) {
        let mut tables = self.0.iter().map(|table| table.item());
        let first = tables.next();
        // What they have to do with each other is a condition of the statement.
        let join = |item| Join::new(JoinKind::Inner, item, Expr::And(Vec::new()));
        (first, tables.map(join).collect())
    }
}

/// The DELETE with its other tables in an EXISTS, where the dialect has no USING.
///
/// # Errors
/// `Usage` for a statement that is not valid: in the EXISTS the tables could not be told apart.
pub(super) fn without_using(mut delete: Delete, dialect: &dyn Dialect) -> Result<Delete> {
    let lacks_using = dialect.capabilities().delete_using == sql::OtherTables::Unsupported;
    if !lacks_using || delete.using.is_none() {
        return Ok(delete);
    }
    validate_delete(&delete).map_err(|error| error.to_error())?;
    let mut select = Select::default();
    select.from = delete.using.take();
    select.joins = std::mem::take(&mut delete.joins);
    select.filter = std::mem::take(&mut delete.filter);
    let mut query = Query::from(select);
    simplify(&mut query);
    delete.filter.push(Expr::Exists(Box::new(query)));
    Ok(delete)
}
