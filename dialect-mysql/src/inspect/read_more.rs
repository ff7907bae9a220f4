//! Partitions, triggers, views and sequences, as the information schema has them.

use orm_core::driver::Row;
use orm_core::error::Result;
use orm_core::schema::{AttachedSql, Name, Sequence, Table, View};
use orm_core::sql::SqlWriter;

use super::options::{OWN, option};
use super::queries;
use super::reader::Reader;
use super::row::{number, optional, query, text};
use super::views::without_schema;
use crate::{MysqlDialect, types};

/// Reads partitions and triggers of the tables.
///
/// # Errors
/// As [`orm_core::driver::Connection::query`].
pub(super) fn read(reader: &mut Reader<'_>) -> Result<()> {
    let mut partitions: Vec<(Name, Vec<Partition>)> = Vec::new();
    reader.each_of_table(queries::PARTITIONS, |table, row| {
        if partitions
            .last()
            .is_none_or(|(name, _)| *name != table.name)
        {
            partitions.push((table.name.clone(), Vec::new()));
        }
        if let Some((_, list)) = partitions.last_mut() {
            list.push(Partition::read(row)?);
        }
        Ok(())
    })?;
    for (name, partitions) in partitions {
        if let Some(table) = reader.tables.get_mut(&*name) {
            table
                .options
                .push(option("PARTITION BY", partition_by(&partitions)));
        }
    }
    reader.each_of_table(queries::TRIGGERS, trigger)
}

/// The statement that creates a trigger.
fn trigger(table: &mut Table, row: &dyn Row) -> Result<()> {
    let name = text(row, 1)?;
    let (timing, event, body) = (text(row, 2)?, text(row, 3)?, text(row, 4)?);
    let mut w = SqlWriter::new(&MysqlDialect::MySql);
    w.push("CREATE TRIGGER ").ident(&name).push(" ");
    w.push(&timing).push(" ").push(&event).push(" ON ");
    w.ident(&table.name).push(" FOR EACH ROW ").push(&body);
    table
        .attached
        .push(AttachedSql::new(name, w.finish().0).only(OWN));
    Ok(())
}

/// Holds a partition, or a part of one.
struct Partition {
    name: String,
    method: String,
    part_method: Option<String>,
    expression: String,
    part_expression: String,
    values: Option<String>,
    comment: String,
}

impl Partition {
    fn read(row: &dyn Row) -> Result<Self> {
        Ok(Self {
            name: text(row, 1)?,
            method: text(row, 3)?,
            part_method: optional(row, 4)?,
            expression: text(row, 5)?,
            part_expression: text(row, 6)?,
            values: optional(row, 7)?,
            comment: text(row, 8)?,
        })
    }

    /// `PARTITION p0 VALUES LESS THAN (10) COMMENT 'x'`
    fn to_sql(&self) -> String {
        let name = self.name.replace('`', "``");
        let values = match &self.values {
            None => String::new(),
            Some(most) if most == "MAXVALUE" => " VALUES LESS THAN MAXVALUE".to_owned(),
            Some(values) if self.method.starts_with("RANGE") => {
                format!(" VALUES LESS THAN ({values})")
            }
            Some(values) => format!(" VALUES IN ({values})"),
        };
        let comment = match self.comment.as_str() {
            "" => String::new(),
            comment => format!(" COMMENT {}", types::quoted(comment)),
        };
        format!("PARTITION `{name}`{values}{comment}")
    }
}

/// The clause of a table, from its partitions and their parts in order.
fn partition_by(parts: &[Partition]) -> String {
    let Some(first) = parts.first() else {
        return String::new();
    };
    let mut whole: Vec<&Partition> = Vec::new();
    for part in parts {
        if whole.last().is_none_or(|last| last.name != part.name) {
            whole.push(part);
        }
    }
    let is_numbered = whole.iter().enumerate().all(|(number, part)| {
        part.name == format!("p{number}") && part.values.is_none() && part.comment.is_empty()
    });
    let method = format!("{} ({})", first.method, first.expression);
    let count = if is_numbered {
        format!(" PARTITIONS {}", whole.len())
    } else {
        String::new()
    };
    let list = if is_numbered {
        String::new()
    } else {
        let list: Vec<String> = whole.iter().map(|part| part.to_sql()).collect();
        format!(" ({})", list.join(", "))
    };
    let subpartitions = first.part_method.as_ref().map(|method| {
        let count = parts.len() / whole.len().max(1);
        let expression = &first.part_expression;
        format!(" SUBPARTITION BY {method} ({expression}) SUBPARTITIONS {count}")
    });
    format!("{method}{count}{}{list}", subpartitions.unwrap_or_default())
}

/// Reads the views.
///
/// # Errors
/// As [`orm_core::driver::Connection::query`].
pub(super) fn views(reader: &mut Reader<'_>) -> Result<Vec<View>> {
    let mut views = Vec::new();
    let (own, schema, scope) = (reader.own_schema(), &reader.schema, reader.scope);
    query(reader.connection, queries::VIEWS, schema, &mut |row| {
        let name = text(row, 0)?;
        if scope.is_excluded(&name) {
            return Ok(());
        }
        let stored = text(row, 1)?;
        let sql = if own.is_none() {
            without_schema(&stored, schema)
        } else {
            stored
        };
        let mut view = View::new(name, sql);
        view.schema.clone_from(&own);
        views.push(view);
        Ok(())
    })?;
    Ok(views)
}

/// Reads the sequences, whose values their own tables have.
///
/// # Errors
/// As [`orm_core::driver::Connection::query`].
pub(super) fn sequences(reader: &mut Reader<'_>) -> Result<Vec<Sequence>> {
    if reader.sequences.is_empty() {
        return Ok(Vec::new());
    }
    let own = reader.own_schema();
    let names = &reader.sequences;
    let sql = queries::sequences(reader.dialect, &reader.schema, names);
    let mut sequences = Vec::with_capacity(names.len());
    reader.connection.query(&sql, &[], &mut |row| {
        let at: Option<usize> = number(row, 0)?;
        let Some(name) = at.and_then(|at| names.get(at)) else {
            return Ok(());
        };
        let mut sequence = Sequence::new(name.clone());
        sequence.schema.clone_from(&own);
        (sequence.start, sequence.increment) = (number(row, 1)?, number(row, 2)?);
        (sequence.min_value, sequence.max_value) = (number(row, 3)?, number(row, 4)?);
        sequence.cycle = text(row, 5)? == "1";
        sequences.push(sequence);
        Ok(())
    })?;
    Ok(sequences)
}
