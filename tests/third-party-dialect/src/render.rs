//! The hooks of statements that Firebird needs: casts of binds and aggregates, and the beginning of a transaction.

use std::borrow::Cow;

use orm_core::error::{Error, ErrorKind, Result};
use orm_core::sql::{IsolationLevel, SqlWriter, TransactionOptions};
use orm_core::stmt::{BatchRows, Expr, Insert, InsertSource, Name, Projection};
use orm_core::types::Type;
use orm_core::value::Value;

use crate::types;

/// `CAST(? AS BIGINT)`: where nothing beside a bind has a type, the server refuses it ("data type unknown").
pub(crate) fn write_typed_bind<'a>(w: &mut SqlWriter<'a>, value: &'a Value) {
    let Some(ty) = types::value_type(value) else {
        w.push("NULL");
        return;
    };
    w.push("CAST(").value(value).push(" AS ").push(ty).push(")");
}

/// A sum of 32-bit integers is one of 64 bits here, and one of 64 bits stays so; a sum of floats is a double.
pub(crate) fn write_aggregate<'a>(
    w: &mut SqlWriter<'a>,
    call: &dyn Fn(&mut SqlWriter<'a>) -> Result<()>,
    ty: &Type,
) -> Result<()> {
    // Text is core's word for "leave it as it is".
    if *ty == Type::Text {
        return call(w);
    }
    w.push("CAST(");
    call(w)?;
    w.push(" AS ").push(types::cast_type(ty)).push(")");
    Ok(())
}

/// `EXECUTE BLOCK (P0 TYPE OF COLUMN T.A = ?) RETURNS (R0 TYPE OF COLUMN T.ID) AS BEGIN INSERT … RETURNING ID INTO :R0;
/// SUSPEND; END`: a query of one row, whose failure the client can read.
pub(crate) fn write_insert_returning<'a>(w: &mut SqlWriter<'a>, insert: &'a Insert) -> Result<()> {
    let returned = returned_columns(w, insert)?;
    let given: &[Name] = match &insert.source {
        InsertSource::Batch {
            rows: BatchRows::Rows(1),
            ..
        } => &insert.columns,
        InsertSource::Defaults => &[],
        InsertSource::Rows(_) | InsertSource::Batch { .. } | InsertSource::Query(_) => {
            return Err(w.unsupported("INSERT … RETURNING of several rows or of expressions"));
        }
    };
    w.push("EXECUTE BLOCK ");
    if !given.is_empty() {
        w.push("(");
        write_variables(w, ("P", true), &insert.table, given);
        w.push(") ");
    }
    w.push("RETURNS (");
    write_variables(w, ("R", false), &insert.table, &returned);
    w.push(") AS BEGIN INSERT INTO ").ident(&insert.table);
    if given.is_empty() {
        w.push(" DEFAULT VALUES");
    } else {
        w.push(" (").idents(given).push(") VALUES (");
        write_names(w, ":P", given.len());
        w.push(")");
    }
    w.push(" RETURNING ").idents(&returned).push(" INTO ");
    write_names(w, ":R", returned.len());
    w.push("; SUSPEND; END");
    w.check_limits()
}

/// `P0 TYPE OF COLUMN T.A = ?, P1 TYPE OF COLUMN T.B = ?`.
fn write_variables<N: AsRef<str>>(
    w: &mut SqlWriter<'_>,
    (prefix, are_bound): (&str, bool),
    table: &str,
    columns: &[N],
) {
    w.list(columns.iter().enumerate(), |w, (index, column)| {
        w.push(prefix).display(index).push(" TYPE OF COLUMN ");
        w.ident(table).push(".").ident(column.as_ref());
        if are_bound {
            w.push(" = ").placeholder();
        }
    });
}

fn write_names(w: &mut SqlWriter<'_>, prefix: &str, count: usize) {
    w.list(0..count, |w, index| {
        w.push(prefix).display(index);
    });
}

/// The columns of RETURNING; expressions are not supported there.
fn returned_columns<'a>(w: &SqlWriter<'_>, insert: &'a Insert) -> Result<Vec<&'a str>> {
    let columns = insert.returning.iter().map(|projection| match projection {
        Projection::Columns { names, .. } => Ok(names.to_vec()),
        Projection::Expr(Expr::Column { name, .. }) => Ok(vec![name.as_ref()]),
        Projection::All | Projection::Expr(_) | Projection::Labelled(..) => {
            Err(w.unsupported("INSERT … RETURNING of expressions"))
        }
    });
    Ok(columns.collect::<Result<Vec<_>>>()?.concat())
}

/// SET TRANSACTION, which begins one. The driver reads its words, since the protocol has a call of its own for it.
pub(crate) fn begin(options: TransactionOptions) -> Result<Cow<'static, str>> {
    let isolation = match options.isolation {
        None | Some(IsolationLevel::ReadCommitted) => "READ COMMITTED",
        Some(IsolationLevel::RepeatableRead) => "SNAPSHOT",
        Some(IsolationLevel::Serializable) => "SNAPSHOT TABLE STABILITY",
        Some(level @ IsolationLevel::ReadUncommitted) => {
            let message = format!(
                "firebird does not support the isolation level {}",
                level.as_sql()
            );
            return Err(Error::with_message(ErrorKind::Unsupported, message)
                .with_hint("ask for READ COMMITTED, or for none"));
        }
    };
    let access = if options.read_only {
        "READ ONLY"
    } else {
        "READ WRITE"
    };
    Ok(format!("SET TRANSACTION {access} ISOLATION LEVEL {isolation}").into())
}
