//! The models that are linked into the program, and [`Metadata`]: a set of models as a schema.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::schema::{QualifiedName, Schema, Sequence, ServerDefault, Table, View};
use orm_core::sql::ddl;

use super::def::{ModelDef, RelationDef, RelationKind, Through};
use super::model::Entity;
use super::relation::check_cascade;
use super::table::view;

/// Registers a model at link time. Submitted by the derive.
#[derive(Debug)]
pub struct Registration(fn() -> &'static ModelDef);

impl Registration {
    /// Creates a registration. Called by the derive.
    #[doc(hidden)]
    pub const fn new(def: fn() -> &'static ModelDef) -> Self {
        Self(def)
    }
}

inventory::collect!(Registration);

/// Returns every model that is linked into the program, sorted by table.
///
/// A crate that no code refers to is not linked, and its models are not registered: `use that_crate as _;` links it.
///
/// # Examples
///
/// ```
/// # use orm_doctest::*;
/// let tables = orm::metadata();
/// assert!(tables.models().iter().any(|model| model.table == "users"));
/// ```
pub fn metadata() -> Metadata {
    Metadata::from_defs(inventory::iter::<Registration>().map(|model| (model.0)()))
}

/// Every linked model.
pub(crate) fn linked_models() -> &'static [&'static ModelDef] {
    static MODELS: OnceLock<Vec<&'static ModelDef>> = OnceLock::new();
    MODELS.get_or_init(|| metadata().models)
}

/// The tables of every linked model. One table may be there several times, as models in different modules see it.
pub(crate) fn linked_tables() -> &'static [&'static Table] {
    static TABLES: OnceLock<Vec<&'static Table>> = OnceLock::new();
    TABLES.get_or_init(|| linked_models().iter().map(|def| &*def.schema).collect())
}

/// Holds a set of models. Inconsistent models are reported by the first fallible call.
///
/// ```
/// # use orm::prelude::*;
/// #[derive(Model)]
/// #[orm(table = "users")]
/// struct User {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
/// }
/// let script = Metadata::of((User,)).create_script(&orm::sqlite::SqliteDialect)?;
/// assert!(script.starts_with("CREATE TABLE \"users\""));
/// # Ok::<(), orm::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Metadata {
    models: Vec<&'static ModelDef>,
}

