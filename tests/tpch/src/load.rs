//! Creates the tables of TPC-H and fills them by the library's own bulk insert.

use orm::engine::{Connection, Engine};
use orm::{Metadata, Result, insert};

use crate::data;
use crate::models::{Customer, LineItem, Nation, Order, Part, PartSupplier, Region, Supplier};

/// Returns the eight tables.
pub fn tables() -> Metadata {
    Metadata::of((
        Region,
        Nation,
        Part,
        Supplier,
        PartSupplier,
        Customer,
        Order,
        LineItem,
    ))
}

/// Creates the tables in an empty database and inserts all rows.
///
/// # Errors
/// Any error of the database.
pub fn load(engine: &Engine) -> Result<()> {
    tables().create_all(engine)?;
    let mut conn = engine.connection()?;
    conn.transaction(|conn| {
        insert(Region).values_iter(data::regions()).execute(conn)?;
        insert(Nation).values_iter(data::nations()).execute(conn)?;
        insert(Part).values_iter(data::parts()).execute(conn)?;
        insert(Supplier)
            .values_iter(data::suppliers())
            .execute(conn)?;
        insert(PartSupplier)
            .values_iter(data::part_suppliers())
            .execute(conn)?;
        insert(Customer)
            .values_iter(data::customers())
            .execute(conn)?;
        insert(Order).values_iter(data::orders()).execute(conn)?;
        insert(LineItem)
            .values_iter(data::line_items())
            .execute(conn)?;
        Ok(())
    })?;
    analyze(&mut conn)
}

/// Lets the database count values, without which the planners guess.
fn analyze(conn: &mut Connection) -> Result<()> {
    let tables = "region, nation, part, supplier, partsupp, customer, orders, lineitem";
    let statement = match conn.dialect().name() {
        "sqlite" => "ANALYZE".to_owned(),
        "postgres" => format!("ANALYZE {tables}"),
        _ => format!("ANALYZE TABLE {tables}"),
    };
    conn.raw_query(&statement, &[], &mut |_| Ok(()))
}
