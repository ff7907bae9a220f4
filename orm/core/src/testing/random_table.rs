//! The tables of random schemas: columns, keys, checks and indexes. Foreign keys are in `random_schema.rs`.

use super::Random;
use crate::schema::{
    AttachedSql, Check, Column, Deferrable, Generated, Index, IndexKey, Literal, Name, Rule,
    ServerDefault, SqlText, Table, TableOption, Unique,
};
use crate::types::{EnumType, Type};

pub(super) const COLUMNS: [&str; 7] = ["a", "b", "c", "d", "E", "f g", "h"];

pub(super) struct RandomTable<'r> {
    pub(super) random: &'r mut Random,
    pub(super) portable: bool,
    pub(super) types: &'r [EnumType],
}

impl RandomTable<'_> {
    pub(super) fn table(&mut self, name: &'static str) -> Table {
        let mut table = Table::new(name);
        table.columns.push(Column::new("id", Type::Int64));
        for column in self.random.some_of(&COLUMNS) {
            let column = self.column(column);
            table.columns.push(column);
        }
        self.primary_key(&mut table);
        self.unique(&mut table);
        self.generated(&mut table);
        self.checks(&mut table);
        self.indexes(&mut table);
        if self.random.one_in(4) {
            table.comment = Some(self.random.pick(&["one", "it's"]).into());
        }
        if self.random.one_in(4) && !self.portable {
            table.options.push(TableOption::new("sqlite", "STRICT"));
        }
        if self.random.one_in(4) && !self.portable {
            let text = self.random.pick(&["CREATE TRIGGER x", "CREATE TRIGGER y"]);
            table.attached.push(AttachedSql::new("log", text));
        }
        table
    }

    fn column(&mut self, name: &'static str) -> Column {
        let mut column = match self.random.below(8) {
            0 => Column::new(name, Type::Int32),
            1 | 2 => Column::new(name, Type::Int64),
            3 => Column::new(name, Type::Text),
            4 => Column::new(name, Type::Text).length(self.random.pick(&[20, 40])),
            5 => Column::new(name, Type::Bool),
            6 => Column::new(name, Type::DECIMAL).digits(self.random.pick(&[10, 12]), 2),
            _ if self.portable => Column::new(name, Type::Float64),
            _ => Column::new(name, Type::Enum(self.random.pick(self.types))),
        };
        column.nullable = self.random.one_in(2);
        if self.random.one_in(3) {
            column.server_default = self.default(&column);
        }
        if self.random.one_in(5) {
            column.comment = Some(self.random.pick(&["first", "second"]).into());
        }
        column
    }

    fn default(&mut self, column: &Column) -> Option<ServerDefault> {
        let literal = if is_integer(column) {
            Literal::Int(self.random.pick(&[0, 7]))
        } else if column.ty == Type::Bool {
            Literal::Bool(self.random.one_in(2))
        } else if is_short_text(column) {
            Literal::Text("none".into())
        } else if let Type::Enum(ty) = &column.ty {
            Literal::Text(self.random.pick(&ty.labels))
        } else {
            return None;
        };
        Some(ServerDefault::Literal(literal))
    }

    fn primary_key(&mut self, table: &mut Table) {
        let mut columns = vec![Name::Borrowed("id")];
        if self.random.one_in(4) {
            columns = self.random.some_of(&names_of(table, is_keyed));
            columns.truncate(2);
        } else {
            table.columns[0].auto_increment = self.random.one_in(2);
        }
        for column in &mut table.columns {
            column.nullable &= !columns.contains(&column.name);
        }
        if !columns.is_empty() {
            table.primary_key = Some(Unique::primary_key(&table.name, columns));
        }
    }

    fn unique(&mut self, table: &mut Table) {
        if self.random.one_in(2) {
            return;
        }
        let column = self.random.pick(&names_of(table, is_keyed));
        let mut unique = Unique::new(&table.name, vec![column]);
        if self.random.one_in(3) {
            unique.name = format!("one of {}", table.name).into();
        }
        if self.random.one_in(4) && !self.portable {
            unique.deferrable = Some(Deferrable::Deferred);
        }
        table.uniques.push(unique);
    }

    fn generated(&mut self, table: &mut Table) {
        let is_number = |column: &Column| column.ty == Type::Int64 && !column.auto_increment;
        let numbers = names_of(table, is_number);
        if numbers.is_empty() || self.random.one_in(2) {
            return;
        }
        let used = quoted(&self.random.pick(&numbers));
        let text = format!("{used} + {}", self.random.pick(&[1, 2]));
        let name = self.random.pick(&["sum", "total"]);
        let expression = Generated::stored(sql(self.portable, text));
        let column = Column::new(name, Type::Int64).nullable();
        table.columns.push(column.generated(expression));
    }

    fn checks(&mut self, table: &mut Table) {
        for column in &table.columns {
            let is_plain = !column.auto_increment && column.generated.is_none();
            if !is_plain || !self.random.one_in(4) {
                continue;
            }
            let name = column.name.clone();
            let rule = if is_integer(column) {
                self.rule_of_integer(name)
            } else if is_short_text(column) {
                Rule::OneOf {
                    column: name,
                    labels: vec!["none".into(), self.random.pick(&["some", "many"]).into()],
                }
            } else {
                continue;
            };
            table
                .checks
                .push(Check::new(&table.name, &column.name, rule));
        }
    }

    fn rule_of_integer(&mut self, name: Name) -> Rule {
        if self.random.one_in(2) {
            return Rule::Range {
                column: name,
                least: 0,
                most: self.random.pick(&[100, 200]),
            };
        }
        let least = self.random.pick(&[0, -1]);
        let text = format!("{} >= {least}", quoted(&name));
        Rule::Raw(sql(self.portable, text))
    }

    fn indexes(&mut self, table: &mut Table) {
        for column in self.random.some_of(&names_of(table, is_keyed)) {
            let mut index = Index::new(&table.name, vec![column.clone()]);
            index.keys[0].descending = self.random.one_in(3);
            if self.random.one_in(4) {
                index.name = format!("by {column} of {}", table.name).into();
            }
            index.unique = self.random.one_in(5);
            if !self.portable {
                self.index_options(&mut index, &column);
            }
            table.indexes.push(index);
        }
    }

    fn index_options(&mut self, index: &mut Index, column: &Name) {
        if self.random.one_in(4) {
            index.filter = Some(format!("{} IS NOT NULL", quoted(column)).into());
        }
        if self.random.one_in(5) {
            let key = IndexKey::expression(format!("abs({})", quoted(column)));
            index.keys.push(key);
        }
        if self.random.one_in(5) && column != "id" {
            index.include = vec!["id".into()];
        }
        index.concurrently = self.random.one_in(5);
    }
}

