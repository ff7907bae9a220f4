//! A list of values as a source of rows: one bind, however long it is.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, Utc};
use orm::ErrorKind;
use orm::prelude::*;
use orm::query::{ListItem, unnest};
use orm::sql::InListStyle;
use orm::types::DbType;
use rust_decimal::Decimal;
use uuid::Uuid;

use super::support::{fails, seed};
use crate::Requires;
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "unnested":
    lists_are_joined (Requires::LongLists),
    lists_of_every_type (Requires::LongLists),
    nulls_and_no_values (Requires::LongLists),
    values_equal_columns (Requires::LongLists),
    a_long_list_is_one_bind (Requires::LongLists),
    other_lists_have_the_same_text (Requires::LongLists),
    lists_in_subqueries_and_groups (Requires::LongLists),
    wrong_lists_are_refused,
];

fn lists_are_joined(db: &Db) {
    let conn = &mut seed(db);
    let wanted = unnest("wanted", [3_i64, 9, 1, 1]);
    let (id,) = wanted.columns();
    let query = select((id, optional(User.username))).from(&wanted);
    let query = query.left_join_on(User, User.id.eq(id)).order_by(id);
    let name = |name: &str| Some(name.to_owned());
    let expected = [
        (1, name("ada")),
        (1, name("ada")),
        (3, name("cy")),
        (9, None),
    ];
    assert_eq!(query.all(conn).unwrap(), expected);
    let names = unnest("names", ["bob", "cy", "none"].map(str::to_owned));
    let (other,) = names.columns();
    let query = select((User.id, other)).join_on(&names, User.username.eq(other));
    let expected = [(2, "bob".to_owned()), (3, "cy".to_owned())];
    assert_eq!(query.order_by(User.id).all(conn).unwrap(), expected);
    let twice = wanted.alias("again");
    let (again,) = twice.columns();
    let pairs = select(count_all())
        .from(&wanted)
        .join_on(&twice, again.eq(id));
    assert_eq!(pairs.one(conn).unwrap(), 6);
}

/// What comes back of a list, in order.
fn back<T: ListItem + DbType + Clone>(conn: &mut Connection, items: &[T]) -> Vec<T>
where
    orm::mapping::Column<orm::mapping::DerivedRow, T>: Copy,
{
    let list = unnest("list", items.to_vec());
    let (item,) = list.columns();
    select(item).from(&list).order_by(item).all(conn).unwrap()
}

fn lists_of_every_type(db: &Db) {
    let conn = &mut seed(db);
    assert_eq!(back(conn, &[false, true]), [false, true]);
    assert_eq!(back(conn, &[i8::MIN, i8::MAX]), [i8::MIN, i8::MAX]);
    assert_eq!(back(conn, &[0, u8::MAX]), [0, u8::MAX]);
    assert_eq!(back(conn, &[i16::MIN, i16::MAX]), [i16::MIN, i16::MAX]);
    assert_eq!(back(conn, &[0, u16::MAX]), [0, u16::MAX]);
    assert_eq!(back(conn, &[i32::MIN, i32::MAX]), [i32::MIN, i32::MAX]);
    assert_eq!(back(conn, &[0, u32::MAX]), [0, u32::MAX]);
    assert_eq!(
        back(conn, &[i64::MIN, 0, i64::MAX]),
        [i64::MIN, 0, i64::MAX]
    );
    assert_eq!(back(conn, &[0, u64::MAX]), [0, u64::MAX]);
    assert_eq!(back(conn, &[-0.5_f32, 1.25]), [-0.5, 1.25]);
    let doubles = [f64::MIN, -0.1, 1e-300, 0.1, 2.0, f64::MAX];
    assert_eq!(back(conn, &doubles), doubles);
    let decimals = ["-1.5", "0.1", "9.00001", "10"].map(|text| text.parse::<Decimal>().unwrap());
    assert_eq!(back(conn, &decimals), decimals);
    let texts = ["", "\"\\'", "a", "null", "é 🦀\n"].map(str::to_owned);
    assert_eq!(back(conn, &texts), texts);
    let bytes = [vec![], vec![0, 1, 255], vec![b'a']];
    assert_eq!(back(conn, &bytes), bytes);
    let dates = ["0001-01-01", "2024-02-29"].map(|text| text.parse::<NaiveDate>().unwrap());
    assert_eq!(back(conn, &dates), dates);
    let times = ["00:00:00", "23:59:59.999999"].map(|text| text.parse::<NaiveTime>().unwrap());
    assert_eq!(back(conn, &times), times);
    let moments = ["1969-12-31T23:59:59.5", "2024-02-29T00:00:00"];
    let moments = moments.map(|text| text.parse::<NaiveDateTime>().unwrap());
    assert_eq!(back(conn, &moments), moments);
    let instants = moments.map(|moment| moment.and_utc());
    assert_eq!(back::<DateTime<Utc>>(conn, &instants), instants);
    let durations = [TimeDelta::microseconds(-1), TimeDelta::days(40)];
    assert_eq!(back(conn, &durations), durations);
    let tokens = [Uuid::nil(), Uuid::max()];
    assert_eq!(back(conn, &tokens), tokens);
}

