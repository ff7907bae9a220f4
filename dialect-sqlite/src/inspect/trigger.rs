//! Reads CREATE TRIGGER.

use orm_core::schema::AttachedSql;

use super::cursor::{Cursor, quoted};
use crate::types::NAME;

/// The trigger of a CREATE TRIGGER statement in a schema. `None` if the text is none. The body stays as it is written,
/// with its comments.
pub(super) fn read(schema: Option<&str>, sql: &str) -> Option<AttachedSql> {
    let mut cursor = Cursor::new(sql);
    cursor.take_words(&["CREATE"]).then_some(())?;
    cursor.take_any(&["TEMP", "TEMPORARY"]);
    cursor.take_words(&["TRIGGER"]).then_some(())?;
    cursor.take_words(&["IF", "NOT", "EXISTS"]);
    let name = cursor.take_object()?;
    let body = cursor.rest().trim_end_matches([';', ' ', '\n']);
    let path = match schema {
        Some(schema) => format!("{}.{}", quoted(schema), quoted(&name)),
        None => quoted(&name),
    };
    let trigger = AttachedSql::new(name, format!("CREATE TRIGGER {path} {body}"));
    Some(trigger.drop(format!("DROP TRIGGER {path}")).only(NAME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_is_written_in_one_way() {
        let body = "AFTER INSERT ON t BEGIN\n  SELECT 1; -- one\nEND";
        let sql = format!("create trigger if not exists main.[a b] {body};\n");
        let trigger = read(None, &sql).unwrap();
        assert_eq!(trigger.create, format!("CREATE TRIGGER \"a b\" {body}"));
        assert_eq!(trigger.drop.as_deref(), Some("DROP TRIGGER \"a b\""));
        assert_eq!(read(None, &trigger.create), Some(trigger));
        let audit = read(Some("audit"), &sql).unwrap();
        assert!(
            audit
                .create
                .starts_with("CREATE TRIGGER \"audit\".\"a b\" AFTER")
        );
    }
}
