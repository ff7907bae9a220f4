//! Keys, constraints and indexes in the form in which the servers keep them.
//!
//! A unique constraint is an index, so that every unique index over whole columns is written as a constraint. An index
//! that the server has created for a foreign key has its name, and is not written.

use orm_core::inspect::Expression;
use orm_core::schema::{
    Action, Check, ForeignKey, Index, IndexKey, KeyOf, Name, Rule, Table, Unique, naming,
};
use orm_core::sql::Dialect as _;
use orm_core::types::Type;

use super::expressions;
use super::options;
use super::prepare::string_value;
use crate::MysqlDialect;

/// Writes the constraints and indexes of `table` into `kept`, which has its columns and options already.
pub(super) fn write(dialect: MysqlDialect, table: &Table, kept: &mut Table) {
    kept.primary_key = table.primary_key.as_ref().map(|key| {
        // The server has no other name than PRIMARY.
        Unique::primary_key(&table.name, key.columns.clone())
    });
    let checks = table
        .checks
        .iter()
        .filter(|it| !is_native(dialect, table, it));
    kept.checks = checks.map(|it| check(dialect, kept, it)).collect();
    kept.foreign_keys = table
        .foreign_keys
        .iter()
        .map(|it| foreign_key(dialect, it))
        .collect();
    let uniques = table.uniques.iter();
    kept.uniques = uniques
        .map(|it| unique(dialect, &table.name, &it.name, it.columns.clone()))
        .collect();
    for index in &table.indexes {
        let index = canonical_index(dialect, kept, index);
        if is_constraint(&index) {
            let columns = index.columns().cloned().collect();
            kept.uniques
                .push(unique(dialect, &table.name, &index.name, columns));
        } else if !is_of_foreign_key(kept, &index) {
            kept.indexes.push(index);
        }
    }
    kept.uniques.sort_by(|a, b| a.name.cmp(&b.name));
    kept.foreign_keys.sort_by(|a, b| a.name.cmp(&b.name));
    kept.checks.sort_by(|a, b| a.name.cmp(&b.name));
    kept.indexes.sort_by(|a, b| a.name.cmp(&b.name));
}

/// A name of at most as many bytes as DDL gives it.
fn fit(dialect: MysqlDialect, name: &str) -> Name {
    naming::fit(name, dialect.capabilities().identifier_limit)
}

fn unique(dialect: MysqlDialect, table: &str, name: &str, columns: Vec<Name>) -> Unique {
    Unique::new(table, columns).named(fit(dialect, name))
}

fn foreign_key(dialect: MysqlDialect, key: &ForeignKey) -> ForeignKey {
    let mut kept = key.clone();
    kept.name = fit(dialect, &key.name);
    kept.schema = schema_name(key.schema.as_ref());
    kept.on_delete = action(key.on_delete);
    kept.on_update = action(key.on_update);
    kept.deferrable = None;
    kept.match_full = false;
    kept
}

/// InnoDB checks at once in either case.
fn action(action: Action) -> Action {
    match action {
        Action::Restrict => Action::NoAction,
        other => other,
    }
}

fn canonical_index(dialect: MysqlDialect, table: &Table, index: &Index) -> Index {
    let mut kept = Index::new("", Vec::new()).named(fit(dialect, &index.name));
    kept.unique = index.unique;
    kept.method = options::index_method(dialect, table, index.method.as_deref());
    let is_spatial = kept.method.as_deref() == Some("spatial");
    let is_words = kept.method.as_deref() == Some("fulltext");
    kept.keys = index
        .keys
        .iter()
        .map(|key| {
            let mut key = index_key(dialect, table, key);
            key.descending &= !(is_spatial || is_words);
            key.length = key.length.filter(|_| !(is_spatial || is_words));
            key
        })
        .collect();
    kept
}

fn index_key(dialect: MysqlDialect, table: &Table, key: &IndexKey) -> IndexKey {
    let mut kept = match &key.of {
        KeyOf::Column(name) => IndexKey::column(name.clone()),
        KeyOf::Expression(sql) => match sql.of_dialect(dialect.name()) {
            Some(sql) => IndexKey::expression(expressions::value(sql).to_string()),
            None => IndexKey::expression(sql.clone()),
        },
    };
    kept.descending = key.descending;
    if let KeyOf::Column(name) = &key.of {
        // The first characters of so many are all of them.
        let whole = table.find(name).and_then(|column| column.length);
        kept.length = key
            .length
            .filter(|length| whole.is_none_or(|whole| *length < whole));
    }
    kept
}

/// Whether an index is the same as a unique constraint.
fn is_constraint(index: &Index) -> bool {
    index.is_key() && index.method.is_none() && index.keys.iter().all(|key| !key.descending)
}

/// Whether the server creates the index for a foreign key that has none.
fn is_of_foreign_key(table: &Table, index: &Index) -> bool {
    let is_plain = |key: &IndexKey| key.length.is_none() && !key.descending;
    let mut keys = table.foreign_keys.iter();
    !index.unique
        && index.keys.iter().all(is_plain)
        && keys.any(|key| key.name == index.name && index.columns().eq(&key.columns))
}

/// Whether DDL writes no CHECK, since the type of the column is enough.
fn is_native(dialect: MysqlDialect, table: &Table, check: &Check) -> bool {
    let find = |name: &str| {
        let column = table.find(name);
        column.filter(|column| column.sql_type(dialect.name()).is_none())
    };
    match &check.rule {
        Rule::Range { column, .. } => find(column).is_some(),
        Rule::OneOf { column, .. } => {
            find(column).is_some_and(|column| column.ty.native_enum().is_some())
        }
        _ => false,
    }
}

