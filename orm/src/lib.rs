//! An object-relational mapper with a session: plain structs mapped to tables, an identity map and a
//! unit of work, over a typed SQL layer, for SQLite, PostgreSQL and MySQL/MariaDB.
//!
//! ```
//! use orm::prelude::*;
//!
//! #[derive(Model, Clone, Debug)]
//! #[orm(table = "users")]
//! struct User {
//!     #[orm(primary_key)]
//!     id: i64,
//!     #[orm(unique, length = 50)]
//!     username: String,
//!     email: Option<String>,
//! }
//!
//! let engine = Engine::connect("sqlite://")?; // in memory; or postgresql://…, mysql://…
//! Metadata::of((User,)).create_all(&engine)?;
//!
//! let mut session = Session::new(&engine);
//! let user = session.add(User::builder().username("john_doe"));
//! session.commit()?; // INSERT INTO "users" ("username", "email") VALUES (?, ?)
//!
//! let john = select(User).filter(User.username.eq("john_doe")).one(&mut session)?;
//! assert_eq!(john, user); // same row, same handle
//! session[john].email = Some("john@example.com".into());
//! session.commit()?; // UPDATE "users" SET "email" = ? WHERE "id" = ? AND "email" IS ?
//! # Ok::<(), orm::Error>(())
//! ```
//!
//! # Where to find things
//!
//! | for | look at |
//! | --- | --- |
//! | mapping a struct | [`derive(Model)`](derive@Model), [`derive(DbEnum)`](derive@DbEnum), [`derive(DbType)`](derive@DbType) |
//! | a model and its subtypes, each with its table | [`derive(Polymorphic)`](derive@Polymorphic) |
//! | value objects, columns that models share | [`derive(Embedded)`](derive@Embedded) |
//! | connecting, transactions | [`Engine`], [`Connection`], [`engine::EngineOptions`] |
//! | the unit of work | [`Session`], [`Ref`] |
//! | changing some columns | [`Session::apply`], [`derive(Patch)`](derive@Patch), [`Session::set`] |
//! | conditions on all queries: soft delete, tenants | [`Criteria`] |
//! | hooks and validators | [`Hooks`], [`SessionHooks`], [`Session::on_commit`] |
//! | relations between models | [`BelongsTo`], [`HasMany`], [`HasOne`], [`ManyToMany`], [`ViewOnly`], [`Session::load`], [`Select::with`] |
//! | entities as JSON | `Session::json`, with the feature `serde` |
//! | columns of JSON documents | `types::Json` and `JsonOps`, with the feature `json` |
//! | queries and statements | [`select`], [`insert`], [`update`], [`delete`], [`raw`], [`query`] |
//! | rows as structs of one's own, and by name | [`derive(FromRow)`](derive@FromRow), [`DynRow`], [`query::select_columns`] |
//! | creating and dropping tables | [`metadata`], [`Metadata`] |
//! | what went wrong | [`Error`], [`ErrorKind`] |
//! | tests on every database | `orm::test` and `orm::testing`, with the feature `testing` |
//! | column types of one's own | [`derive(DbType)`](derive@DbType), [`types::Codec`], [`mapping::CustomType`] |
//! | another database | [`sql::Dialect`], [`driver::Driver`], [`Engine::with_driver`] |

// The derive names this crate as `::orm`, and its own tests and examples derive too.
extern crate self as orm;

pub mod engine;
mod flush;
mod load;
pub mod mapping;
pub mod query;
mod session;
mod state;
#[cfg(feature = "testing")]
pub mod testing;

pub use orm_core::error::{Error, ErrorKind, InvalidField, Result};
pub use orm_core::types::DbType;
pub use orm_core::{driver, inspect, schema, sql, stmt, types, value};
#[cfg(feature = "testing")]
pub use orm_macros::test;
pub use orm_macros::{DbEnum, DbType, Embedded, FromRow, Model, Patch, Polymorphic};

#[cfg(feature = "mysql")]
pub use dialect_mysql as mysql;
#[cfg(feature = "postgres")]
pub use dialect_postgres as postgres;
#[cfg(feature = "sqlite")]
pub use dialect_sqlite as sqlite;

