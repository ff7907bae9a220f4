//! Statistical aggregates: standard deviations and variances, over groups and windows, and those of pairs of numbers.

use orm::prelude::*;
use orm::query::{
    FrameBound, corr, covar_pop, covar_samp, regr_intercept, regr_r2, regr_slope, stddev_pop,
    stddev_samp, var_pop, var_samp, window,
};

use crate::Requires;
use crate::cases;
use crate::database::Db;

cases![
    "statistics":
    spreads_of_groups (Requires::Statistics),
    one_row_is_no_sample (Requires::Statistics),
    great_numbers_keep_their_differences (Requires::Statistics),
    spreads_of_some_rows (Requires::Statistics),
    spreads_over_windows (Requires::Statistics),
    pairs_of_numbers (Requires::Regression),
    what_is_missing_is_unsupported,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "samples")]
struct Sample {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 10)]
    kind: String,
    whole: i32,
    real: Option<f64>,
}

/// Kinds, integers and floats.
const SAMPLES: [(&str, i32, Option<f64>); 7] = [
    ("a", 4, Some(4.5)),
    ("a", 7, Some(7.5)),
    ("a", 13, None),
    ("a", 16, Some(0.5)),
    ("b", 5, Some(2.5)),
    ("b", 5, Some(2.5)),
    ("c", -3, Some(1e3)),
];

fn samples(db: &Db) -> Connection {
    Metadata::of((Sample,)).create_all(&db.engine).unwrap();
    let mut conn = db.engine.connection().unwrap();
    let rows =
        SAMPLES.map(|(kind, whole, real)| Sample::builder().kind(kind).whole(whole).real(real));
    insert(Sample).values(rows).execute(&mut conn).unwrap();
    db.sent();
    conn
}

/// Whether two numbers are the same but for their last digits.
#[track_caller]
fn near(found: Option<f64>, expected: f64) {
    let found = found.unwrap();
    assert!(
        (found - expected).abs() <= expected.abs() * 1e-12,
        "{found} {expected}"
    );
}

fn spreads_of_groups(db: &Db) {
    let conn = &mut samples(db);
    let spreads = (
        var_pop(Sample.whole),
        var_samp(Sample.whole),
        stddev_pop(Sample.whole),
        stddev_samp(Sample.real),
    );
    let query = select((Sample.kind, spreads)).group_by(Sample.kind);
    let found = query.order_by(Sample.kind).all(conn).unwrap();
    let (variance, sample, deviation, real) = found[0].1;
    near(variance, 22.5);
    near(sample, 30.0);
    near(deviation, 22.5_f64.sqrt());
    // Of 4.5, 7.5 and 0.5, without the NULL.
    near(real, (74.0_f64 / 3.0 / 2.0).sqrt());
    assert_eq!(found[1].1, (Some(0.0), Some(0.0), Some(0.0), Some(0.0)));
    // Of an expression with a value, in HAVING.
    let query = select(Sample.kind).group_by(Sample.kind);
    let query = query.having(var_pop(Sample.whole * 2).gt(80.0));
    assert_eq!(query.all(conn).unwrap(), ["a"]);
}

fn one_row_is_no_sample(db: &Db) {
    let conn = &mut samples(db);
    let spreads = || {
        let of_all = (var_pop(Sample.real), stddev_pop(Sample.real));
        (of_all, var_samp(Sample.real), stddev_samp(Sample.real))
    };
    let one = select(spreads()).filter(Sample.kind.eq("c"));
    let zero = (Some(0.0), Some(0.0));
    assert_eq!(one.one(conn).unwrap(), (zero, None, None));
    let none = select(spreads()).filter(Sample.kind.eq("none"));
    assert_eq!(none.one(conn).unwrap(), ((None, None), None, None));
}

fn great_numbers_keep_their_differences(db: &Db) {
    let conn = &mut samples(db);
    let query = select((
        var_samp(Sample.whole.cast::<f64>() + 1e9),
        stddev_pop(Sample.whole.cast::<f64>() - 1e12),
    ));
    let (sample, deviation) = query.filter(Sample.kind.eq("a")).one(conn).unwrap();
    near(sample, 30.0);
    near(deviation, 22.5_f64.sqrt());
}

fn spreads_of_some_rows(db: &Db) {
    let conn = &mut samples(db);
    let query = select(var_pop(Sample.whole).filter(Sample.whole.gt(5)));
    // Of 7, 13 and 16.
    near(query.one(conn).unwrap(), 14.0);
}

fn spreads_over_windows(db: &Db) {
    let conn = &mut samples(db);
    let by_kind = window().partition_by(Sample.kind);
    let query = select((Sample.id, var_pop(Sample.whole).over(by_kind))).order_by(Sample.id);
    let found = query.all(conn).unwrap();
    near(found[0].1, 22.5);
    near(found[3].1, 22.5);
    assert_eq!(found[6].1, Some(0.0));
    if !conn.capabilities().window_frames {
        return;
    }
    // The great number of the last row is in no frame before it, and the first rows leave the frame.
    let two = window().order_by(Sample.id.desc());
    let two = two.rows(FrameBound::Preceding(1), FrameBound::CurrentRow);
    let query = select((Sample.id, var_samp(Sample.real).over(two))).order_by(Sample.id.desc());
    let found = query.all(conn).unwrap();
    assert_eq!(found[0].1, None);
    near(found[1].1, 997.5 * 997.5 / 2.0);
    near(found[2].1, 0.0);
    near(found[3].1, 2.0);
    assert_eq!((found[4].1, found[5].1), (None, None));
    near(found[6].1, 4.5);
}

fn pairs_of_numbers(db: &Db) {
    let conn = &mut samples(db);
    let line = || Sample.whole * 3 + 1;
    let query = select((
        corr(line(), Sample.whole),
        covar_pop(line(), Sample.whole),
        covar_samp(line(), Sample.whole),
        regr_slope(line(), Sample.whole),
        regr_intercept(line(), Sample.whole),
        regr_r2(line(), Sample.whole),
    ));
    let query = query.filter(Sample.kind.eq("a"));
    let (corr, of_all, of_sample, slope, intercept, r2) = query.one(conn).unwrap();
    near(corr, 1.0);
    near(of_all, 67.5);
    near(of_sample, 90.0);
    near(slope, 3.0);
    near(intercept, 1.0);
    near(r2, 1.0);
    // A pair with a NULL is left out: 4, 7 and 16 are not.
    let query = select(covar_pop(Sample.whole, Sample.real)).filter(Sample.kind.eq("a"));
    near(query.one(conn).unwrap(), -34.0 / 3.0);
}

fn what_is_missing_is_unsupported(db: &Db) {
    let conn = &mut samples(db);
    let selects = conn.capabilities().selects;
    let found = select(stddev_pop(Sample.whole)).one(conn);
    assert_eq!(found.is_ok(), selects.statistics);
    assert!(found.is_ok() || found.is_err_and(|error| error.is_unsupported()));
    let found = select(corr(Sample.whole, Sample.real)).one(conn);
    assert_eq!(found.is_ok(), selects.regression);
    assert!(found.is_ok() || found.is_err_and(|error| error.is_unsupported()));
}
