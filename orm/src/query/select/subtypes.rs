//! The joins of subtypes: each row of a subtype's table has the key of a row of the base's. They come with what is
//! selected, as soon as the base is one of the query's tables.
//!
//! Used by `polymorphic.rs`, which selects the columns.

use orm_core::error::Result;
use orm_core::stmt::{Expr, Join, JoinKind, Query};

use super::join::{JoinOn, Joined, Sources};
use crate::mapping::{Criteria, ModelDef};
use crate::query::expressions::build_error::BuildError;
use crate::query::expressions::table_ref::TableRef;

impl Joined {
    pub(super) fn is_subtype(&self) -> bool {
        matches!(self.on, JoinOn::SharedKey { .. })
    }
}

impl Sources {
    /// Joins a subtype of `base`, now or along with the base.
    ///
    /// # Errors
    /// For a primary key that doesn't reference the base's, and for a table that the query has.
    pub(super) fn join_subtype(
        &mut self,
        base: TableRef,
        subtype: &'static ModelDef,
    ) -> Result<(), Box<BuildError>> {
        let Some(reference) = shared_key(subtype, base.def) else {
            return Err(no_shared_key(subtype, base.def).into());
        };
        self.waiting.push(Joined {
            kind: JoinKind::Left,
            table: TableRef::of_def(subtype),
            on: JoinOn::SharedKey { base, reference },
        });
        self.join_waiting()
    }

    /// Joins the subtypes whose base is there by now.
    ///
    /// # Errors
    /// For a table that the query has.
    #[inline]
    pub(super) fn join_waiting(&mut self) -> Result<(), Box<BuildError>> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        self.join_those_that_can()
    }

    fn join_those_that_can(&mut self) -> Result<(), Box<BuildError>> {
        for joined in std::mem::take(&mut self.waiting) {
            match joined.on {
                JoinOn::SharedKey { base, .. } if self.has(base) => {
                    self.join_on(joined.kind, joined.table, joined.on)?;
                }
                _ => self.waiting.push(joined),
            }
        }
        Ok(())
    }

    /// Makes `root` the first table. Subtypes of another one wait until that is joined.
    ///
    /// # Errors
    /// For a subtype's table that the query has.
    pub(super) fn set_root(&mut self, root: TableRef) -> Result<(), Box<BuildError>> {
        let is_same = self.root.is_some_and(|known| known.name() == root.name());
        self.root = Some(root);
        if is_same || !self.joined.iter().any(Joined::is_subtype) {
            return self.join_waiting();
        }
        let joined = std::mem::take(&mut self.joined).into_iter();
        let (subtypes, joined): (Vec<_>, Vec<_>) = joined.partition(Joined::is_subtype);
        self.joined = joined.into();
        self.waiting.splice(0..0, subtypes);
        self.join_waiting()
    }

    /// Whether the query has as many rows as its first table: only subtypes are joined.
    pub(super) fn have_one_row_each(&self) -> bool {
        self.joined.iter().all(Joined::is_subtype)
    }

    /// Makes the criteria of subtypes conditions on the whole rows of `query`, whose joins have them by now. In ON they would
    /// leave a base whose subtype is missing.
    ///
    /// # Errors
    /// `Usage` for a criterion with a handle.
    pub(super) fn hide_by_subtypes(&self, query: &mut Query, criteria: &Criteria) -> Result<()> {
        let subtypes = self.joined.iter().enumerate();
        for (index, Joined { kind, table, on }) in subtypes.filter(|(_, one)| one.is_subtype()) {
            if !criteria.concern(table.def.table) {
                continue;
            }
            let mut hidden = Join::new(*kind, table.item(), Expr::And(Vec::new()));
            criteria.apply_to_join(&mut hidden)?;
            let missing = Expr::IsNull {
                expr: Box::new(table.column(table.def.primary_key[0])),
                negated: false,
            };
            if let Some(select) = query.as_select_mut() {
                select.joins[index].item = table.item();
                select.joins[index].on = on.condition(*table);
                select.filter.push(missing.or(without_and(hidden.on)));
            }
        }
        Ok(())
    }
}

/// A conjunction, or the condition if it is of one.
fn without_and(on: Expr) -> Expr {
    if let Expr::And(terms) = &on
        && let [only] = &terms[..]
    {
        return only.clone();
    }
    on
}

/// The position of the foreign key by which the whole primary key of a model references that of another one.
fn shared_key(subtype: &ModelDef, base: &ModelDef) -> Option<usize> {
    let (own, referred) = (subtype.primary_key, base.primary_key);
    subtype.references.iter().position(|reference| {
        let is_of = |columns: &[usize], key: &[usize]| {
            columns.len() == key.len() && key.iter().all(|position| columns.contains(position))
        };
        (reference.target)().table == base.table
            && is_of(reference.columns, own)
            && is_of(reference.target_columns, referred)
    })
}

#[cold]
fn no_shared_key(subtype: &ModelDef, base: &ModelDef) -> BuildError {
    let (own, other) = (subtype.name, base.name);
    let field = |def: &ModelDef| def.fields[def.primary_key[0]];
    let hint = if base.primary_key.len() == 1 {
        format!(
            "add `#[orm(references = {other}.{})]` to `{own}.{}`",
            field(base),
            field(subtype)
        )
    } else {
        format!(
            "add `#[orm(foreign_key(…, references = ({other}.{}, …)))]` to `{own}`, over its primary key",
            field(base)
        )
    };
    BuildError::new(
        format!(
            "{own} is no subtype of {other}: its primary key does not reference that of {other}"
        ),
        hint,
    )
}