pub use engine::{Canceller, Connection, Engine};
pub use mapping::{
    BelongsTo, Criteria, DbEnum, Deferred, Embedded, HasMany, HasOne, ManyToMany, Metadata, Refs,
    Relation, ViewOnly, metadata,
};
#[cfg(feature = "json")]
pub use query::JsonOps;
pub use query::{
    ArrayOps, DynRow, Executor, FromRow, Null, Patch, Polymorphic, Predicate, RowExpr, Select,
    Stream, avg, case, count, count_all, count_distinct, delete, exists, func, insert, max, min,
    optional, raw, raw_expr, scalar, select, sum, truncate, update, update_many,
};
#[cfg(feature = "serde")]
pub use session::Json;
pub use session::{
    Attribute, Graph, Handles, History, Hooks, Invalid, LoadTarget, NPlusOne, Retry, Session,
    SessionHooks, TransactionResult,
};
pub use state::{EntityState, Ref};

/// Re-exports the items that most programs use: `use orm::prelude::*;`
pub mod prelude {
    pub use crate::engine::{Connection, Engine};
    pub use crate::mapping::{
        BelongsTo, Criteria, DbEnum, Entity, HasMany, HasOne, ManyToMany, Metadata, Model, NewRow,
        Refs, ViewOnly,
    };
    #[cfg(feature = "json")]
    pub use crate::query::JsonOps;
    pub use crate::query::{
        ArrayOps, Executor, FromRow, Null, Patch, Polymorphic, Predicate, RowExpr, Select, avg,
        case, count, count_all, count_distinct, delete, exists, func, insert, max, min, optional,
        raw, raw_expr, scalar, select, sum, truncate, update, update_many,
    };
    pub use crate::session::{Hooks, Invalid, Session, SessionHooks};
    pub use crate::state::Ref;
    pub use orm_macros::{DbEnum, DbType, Embedded, FromRow, Model, Patch, Polymorphic};
}

/// Reads the fields of a [`Patch`](derive@Patch) with serde.
#[cfg(feature = "serde")]
pub mod patch {
    pub use crate::query::nullable;
}

/// Supports the code that the derives generate. Not part of the public API.
#[doc(hidden)]
pub mod __private {
    pub use std::convert::identity;
    pub use std::marker::PhantomData;
    pub use std::mem::swap;
    pub use std::option::Option::{self, None, Some};
    pub use std::sync::LazyLock;

    pub use inventory;
    pub use orm_core::driver::Row;
    pub use orm_core::error::{InvalidFields, Result};
    pub use orm_core::schema::{self, Action, Name};
    pub use orm_core::stmt;
    pub use orm_core::types::{
        Codec, DbType, Element, EnumType, NotNull, Nullability, Nullable, ScalarBase,
        ScalarElement, Type, decoded,
    };
    pub use orm_core::value::{ConversionError, ValueRef};

    pub use crate::mapping::{
        AnyRelation, AnyVtable, BelongsTo, Build, Cascade, Column, ColumnSet, ConstraintDef,
        CustomType, DbEnum, Deferred, DeferredDef, Entity, Field, FieldGiven, FieldMissing,
        FieldState, Generated, HasCollation, HasDigits, HasLength, HoldsNoNull, HoldsNull,
        IntoField, KeyField, LinkRow, LinkTable, Linked, Links, ListOrder, LoadedColumns, Model,
        ModelDef, ModelSlot, NewChild, NewEntity, Placeholder, ReferenceDef, References,
        Registration, Relation, RelationDef, RelationField, RelationKind, SingleBelongsTo, Skipped,
        Stored, UpdateDefault, Version, ViewDef, ViewKey, compared_by, default_fits, filled, given,
        has_digits, inverse, leave_linked, link_def, link_target, mirrored, or_linked, or_server,
        ordered_by, positioned_by, referred, relinked, table, text_fits,
    };
    pub use crate::mapping::{
        AttributeSet, Attributes, Columns, Embedded, EmbeddedDef, InPart, PartColumns, PartNames,
        VariantField, absent_column, blank_columns, can_be_none, compare_variants, constraints,
        count_all, discriminator, has_new_names, joined, joined_length, names, put_columns,
        put_part, references, starts, update_defaults,
    };
    pub use crate::query::inferred::*;
    pub use crate::query::{
        Assignment, ColumnIndex, Executor, FromRow, Operand, Patch, Polymorphic, Predicate,
        RowColumns, SelectList, WithPolymorphic,
    };
    pub use crate::session::{HookTable, HooksOf, NoHooks, Session};
    pub use crate::state::Vtable;
}

/// The programs of the README, as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// The program of that page, as a test.
#[cfg(doctest)]
#[doc = include_str!("../../docs/when-it-does-not-compile.md")]
struct WhenItDoesNotCompile;

/// The program of that page, as a test.
#[cfg(all(doctest, feature = "testing"))]
#[doc = include_str!("../../docs/guide/src/testing.md")]
struct Testing;
