//! Groups and aggregates: the same values in the same types on every database.

use orm::ErrorKind;
use orm::prelude::*;

use super::support::{accounts, everything, fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Account, Everything, Post, User};
use crate::suite::Requires;

cases![
    "aggregates":
    groups_and_having,
    aggregates_have_the_same_types_everywhere,
    a_sum_beyond_64_bits_is_an_error,
    aggregates_of_nothing_are_null,
    distinct_rows,
    existence_of_aggregates_and_distinct_rows,
    groups_by_expressions_with_values (Requires::RepeatedExpressions),
    groups_by_subqueries_with_values (Requires::RepeatedExpressions),
    aggregates_stand_where_there_are_groups,
    sums_of_single_precision_are_double,
    what_a_group_has_many_of_is_refused,
    a_key_determines_the_other_columns,
    counts_count_the_rows_of_the_query,
    arithmetic_keeps_its_type,
];

fn groups_and_having(db: &Db) {
    let conn = &mut seed(db);
    let query = select((User.username, count(Post.id)))
        .left_join(Post)
        .group_by(User.username);
    let query = query.order_by(User.username);
    let expected = [("ada", 2), ("bob", 0), ("cy", 1), ("dee", 0)];
    assert_eq!(
        query.all(conn).unwrap(),
        expected.map(|(name, n)| (name.to_owned(), n))
    );
    let many = query.clone().having(count(Post.id).gt(1));
    assert_eq!(many.all(conn).unwrap(), [("ada".to_owned(), 2)]);
    let none = query.having(count(Post.id).gt(5));
    assert_eq!(none.all(conn).unwrap(), []);
}

fn aggregates_have_the_same_types_everywhere(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 4]);
    let all = select((
        sum(Account.balance),
        avg(Account.balance),
        min(Account.balance),
        max(Account.balance),
        count(Account.balance),
        count_all(),
        count_distinct(Account.owner),
    ));
    let (sum_, avg_, min_, max_, count_, rows, owners) = all.from(Account).one(conn).unwrap();
    assert_eq!((sum_, min_, max_), (Some(7_i64), Some(1), Some(4)));
    assert!((avg_.unwrap() - 7.0 / 3.0).abs() < 1e-9, "{avg_:?}");
    assert_eq!((count_, rows, owners), (3, 3, 1));
    // Narrow integers add up to wide ones, floats to floats.
    let rows = [everything(1, None), everything(2, None)];
    insert(Everything).values(&rows).execute(conn).unwrap();
    let query = select((
        sum(Everything.small),
        sum(Everything.medium),
        sum(Everything.single),
        sum(Everything.double),
        avg(Everything.small),
        max(Everything.date),
        min(Everything.text),
        max(Everything.instant),
    ));
    let row = query.one(conn).unwrap();
    assert_eq!((row.0, row.1), (Some(10_i64), Some(100_i64)));
    assert_eq!(
        (row.2, row.3, row.4),
        (Some(1.0_f64), Some(0.5_f64), Some(5.0_f64))
    );
    assert_eq!(
        (row.5, row.6.as_deref()),
        (Some(rows[0].date), Some("text"))
    );
    assert_eq!(row.7, Some(rows[0].instant));
}

fn a_sum_beyond_64_bits_is_an_error(db: &Db) {
    let conn = &mut accounts(db, &[i64::MAX, i64::MAX - 1]);
    let error = select(sum(Account.balance)).one(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::OutOfRange, "{error:?}");
}

fn aggregates_of_nothing_are_null(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let query = select((
        sum(Account.balance),
        avg(Account.balance),
        max(Account.owner),
        count_all(),
    ));
    let query = query.from(Account);
    assert_eq!(query.one(&mut conn).unwrap(), (None, None, None, 0));
    assert_eq!(query.all(&mut conn).unwrap().len(), 1);
}

fn distinct_rows(db: &Db) {
    let conn = &mut seed(db);
    let authors = select(Post.author_id).order_by(Post.author_id);
    assert_eq!(authors.all(conn).unwrap(), [1, 1, 3]);
    assert_eq!(authors.clone().distinct().all(conn).unwrap(), [1, 3]);
    assert_eq!(authors.distinct().count(conn).unwrap(), 2);
}

