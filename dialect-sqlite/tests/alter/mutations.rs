//! Random tables, and random changes of them that fit.
//!
//! Used by `property.rs`.

use orm_core::schema::{
    Action, Column, Constraint, ForeignKey, Index, Literal, Name, Operation, Rule, ServerDefault,
    Table, Unique,
};
use orm_core::types::Type;

/// Numbers that decide; 0 when there are no more.
pub(super) struct Choices<'a>(pub(super) std::slice::Iter<'a, u16>);

impl Choices<'_> {
    pub(super) fn below(&mut self, limit: usize) -> usize {
        usize::from(self.0.next().copied().unwrap_or(0)) % limit
    }

    pub(super) fn one_in(&mut self, limit: usize) -> bool {
        self.below(limit) == 1
    }
}

fn int(name: String) -> Column {
    Column::new(name, Type::Int64).nullable()
}

fn seven() -> ServerDefault {
    ServerDefault::Literal(Literal::Int(7))
}

/// `p` is the parent's key, `u` unique, `n` nullable, `d` with a default, `c` checked, `t` text of digits.
pub(super) fn table(number: usize, choices: &mut Choices<'_>) -> Table {
    let name = format!("t{number}");
    let mut id = Column::new("id", Type::Int64).auto_increment();
    if choices.one_in(3) {
        id = id.reuses_keys();
    }
    let mut table = Table::new(name.clone())
        .column(id)
        .column(int("p".into()))
        .column(int("u".into()))
        .column(int("n".into()))
        .column(Column::new("d", Type::Int64).server_default(seven()))
        .column(int("c".into()))
        .column(Column::new("t", Type::Text))
        .primary_key(["id"])
        .check("c", Rule::Raw("c >= 0".into()));
    if choices.one_in(2) {
        table = table.unique(["u"]);
    }
    if choices.one_in(2) {
        let columns = vec!["n".into(), "d".into()];
        table.indexes.push(Index::new(&name, columns));
    }
    let parent = choices.below(number + 2);
    if parent <= number {
        table.foreign_keys.push(to_parent(&name, parent, choices));
    }
    table
}

fn to_parent(table: &str, parent: usize, choices: &mut Choices<'_>) -> ForeignKey {
    let parent = format!("t{parent}").into();
    let key = ForeignKey::new(table, vec!["p".into()], parent, vec!["id".into()]);
    let actions = [
        Action::NoAction,
        Action::Cascade,
        Action::SetNull,
        Action::Restrict,
    ];
    key.on_delete(actions[choices.below(4)])
}

/// Makes the operations on a table.
struct On<'t>(&'t Table);