/// A CHECK by its condition. `table` has canonical columns.
fn check(dialect: MysqlDialect, table: &Table, check: &Check) -> Check {
    let rule = match &check.rule {
        Rule::Raw(sql) => match sql.of_dialect(dialect.name()) {
            Some(sql) => rule(table, &expressions::condition(sql)),
            None => Rule::Raw(sql.clone()),
        },
        Rule::OneOf { column, labels } => {
            let labels = labels.iter().map(|label| atom(crate::types::quoted(label)));
            let list = Expression::List(labels.collect());
            rule(table, &compared(column, "in", list))
        }
        // Of a column whose native type is the program's own; a canonical one may have lost that.
        Rule::Range {
            column,
            least,
            most,
        } => {
            let from = compared(column, ">=", atom(least.to_string()));
            let to = compared(column, "<=", atom(most.to_string()));
            rule(table, &binary("and", from, to))
        }
        other => other.clone(),
    };
    let mut kept = check.clone();
    (kept.name, kept.rule) = (fit(dialect, &check.name), rule);
    kept
}

fn atom(text: String) -> Expression {
    Expression::Atom(text)
}

fn binary(operator: &str, left: Expression, right: Expression) -> Expression {
    Expression::Binary {
        operator: operator.to_owned(),
        left: Box::new(left),
        right: Box::new(right),
    }
}

fn compared(column: &str, operator: &str, right: Expression) -> Expression {
    let name = format!("`{}`", column.replace('`', "``"));
    binary(operator, expressions::value(&name), right)
}

/// A list of texts is that of an enumeration, unless the column has a native one.
fn rule(table: &Table, condition: &Expression) -> Rule {
    one_of(table, condition).unwrap_or_else(|| Rule::Raw(condition.to_string().into()))
}

fn one_of(table: &Table, condition: &Expression) -> Option<Rule> {
    let Expression::Binary {
        operator,
        left,
        right,
    } = condition
    else {
        return None;
    };
    let labels = match (operator.as_str(), &**right) {
        ("in", Expression::List(items)) => items.iter().map(label).collect::<Option<Vec<_>>>()?,
        ("=", item) => vec![label(item)?],
        _ => return None,
    };
    let is_it =
        |name: &str| expressions::value(&format!("`{}`", name.replace('`', "``"))) == **left;
    let column = table.columns.iter().find(|column| is_it(&column.name))?;
    let is_text = column.ty == Type::Text;
    is_text.then(|| Rule::OneOf {
        column: column.name.clone(),
        labels,
    })
}

fn label(item: &Expression) -> Option<Name> {
    match item {
        Expression::Atom(text) if text.starts_with('\'') => Some(string_value(text).into()),
        _ => None,
    }
}

/// A schema is a database, whose name can't be empty.
pub(super) fn schema_name(name: Option<&Name>) -> Option<Name> {
    name.filter(|name| !name.is_empty()).cloned()
}

#[cfg(test)]
mod tests {
    use orm_core::schema::{Column, Schema};
    use orm_core::types::EnumType;

    use super::*;

    fn kept(table: Table) -> Table {
        let schema = Schema::unchecked(vec![table]);
        let once = super::super::canonical::schema(MysqlDialect::MySql, &schema);
        let twice = super::super::canonical::schema(MysqlDialect::MySql, &once);
        assert_eq!(once, twice);
        once.into_tables().remove(0)
    }

    fn users() -> Table {
        Table::new("users")
            .column(Column::new("id", Type::Int64))
            .column(Column::new("name", Type::Text).length(20))
            .primary_key(["id"])
    }

    #[test]
    fn a_unique_index_is_a_constraint() {
        let index = Index::new("users", vec!["name".into()]).named("u").unique();
        let mut indexed = users();
        indexed.indexes.push(index.clone());
        let mut constrained = users();
        constrained
            .uniques
            .push(Unique::new("users", vec!["name".into()]).named("u"));
        assert_eq!(kept(indexed), kept(constrained));
        let mut of_prefix = users();
        let prefix = Index::new("users", Vec::new()).named("u").unique();
        of_prefix
            .indexes
            .push(prefix.key(IndexKey::column("name").length(5)));
        assert_eq!(kept(of_prefix).indexes.len(), 1);
    }

    #[test]
    fn the_index_of_a_foreign_key_is_left_out() {
        let key = ForeignKey::new(
            "users",
            vec!["id".into()],
            "people".into(),
            vec!["id".into()],
        );
        let mut with_index = users();
        with_index
            .indexes
            .push(Index::new("users", vec!["id".into()]).named(key.name.clone()));
        with_index
            .foreign_keys
            .push(key.clone().on_delete(Action::Restrict));
        let mut without = users();
        without.foreign_keys.push(key);
        assert_eq!(kept(with_index), kept(without));
    }

    #[test]
    fn checks_of_types_are_rules() {
        let labels: Vec<Name> = vec!["a".into(), "it's".into()];
        let one_of = Rule::OneOf {
            column: "name".into(),
            labels: labels.clone(),
        };
        let raw = Rule::Raw("`NAME` in (_utf8mb4'a', 'it\\'s')".into());
        assert_eq!(kept(users().check("name", raw)).checks[0].rule, one_of);
        assert_eq!(
            kept(users().check("name", one_of.clone())).checks[0].rule,
            one_of
        );
        let native = EnumType::new("x".into(), labels.into()).native();
        let mut shirts = users().check("name", one_of);
        shirts.columns[1].ty = Type::Enum(native);
        assert_eq!(kept(shirts).checks, []);
        let range = Rule::Range {
            column: "id".into(),
            least: 0,
            most: 9,
        };
        assert_eq!(kept(users().check("id", range)).checks, []);
    }
}
