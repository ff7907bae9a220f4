//! [`OtherTables`]: the tables and queries of UPDATE … FROM and DELETE … USING, and the common table expressions that they use.

use std::sync::Arc;

use orm_core::error::Result;
use orm_core::sql::{self, Dialect};
use orm_core::stmt::{Delete, Expr, FromItem, Join, JoinKind, Query, Select, With};

use crate::mapping::ModelDef;
use crate::query::compile::simplify::simplify;
use crate::query::compile::validate::validate_delete;
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;
use crate::query::select::named_source::{
    NamedCte, NamedSource, WrittenTable, check_ctes, distinct_ctes, with,
};

/// Holds sources beside the table that is written.
#[derive(Clone, Debug, Default)]
pub(super) struct OtherTables(Vec<OtherTable>);

#[derive(Clone, Debug)]
struct OtherTable {
    /// The name that qualifies its columns.
    table: TableRef,
    /// What it is, if it is no table of the database.
    source: Option<Arc<NamedSource>>,
}

impl OtherTables {
    pub(super) fn add(&mut self, (table, source): (TableRef, Option<Arc<NamedSource>>)) {
        self.0.push(OtherTable { table, source });
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// # Errors
    /// `Usage` for two tables of one name, two common table expressions of one name, and what is wrong with a query.
    pub(super) fn check(&self, def: &'static ModelDef) -> Result<()> {
        for (number, other) in self.0.iter().enumerate() {
            let mut others = self.0[..number].iter().map(|other| other.table.name());
            let name = other.table.name();
            if name == def.table || others.any(|other| other == name) {
                return Err(twice(other).to_error());
            }
            if let Some(error) = other.source.as_ref().and_then(|source| source.error()) {
                return Err(error.to_error());
            }
        }
        check_ctes(self.ctes()).map_err(|error| error.to_error())
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

    /// The sources in the statement, and its WITH clause.
    pub(super) fn lower(&self) -> (Option<FromItem>, Vec<Join>, Option<Box<With>>) {
        let mut tables = self.0.iter().map(|other| match &other.source {
            Some(source) => source.item().clone(),
            None => other.table.item(),
        });
        let first = tables.next();
        // What they have to do with each other is a condition of the statement.
        let join = |item| Join::new(JoinKind::Inner, item, Expr::And(Vec::new()));
        let ctes = distinct_ctes(self.ctes());
        (first, tables.map(join).collect(), with(&ctes))
    }

    /// The tables that its common table expressions write.
    pub(super) fn written(&self) -> impl Iterator<Item = WrittenTable> {
        let ctes = distinct_ctes(self.ctes());
        ctes.into_iter().filter_map(|cte| cte.written())
    }

    fn ctes(&self) -> impl Iterator<Item = &Arc<NamedCte>> {
        let sources = self.0.iter().filter_map(|other| other.source.as_ref());
        sources.flat_map(|source| source.ctes())
    }
}

#[cold]
fn twice(other: &OtherTable) -> BuildError {
    let name = other.table.name();
    let hint = if other.source.is_some() {
        "give the query another name: .as_table(\"other\"), .alias(\"other\")".to_owned()
    } else {
        format!("use an alias: {}.alias(\"…\")", other.table.def.name)
    };
    BuildError::new(format!("table name {name} specified more than once"), hint)
}

/// The DELETE with its other tables in an EXISTS, where the dialect has no USING.
///
/// # Errors
/// `Usage` for a statement that is not valid: inside of the EXISTS a query would see more than in USING.
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
