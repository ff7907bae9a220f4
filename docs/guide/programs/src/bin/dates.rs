//! The programs of the chapter "Dates and times".

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use orm::prelude::*;
use orm::query::{Unit, now};

// ANCHOR: model
#[derive(Model, Clone, Debug)]
#[orm(table = "orders")]
struct Order {
    #[orm(primary_key)]
    id: i64,
    placed: DateTime<Utc>,
    shipped: Option<DateTime<Utc>>,
    due: NaiveDate,
}
// ANCHOR_END: model

fn main() -> orm::Result<()> {
    let engine = orm_guide::engine()?;
    orm::metadata().create_all(&engine)?;
    let mut conn = engine.connection()?;
    for (placed, shipped) in [
        ("2024-02-28T22:30:00Z", Some("2024-03-02T08:00:00Z")),
        ("2024-02-29T09:15:30Z", None),
        ("2025-01-01T00:00:00Z", None),
    ] {
        let utc = |text: &str| text.parse::<DateTime<Utc>>();
        let placed = utc(placed).expect("an instant");
        let shipped =
            shipped.map(|text| utc(text).expect("an instant"));
        let order = Order::builder().placed(placed).shipped(shipped);
        let order = order.due(placed.date_naive());
        insert(Order).values(order).execute(&mut conn)?;
    }
    instants(&mut conn)?;
    fields(&mut conn)?;
    durations(&mut conn)?;
    truncated(&mut conn)
}

// ANCHOR: now
fn instants(conn: &mut Connection) -> orm::Result<()> {
    let midnight: DateTime<FixedOffset> =
        "2025-01-01T05:45:00+05:45".parse().expect("an instant");
    let orders = select(Order)
        .filter(Order.placed.ge(midnight) & Order.placed.lt(now()))
        .count(conn)?;
    // SELECT COUNT(*) FROM "orders" WHERE "placed" >= ? AND
    //     "placed" < orm_datetime(strftime('%Y-%m-%d %H:%M:%f', 'now'))
    // PostgreSQL: SELECT COUNT(*) FROM "orders" WHERE "placed" >= $1
    //     AND "placed" < STATEMENT_TIMESTAMP()
    // MySQL: SELECT COUNT(*) FROM `orders` WHERE `placed` >= ?
    //     AND `placed` < UTC_TIMESTAMP(6)
    assert_eq!(orders, 1);
    Ok(())
}
// ANCHOR_END: now

// ANCHOR: fields
fn fields(conn: &mut Connection) -> orm::Result<()> {
    let rows: Vec<(i32, Option<i32>)> =
        select((Order.due.weekday(), Order.shipped.hour()))
            .filter(Order.placed.year().eq(2024))
            .order_by(Order.id)
            .all(conn)?;
    // SELECT date_part('isodow', "due"), date_part('hour', "shipped")
    //     FROM "orders" WHERE date_part('year', "placed") = ?
    //     ORDER BY "id" ASC
    // PostgreSQL: SELECT CAST(EXTRACT(ISODOW FROM "due") AS int4),
    //     CAST(EXTRACT(HOUR FROM "shipped" AT TIME ZONE 'UTC') AS int4)
    //     FROM "orders" WHERE CAST(EXTRACT(YEAR FROM "placed" AT TIME
    //     ZONE 'UTC') AS int4) = $1 ORDER BY "id" ASC
    // MySQL: SELECT (WEEKDAY(`due`) + 1), EXTRACT(HOUR FROM `shipped`)
    //     FROM `orders` WHERE EXTRACT(YEAR FROM `placed`) = ?
    //     ORDER BY `id` ASC
    assert_eq!(rows, [(3, Some(8)), (4, None)]);
    Ok(())
}
// ANCHOR_END: fields

// ANCHOR: durations
fn durations(conn: &mut Connection) -> orm::Result<()> {
    let took: Option<TimeDelta> =
        select(Order.shipped.duration_since(Order.placed))
            .filter(Order.shipped.gt(Order.placed + TimeDelta::days(2)))
            .one(conn)?;
    // SELECT time_since("shipped", "placed") FROM "orders"
    //     WHERE "shipped" > time_add("placed", ?) LIMIT 2
    // PostgreSQL: SELECT ("shipped" - "placed") FROM "orders"
    //     WHERE "shipped" > ("placed" + $1) LIMIT 2
    // MySQL: SELECT TIMESTAMPDIFF(MICROSECOND, `placed`, `shipped`)
    //     FROM `orders` WHERE `shipped` > DATE_ADD(`placed`, INTERVAL ?
    //     MICROSECOND) LIMIT 2
    assert_eq!(took, Some(TimeDelta::minutes(3450)));

    let next: Vec<NaiveDate> = select(Order.due.add_months(1))
        .order_by(Order.id)
        .all(conn)?;
    // SELECT date_shift('month', "due", ?) FROM "orders"
    //     ORDER BY "id" ASC
    // PostgreSQL: SELECT CAST("due" + MAKE_INTERVAL(months => $1) AS
    //     date) FROM "orders" ORDER BY "id" ASC
    // MySQL: SELECT DATE_ADD(`due`, INTERVAL ? MONTH) FROM `orders`
    //     ORDER BY `id` ASC
    assert_eq!(next[1].to_string(), "2024-03-29");
    Ok(())
}
// ANCHOR_END: durations

// ANCHOR: trunc
fn truncated(conn: &mut Connection) -> orm::Result<()> {
    let month = Order.placed.trunc(Unit::Month);
    let months: Vec<(DateTime<Utc>, i64)> =
        select((month.clone(), count_all()))
            .group_by(month.clone())
            .order_by(month)
            .all(conn)?;
    // SELECT date_trunc('month', "placed"), COUNT(*) FROM "orders"
    //     GROUP BY date_trunc('month', "placed")
    //     ORDER BY date_trunc('month', "placed") ASC
    // PostgreSQL: SELECT DATE_TRUNC('month', "placed", 'UTC'), COUNT(*)
    //     FROM "orders" GROUP BY DATE_TRUNC('month', "placed", 'UTC')
    //     ORDER BY DATE_TRUNC('month', "placed", 'UTC') ASC
    // MySQL: SELECT DATE_ADD(TIMESTAMP'0001-01-01 00:00:00.000000',
    //     INTERVAL TIMESTAMPDIFF(MONTH, TIMESTAMP'0001-01-01 00:00:00',
    //     `placed`) MONTH) AS `selected_0`, COUNT(*) FROM `orders`
    //     GROUP BY `selected_0` ORDER BY `selected_0` ASC
    assert_eq!(months[0].0.to_string(), "2024-02-01 00:00:00 UTC");
    assert_eq!(months[0].1, 2);

    let on_its_day = Order.placed.date().eq(Order.due);
    let orders = select(Order).filter(on_its_day).count(conn)?;
    // SELECT COUNT(*) FROM "orders" WHERE orm_date("placed") = "due"
    // PostgreSQL: SELECT COUNT(*) FROM "orders"
    //     WHERE CAST("placed" AT TIME ZONE 'UTC' AS date) = "due"
    // MySQL: SELECT COUNT(*) FROM `orders` WHERE DATE(`placed`) = `due`
    assert_eq!(orders, 3);
    Ok(())
}
// ANCHOR_END: trunc