fn existence_of_aggregates_and_distinct_rows(db: &Db) {
    let conn = &mut seed(db);
    // Three posts by two authors: passed over two, there is none.
    let authors = select(Post.author_id).distinct();
    assert!(authors.clone().offset(1).exists(conn).unwrap());
    assert!(!authors.clone().offset(2).exists(conn).unwrap());
    let everybody = select(User).filter(exists(authors.clone().offset(1)));
    assert_eq!(everybody.count(conn).unwrap(), 4);
    let none = select(User).filter(exists(authors.offset(2)));
    assert_eq!(none.count(conn).unwrap(), 0);
    // An aggregate over nothing is a row all the same.
    let none = select(count(Post.id)).filter(Post.id.gt(100));
    assert!(none.exists(conn).unwrap());
    let everybody = select(User).filter(exists(none));
    assert_eq!(everybody.count(conn).unwrap(), 4);
}

fn groups_by_expressions_with_values(db: &Db) {
    let conn = &mut accounts(db, &[1, 2, 2]);
    let next = || Account.balance + 1;
    let groups = || {
        select((next(), count(Account.id)))
            .filter(Account.balance.gt(-1))
            .group_by(next())
    };
    let ordered = groups().order_by(next().desc());
    for _ in 0..2 {
        assert_eq!(ordered.all(conn).unwrap(), [(3, 2), (2, 1)]);
    }
    assert_eq!(groups().count(conn).unwrap(), 2);
    let having = groups().having(next().gt(2));
    assert_eq!(having.all(conn).unwrap(), [(3, 2)]);
    assert_eq!(having.count(conn).unwrap(), 1);
    assert!(having.exists(conn).unwrap());
    let distinct = select(next()).distinct().order_by(next());
    assert_eq!(distinct.all(conn).unwrap(), [2, 3]);
    assert_eq!(distinct.count(conn).unwrap(), 2);
    // The same value in two expressions.
    let two = select((next(), Account.version + 1)).group_by((next(), Account.version + 1));
    assert_eq!(two.order_by(next()).all(conn).unwrap(), [(2, 2), (3, 2)]);
    // A condition as a group, with a value that is looked for elsewhere too.
    let rich = || Account.balance.ge(2).value();
    let query = select((rich(), count_all()))
        .filter(Account.id.ge(2))
        .group_by(rich());
    assert_eq!(query.all(conn).unwrap(), [(Some(true), 2)]);
}

fn groups_by_subqueries_with_values(db: &Db) {
    let conn = &mut seed(db);
    let writes = || exists(select(Post).filter((Post.author_id + 1).eq(User.id + 1))).value();
    let query = select((writes(), count(User.id))).group_by(writes());
    let mut rows = query.order_by(writes()).all(conn).unwrap();
    rows.sort_unstable();
    assert_eq!(rows, [(Some(false), 2), (Some(true), 2)]);
    // The same of a query that groups itself.
    let often = || {
        let posts = select(Post.author_id).filter(Post.author_id.eq(User.id));
        let posts = posts.filter(Post.id.gt(-7));
        let posts = posts.group_by(Post.author_id).having(count(Post.id).gt(1));
        exists(posts).value()
    };
    let query = select((often(), count(User.id))).group_by(often());
    let mut rows = query.all(conn).unwrap();
    rows.sort_unstable();
    assert_eq!(rows, [(Some(false), 3), (Some(true), 1)]);
}

