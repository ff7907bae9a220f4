//! The programs of the chapter "Streaming".

use orm::prelude::*;

// ANCHOR: models
#[derive(Model, Clone, Debug)]
#[orm(table = "sensors")]
struct Sensor {
    #[orm(primary_key)]
    id: i64,
    name: String,
    readings: HasMany<Reading>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "readings")]
struct Reading {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Sensor.id)]
    sensor_id: i64,
    value: f64,
    sensor: BelongsTo<Sensor>,
}
// ANCHOR_END: models

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for name in ["roof", "cellar", "yard"] {
        let sensor = Sensor::builder().name(name);
        insert(Sensor).values(sensor).execute(&mut conn)?;
    }
    store(&mut conn)?;
    entities(&mut conn)?;
    columns(&mut conn)?;
    structs(&mut conn)?;
    text(&mut conn)?;
    by_name(&mut conn)?;
    graphs(&mut conn)?;
    drop(conn);
    chunks(&engine)
}

// ANCHOR: store
fn store(conn: &mut Connection) -> orm::Result<()> {
    let file = "1 20.5\n2 11.0\n1 21.5".lines();
    let readings = file.filter_map(|line| {
        let (sensor, value) = line.split_once(' ')?;
        let sensor: i64 = sensor.parse().ok()?;
        let value: f64 = value.parse().ok()?;
        Some(Reading::builder().sensor_id(sensor).value(value))
    });
    let stored: u64 =
        insert(Reading).values_iter(readings).execute(conn)?;
    // BEGIN
    // INSERT INTO "readings" ("sensor_id", "value")
    //     VALUES (?, ?), (?, ?), (?, ?)
    // PostgreSQL: INSERT INTO "readings" ("sensor_id", "value")
    //     SELECT * FROM UNNEST($1, $2)
    // COMMIT
    assert_eq!(stored, 3);
    Ok(())
}
// ANCHOR_END: store

// ANCHOR: entities
fn entities(conn: &mut Connection) -> orm::Result<()> {
    let mut above = 0;
    for reading in select(Reading).order_by(Reading.id).stream(conn)? {
        above += i32::from(reading?.value > 15.0);
    }
    // SELECT "id", "sensor_id", "value" FROM "readings"
    //     ORDER BY "id" ASC
    assert_eq!(above, 2);
    Ok(())
}
// ANCHOR_END: entities

// ANCHOR: columns
fn columns(conn: &mut Connection) -> orm::Result<()> {
    let query = select((Sensor.name, Reading.value))
        .join(Reading)
        .order_by(Reading.id);
    let mut rows = query.stream(conn)?;
    let first: Option<(String, f64)> = rows.next().transpose()?;
    drop(rows); // The rest is not read.
    // SELECT "sensors"."name", "readings"."value"
    //     FROM "sensors" INNER JOIN "readings"
    //         ON "readings"."sensor_id" = "sensors"."id"
    //     ORDER BY "readings"."id" ASC
    assert_eq!(first, Some(("roof".to_owned(), 20.5)));
    Ok(())
}
// ANCHOR_END: columns

// ANCHOR: structs
#[derive(FromRow, Debug, PartialEq)]
struct Highest {
    sensor: String,
    value: Option<f64>,
}

fn structs(conn: &mut Connection) -> orm::Result<()> {
    let columns = Highest.sensor(Sensor.name).value(max(Reading.value));
    let query = select(columns)
        .left_join(Reading)
        .group_by(Sensor)
        .order_by(Sensor.id);
    let rows: Vec<Highest> =
        query.stream(conn)?.collect::<orm::Result<_>>()?;
    // SELECT "sensors"."name", MAX("readings"."value") FROM "sensors"
    //     LEFT JOIN "readings" ON "readings"."sensor_id" =
    //     "sensors"."id" GROUP BY "sensors"."id"
    //     ORDER BY "sensors"."id" ASC
    assert_eq!(rows[0].value, Some(21.5));
    assert_eq!(
        (rows[2].sensor.as_str(), rows[2].value),
        ("yard", None)
    );
    Ok(())
}
// ANCHOR_END: structs

// ANCHOR: text
fn text(conn: &mut Connection) -> orm::Result<()> {
    let query = raw("SELECT id, value FROM readings");
    let mut rows = 0;
    for row in query.stream::<(i64, f64), _>(conn)? {
        rows += i32::from(row?.1 > 15.0);
    }
    // SELECT id, value FROM readings
    assert_eq!(rows, 2);
    Ok(())
}
// ANCHOR_END: text

// ANCHOR: by_name
fn by_name(conn: &mut Connection) -> orm::Result<()> {
    let query = select(Reading).order_by(Reading.id);
    let mut sum = 0.0;
    for row in query.stream_rows(conn)? {
        sum += row?.get::<f64>("value")?;
    }
    // SELECT "id", "sensor_id", "value" FROM "readings"
    //     ORDER BY "id" ASC
    assert!(sum > 50.0);
    Ok(())
}
// ANCHOR_END: by_name

// ANCHOR: graphs
fn graphs(conn: &mut Connection) -> orm::Result<()> {
    let query = select(Sensor).with(Sensor.readings);
    let mut readings = 0;
    query.graph_chunks(1000, conn, |_conn, sensors| {
        for sensor in &sensors {
            readings += sensors[*sensor].readings.get()?.len();
        }
        Ok(())
    })?;
    // BEGIN
    // PostgreSQL: none
    // MySQL: START TRANSACTION READ ONLY
    // SELECT "id", "name" FROM "sensors" ORDER BY "id" ASC LIMIT ?
    // SELECT "id", "sensor_id", "value" FROM "readings"
    //     WHERE "sensor_id" IN (?, ?, ?, ?)
    // PostgreSQL: SELECT "id", "sensor_id", "value" FROM "readings"
    //     WHERE "sensor_id" = ANY($1)
    // COMMIT
    // PostgreSQL: none
    assert_eq!(readings, 3);
    Ok(())
}
// ANCHOR_END: graphs

// ANCHOR: chunks
fn chunks(engine: &Engine) -> orm::Result<()> {
    let mut session = Session::new(engine);
    let query = select(Sensor).with(Sensor.readings);
    let mut counts = Vec::new();
    query.chunks(2, &mut session, |session, sensors| {
        for sensor in sensors {
            counts.push(session[*sensor].readings.get()?.len());
        }
        Ok(())
    })?;
    // BEGIN
    // PostgreSQL: none
    // MySQL: START TRANSACTION READ ONLY
    // SELECT "id", "name" FROM "sensors" ORDER BY "id" ASC LIMIT ?
    // SELECT "id", "sensor_id", "value" FROM "readings"
    //     WHERE "sensor_id" IN (?, ?)
    // PostgreSQL: SELECT "id", "sensor_id", "value" FROM "readings"
    //     WHERE "sensor_id" = ANY($1)
    // COMMIT
    // PostgreSQL: none
    // BEGIN
    // PostgreSQL: none
    // MySQL: START TRANSACTION READ ONLY
    // SELECT "id", "name" FROM "sensors" WHERE "id" > ?
    //     ORDER BY "id" ASC LIMIT ?
    // SELECT "id", "sensor_id", "value" FROM "readings"
    //     WHERE "sensor_id" = ?
    // COMMIT
    // PostgreSQL: none
    assert_eq!(counts, [2, 1, 0]);
    Ok(())
}
// ANCHOR_END: chunks
