//! Common table expressions of typed queries, recursive ones, and their hint.

use orm::prelude::*;
use orm::query::{exists, recursive, recursive_distinct};
use orm::{Criteria, ErrorKind};

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Node, Post, User};

cases![
    "ctes":
    a_query_has_a_name,
    one_uses_another,
    one_that_is_used_twice_is_written_once,
    derived_tables_and_set_operations_bring_it_along,
    it_is_in_a_subquery,
    every_verb_reads_it,
    entities_of_a_common_table_expression,
    the_hint_does_not_change_the_rows,
    a_tree_is_walked_down,
    a_tree_is_walked_up,
    a_cycle_ends,
    numbers_are_counted,
    many_steps_are_all_the_rows_or_an_error,
    values_are_bound_in_order,
    they_have_criteria_once,
    two_of_one_name_are_refused,
];

fn tree(db: &Db) -> Connection {
    let mut session = db.session();
    for (id, parent, label) in [
        (1, None, "root"),
        (2, Some(1), "left"),
        (3, Some(1), "right"),
        (4, Some(2), "leaf"),
        (5, Some(4), "bud"),
        (6, None, "other"),
    ] {
        session.add(Node::builder().id(id).parent_id(parent).label(label));
    }
    session.commit().unwrap();
    db.sent();
    db.engine.connection().unwrap()
}

fn a_query_has_a_name(db: &Db) {
    let conn = &mut seed(db);
    let totals = select((Post.author_id, count(Post.id))).group_by(Post.author_id);
    let totals = totals.cte("totals");
    let (author, posts) = totals.columns();
    let query = select((User.username, posts)).join_on(&totals, author.eq(User.id));
    let query = query.filter(posts.ge(1)).order_by(posts.desc());
    let expected = [("ada", 2), ("cy", 1)].map(|(name, posts)| (name.to_owned(), posts));
    assert_eq!(query.all(conn).unwrap(), expected);
    let sent = db.sent();
    assert!(sent[0].starts_with("WITH "), "{sent:?}");
}

fn one_uses_another(db: &Db) {
    let conn = &mut seed(db);
    let users = select((User.id, User.username))
        .filter(User.id.ne(2))
        .cte("some_users");
    let (id, name) = users.columns();
    let posts = select((Post.author_id, max(Post.id))).join_on(&users, id.eq(Post.author_id));
    let posts = posts.group_by(Post.author_id).cte("last_posts");
    let (author, last) = posts.columns();
    // In whatever order they are given.
    for query in [
        select((name, last))
            .from(&users)
            .join_on(&posts, author.eq(id)),
        select((name, last))
            .from(&posts)
            .join_on(&users, author.eq(id)),
    ] {
        let rows = query.order_by(id).all(conn).unwrap();
        assert_eq!(
            rows,
            [("ada".to_owned(), Some(2)), ("cy".to_owned(), Some(3))]
        );
        let sent = db.sent();
        let (users, posts) = (sent[0].find("some_users"), sent[0].find("last_posts"));
        assert!(
            users < posts && sent[0].matches("WITH").count() == 1,
            "{sent:?}"
        );
    }
    let only = select(author).from(&posts).order_by(author);
    assert_eq!(only.all(conn).unwrap(), [1, 3]);
}

fn one_that_is_used_twice_is_written_once(db: &Db) {
    let conn = &mut seed(db);
    let ids = || select(User.id).filter(User.id.lt(4)).cte("ids");
    let (one, other) = (ids(), ids().alias("others"));
    let (id, other_id) = (one.columns(), other.columns());
    let query = select((id, other_id))
        .from(&one)
        .join_on(&other, id.lt(other_id));
    let pairs = query.order_by((id, other_id)).all(conn).unwrap();
    assert_eq!(pairs, [(1, 2), (1, 3), (2, 3)]);
    let sent = db.sent();
    assert_eq!(sent[0].matches(" AS (").count(), 1, "{sent:?}");
}

fn derived_tables_and_set_operations_bring_it_along(db: &Db) {
    let conn = &mut seed(db);
    let ids = select(User.id).filter(User.id.gt(1)).cte("ids");
    let id = ids.columns();
    let low = || select(id).from(&ids).filter(id.lt(3));
    let both = low().union_all(select(id).from(&ids)).order_by(id);
    assert_eq!(both.all(conn).unwrap(), [2, 2, 3, 4]);
    assert_eq!(both.count(conn).unwrap(), 4);
    let low = low().as_table("low");
    let query = select(low.columns()).from(&low);
    assert_eq!(query.all(conn).unwrap(), [2]);
    let joined = select((id, low.columns())).from(&ids).cross_join(&low);
    assert_eq!(
        joined.order_by(id).all(conn).unwrap(),
        [(2, 2), (3, 2), (4, 2)]
    );
    let both = both.cte("both_sides");
    let query = select(both.columns()).from(&both).order_by(both.columns());
    assert_eq!(query.all(conn).unwrap(), [2, 2, 3, 4]);
    for sql in db.sent() {
        assert_eq!(sql.matches("WITH").count(), 1, "{sql}");
    }
}