/// Whether a column may be in a key on every database.
fn is_keyed(column: &Column) -> bool {
    column.generated.is_none() && (is_short_text(column) || is_integer(column))
}

fn is_short_text(column: &Column) -> bool {
    column.ty == Type::Text && column.length.is_some()
}

fn is_integer(column: &Column) -> bool {
    matches!(column.ty, Type::Int32 | Type::Int64)
}

fn names_of(table: &Table, is_one: impl Fn(&Column) -> bool) -> Vec<Name> {
    let columns = table.columns.iter().filter(|column| is_one(column));
    columns.map(|column| column.name.clone()).collect()
}

/// A name as it is written in SQL.
pub(super) fn quoted(name: &str) -> String {
    if name.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return name.to_owned();
    }
    format!("\"{name}\"")
}

/// A text in every dialect that has one: MySQL quotes names in another way.
pub(super) fn sql(portable: bool, text: String) -> SqlText {
    if !portable || !text.contains('"') {
        return text.into();
    }
    let backticks = text.replace('"', "`");
    let standard = ["sqlite", "postgres"].map(|name| (name.into(), text.clone().into()));
    let others = ["mysql", "mariadb"].map(|name| (name.into(), backticks.clone().into()));
    let texts: Vec<_> = standard.into_iter().chain(others).collect();
    SqlText::PerDialect(texts.into())
}
