//! The options of tables, the methods of their indexes, which depend on the engine, and triggers.

use orm_core::lex::{Lexer, Token, TokenKind, is_any};
use orm_core::schema::{AttachedSql, Name, Table, TableOption};
use orm_core::sql::{Dialect as _, SqlWriter};

use super::native::default_collation;
use super::prepare::string_value;
use crate::capability::LEXICAL_RULES;
use crate::{MysqlDialect, types};

/// The dialect of the options and triggers. MariaDB has what MySQL has.
pub(super) const OWN: &str = "mysql";

/// Creates an option.
pub(super) fn option(name: &'static str, value: impl Into<Name>) -> TableOption {
    TableOption::new(OWN, name).value(value)
}

/// The options that differ from the dialect's, sorted by name. The next key of a table changes with its rows.
pub(super) fn canonical(dialect: MysqlDialect, table: &Table) -> Vec<TableOption> {
    let value = |name: &str| find(dialect, table, name);
    let mut kept = Vec::new();
    if let Some(collation) = collation(dialect, value("COLLATE"), value("CHARSET")) {
        kept.push(collation);
    }
    if let Some(engine) = engine(dialect, table) {
        kept.push(option("ENGINE", engine));
    }
    if let Some(partitions) = value("PARTITION BY") {
        kept.push(option("PARTITION BY", partitioning(partitions)));
    }
    let format = value("ROW_FORMAT").map(str::to_ascii_uppercase);
    if let Some(format) = format.filter(|format| format != "DEFAULT") {
        kept.push(option("ROW_FORMAT", format));
    }
    kept
}

/// The value of an option: the dialect's own before MySQL's.
fn find<'t>(dialect: MysqlDialect, table: &'t Table, name: &str) -> Option<&'t str> {
    let of = |of: &str| {
        let mut options = table.options.iter();
        let found = options.find(|it| it.dialect == of && it.name.eq_ignore_ascii_case(name));
        found.and_then(|found| found.value.as_deref())
    };
    of(dialect.name()).or_else(|| of(OWN).filter(|_| dialect == MysqlDialect::MariaDb))
}

/// The engine in upper case, if it is not the dialect's.
fn engine(dialect: MysqlDialect, table: &Table) -> Option<String> {
    let engine = find(dialect, table, "ENGINE")?.to_ascii_uppercase();
    match engine.as_str() {
        "INNODB" => None,
        "HEAP" => Some("MEMORY".to_owned()),
        _ => Some(engine),
    }
}

/// The default collation of the table, which names its character set as well.
fn collation(
    dialect: MysqlDialect,
    collation: Option<&str>,
    charset: Option<&str>,
) -> Option<TableOption> {
    let lower = collation.map(str::to_ascii_lowercase);
    let collation = lower.or_else(|| {
        let charset = charset?.to_ascii_lowercase();
        let default = match (charset.as_str(), dialect) {
            ("utf8mb4", MysqlDialect::MySql) => Some("utf8mb4_0900_ai_ci".into()),
            ("utf8mb4", MysqlDialect::MariaDb) => Some("utf8mb4_general_ci".into()),
            _ => default_collation(&charset),
        };
        default.map(std::borrow::Cow::into_owned)
    });
    match (collation, charset) {
        (Some(name), _) if name == dialect.collation() => None,
        (Some(name), _) => Some(option("COLLATE", name)),
        (None, Some(charset)) => Some(option("CHARSET", charset.to_ascii_lowercase())),
        (None, None) => None,
    }
}

/// The method of an index. InnoDB has B-trees where a hash is asked for, and MEMORY has hashes by default.
pub(super) fn index_method(
    dialect: MysqlDialect,
    table: &Table,
    method: Option<&str>,
) -> Option<Name> {
    let method = method.map(str::to_ascii_lowercase);
    match method.as_deref() {
        Some(own @ ("fulltext" | "spatial")) => Some(own.to_owned().into()),
        Some("btree") if is_memory(dialect, table) => Some("btree".into()),
        None | Some("hash") if is_memory(dialect, table) => Some("hash".into()),
        _ => None,
    }
}

fn is_memory(dialect: MysqlDialect, table: &Table) -> bool {
    // The table may be the canonical one, whose options are MySQL's.
    let engine =
        find(dialect, table, "ENGINE").or_else(|| find(MysqlDialect::MySql, table, "ENGINE"));
    engine.is_some_and(|engine| is_any(engine, &["MEMORY", "HEAP"]))
}

/// The partitions of a table: words in lower case, names without quotes where they need none, no engine.
fn partitioning(sql: &str) -> String {
    let tokens: Vec<Token<'_>> = Lexer::new(sql, LEXICAL_RULES)
        .filter(|token| {
            !token.is_trivia() && !matches!(token.kind, TokenKind::CodeStart | TokenKind::CodeEnd)
        })
        .collect();
    let mut words = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        if is_any(token.text, &["ENGINE", "STORAGE"]) {
            // `[STORAGE] ENGINE [=] InnoDB`
            at += usize::from(is_any(token.text, &["STORAGE"]));
            at += usize::from(tokens.get(at).is_some_and(|next| next.is_char('=')));
            at += 1;
            continue;
        }
        words.push(match token.kind {
            TokenKind::String => types::quoted(&string_value(token.text)),
            TokenKind::QuotedName if is_plain(&token.value()) => token.value().into_owned(),
            TokenKind::Word => token.text.to_lowercase(),
            _ => token.text.to_owned(),
        });
    }
    words.retain(|word| word != "=");
    joined(&words)
}

