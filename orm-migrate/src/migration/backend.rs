//! The database in diesel's types: a backend as a tag, and a connection that receives the text of a script.

use diesel::connection::{BoxableConnection, SimpleConnection};

/// Is diesel's backend type for every database. It needs no client library and is never called.
pub type Tag = diesel::mysql::Mysql;

/// Takes the text of a script that diesel's types hold.
#[derive(Debug, Default)]
pub(super) struct Recorder(pub(super) String);

impl SimpleConnection for Recorder {
    fn batch_execute(&mut self, query: &str) -> diesel::QueryResult<()> {
        self.0.push_str(query);
        Ok(())
    }
}

impl BoxableConnection<Tag> for Recorder {
    fn as_any(&self) -> &dyn std::any::Any {
        self
    }

    fn as_any_mut(&mut self) -> &mut dyn std::any::Any {
        self
    }
}