impl On<'_> {
    fn find(&self, column: &str) -> Column {
        self.0.find(column).unwrap().clone()
    }

    fn add(&self, column: Column, fill: Option<&'static str>) -> Operation {
        let (table, fill) = (self.0.qualified_name(), fill.map(Into::into));
        Operation::AddColumn {
            table,
            column,
            fill,
        }
    }

    fn drop(&self, column: &str) -> Operation {
        let (table, column) = (self.0.qualified_name(), self.find(column));
        Operation::DropColumn { table, column }
    }

    fn rename(&self, from: &'static str, to: &'static str) -> Vec<Operation> {
        let (from, to) = (from.into(), to.into());
        vec![Operation::RenameColumn {
            table: self.0.qualified_name(),
            from,
            to,
        }]
    }

    fn alter(&self, to: Column, fill: Option<&'static str>) -> Operation {
        Operation::AlterColumn {
            table: self.0.qualified_name(),
            from: self.find(&to.name),
            to,
            fill: fill.map(Into::into),
            using: None,
        }
    }

    fn add_constraint(&self, constraint: Constraint) -> Operation {
        Operation::AddConstraint {
            table: self.0.qualified_name(),
            constraint,
        }
    }

    fn drop_constraint(&self, constraint: Constraint) -> Operation {
        Operation::DropConstraint {
            table: self.0.qualified_name(),
            constraint,
        }
    }

    /// Adds the constraint of a column or drops those that it has, drops the column with them, or renames it.
    fn constrained(
        &self,
        column: &'static str,
        constraints: impl Iterator<Item = Constraint>,
        new: Constraint,
        choice: usize,
    ) -> Vec<Operation> {
        let mut drops: Vec<_> = constraints.map(|own| self.drop_constraint(own)).collect();
        match choice {
            0 if drops.is_empty() => vec![self.add_constraint(new)],
            0 => drops,
            1 => {
                drops.push(self.drop(column));
                drops
            }
            2 => self.rename(column, "renamed"),
            _ => Vec::new(),
        }
    }

    fn parent(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let new = Constraint::ForeignKey(to_parent(&self.0.name, 0, choices));
        let keys = self.0.foreign_keys.iter().cloned();
        self.constrained("p", keys.map(Constraint::ForeignKey), new, choices.below(4))
    }

    fn unique(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let new = Constraint::Unique(Unique::new(&self.0.name, vec!["u".into()]));
        let uniques = self.0.uniques.iter().cloned();
        let mut operations =
            self.constrained("u", uniques.map(Constraint::Unique), new, choices.below(4));
        if let [Operation::RenameColumn { to, .. }] = operations.as_mut_slice() {
            *to = "one".into();
        }
        operations
    }

    fn nullable(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let columns: Vec<Name> = vec!["n".into()];
        let (table, index) = (self.0.qualified_name(), Index::new(&self.0.name, columns));
        match choices.below(4) {
            0 => vec![self.alter(self.find("n").not_null(), Some("5"))],
            1 => self.rename("n", "number"),
            2 => vec![Operation::CreateIndex { table, index }],
            _ => Vec::new(),
        }
    }

    fn default(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let mut without = self.find("d");
        without.server_default = None;
        match choices.below(4) {
            0 => vec![self.alter(self.find("d").nullable(), None)],
            1 => vec![self.alter(without, None)],
            2 if self.0.indexes.is_empty() => vec![self.drop("d")],
            _ => Vec::new(),
        }
    }

    fn checked(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let drop_check = self.drop_constraint(Constraint::Check(self.0.checks[0].clone()));
        let mut text = self.find("c");
        text.ty = Type::Text;
        match choices.below(4) {
            0 => vec![drop_check],
            1 => vec![drop_check, self.drop("c")],
            2 => vec![drop_check, self.alter(text, None)],
            _ => Vec::new(),
        }
    }

    fn text(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let mut number = self.find("t");
        number.ty = Type::Int32;
        match choices.below(3) {
            0 => vec![self.alter(number, None)],
            1 => self.rename("t", "texts"),
            _ => Vec::new(),
        }
    }

    fn new_column(&self, choices: &mut Choices<'_>) -> Vec<Operation> {
        let unique = Unique::new(&self.0.name, vec!["x".into()]);
        let default = Column::new("x", Type::Int64).server_default(seven());
        match choices.below(4) {
            0 => vec![self.add(default, None)],
            1 => vec![self.add(Column::new("x", Type::Int64), Some("3"))],
            2 => vec![
                self.add(int("x".into()), None),
                self.add_constraint(Constraint::Unique(unique)),
            ],
            _ => Vec::new(),
        }
    }
}

/// Changes of a table. Each concerns a column of its own, so that any of them fit.
pub(super) fn mutations(table: &Table, choices: &mut Choices<'_>) -> Vec<Operation> {
    let on = On(table);
    let key = if choices.below(5) == 0 {
        on.rename("id", "key")
    } else {
        Vec::new()
    };
    let groups = vec![
        on.parent(choices),
        on.unique(choices),
        on.nullable(choices),
        on.default(choices),
        on.checked(choices),
        on.text(choices),
        key,
        on.new_column(choices),
    ];
    shuffle(groups, choices)
}

fn shuffle(mut groups: Vec<Vec<Operation>>, choices: &mut Choices<'_>) -> Vec<Operation> {
    let mut operations = Vec::new();
    while !groups.is_empty() {
        operations.extend(groups.swap_remove(choices.below(groups.len())));
    }
    operations
}
