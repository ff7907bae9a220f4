//! Relations to the model itself that are followed level by level, and loads of many entities in one transaction.

use orm::engine::TransactionOptions;
use orm::mapping::PathFrom;
use orm::prelude::*;

use crate::cases;
use crate::database::Db;
use crate::suite::statements::reads;

cases![
    "trees":
    a_tree_is_loaded_to_its_leaves,
    a_tree_is_loaded_to_a_depth,
    ancestors_are_loaded,
    a_path_goes_on_from_all_levels,
    rows_in_a_circle_end_it,
    many_batches_are_read_in_one_transaction,
];

#[derive(Model, Clone, Debug)]
#[orm(table = "tree_nodes")]
struct Node {
    #[orm(primary_key)]
    id: i64,
    #[orm(length = 50)]
    name: String,
    #[orm(references = Node.id, index)]
    parent_id: Option<i64>,
    parent: BelongsTo<Option<Self>>,
    #[orm(order_by = Node.name)]
    children: HasMany<Self>,
    fruits: HasMany<Fruit>,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "tree_fruits")]
struct Fruit {
    #[orm(primary_key)]
    id: i64,
    #[orm(references = Node.id, index)]
    node_id: i64,
    node: BelongsTo<Node>,
}

fn session(db: &Db) -> Session {
    Metadata::of((Node, Fruit)).create_all(&db.engine).unwrap();
    let mut other = db.session();
    let root = other.add(Node::builder().name("root"));
    for name in ["b", "a"] {
        let child = other
            .append(root, Node.children, Node::builder().name(name))
            .unwrap();
        other.append(child, Node.fruits, Fruit::builder()).unwrap();
        for deeper in ["x", "y"] {
            let deeper = Node::builder().name(format!("{name}{deeper}"));
            let deeper = other.append(child, Node.children, deeper).unwrap();
            other.append(deeper, Node.fruits, Fruit::builder()).unwrap();
        }
    }
    other.commit().unwrap();
    drop(other);
    let session = db.session();
    db.sent();
    session
}

fn root(session: &mut Session, path: impl PathFrom<Node>) -> Ref<Node> {
    let roots = select(Node).filter(Node.parent_id.is_null());
    roots.with(path).one(session).unwrap()
}

/// The names below a node, as far as they are loaded.
fn below(session: &Session, node: Ref<Node>) -> String {
    let Ok(children) = session[node].children.get() else {
        return "?".to_owned();
    };
    let one = |child: Ref<Node>| format!("{}({})", session[child].name, below(session, child));
    children.into_iter().map(one).collect()
}

fn a_tree_is_loaded_to_its_leaves(db: &Db) {
    let mut session = session(db);
    let root = root(&mut session, Node.children.recursive());
    // The root, two levels, and that there is no third one.
    assert_eq!(reads(db).len(), 4);
    assert_eq!(below(&session, root), "a(ax()ay())b(bx()by())");
}

fn a_tree_is_loaded_to_a_depth(db: &Db) {
    let mut session = session(db);
    let one = root(&mut session, Node.children.depth(1));
    assert_eq!(reads(db).len(), 2);
    assert_eq!(below(&session, one), "a(?)b(?)");
    let one = root(&mut session, Node.children.depth(2));
    assert_eq!(reads(db).len(), 2);
    assert_eq!(below(&session, one), "a(ax(?)ay(?))b(bx(?)by(?))");
}

fn ancestors_are_loaded(db: &Db) {
    let mut session = session(db);
    let leaf = select(Node).filter(Node.name.eq("ay"));
    let leaf = leaf
        .with(Node.parent.recursive())
        .one(&mut session)
        .unwrap();
    assert_eq!(reads(db).len(), 3);
    let above = session[leaf].parent.get().unwrap().unwrap();
    let root = session[above].parent.get().unwrap().unwrap();
    assert_eq!(session[root].name, "root");
    assert_eq!(session[root].parent.get().unwrap(), None);
}

fn a_path_goes_on_from_all_levels(db: &Db) {
    let mut session = session(db);
    let path = Node.children.recursive().then(Node.fruits);
    let root = root(&mut session, path.clone());
    assert_eq!(reads(db).len(), 5);
    for child in session[root].children.get().unwrap() {
        assert_eq!(session[child].fruits.get().unwrap().len(), 1);
        for deeper in session[child].children.get().unwrap() {
            assert_eq!(session[deeper].fruits.get().unwrap().len(), 1);
        }
    }
}

fn rows_in_a_circle_end_it(db: &Db) {
    let mut session = session(db);
    let root = root(&mut session, Node.children.recursive());
    let child = session[root].children.get().unwrap()[0];
    session[root].parent = child.into();
    session.commit().unwrap();
    session.clear();
    db.sent();
    let name = Node.name.eq("root");
    let query = select(Node).filter(name).with(Node.children.recursive());
    let root = query.one(&mut session).unwrap();
    assert_eq!(reads(db).len(), 4);
    let child = session[root].children.get().unwrap()[0];
    assert!(session[child].children.get().unwrap().contains(&root));
    let query = query.with(Node.parent.recursive());
    query.one(&mut session).unwrap();
}

fn many_batches_are_read_in_one_transaction(db: &Db) {
    const PARENTS: usize = 1024 + 1;
    let mut other = session(db);
    for number in 0..PARENTS {
        other.add(Node::builder().name(format!("{number}")));
    }
    other.commit().unwrap();
    drop(other);
    let mut session = db.session();
    let all = select(Node).all(&mut session).unwrap();
    db.sent();
    session.load_all(&all, Node.children).unwrap();
    let sent = db.sent();
    let selects = sent.iter().filter(|sql| sql.starts_with("SELECT")).count();
    assert!(selects > 1, "{sent:?}");
    if db.capabilities().repeatable_reads {
        let dialect = db.dialect();
        let read_only = TransactionOptions::new().read_only();
        let options = match dialect.after_end(&read_only) {
            Some(_) => TransactionOptions::new(),
            None => read_only,
        };
        let mut expected: Vec<String> = Vec::new();
        expected.extend(dialect.begin(&options).unwrap().into_iter().map(Into::into));
        assert_eq!(sent[..expected.len()], expected);
        assert_eq!(sent.len(), expected.len() + selects + 1);
        assert_eq!(sent.last().unwrap(), "COMMIT");
    } else {
        assert_eq!(sent.len(), selects);
    }
    assert!(!session.in_transaction());
    // In an open transaction they are a part of it, and a few need none.
    session.load_all(&all[..3], Node.fruits).unwrap();
    assert_eq!(db.sent().len(), 1);
    session.begin().unwrap();
    db.sent();
    session.clear();
    let all = select(Node).all(&mut session).unwrap();
    session.load_all(&all, Node.children).unwrap();
    assert!(db.sent().iter().all(|sql| sql.starts_with("SELECT")));
}