impl Metadata {
    /// Creates the set of the models of `entities`: a tuple such as `(User, Post)`. The link tables that their relations
    /// generate belong to it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let script = Metadata::of((User,)).create_script(&SqliteDialect)?;
    /// assert!(script.starts_with(r#"CREATE TABLE "users""#));
    /// # Ok::<(), orm::Error>(())
    /// ```
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a tuple of constants, which is not kept"
    )]
    pub fn of(entities: impl Entities) -> Self {
        Self::from_defs(entities.defs())
    }

    /// Creates the set of the linked models that are defined in the module `path` or below it:
    /// `Metadata::in_module(module_path!())`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let models = Metadata::in_module("orm_doctest");
    /// assert!(models.models().len() >= 2); // users, posts
    /// ```
    pub fn in_module(path: &str) -> Self {
        let below = format!("{path}::");
        let mut all = metadata();
        all.models
            .retain(|model| model.module == path || model.module.starts_with(&below));
        all
    }

    fn from_defs(models: impl IntoIterator<Item = &'static ModelDef>) -> Self {
        let mut models: Vec<&'static ModelDef> = models.into_iter().collect();
        let relations = models.iter().flat_map(|model| model.relations);
        let links = relations.filter_map(|relation| Some(relation.through()?.link));
        let links: Vec<_> = links.filter(|link| link.is_link_table).collect();
        // Both sides may name one.
        for link in links {
            if !models.iter().any(|model| std::ptr::eq(*model, link)) {
                models.push(link);
            }
        }
        models.sort_by_key(|model| (model.table, model.module, model.name));
        Self { models }
    }

    /// Returns the models, sorted by table.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let metadata = Metadata::of((User, Post));
    /// let tables: Vec<&str> = metadata.models().iter().map(|model| model.table).collect();
    /// assert_eq!(tables, ["posts", "users"]);
    /// ```
    pub fn models(&self) -> &[&'static ModelDef] {
        &self.models
    }

    /// Returns the models as tables and views, with the sequences that columns take their defaults from.
    ///
    /// # Errors
    /// - `Schema`: the models are not consistent: a table is mapped twice, a reference is to a model outside the
    ///   set or to a column of another type, SET NULL is declared on a NOT NULL column, a relation is an `Option` and
    ///   its foreign key is not, or the reverse, the link model of a relation is outside the set, or a relation has
    ///   `cascade = set_null` and its foreign key can't be NULL.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// let schema = Metadata::of((User, Post)).schema()?;
    /// assert_eq!(schema.table("users").map(|table| table.columns.len()), Some(5));
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn schema(&self) -> Result<Schema> {
        for pair in self.models.windows(2) {
            if pair[0].table == pair[1].table {
                return Err(one_table_twice(pair[0], pair[1]));
            }
        }
        for def in &self.models {
            check_relations(def)?;
            self.check_links(def)?;
        }
        let tables = self.tables().map(|def| def.schema.clone());
        let mut schema = Schema::new(tables.collect())?;
        schema.views = self.views();
        schema.sequences = self.sequences();
        Ok(schema)
    }

    /// The models that have a table.
    pub(super) fn tables(&self) -> impl Iterator<Item = &'static ModelDef> {
        let models = self.models.iter().copied();
        models.filter(|def| def.view.is_none())
    }

    /// The views, sorted by name.
    pub(super) fn views(&self) -> Vec<View> {
        let models = self.models.iter().copied();
        models.filter_map(view).collect()
    }

    /// The sequences of the columns' defaults, each once, sorted by name.
    pub(super) fn sequences(&self) -> Vec<Sequence> {
        let columns = self.tables().flat_map(|def| def.columns);
        let names = columns.filter_map(|column| match &column.server_default {
            Some(ServerDefault::NextValue(name)) => Some(name),
            _ => None,
        });
        let names: BTreeSet<_> = names.cloned().collect();
        let sequence = |name: QualifiedName| {
            let mut sequence = Sequence::new(name.name);
            sequence.schema = name.schema;
            sequence
        };
        names.into_iter().map(sequence).collect()
    }

    /// Checks that the link models of relations are in the set.
    fn check_links(&self, def: &'static ModelDef) -> Result<()> {
        for relation in def.relations {
            let Some(Through { link, .. }) = relation.through() else {
                continue;
            };
            if !self.models.iter().any(|model| std::ptr::eq(*model, link)) {
                return Err(link_outside(relation, link));
            }
        }
        Ok(())
    }

    /// Returns the script that creates every sequence, table and view in `dialect`, tables in the order of their
    /// references.
    ///
    /// # Errors
    /// - As [`Metadata::schema`].
    /// - `Unsupported`: the dialect can't express a table.
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     Metadata::of((User,)).create_script(&PostgresDialect)?,
    ///     r#"CREATE TABLE "users" (
    ///     "id" BIGINT GENERATED BY DEFAULT AS IDENTITY NOT NULL,
    ///     "name" TEXT NOT NULL,
    ///     "email" TEXT,
    ///     "age" INTEGER NOT NULL,
    ///     "active" BOOLEAN NOT NULL,
    ///     CONSTRAINT "pk_users" PRIMARY KEY ("id")
    /// );
    /// "#
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn create_script(&self, dialect: &dyn orm_core::sql::Dialect) -> Result<String> {
        let statements = ddl::create_schema_objects(dialect, &self.schema()?)?;
        Ok(ddl::to_script(&statements))
    }

    /// Returns the script that drops every view, table and sequence in `dialect`, children first. On SQLite the script disables foreign
    /// keys, which rows with circular references would violate, and enables them again. Rows of tables outside the
    /// set then keep references to missing rows; `drop_all` returns an error if there are such tables.
    ///
    /// # Errors
    /// As [`Metadata::create_script`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use orm_doctest::*;
    /// assert_eq!(
    ///     Metadata::of((User, Post)).drop_script(&PostgresDialect)?,
    ///     "DROP TABLE \"posts\";\n\nDROP TABLE \"users\";\n"
    /// );
    /// # Ok::<(), orm::Error>(())
    /// ```
    pub fn drop_script(&self, dialect: &dyn orm_core::sql::Dialect) -> Result<String> {
        ddl::drop_schema_script(dialect, &self.schema()?)
    }
}

