//! The options of a table, in the places that its dialect has for them.

use super::owner::{Owner, TABLE};
use crate::error::Result;
use crate::schema::{Table, TableOption};
use crate::sql::{
    CommentStyle, Dialect, IdentityStyle, TableOptionPlace, TableOptionRule, TableOptionValue,
};
use crate::value::Value;

/// The texts of the options of a table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Between CREATE and TABLE, with a space behind it.
    pub(super) before_table: String,
    /// Behind the closing parenthesis, with a space before it.
    pub(super) behind_columns: String,
}

/// Renders the options, the comment and the first key of a table, each where the dialect has it.
///
/// # Errors
/// `Unsupported` for an option that the dialect does not have.
pub(super) fn render(dialect: &dyn Dialect, table: &Table) -> Result<Options> {
    let features = &dialect.capabilities().ddl;
    check_known(dialect, table)?;
    let mut base = dialect.table_options().to_owned();
    base.push_str(&first_key(dialect, table));
    let [mut before, mut behind, mut last] = [const { Vec::new() }; 3];
    for rule in features.table_options {
        let Some(option) = find(dialect, table, rule) else {
            continue;
        };
        for words in rule.replaces {
            base = without(&base, words);
        }
        let rendered = option_text(dialect, table, rule, option)?;
        match rule.place {
            TableOptionPlace::BeforeTable => before.push(rendered),
            TableOptionPlace::Options => behind.push(rendered),
            TableOptionPlace::Last => last.push(rendered),
        }
    }
    if let (CommentStyle::Clauses, Some(comment)) = (features.comments, &table.comment) {
        let comment = dialect.literal(&Value::Text(comment.to_string()))?;
        last.insert(0, format!("COMMENT={comment}"));
    }
    let mut before_table = before.join(" ");
    if !before_table.is_empty() {
        before_table.push(' ');
    }
    behind.append(&mut last);
    if !behind.is_empty() {
        base.push(' ');
        base.push_str(&behind.join(features.table_option_separator));
    }
    Ok(Options {
        before_table,
        behind_columns: base,
    })
}

/// The table option for the first key of an auto-increment column.
fn first_key(dialect: &dyn Dialect, table: &Table) -> String {
    let starts = table
        .columns
        .iter()
        .find_map(|column| column.identity?.start);
    match starts {
        Some(start) if dialect.capabilities().ddl.identity == IdentityStyle::TableOption => {
            format!(" AUTO_INCREMENT={start}")
        }
        _ => String::new(),
    }
}

/// Whether an option is of the dialect. MariaDB has the options of MySQL.
fn is_of(dialect: &dyn Dialect, option: &TableOption) -> bool {
    option.dialect == dialect.name() || (&*option.dialect, dialect.name()) == ("mysql", "mariadb")
}

/// The option of a rule: that of the dialect itself before one that it has from another.
fn find<'t>(
    dialect: &dyn Dialect,
    table: &'t Table,
    rule: &TableOptionRule,
) -> Option<&'t TableOption> {
    let options = table.options.iter().filter(|option| is_of(dialect, option));
    options
        .filter(|option| option.name.eq_ignore_ascii_case(rule.name))
        .max_by_key(|option| option.dialect == dialect.name())
}

fn check_known(dialect: &dyn Dialect, table: &Table) -> Result<()> {
    let owner = Owner::new(dialect, TABLE, &table.name);
    let rules = dialect.capabilities().ddl.table_options;
    for option in table.options.iter().filter(|option| is_of(dialect, option)) {
        let is_known = |rule: &TableOptionRule| option.name.eq_ignore_ascii_case(rule.name);
        let names: Vec<_> = rules.iter().map(|rule| rule.name).collect();
        let hint = match names.as_slice() {
            [] => "leave out the option".to_owned(),
            names => format!("the options are {}", names.join(", ")),
        };
        let feature = format!("the option {}", option.name);
        owner.require(rules.iter().any(is_known), &feature, &hint)?;
    }
    Ok(())
}

fn option_text(
    dialect: &dyn Dialect,
    table: &Table,
    rule: &TableOptionRule,
    option: &TableOption,
) -> Result<String> {
    let owner = Owner::new(dialect, TABLE, &table.name);
    let words = rule.words;
    match (rule.value, &option.value) {
        (TableOptionValue::None, None) => Ok(words.to_owned()),
        (TableOptionValue::Plain, Some(value)) => Ok(format!("{words}{value}")),
        (TableOptionValue::Parenthesized, Some(value)) if value.starts_with('(') => {
            Ok(format!("{words}{value}"))
        }
        (TableOptionValue::Parenthesized, Some(value)) => Ok(format!("{words}({value})")),
        (TableOptionValue::None, Some(_)) => {
            let message = format!("the option {} of {owner} takes no value", rule.name);
            Err(owner.unsupported(message).with_hint("leave out the value"))
        }
        (TableOptionValue::Plain | TableOptionValue::Parenthesized, None) => {
            let message = format!("the option {} of {owner} needs a value", rule.name);
            Err(owner.unsupported(message).with_hint("add the value in SQL"))
        }
    }
}

/// Removes an option from others, each of which is written without spaces in its value.
fn without(options: &str, words: &str) -> String {
    let Some((before, rest)) = options.split_once(&format!(" {words}")) else {
        return options.to_owned();
    };
    let behind = rest.find(' ').map_or("", |at| &rest[at..]);
    format!("{before}{behind}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{ANSI, AnsiDialect, with};

    const RULES: &[TableOptionRule] = &[
        TableOptionRule::new("FAST", "FAST", TableOptionValue::None)
            .at(TableOptionPlace::BeforeTable),
        TableOptionRule::new("WITH", "WITH ", TableOptionValue::Parenthesized),
        TableOptionRule::new("SPACE", "SPACE=", TableOptionValue::Plain),
    ];

    fn dialect() -> AnsiDialect {
        AnsiDialect::with(with(ANSI, |own| own.ddl.table_options = RULES))
    }

    #[test]
    fn options_are_removed_whole() {
        let options = " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=x";
        assert_eq!(
            without(options, "DEFAULT CHARSET="),
            " ENGINE=InnoDB COLLATE=x"
        );
        assert_eq!(
            without(options, "COLLATE="),
            " ENGINE=InnoDB DEFAULT CHARSET=utf8mb4"
        );
        assert_eq!(without(options, "OTHER="), options);
    }

    #[test]
    fn options_have_fixed_places() {
        let option = |name| TableOption::new("ansi", name);
        let table = Table::new("t")
            .option(option("space").value("a"))
            .option(option("WITH").value("b = 1"))
            .option(TableOption::new("other", "UNKNOWN"))
            .option(option("FAST"));
        let options = render(&dialect(), &table).unwrap();
        assert_eq!(options.before_table, "FAST ");
        assert_eq!(options.behind_columns, " WITH (b = 1) SPACE=a");
    }

    #[test]
    fn wrong_options_are_refused() {
        let message = |option: TableOption| {
            let table = Table::new("t").option(option);
            let error = render(&dialect(), &table).unwrap_err();
            assert_eq!(error.table(), Some("t"));
            assert!(error.is_unsupported() && error.hint().is_some());
            error.message().to_owned()
        };
        assert_eq!(
            message(TableOption::new("ansi", "SLOW")),
            "table t has the option SLOW, which ansi does not support"
        );
        assert_eq!(
            message(TableOption::new("ansi", "FAST").value("1")),
            "the option FAST of table t takes no value"
        );
        assert_eq!(
            message(TableOption::new("ansi", "SPACE")),
            "the option SPACE of table t needs a value"
        );
    }
}
