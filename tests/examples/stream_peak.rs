//! Reads many rows by `stream` and prints how long that takes and the most memory that the process had.
//!
//! `cargo run --release -p orm-tests --features postgres,mysql --example stream_peak -- URL ROWS` computes rows on
//! the server. With a word behind it, they are those of a table that is filled first: `table` fills it by one
//! statement, `values` by an INSERT of so many structs, `iterator` by one of an iterator. One run a process, since the
//! most memory is the process's.

// A measurement prints its numbers, and stops at the first surprise.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

use std::time::Instant;

use orm::prelude::*;

#[derive(Model)]
#[orm(table = "stream_readings")]
struct Reading {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    #[orm(length = 40)]
    sensor: String,
    value: f64,
}

/// A query of the columns of [`Reading`], so many rows.
fn rows(dialect: &str, count: u64) -> String {
    let from = match dialect {
        "postgres" => format!("(SELECT generate_series(1::int8, {count}::int8) AS n)"),
        "mariadb" => format!("(SELECT CAST(seq AS SIGNED) AS n FROM seq_1_to_{count})"),
        _ => format!(
            "(WITH RECURSIVE t (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t WHERE n < {count}) SELECT n FROM t)"
        ),
    };
    let hint = if dialect == "mysql" {
        "/*+ SET_VAR(cte_max_recursion_depth = 4294967295) */ "
    } else {
        ""
    };
    let value = if dialect == "postgres" {
        "1.5::float8"
    } else {
        "1.5e0"
    };
    format!("SELECT {hint}n AS id, 'a sensor somewhere' AS sensor, {value} AS value FROM {from} r")
}

fn main() -> orm::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let (url, count) = (arguments.next().unwrap(), arguments.next().unwrap());
    let count: u64 = count.parse().unwrap();
    let source = arguments.next();
    let engine = Engine::connect(&url)?;
    let mut conn = engine.connection()?;
    let generated = rows(conn.dialect().name(), count);
    if let Some(source) = &source {
        Metadata::of((Reading,)).create_all(&engine)?;
        raw("DELETE FROM stream_readings").execute(&mut conn)?;
        fill(source, count, &generated, &mut conn)?;
    }
    let begin = Instant::now();
    let (mut read, mut sum) = (0_u64, 0.0);
    if source.is_some() {
        for reading in select(Reading).stream(&mut conn)? {
            let Reading { id, sensor, value } = reading?;
            sum += value * f64::from(id > 0) + f64::from(sensor.is_empty());
            read += 1;
        }
    } else {
        for row in raw(generated).stream::<(i64, String, f64), _>(&mut conn)? {
            sum += row?.2;
            read += 1;
        }
    }
    let time = begin.elapsed();
    assert_eq!(read, count);
    println!("{read} rows, sum {sum}, in {time:.2?}; {}", peak());
    Ok(())
}

/// Fills the table by a query, by structs, or by an iterator.
fn fill(source: &str, count: u64, generated: &str, conn: &mut Connection) -> orm::Result<()> {
    let begin = Instant::now();
    let readings = (1..=count.cast_signed()).map(|id| Reading {
        id,
        sensor: "a sensor somewhere".to_owned(),
        value: 1.5,
    });
    match source {
        "table" => {
            raw(format!("INSERT INTO stream_readings {generated}")).execute(conn)?;
        }
        "values" => {
            let readings: Vec<Reading> = readings.collect();
            insert(Reading).values(&readings).execute(conn)?;
        }
        "iterator" => {
            insert(Reading).values_iter(readings).execute(conn)?;
        }
        other => panic!("unknown source {other}: table, values or iterator"),
    }
    println!("filled in {:.2?}; {}", begin.elapsed(), peak());
    Ok(())
}

/// The most memory that the process has had at once, as Linux reports it.
fn peak() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM"));
    line.unwrap_or("no peak is known").to_owned()
}
