//! What is logged of statements, and that values are logged on request only.

use std::sync::{Arc, Mutex, OnceLock};

use orm::engine::Engine;
use orm_core::value::ValueRef;

use super::support::{SECRET, execute, sql};
use crate::cases;
use crate::database::Db;

cases![
    "logging":
    statements_are_logged_without_values,
    values_are_logged_on_request_only,
];

/// Notes the fields of every event of a target.
#[derive(Clone)]
pub(super) struct Events {
    target: &'static str,
    seen: Arc<Mutex<Vec<String>>>,
}

impl Events {
    /// What `work` logs.
    pub(super) fn of(target: &'static str, work: impl FnOnce()) -> Vec<String> {
        let seen = Arc::default();
        let events = Self { target, seen };
        tracing::subscriber::with_default(events.clone(), work);
        let seen = events.seen.lock().unwrap();
        seen.clone()
    }
}

impl tracing::Subscriber for Events {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == self.target
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
        self.seen.lock().unwrap().push(fields.0.join(" "));
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// Makes each thread's events its own subscriber's affair, whatever ran before in other threads.
///
/// A process keeps for each place that logs whether any subscriber is interested. While there is only one
/// subscriber, a thread without it that comes to such a place first decides for all threads: never
/// (`tracing_core::callsite::dispatchers`, `has_just_one`). With two that stay and return "sometimes", each event checks
/// the subscriber of its own thread.
pub(super) fn ask_the_threads_subscriber() {
    static STAYING: OnceLock<[tracing::Dispatch; 2]> = OnceLock::new();
    STAYING.get_or_init(|| [Sometimes, Sometimes].map(tracing::Dispatch::new));
}

/// Listens to nothing, and rules nothing out.
struct Sometimes;

impl tracing::Subscriber for Sometimes {
    fn register_callsite(
        &self,
        _: &'static tracing::Metadata<'static>,
    ) -> tracing::subscriber::Interest {
        tracing::subscriber::Interest::sometimes()
    }

    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        false
    }

    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, _: &tracing::Event<'_>) {}

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

/// What is logged while a statement with a secret value succeeds and another one fails.
fn logged(db: &Db, engine: &Engine) -> Vec<String> {
    Events::of("orm::sql", || {
        let mut conn = engine.connection().unwrap();
        let insert = "INSERT INTO users (username) VALUES (?)";
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap();
        execute(db, &mut conn, insert, &[ValueRef::Text(SECRET)]).unwrap_err();
    })
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
        events[1].contains("error=\"duplicate value violates"),
        "{}",
        events[1]
    );
}

fn values_are_logged_on_request_only(db: &Db) {
    let engine = db.engine_with(&db.options().log_values());
    let events = logged(db, &engine);
    assert_eq!(events.len(), 2, "{events:?}");
    assert!(
        events.iter().all(|event| event.contains(SECRET)),
        "{events:?}"
    );
}
