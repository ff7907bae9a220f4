//! An object-relational mapper with a unit of work.

// The derive names this crate as `::orm`, and its own tests and examples derive too.
extern crate self as orm;

pub mod engine;
pub mod mapping;

pub use orm_core::error::{Error, ErrorKind, Result};
pub use orm_macros::{DbEnum, Model};

#[cfg(feature = "mysql")]
pub use dialect_mysql as mysql;
#[cfg(feature = "postgres")]
pub use dialect_postgres as postgres;
#[cfg(feature = "sqlite")]
pub use dialect_sqlite as sqlite;

pub use mapping::{Metadata, metadata};

/// What a program that uses the session needs: `use orm::prelude::*;`
pub mod prelude {
    pub use crate::mapping::{Entity, Metadata, Model, NewRow};
    pub use orm_macros::{DbEnum, Model};
}

/// For the code that the derives emit. No part of the public contract.
#[doc(hidden)]
pub mod __private {
    pub use inventory;
    pub use orm_core::driver::Row;
    pub use orm_core::error::Result;
    pub use orm_core::schema::Action;
    pub use orm_core::types::{DbType, EnumType, NotNull, Nullability, Type};
    pub use orm_core::value::{Misfit, ValueRef};

    pub use crate::mapping::{
        CheckDef, Column, ColumnDef, ColumnSet, Entity, IndexDef, Model, ModelDef, ModelSlot,
        NewEntity, NewRow, ReferenceDef, Registration, ServerDefault, UniqueDef, differs, read,
    };
}
