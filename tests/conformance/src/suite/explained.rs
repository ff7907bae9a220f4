//! Plans of queries: what is sent for them, and what they contain.

use orm::prelude::*;
use orm::query::Explain;
use orm::sql::ExplainStyle;
use orm::{Criteria, ErrorKind};
use serde_json::Value;

use super::support::{fails, seed};
use crate::cases;
use crate::database::Db;
use crate::fixtures::{Post, User};

cases![
    "explained":
    a_plan_is_text,
    a_plan_is_that_of_the_session,
    plans_have_the_values_of_the_query,
    a_query_that_locks_is_explained_without_a_transaction,
    an_analysed_query_is_executed,
    a_plan_is_a_document,
    a_document_with_options,
    a_document_of_a_locking_query,
];

/// Whether the database has plans; if not, that they are refused before anything is sent.
fn has_plans(db: &Db, conn: &mut Connection) -> bool {
    if db.capabilities().explain != ExplainStyle::Unsupported {
        return true;
    }
    db.sent();
    fails(select(User).explain(conn), ErrorKind::Unsupported);
    fails(select(User).explain_analyze(conn), ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
    false
}

fn a_plan_is_text(db: &Db) {
    let conn = &mut seed(db);
    if !has_plans(db, conn) {
        return;
    }
    let query = select((User.username, Post.title))
        .join(Post)
        .order_by(User.email);
    let text = db.normalised(&query.to_sql(db.dialect()).unwrap());
    db.sent();
    let plan = query.explain(conn).unwrap();
    assert!(plan.contains("users") && plan.contains("posts"), "{plan}");
    assert!(plan.lines().count() > 1, "{plan}");
    let sent = db.sent();
    assert_eq!(sent.len(), 1);
    assert!(
        sent[0].starts_with("EXPLAIN ") && sent[0].ends_with(&text),
        "{sent:?}"
    );
    // The query itself is sent as ever.
    assert_eq!(query.all(conn).unwrap().len(), 3);
    assert_eq!(db.sent(), [text]);
}

fn a_plan_is_that_of_the_session(db: &Db) {
    let conn = &mut seed(db);
    if !has_plans(db, conn) {
        return;
    }
    let criteria = Criteria::new().add("email", User, User.email.is_not_null());
    let mut session = db.session().criteria(&criteria);
    let plan = select(User).explain(&mut session).unwrap();
    assert!(plan.contains("users"), "{plan}");
    let sent = db.sent();
    assert!(
        sent[0].ends_with(r#"WHERE "email" IS NOT NULL"#),
        "{sent:?}"
    );
}

fn plans_have_the_values_of_the_query(db: &Db) {
    let conn = &mut seed(db);
    if !has_plans(db, conn) {
        return;
    }
    let query = select(Post)
        .filter(Post.author_id.in_([1, 2, 3]) & Post.title.contains("o"))
        .limit(2)
        .offset(1);
    for _ in 0..3 {
        let plan = query.explain(conn).unwrap();
        assert!(plan.contains("posts"), "{plan}");
    }
    let wrong = select(User).filter(Post.id.eq(1));
    fails(wrong.explain(conn), ErrorKind::Usage);
}

fn a_query_that_locks_is_explained_without_a_transaction(db: &Db) {
    let conn = &mut seed(db);
    if !has_plans(db, conn) {
        return;
    }
    let query = select(User).for_update();
    query.explain(conn).unwrap();
    // To execute it, it takes the lock.
    if let ExplainStyle::Text { .. } = db.capabilities().explain {
        fails(query.explain_analyze(conn), ErrorKind::Usage);
    }
}

fn an_analysed_query_is_executed(db: &Db) {
    let conn = &mut seed(db);
    if !has_plans(db, conn) {
        return;
    }
    let query = select(User).filter(User.email.contains("@"));
    let ExplainStyle::Text { .. } = db.capabilities().explain else {
        fails(query.explain_analyze(conn), ErrorKind::Unsupported);
        return;
    };
    let (plan, analysed) = (
        query.explain(conn).unwrap(),
        query.explain_analyze(conn).unwrap(),
    );
    assert!(analysed.contains("users"), "{analysed}");
    assert_ne!(plan, analysed);
}

/// Whether the database has plans as documents; if not, that they are refused before anything is sent.
fn has_documents(db: &Db, conn: &mut Connection) -> bool {
    let is_of_steps = matches!(db.capabilities().explain, ExplainStyle::Steps { .. });
    if is_of_steps || db.capabilities().selects.json_plans.is_some() {
        return true;
    }
    db.sent();
    let plan = select(User).explain_json(Explain::new(), conn);
    fails(plan, ErrorKind::Unsupported);
    assert_eq!(db.sent(), [""; 0]);
    false
}

fn a_plan_is_a_document(db: &Db) {
    let conn = &mut seed(db);
    if !has_documents(db, conn) {
        return;
    }
    let query = select((User.username, Post.title))
        .join(Post)
        .filter(User.id.in_([1, 2, 3]) & Post.title.contains("o"))
        .order_by(User.email);
    let text = db.normalised(&query.to_sql(db.dialect()).unwrap());
    db.sent();
    let plan = query.explain_json(Explain::new(), conn).unwrap();
    assert!(plan.is_array() || plan.is_object(), "{plan}");
    assert!(plan.to_string().contains("users"), "{plan}");
    let sent = db.sent();
    assert!(
        sent[0].starts_with("EXPLAIN ") && sent[0].ends_with(&text),
        "{sent:?}"
    );
    if let ExplainStyle::Steps { .. } = db.capabilities().explain {
        let step = &plan[0];
        assert!(step["id"].is_i64() && step["detail"].is_string(), "{plan}");
        assert_eq!(step["parent"], 0);
    }
    let mut session = db.session();
    let criteria = Criteria::new().add("email", User, User.email.is_not_null());
    let mut hidden = db.session().criteria(&criteria);
    db.sent();
    select(User)
        .explain_json(Explain::new(), &mut session)
        .unwrap();
    select(User)
        .explain_json(Explain::new(), &mut hidden)
        .unwrap();
    let sent = db.sent();
    assert!(
        sent[1].ends_with(r#"WHERE "email" IS NOT NULL"#),
        "{sent:?}"
    );
    let wrong = select(User).filter(Post.id.eq(1));
    fails(wrong.explain_json(Explain::new(), conn), ErrorKind::Usage);
}

/// The member of a document at any depth.
fn has_member(document: &Value, name: &str) -> bool {
    match document {
        Value::Array(items) => items.iter().any(|item| has_member(item, name)),
        Value::Object(members) => {
            members.contains_key(name) || members.values().any(|value| has_member(value, name))
        }
        _ => false,
    }
}

fn a_document_with_options(db: &Db) {
    let conn = &mut seed(db);
    if !has_documents(db, conn) {
        return;
    }
    let query = select(User).filter(User.email.contains("@"));
    let plans = db.capabilities().selects.json_plans;
    let options = [
        (Explain::new().analyze(), plans.and_then(|it| it.analyze)),
        (Explain::new().buffers(), plans.and_then(|it| it.buffers)),
        (
            Explain::new().analyze().buffers(),
            plans.and_then(|it| it.analyze_buffers),
        ),
    ];
    for (options, words) in options {
        db.sent();
        let plan = query.explain_json(options, conn);
        let Some(words) = words else {
            fails(plan, ErrorKind::Unsupported);
            assert_eq!(db.sent(), [""; 0]);
            continue;
        };
        let plan = plan.unwrap();
        assert!(db.sent()[0].starts_with(words));
        if options == Explain::new().buffers() {
            assert!(has_member(&plan, "Shared Hit Blocks"), "{plan}");
        } else {
            let rows = ["Actual Rows", "actual_rows", "r_rows"];
            assert!(rows.iter().any(|rows| has_member(&plan, rows)), "{plan}");
        }
    }
}

fn a_document_of_a_locking_query(db: &Db) {
    let conn = &mut seed(db);
    if !has_documents(db, conn) {
        return;
    }
    let query = select(User).for_update();
    query.explain_json(Explain::new(), conn).unwrap();
    let analyzes = db
        .capabilities()
        .selects
        .json_plans
        .is_some_and(|it| it.analyze.is_some());
    if analyzes {
        // To execute it, it takes the lock.
        fails(
            query.explain_json(Explain::new().analyze(), conn),
            ErrorKind::Usage,
        );
    }
}
