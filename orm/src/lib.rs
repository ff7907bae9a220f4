//! An object-relational mapper with a unit of work.

// The derive names this crate as `::orm`, and its own tests and examples derive too.
extern crate self as orm;

pub mod engine;
mod flush;
mod load;
pub mod mapping;
pub mod query;
mod session;
mod state;

pub use orm_core::error::{Error, ErrorKind, Result};
pub use orm_macros::{DbEnum, Model};

#[cfg(feature = "mysql")]
pub use dialect_mysql as mysql;
#[cfg(feature = "postgres")]
pub use dialect_postgres as postgres;
#[cfg(feature = "sqlite")]
pub use dialect_sqlite as sqlite;

pub use engine::{Connection, Engine};
pub use mapping::{DbEnum, Metadata, metadata};
pub use query::{
    Executor, Null, Predicate, Select, avg, count, count_all, count_distinct, delete, exists, insert,
    max, min, optional, raw, select, sum, update,
};
pub use session::{Retry, Session};
pub use state::{EntityState, Ref};

/// What a program that uses the session needs: `use orm::prelude::*;`
pub mod prelude {
    pub use crate::engine::{Connection, Engine};
    pub use crate::mapping::{DbEnum, Entity, Metadata, Model, NewRow};
    pub use crate::query::{
        Executor, Null, Predicate, Select, avg, count, count_all, count_distinct, delete, exists,
        insert, max, min, optional, raw, select, sum, update,
    };
    pub use crate::session::Session;
    pub use crate::state::Ref;
    pub use orm_macros::{DbEnum, Model};
}

/// For the code that the derives emit. No part of the public contract.
#[doc(hidden)]
pub mod __private {
    pub use std::marker::PhantomData;
    pub use std::mem::swap;
    pub use std::option::Option::{self, None, Some};

    pub use inventory;
    pub use orm_core::driver::Row;
    pub use orm_core::error::Result;
    pub use orm_core::schema::Action;
    pub use orm_core::types::{DbType, EnumType, NotNull, Nullability, Type};
    pub use orm_core::value::{Misfit, ValueRef};

    pub use crate::mapping::{
        CheckDef, Column, ColumnDef, ColumnSet, DbEnum, Entity, Field, Generated, Given,
        HasCollation, HasLength, IndexDef, IntoField, KeyField, Missing, Model, ModelDef, ModelSlot,
        NewEntity, NewRow, Placeholder, ReferenceDef, Registration, ServerDefault, Skipped,
        UniqueDef, Version, default_fits, given, or_server, referred,
    };
}