#[cold]
fn one_table_twice(first: &ModelDef, second: &ModelDef) -> Error {
    let path = |def: &ModelDef| format!("{}::{}", def.module, def.name);
    Error::with_message(
        ErrorKind::Schema,
        format!(
            "{} and {} both map the table {}",
            path(first),
            path(second),
            first.table
        ),
    )
    .with_table(first.table)
    .with_hint(if first.is_link_table && second.is_link_table {
        format!("write `inverse = {}` at one of them", first.name)
    } else {
        "rename one of them, or choose models with Metadata::of or Metadata::in_module".to_owned()
    })
}

/// Checks what the derive sees only where it is written as `Option<…>`.
fn check_relations(def: &'static ModelDef) -> Result<()> {
    def.relations.iter().try_for_each(check_cascade)?;
    let mut relations = def.relations.iter();
    relations.try_for_each(|relation| check_known(def, relation))?;
    for (_, relation, reference) in def.belongs_to() {
        let RelationKind::BelongsTo { optional, .. } = relation.kind else {
            continue;
        };
        let mut columns = reference.columns.iter();
        if columns.any(|column| def.columns[*column].nullable) != optional {
            return Err(relation_and_key(def, relation, optional));
        }
    }
    Ok(())
}

/// The columns by which members are numbered and rows are found are read in memory, so they can't be deferred.
fn check_known(def: &'static ModelDef, relation: &'static RelationDef) -> Result<()> {
    let target = (relation.target)();
    let position = relation.position_column().map(|column| (target, column));
    let key = relation.view().map(|view| (view.key)().own);
    let key = key.into_iter().flatten().map(|column| (def, column));
    let is_deferred = |(def, column): &(&ModelDef, usize)| {
        let mut deferred = def.deferred.iter();
        deferred.any(|deferred| deferred.column == *column)
    };
    match position.into_iter().chain(key).find(is_deferred) {
        Some(column) => Err(deferred_key(relation, column)),
        None => Ok(()),
    }
}

#[cold]
fn deferred_key(relation: &RelationDef, (def, column): (&ModelDef, usize)) -> Error {
    let RelationDef { model, name, .. } = relation;
    let (of, field) = (def.name, def.fields[column]);
    let message = format!("`{model}.{name}` needs the values of `{of}.{field}`, which is deferred");
    Error::with_message(ErrorKind::Schema, message)
        .with_table(def.table)
        .with_column(def.names[column])
        .with_hint(format!(
            "give `{of}.{field}` its own type instead of Deferred<…>"
        ))
}

#[cold]
fn link_outside(relation: &RelationDef, link: &ModelDef) -> Error {
    let RelationDef { model, name, .. } = relation;
    let message = format!(
        "the relation `{model}.{name}` needs the link model {}, which is not in the set",
        link.name
    );
    Error::with_message(ErrorKind::Schema, message)
        .with_table(link.table)
        .with_hint(format!(
            "add {0} to it: `Metadata::of((…, {0}))`",
            link.name
        ))
}

#[cold]
fn relation_and_key(def: &ModelDef, relation: &RelationDef, optional: bool) -> Error {
    let (target, name) = ((relation.target)().name, relation.name);
    let (is, hint) = if optional {
        (
            "never NULL",
            format!("write `{name}: BelongsTo<{target}>`, or make the key an Option"),
        )
    } else {
        (
            "nullable",
            format!("write `{name}: BelongsTo<Option<{target}>>`"),
        )
    };
    let message = format!(
        "the foreign key of `{}.{name}` to {target} is {is}",
        def.name
    );
    Error::with_message(ErrorKind::Schema, message)
        .with_table(def.table)
        .with_hint(hint)
}

/// Is implemented by tuples of model values: `(User, Post)`, or `(User,)`.
pub trait Entities {
    /// Returns the definitions of the models.
    fn defs(&self) -> Vec<&'static ModelDef>;
}

macro_rules! entities {
    ($($entity:ident),+) => {
        impl<$($entity: Entity),+> Entities for ($($entity,)+) {
            fn defs(&self) -> Vec<&'static ModelDef> {
                use super::model::Model;
                vec![$($entity::Model::def()),+]
            }
        }
    };
}

entities!(A);
entities!(A, B);
entities!(A, B, C);
entities!(A, B, C, D);
entities!(A, B, C, D, E);
entities!(A, B, C, D, E, F);
entities!(A, B, C, D, E, F, G);
entities!(A, B, C, D, E, F, G, H);