/// A database may return any one row, or none.
fn aggregates_stand_where_there_are_groups(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let order = select(User.username).order_by(count(User.id));
    assert_eq!(order.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let filter = select(User).filter(count(User.id).gt(1));
    assert_eq!(filter.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let filter = select(count(User.id)).filter(count_all().gt(1));
    assert_eq!(filter.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let join = select(User.id).join_on(Post, count(Post.id).gt(1));
    assert_eq!(join.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let group = select(count_all()).from(User).group_by(count(User.id));
    assert_eq!(group.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
    let ordered = select(Post.author_id).group_by(Post.author_id);
    let ordered = ordered.order_by(count(Post.id).desc());
    assert_eq!(ordered.all(conn).unwrap(), [1, 3]);
    // An aggregate of the rows around a subquery is one value in it, to most databases.
    let some = select(Post.id).filter(Post.id.lt(count(User.id)));
    let some = select(count(User.id)).having(exists(some));
    let refused = some.all(conn).err().map(|error| error.kind());
    assert_ne!(refused, Some(ErrorKind::Usage));
}

fn sums_of_single_precision_are_double(db: &Db) {
    let mut conn = db.engine.connection().unwrap();
    let rows = [16_777_216_f32, 1.0, 1.0].map(|single| {
        let mut row = everything(0, None);
        row.single = single;
        row
    });
    insert(Everything).values(&rows).execute(&mut conn).unwrap();
    let total = select(sum(Everything.single)).one(&mut conn).unwrap();
    assert_eq!(total, Some(16_777_218.0));
}

/// A database may return the value of any one row.
fn what_a_group_has_many_of_is_refused(db: &Db) {
    let conn = &mut seed(db);
    let whole = select((User.username, count(User.id)));
    let error = whole.all(conn).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Usage, "{error:?}");
    let text = error.to_string();
    assert!(
        text.contains("User.username") && text.contains("group_by"),
        "{text}"
    );
    let other = select((User.id, User.username, count_all())).group_by(User.email);
    assert_eq!(other.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let order = select(count_all()).from(User).order_by(User.id);
    assert_eq!(order.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    let order = select(User.email).distinct().order_by(User.id);
    assert_eq!(order.all(conn).unwrap_err().kind(), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}

fn a_key_determines_the_other_columns(db: &Db) {
    let conn = &mut seed(db);
    let by_key = select((User, count(Post.id)))
        .left_join(Post)
        .group_by(User);
    if !db.capabilities().group_by_key {
        db.sent();
        let error = fails(by_key.all(conn), ErrorKind::Unsupported);
        assert!(error.message().contains("users.username"), "{error}");
        assert!(error.hint().unwrap().contains("group_by"), "{error}");
        return assert_eq!(db.sent(), [""; 0]);
    }
    assert_eq!(by_key.all(conn).unwrap().len(), 4);
    let twice = select(User.id + count(Post.id))
        .left_join(Post)
        .group_by(User.id);
    assert_eq!(twice.all(conn).unwrap().len(), 4);
    // A column from around a subquery is one value in it.
    let busy = select(count(Post.id)).filter(Post.author_id.eq(User.id));
    let busy = busy.having((count(Post.id) + User.id).gt(2));
    assert_eq!(select(User).filter(exists(busy)).count(conn).unwrap(), 3);
}

fn counts_count_the_rows_of_the_query(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(select(User).count(conn).unwrap(), 4);
    assert_eq!(select(User).limit(3).count(conn).unwrap(), 3);
    assert_eq!(select(User).limit(3).offset(2).count(conn).unwrap(), 2);
    assert_eq!(select(User).filter(User.id.gt(9)).count(conn).unwrap(), 0);
    assert_eq!(
        select((User, optional(Post)))
            .left_join(Post)
            .count(conn)
            .unwrap(),
        5
    );
    let groups = select((User.id, count(Post.id)))
        .left_join(Post)
        .group_by(User.id);
    assert_eq!(groups.count(conn).unwrap(), 4);
    assert_eq!(groups.having(count(Post.id).gt(0)).count(conn).unwrap(), 2);
}

fn arithmetic_keeps_its_type(db: &Db) {
    let conn = &mut accounts(db, &[7, i64::MAX]);
    let query = select((
        Account.balance + 1,
        Account.balance * 2,
        Account.balance - 10,
    ));
    let row = query.filter(Account.id.eq(1)).one(conn).unwrap();
    assert_eq!(row, (8, 14, -3));
    // What overflows is an error and not another number.
    let query = select(Account.balance + 1).filter(Account.id.eq(2));
    let error = query.one(conn).unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::OutOfRange | ErrorKind::Decode),
        "{error:?}"
    );
    // Columns take part on both sides, and in conditions.
    let query = select(Account.id).filter((Account.balance - Account.id).eq(6));
    assert_eq!(query.all(conn).unwrap(), [1]);
}