fn it_is_in_a_subquery(db: &Db) {
    let conn = &mut seed(db);
    let ids = select(Post.author_id)
        .filter(Post.title.ne("three"))
        .cte("author_ids");
    let id = ids.columns();
    let query = select(User.username).filter(User.id.in_(select(id).from(&ids)));
    assert_eq!(query.all(conn).unwrap(), ["ada"]);
    let own = select(id).from(&ids).filter(id.eq(User.id));
    let query = select(User.username).filter(!exists(own)).order_by(User.id);
    assert_eq!(query.all(conn).unwrap(), ["bob", "cy", "dee"]);
}

fn every_verb_reads_it(db: &Db) {
    let conn = &mut seed(db);
    let names = select((User.id, User.username)).cte("names");
    let (id, name) = names.columns();
    let query = select(name).from(&names).order_by(id);
    assert_eq!(query.first(conn).unwrap().as_deref(), Some("ada"));
    assert_eq!(query.last(conn).unwrap().as_deref(), Some("dee"));
    assert_eq!(query.count(conn).unwrap(), 4);
    assert_eq!(query.clone().limit(3).count(conn).unwrap(), 3);
    assert!(query.exists(conn).unwrap());
    assert_eq!(query.clone().filter(id.eq(2)).one(conn).unwrap(), "bob");
    let rows = query.stream(conn).unwrap().map(Result::unwrap);
    assert_eq!(rows.collect::<Vec<_>>(), ["ada", "bob", "cy", "dee"]);
    if db.capabilities().explain != orm::sql::ExplainStyle::Unsupported {
        assert!(!query.explain(conn).unwrap().is_empty());
    }
}

fn entities_of_a_common_table_expression(db: &Db) {
    drop(seed(db));
    let late = User.alias("late");
    let some = select(User).filter(User.id.gt(2)).entity_cte(late);
    let mut session = db.session();
    let users = select(late).from(&some).order_by(late.id);
    let users = users.all(&mut session).unwrap();
    assert_eq!(session[users[0]].username, "cy");
    assert_eq!(session.get_one(User, 4).unwrap(), users[1]);
    let posts = select((late.username, Post.title)).from(&some).join(Post);
    let expected = [("cy".to_owned(), "three".to_owned())];
    assert_eq!(posts.all(&mut session).unwrap(), expected);
}

fn the_hint_does_not_change_the_rows(db: &Db) {
    let conn = &mut seed(db);
    for materialized in [true, false] {
        let names = select(User.username)
            .cte("names")
            .materialized(materialized);
        let name = names.columns();
        let query = select(name)
            .from(&names)
            .filter(name.ne("bob"))
            .order_by(name);
        assert_eq!(query.all(conn).unwrap(), ["ada", "cy", "dee"]);
        let sent = db.sent();
        let words = if materialized {
            " AS MATERIALIZED ("
        } else {
            " AS NOT MATERIALIZED ("
        };
        assert_eq!(
            sent[0].contains(words),
            db.capabilities().materialized,
            "{sent:?}"
        );
    }
}

fn a_tree_is_walked_down(db: &Db) {
    let conn = &mut tree(db);
    let root = select((Node.id, Node.label)).filter(Node.label.eq("root"));
    let tree = recursive("tree", root, |tree| {
        let (id, _) = tree.columns();
        select((Node.id, Node.label)).join_on(&tree, Node.parent_id.eq(id))
    });
    let (id, label) = tree.columns();
    let labels = select(label).from(&tree).order_by(id);
    let expected = ["root", "left", "right", "leaf", "bud"];
    assert_eq!(labels.all(conn).unwrap(), expected);
    assert_eq!(labels.count(conn).unwrap(), 5);
    // As entities, and as those that are not in it.
    let nodes = select(Node)
        .join_on(&tree, Node.id.eq(id))
        .filter(label.ne("root"));
    let mut session = db.session();
    let nodes = nodes.order_by(Node.id).all(&mut session).unwrap();
    assert_eq!(session[nodes[3]].label, "bud");
    let others = select(Node.label).filter(Node.id.not_in(select(id).from(&tree)));
    assert_eq!(others.all(conn).unwrap(), ["other"]);
}

fn a_tree_is_walked_up(db: &Db) {
    let conn = &mut tree(db);
    let bud = select((Node.id, Node.parent_id)).filter(Node.id.eq(5));
    let path = recursive("way_up", bud, |path| {
        let (_, parent) = path.columns();
        select((Node.id, Node.parent_id)).join_on(&path, Node.id.eq(parent))
    });
    let (id, parent) = path.columns();
    let query = select((id, parent)).from(&path).order_by(id);
    let expected = [(1, None), (2, Some(1)), (4, Some(2)), (5, Some(4))];
    assert_eq!(query.all(conn).unwrap(), expected);
}