/// Whether a name of a partition or a column needs no quotes.
fn is_plain(name: &str) -> bool {
    const WORDS: &[&str] = &[
        "partition",
        "partitions",
        "values",
        "less",
        "than",
        "in",
        "range",
        "list",
        "columns",
        "hash",
        "key",
        "by",
        "maxvalue",
        "comment",
        "engine",
        "linear",
        "null",
        "order",
        "group",
        "select",
        "table",
        "index",
        "storage",
    ];
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.chars().all(is_word)
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && !WORDS.contains(&name)
}

/// Tokens with one blank between them, without blanks inside of parentheses and before commas.
fn joined(words: &[String]) -> String {
    let mut text = String::new();
    for word in words {
        let is_tight = text.is_empty() || text.ends_with('(') || matches!(word.as_str(), ")" | ",");
        text.push_str(if is_tight { "" } else { " " });
        text.push_str(word);
    }
    text
}

/// The triggers among what is attached to a table. Nothing else of it can be found again in the database.
pub(super) fn triggers(dialect: MysqlDialect, table: &Table) -> Vec<AttachedSql> {
    let own = table.attached.iter().filter(|it| it.is_of(dialect.name()));
    let mut triggers: Vec<_> = own
        .filter_map(|it| trigger(dialect, table, &it.create))
        .collect();
    triggers.sort_by(|a, b| a.name.cmp(&b.name));
    triggers
}

/// The trigger that a statement creates. Its body is stored as it was written.
fn trigger(dialect: MysqlDialect, table: &Table, sql: &str) -> Option<AttachedSql> {
    let sql = sql.trim().trim_end_matches(';').trim_end();
    let tokens: Vec<Token<'_>> = Lexer::new(sql, LEXICAL_RULES)
        .filter(|token| !token.is_trivia())
        .collect();
    let is = |at: usize, words: &[&str]| {
        tokens
            .get(at)
            .is_some_and(|token| is_any(token.text, words))
    };
    let find = |from: usize, words: &[&str]| (from..tokens.len()).find(|at| is(*at, words));
    let kind = find(0, &["TRIGGER"]).filter(|_| is(0, &["CREATE"]))?;
    let timing = find(kind, &["BEFORE", "AFTER"])?;
    let row = find(timing, &["ROW"]).filter(|at| is(at - 1, &["EACH"]))?;
    let body = if is(row + 1, &["FOLLOWS", "PRECEDES"]) {
        row + 3
    } else {
        row + 1
    };
    let name = tokens[timing - 1].value().into_owned();
    let event = tokens.get(timing + 1)?.text.to_ascii_uppercase();
    let mut w = SqlWriter::new(match dialect {
        MysqlDialect::MySql => &MysqlDialect::MySql,
        MysqlDialect::MariaDb => &MysqlDialect::MariaDb,
    });
    let mut qualified = table.qualified_name();
    qualified.name = name.clone().into();
    w.push("CREATE TRIGGER ").qualified(&qualified).push(" ");
    w.push(&tokens[timing].text.to_ascii_uppercase());
    w.push(" ")
        .push(&event)
        .push(" ON ")
        .qualified(&table.qualified_name());
    w.push(" FOR EACH ROW ")
        .push(&sql[tokens.get(body)?.start..]);
    let create = w.finish().0;
    let mut w = SqlWriter::new(&MysqlDialect::MySql);
    w.push("DROP TRIGGER ").qualified(&qualified);
    Some(AttachedSql::new(name, create).drop(w.finish().0).only(OWN))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_dialect_are_left_out() {
        let of = |name: &'static str, value: &'static str| {
            let table = Table::new("t").option(TableOption::new("mysql", name).value(value));
            let options = canonical(MysqlDialect::MariaDb, &table);
            options
                .into_iter()
                .map(|it| format!("{} {}", it.name, it.value.unwrap()))
                .collect::<Vec<_>>()
                .join(", ")
        };
        assert_eq!(of("ENGINE", "innodb"), "");
        assert_eq!(of("engine", "MyISAM"), "ENGINE MYISAM");
        assert_eq!(of("CHARSET", "latin1"), "COLLATE latin1_swedish_ci");
        assert_eq!(of("COLLATE", "utf8mb4_nopad_bin"), "");
        assert_eq!(of("AUTO_INCREMENT", "100"), "");
        assert_eq!(
            of(
                "PARTITION BY",
                "RANGE (`y`)\n(PARTITION `p0` VALUES LESS THAN (10) COMMENT = 'x' ENGINE = InnoDB)"
            ),
            "PARTITION BY range (y) (partition p0 values less than (10) comment 'x')"
        );
    }

    #[test]
    fn triggers_are_written_in_one_way() {
        let attach = |sql: &'static str| {
            let table = Table::new("t").attach(AttachedSql::new("x", sql));
            triggers(MysqlDialect::MySql, &table)
        };
        let found = attach(
            "create definer = a@b trigger `tr` before insert on t for each row\n  SET NEW.a  = 1;",
        );
        assert_eq!(found[0].name, "tr");
        assert_eq!(
            found[0].create,
            "CREATE TRIGGER `tr` BEFORE INSERT ON `t` FOR EACH ROW SET NEW.a  = 1"
        );
        assert_eq!(found[0].drop.as_deref(), Some("DROP TRIGGER `tr`"));
        assert_eq!(attach("CREATE PROCEDURE p() SELECT 1"), []);
    }
}
