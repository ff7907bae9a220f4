//! What is logged of statements, and that values are logged on request only.

use std::sync::{Arc, Mutex};

use orm::engine::Engine;
use orm_core::value::ValueRef;

use super::support::{SECRET, execute, sql};
use crate::backend::Db;
use crate::cases;

cases![
    "logging":
    statements_are_logged_without_values,
    values_are_logged_on_request_only,
];

/// Notes the fields of every event.
#[derive(Clone, Default)]
struct Events(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "orm::sql"
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        struct Fields(Vec<String>);
        impl tracing::field::Visit for Fields {
            fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
                self.0.push(format!("{field}={value:?}"));
            }
        }
        let mut fields = Fields(vec![event.metadata().level().to_string()]);
        event.record(&mut fields);
        self.0.lock().unwrap().push(fields.0.join(" "));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// What is logged while a statement with a secret value succeeds and another one fails.
fn logged(db: &Db, engine: &Engine) -> Vec<String> {
    let events = Events::default();
    tracing::subscriber::with_default(events.clone(), || {
        let mut conn = engine.connection().unwrap();
        let insert = "INSERT INTO users (username) VALUES (?)";
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap();
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap_err();
    });
    let events = events.0.lock().unwrap();
    events.clone()
}

fn statements_are_logged_without_values(db: &Db) {
    let events = logged(db, &db.other_engine());
    assert_eq!(events.len(), 2, "{events:?}");
    let text = sql(db, "INSERT INTO users (username) VALUES (?)");
    for event in &events {
        assert!(
            event.starts_with("DEBUG ") && event.contains(&format!("sql={text:?}")),
            "{event}"
        );
        assert!(
            event.contains("elapsed_us=") && !event.contains(SECRET),
            "{event}"
        );
    }
    assert!(
        events[0].contains("rows=1") && !events[0].contains("error="),
        "{}",
        events[0]
    );
    assert!(
        events[1].contains("error=\"a unique constraint"),
        "{}",
        events[1]
    );
}

fn values_are_logged_on_request_only(db: &Db) {
    let engine = Engine::options(db.url()).log_values().connect().unwrap();
    let events = logged(db, &engine);
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(
        events.iter().all(|event| event.contains(SECRET)),
        "{events:?}"
    );
}
