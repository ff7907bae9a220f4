//! Arrays of arrays: what comes back, and that those which are no rectangle are refused before they are sent.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::fails;
use crate::cases;
use crate::database::Db;
use crate::suite::Requires;

cases![
    "nested_arrays":
    nested_arrays_come_back (Requires::Arrays),
    a_thousand_rows_of_different_lengths (Requires::Arrays),
    nested_arrays_stand_in_statements (Requires::Arrays),
    what_is_no_rectangle_is_not_sent (Requires::Arrays),
    other_dimensions_are_an_error (Requires::Arrays),
];

#[derive(Model, Clone, Debug, PartialEq, Default)]
#[orm(table = "array_grids")]
struct Grid {
    #[orm(primary_key, auto_increment = false)]
    id: i64,
    cells: Vec<Vec<i32>>,
    names: Option<Vec<Vec<Option<String>>>>,
    cube: Vec<Vec<Vec<f64>>>,
    tags: Vec<String>,
    exact: Vec<Option<rust_decimal::Decimal>>,
}

fn grid(id: i64, rows: usize, columns: usize) -> Grid {
    let number = i32::try_from(id).unwrap();
    let name = |column: usize| {
        (!column.is_multiple_of(2))
            .then(|| ["NULL", "a\"b", "{x,y}", "\\", ""][column % 5].to_owned())
    };
    let rows = if columns == 0 { 0 } else { rows };
    Grid {
        id,
        cells: vec![
            (0..columns)
                .map(|cell| number + i32::try_from(cell).unwrap())
                .collect();
            rows
        ],
        names: (id % 3 > 0).then(|| vec![(0..columns).map(name).collect(); rows]),
        cube: vec![vec![vec![0.5; columns]; 2]; rows],
        tags: vec!["t".repeat(columns); rows],
        exact: vec![None, Some(rust_decimal::Decimal::new(number.into(), 2))],
    }
}

fn grids(db: &Db) -> Connection {
    Metadata::of((Grid,)).create_all(&db.engine).unwrap();
    db.engine.connection().unwrap()
}

fn nested_arrays_come_back(db: &Db) {
    let conn = &mut grids(db);
    let rows: Vec<Grid> = [(0, 0), (1, 1), (2, 3), (3, 2), (1, 50), (50, 1)]
        .into_iter()
        .zip(1..)
        .map(|((rows, columns), id)| grid(id, rows, columns))
        .collect();
    for row in &rows {
        insert(Grid).values([row]).execute(conn).unwrap();
    }
    assert_eq!(select(Grid).order_by(Grid.id).all(conn).unwrap(), rows);
    let mut session = db.session();
    let handle = session.get(Grid, 3).unwrap().unwrap();
    session[handle].cells[1][2] = 99;
    session.commit().unwrap();
    let stored = select(Grid.cells).filter(Grid.id.eq(3)).one(conn).unwrap();
    assert_eq!(stored, [[3, 4, 5], [3, 4, 99]]);
}

fn a_thousand_rows_of_different_lengths(db: &Db) {
    let conn = &mut grids(db);
    let size = |id: i64| usize::try_from(id).unwrap();
    let rows: Vec<Grid> = (0..1_000)
        .map(|id| grid(id, size(id % 5), size(id % 4)))
        .collect();
    insert(Grid).values(&rows).execute(conn).unwrap();
    assert_eq!(select(Grid).order_by(Grid.id).all(conn).unwrap(), rows);
    delete(Grid).execute(conn).unwrap();
    let mut session = db.session();
    for row in &rows {
        session.add(row.clone());
    }
    db.sent();
    session.commit().unwrap();
    // Arrays of different lengths share a statement.
    assert!(db.sent().len() < 20);
    assert_eq!(select(Grid).order_by(Grid.id).all(conn).unwrap(), rows);
    for handle in select(Grid).all(&mut session).unwrap() {
        session[handle].tags.push("new".into());
        session[handle].cells.clear();
    }
    session.commit().unwrap();
    let changed = select(Grid).filter(Grid.tags.has("new"));
    assert_eq!(changed.count(conn).unwrap(), 1_000);
}

fn nested_arrays_stand_in_statements(db: &Db) {
    let conn = &mut grids(db);
    insert(Grid)
        .values([grid(1, 2, 2), grid(2, 1, 2)])
        .execute(conn)
        .unwrap();
    let equal = select(Grid.id).filter(Grid.cells.eq(vec![vec![1, 2], vec![1, 2]]));
    assert_eq!(equal.all(conn).unwrap(), [1]);
    let change = update(Grid)
        .set(Grid.cells, vec![vec![7], vec![8]])
        .set(Grid.names, vec![vec![None, Some("a'\"".to_owned())]])
        .set(Grid.cube, vec![vec![vec![1.5]]])
        .filter(Grid.id.eq(2));
    assert_eq!(change.execute(conn).unwrap(), 1);
    let printed = change.to_sql_with_literals(conn.dialect()).unwrap();
    assert_eq!(conn.raw_execute(&printed, &[]).unwrap().affected, 1);
    let stored = select((Grid.cells, Grid.names, Grid.cube)).filter(Grid.id.eq(2));
    let expected = (
        vec![vec![7], vec![8]],
        Some(vec![vec![None, Some("a'\"".to_owned())]]),
        vec![vec![vec![1.5]]],
    );
    assert_eq!(stored.one(conn).unwrap(), expected);
    let query = raw("SELECT cells FROM array_grids WHERE cells = :cells");
    let found = query.bind("cells", vec![vec![7], vec![8]]);
    assert_eq!(found.all::<(Vec<Vec<i32>>,), _>(conn).unwrap().len(), 1);
}

fn what_is_no_rectangle_is_not_sent(db: &Db) {
    let conn = &mut grids(db);
    conn.begin().unwrap();
    for cells in [
        vec![vec![1], vec![2, 3]],
        vec![vec![1], vec![]],
        vec![vec![]],
    ] {
        let row = |id| Grid {
            id,
            cells: cells.clone(),
            ..Grid::default()
        };
        let one = insert(Grid).values([row(1)]);
        let error = fails(one.execute(conn), ErrorKind::OutOfRange);
        assert!(error.message().contains("different lengths"), "{error}");
        let many: Vec<Grid> = (1..100).map(row).collect();
        fails(
            insert(Grid).values(&many).execute(conn),
            ErrorKind::OutOfRange,
        );
        let change = update(Grid).set(Grid.cells, &cells);
        let printed = change.to_sql_with_literals(conn.dialect());
        fails(printed, ErrorKind::Unsupported);
        // Nothing was sent: the transaction has not failed.
        assert_eq!(select(Grid).count(conn).unwrap(), 0);
    }
    let bad = Grid {
        cube: vec![vec![vec![1.0], vec![]]],
        ..Grid::default()
    };
    fails(
        insert(Grid).values([bad]).execute(conn),
        ErrorKind::OutOfRange,
    );
    conn.commit().unwrap();
}

fn other_dimensions_are_an_error(db: &Db) {
    let conn = &mut grids(db);
    insert(Grid).values([grid(1, 2, 2)]).execute(conn).unwrap();
    conn.raw_execute("UPDATE array_grids SET cells = '{1,2}'", &[])
        .unwrap();
    let error = fails(select(Grid).all(conn), ErrorKind::Decode);
    assert_eq!(error.column(), Some("cells"));
    conn.raw_execute("UPDATE array_grids SET cells = '[0:1][3:3]={{1},{2}}'", &[])
        .unwrap();
    assert_eq!(select(Grid.cells).one(conn).unwrap(), [[1], [2]]);
}