fn a_cycle_ends(db: &Db) {
    let conn = &mut tree(db);
    update(Node)
        .set(Node.parent_id, 5)
        .filter(Node.id.eq(1))
        .execute(conn)
        .unwrap();
    let start = select(Node.id).filter(Node.id.eq(4));
    let circle = recursive_distinct("circle", start, |circle| {
        select(Node.id).join_on(&circle, Node.parent_id.eq(circle.columns()))
    });
    let id = circle.columns();
    let query = select(id).from(&circle).order_by(id);
    assert_eq!(query.all(conn).unwrap(), [1, 2, 3, 4, 5]);
}

fn numbers_are_counted(db: &Db) {
    let conn = &mut seed(db);
    let one = select(User.id).filter(User.id.eq(1));
    let numbers = recursive("numbers", one, |numbers| {
        let number = numbers.columns();
        select(number + 1).from(&numbers).filter(number.lt(100))
    });
    let number = numbers.columns();
    let row = select((count_all(), sum(number), max(number))).from(&numbers);
    assert_eq!(row.one(conn).unwrap(), (100, Some(5050), Some(100)));
}

fn many_steps_are_all_the_rows_or_an_error(db: &Db) {
    let conn = &mut seed(db);
    let one = select(User.id).filter(User.id.eq(1));
    let numbers = recursive("numbers", one, |numbers| {
        let number = numbers.columns();
        select(number + 1).from(&numbers).filter(number.lt(5000))
    });
    let query = select(numbers.columns()).from(&numbers);
    // A database may have a limit of steps, beyond which it is an error.
    if let Ok(count) = query.count(conn) {
        assert_eq!(count, 5000);
    }
}

fn values_are_bound_in_order(db: &Db) {
    let conn = &mut seed(db);
    let some = select((User.id, User.id + 100))
        .filter(User.id.ge(2))
        .cte("some_ids");
    let (id, more) = some.columns();
    let posts = select((Post.author_id, Post.id * 10)).filter(Post.title.ne("one"));
    let posts = posts
        .join_on(&some, id.eq(Post.author_id) & id.ne(77))
        .as_table("posts_of");
    let (author, number) = posts.columns();
    let query = select((id + 1000, more, optional(number)))
        .from(&some)
        .left_join_on(&posts, author.eq(id) & number.ne(7))
        .filter(more.lt(200))
        .order_by(id)
        .limit(1)
        .offset(1);
    for _ in 0..3 {
        assert_eq!(query.all(conn).unwrap(), [(1003, 103, Some(30))]);
    }
    // Another query with other values has the same text.
    let of = |low: i64, high: i64| {
        let ids = select(User.id).filter(User.id.ge(low)).cte("ids");
        let id = ids.columns();
        select(id).from(&ids).filter(id.le(high)).order_by(id)
    };
    let misses = db.engine.statement_cache_status().misses;
    assert_eq!(of(2, 3).all(conn).unwrap(), [2, 3]);
    assert_eq!(of(1, 2).all(conn).unwrap(), [1, 2]);
    assert_eq!(db.engine.statement_cache_status().misses, misses + 1);
}

fn they_have_criteria_once(db: &Db) {
    drop(seed(db));
    let hidden = Criteria::new().add("no ada", User, User.username.ne("ada"));
    let mut session = db.session().criteria(&hidden);
    let names = select((User.id, User.username)).cte("names");
    let (id, name) = names.columns();
    let query = select(name).from(&names).filter(id.lt(4)).order_by(id);
    db.sent();
    assert_eq!(query.all(&mut session).unwrap(), ["bob", "cy"]);
    let sent = db.sent();
    assert_eq!(sent[0].matches("<>").count(), 1, "{sent:?}");
}

fn two_of_one_name_are_refused(db: &Db) {
    let conn = &mut seed(db);
    let one = select(User.id).cte("ids");
    let other = select(Post.id).cte("ids").alias("others");
    let query = select((one.columns(), other.columns()))
        .from(&one)
        .cross_join(&other);
    fails(query.all(conn), ErrorKind::Usage);
    let hides = select(Post.id).cte("users");
    let query = select((User.id, hides.alias("p").columns())).cross_join(hides.alias("p"));
    fails(query.all(conn), ErrorKind::Usage);
    let outside = select(Post.id)
        .filter(Post.author_id.eq(User.id))
        .cte("own_posts");
    let query = select(User.id).cross_join(&outside);
    fails(query.all(conn), ErrorKind::Usage);
    let inside = exists(select(outside.columns()).from(&outside));
    let query = select(User.id).filter(inside);
    fails(query.all(conn), ErrorKind::Usage);
    assert_eq!(db.sent(), [""; 0]);
}