fn nulls_and_no_values(db: &Db) {
    let conn = &mut seed(db);
    let count = |conn: &mut Connection, items: Vec<Option<i64>>| {
        let list = unnest("list", items);
        let (item,) = list.columns();
        select((count_all(), count(item), sum(item)))
            .from(&list)
            .one(conn)
            .unwrap()
    };
    assert_eq!(count(conn, vec![Some(2), None, Some(3)]), (3, 2, Some(5)));
    assert_eq!(count(conn, vec![None, None]), (2, 0, None));
    assert_eq!(count(conn, vec![None, Some(1)]), (2, 1, Some(1)));
    assert_eq!(count(conn, Vec::new()), (0, 0, None));
    let texts = unnest("texts", [None, Some("ada".to_owned())]);
    let (text,) = texts.columns();
    let query = select((text, User.id))
        .from(&texts)
        .join_on(User, User.username.eq(text));
    assert_eq!(query.all(conn).unwrap(), [(Some("ada".to_owned()), 1)]);
}

#[derive(Model, Clone, Debug)]
#[orm(table = "unnested_prices")]
struct Price {
    #[orm(primary_key)]
    id: i64,
    #[orm(precision = 12, scale = 2)]
    amount: Decimal,
    token: Uuid,
    day: NaiveDate,
    at: DateTime<Utc>,
    bytes: Vec<u8>,
}

fn values_equal_columns(db: &Db) {
    Metadata::of((Price,)).create_all(&db.engine).unwrap();
    let conn = &mut db.engine.connection().unwrap();
    let at: DateTime<Utc> = "2024-05-01T08:00:00.25Z".parse().unwrap();
    let price = Price::builder()
        .amount("12.50".parse::<Decimal>().unwrap())
        .token(Uuid::max())
        .day(at.date_naive())
        .at(at)
        .bytes(vec![0, 255]);
    insert(Price).values([price]).execute(conn).unwrap();
    let amounts = unnest("amounts", [Decimal::new(125, 1), Decimal::new(1, 0)]);
    let (amount,) = amounts.columns();
    for condition in [Price.amount.eq(amount), amount.eq(Price.amount)] {
        let query = select(count_all()).from(Price).join_on(&amounts, condition);
        assert_eq!(query.one(conn).unwrap(), 1);
    }
    let tokens = unnest("tokens", [Uuid::max()]);
    let days = unnest("days", [at.date_naive()]);
    let ats = unnest("ats", [at]);
    let bytes = unnest("bytes", [vec![0_u8, 255]]);
    let query = select(Price.id)
        .join_on(&tokens, Price.token.eq(tokens.columns().0))
        .join_on(&days, Price.day.eq(days.columns().0))
        .join_on(&ats, Price.at.eq(ats.columns().0))
        .join_on(&bytes, Price.bytes.eq(bytes.columns().0));
    assert_eq!(query.all(conn).unwrap(), [1]);
}

fn a_long_list_is_one_bind(db: &Db) {
    let conn = &mut seed(db);
    let list = unnest("list", 1..=100_000_i64);
    let (item,) = list.columns();
    let query = select((count_all(), max(item), sum(item))).from(&list);
    let expected = (100_000, Some(100_000), Some(5_000_050_000));
    assert_eq!(query.one(conn).unwrap(), expected);
    let query = select(User.id)
        .join_on(&list, User.id.eq(item))
        .order_by(User.id);
    assert_eq!(query.all(conn).unwrap(), [1, 2, 3, 4]);
}

fn other_lists_have_the_same_text(db: &Db) {
    let conn = &mut seed(db);
    let query = |items: &[i64], name: &str| {
        let list = unnest("list", items.to_vec());
        let (item,) = list.columns();
        let query = select(User.id).join_on(&list, User.id.eq(item));
        query.filter(User.username.ne(name)).order_by(User.id)
    };
    assert_eq!(query(&[1, 2], "ada").all(conn).unwrap(), [2]);
    let sent = db.sent();
    assert_eq!(query(&[2, 3], "bob").all(conn).unwrap(), [3]);
    assert_eq!(query(&[1, 2, 3, 4], "dee").all(conn).unwrap(), [1, 2, 3]);
    assert_eq!(query(&[4, 4, 4], "ada").limit(2).all(conn).unwrap(), [4, 4]);
    assert_eq!(db.sent()[..2], [&sent[0][..], &sent[0]]);
}

fn lists_in_subqueries_and_groups(db: &Db) {
    let conn = &mut seed(db);
    let list = unnest("list", [1_i64, 3, 3]);
    let (item,) = list.columns();
    let ids = select(item).from(&list).filter(item.gt(1));
    let query = select(User.id).filter(User.id.in_(ids));
    assert_eq!(query.all(conn).unwrap(), [3]);
    let groups = select((item, count_all()))
        .from(&list)
        .group_by(item)
        .order_by(item);
    assert_eq!(groups.all(conn).unwrap(), [(1, 1), (3, 2)]);
    let posts = select((item, count(Post.id))).from(&list);
    let posts = posts
        .left_join_on(Post, Post.author_id.eq(item))
        .group_by(item);
    assert_eq!(posts.order_by(item).all(conn).unwrap(), [(1, 2), (3, 2)]);
    let named = select(item).from(&list).cte("named");
    let id = named.columns();
    let query = select(count_all())
        .from(&named)
        .join_on(User, User.id.eq(id));
    assert_eq!(query.one(conn).unwrap(), 3);
}

fn wrong_lists_are_refused(db: &Db) {
    let conn = &mut seed(db);
    db.sent();
    let unnamed = unnest("", [1_i64]);
    let (item,) = unnamed.columns();
    fails(select(item).from(&unnamed).all(conn), ErrorKind::Usage);
    if conn.capabilities().in_list == InListStyle::Unsupported {
        let list = unnest("list", [1_i64]);
        let (item,) = list.columns();
        fails(select(item).from(&list).all(conn), ErrorKind::Unsupported);
    }
    assert_eq!(db.sent(), [""; 0]);
}
