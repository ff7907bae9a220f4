//! What ALTER TABLE of MySQL and MariaDB needs: keys and AUTO_INCREMENT in one statement, the indexes of foreign keys, and
//! the changes that are refused.

use dialect_mysql::MysqlDialect;
use orm_core::error::{Error, ErrorKind};
use orm_core::schema::{
    Column, Constraint, Generated, Index, Literal, Operation, Schema, ServerDefault, SqlText,
    Table, TableOption, Unique,
};
use orm_core::sql::ddl;
use orm_core::types::Type;

fn id() -> Column {
    Column::new("id", Type::Int64)
}

fn schema() -> Schema {
    let posts = Table::new("posts")
        .column(id().auto_increment())
        .column(Column::new("author", Type::Int64))
        .column(Column::new("code", Type::Int32))
        .primary_key(["id"])
        .foreign_key(["author"], "users", ["id"])
        .index(["author"]);
    let users = Table::new("users").column(id()).primary_key(["id"]);
    Schema::unchecked(vec![posts, users])
}

fn rendered(operations: &[Operation]) -> Result<Vec<String>, Error> {
    let changes = ddl::alter(&MysqlDialect::MySql, &schema(), operations)?;
    assert!(changes.iter().all(|change| !change.in_transaction));
    assert!(changes.len() < 2, "statements that commit are one change");
    Ok(changes.into_iter().flat_map(|it| it.statements).collect())
}

fn key(columns: &[&'static str]) -> Constraint {
    let columns = columns.iter().map(|name| (*name).into()).collect();
    Constraint::PrimaryKey(Unique::primary_key("posts", columns))
}

fn drop_key() -> Operation {
    Operation::DropConstraint {
        table: "posts".into(),
        constraint: key(&["id"]),
    }
}

fn add_key(columns: &[&'static str]) -> Operation {
    Operation::AddConstraint {
        table: "posts".into(),
        constraint: key(columns),
    }
}

fn alter(from: Column, to: Column) -> Operation {
    Operation::AlterColumn {
        table: "posts".into(),
        from,
        to,
        fill: None,
        using: None,
    }
}

fn add(column: Column, fill: Option<&'static str>) -> Operation {
    Operation::AddColumn {
        table: "posts".into(),
        column,
        fill: fill.map(SqlText::from),
    }
}

#[test]
fn a_key_and_its_column_change_in_one_statement() {
    let operations = [
        drop_key(),
        alter(id().auto_increment(), id()),
        add_key(&["code"]),
    ];
    assert_eq!(
        rendered(&operations).unwrap(),
        [
            "ALTER TABLE `posts` DROP PRIMARY KEY, MODIFY COLUMN `id` BIGINT NOT NULL, \
          ADD CONSTRAINT `pk_posts` PRIMARY KEY (`code`)"
        ]
    );
}

#[test]
fn a_new_key_is_filled_before() {
    let uid = Column::new("uid", Type::Int64);
    let operations = [
        drop_key(),
        add(uid, Some("id * 2")),
        Operation::DropColumn {
            table: "posts".into(),
            column: id().auto_increment(),
        },
        add_key(&["uid"]),
    ];
    assert_eq!(
        rendered(&operations).unwrap(),
        [
            "ALTER TABLE `posts` ADD COLUMN `uid` BIGINT",
            "UPDATE `posts` SET `uid` = id * 2",
            "ALTER TABLE `posts` DROP PRIMARY KEY, MODIFY COLUMN `uid` BIGINT NOT NULL, \
             DROP COLUMN `id`, ADD CONSTRAINT `pk_posts` PRIMARY KEY (`uid`)",
        ]
    );
}

#[test]
fn a_generated_key_waits_for_its_index() {
    let rename = Operation::RenameColumn {
        table: "posts".into(),
        from: "code".into(),
        to: "number".into(),
    };
    assert_eq!(
        rendered(&[drop_key(), rename, add_key(&["id"])]).unwrap(),
        [
            "ALTER TABLE `posts` DROP PRIMARY KEY, MODIFY COLUMN `id` BIGINT NOT NULL",
            "ALTER TABLE `posts` RENAME COLUMN `code` TO `number`",
            "ALTER TABLE `posts` ADD CONSTRAINT `pk_posts` PRIMARY KEY (`id`), \
             MODIFY COLUMN `id` BIGINT AUTO_INCREMENT NOT NULL",
        ]
    );
    let uid = Column::new("uid", Type::Int64);
    assert_eq!(
        rendered(&[drop_key(), add(uid.nullable(), None), add_key(&["code"])]).unwrap(),
        [
            "ALTER TABLE `posts` DROP PRIMARY KEY, ADD COLUMN `uid` BIGINT, \
          ADD CONSTRAINT `pk_posts` PRIMARY KEY (`code`), MODIFY COLUMN `id` BIGINT NOT NULL"
        ]
    );
}

#[test]
fn an_index_that_a_foreign_key_needs_is_replaced() {
    let index = Index::new("posts", vec!["author".into()]);
    let drop = Operation::DropIndex {
        table: "posts".into(),
        index,
    };
    assert_eq!(
        rendered(std::slice::from_ref(&drop)).unwrap(),
        [
            "ALTER TABLE `posts` ADD INDEX `fk_posts_author_users` (`author`), \
          DROP INDEX `ix_posts_author`"
        ]
    );
    let foreign = schema().tables()[0].foreign_keys[0].clone();
    let drop_foreign = Operation::DropConstraint {
        table: "posts".into(),
        constraint: Constraint::ForeignKey(foreign),
    };
    assert_eq!(
        rendered(&[drop_foreign, drop]).unwrap(),
        [
            "ALTER TABLE `posts` DROP FOREIGN KEY `fk_posts_author_users`",
            "ALTER TABLE `posts` DROP INDEX `ix_posts_author`",
        ]
    );
}

#[test]
fn a_definition_is_whole() {
    let code = || {
        Column::new("code", Type::Int32)
            .server_default(ServerDefault::Literal(Literal::Int(1)))
            .comment("it's a code".into())
    };
    assert_eq!(
        rendered(&[alter(code(), code().nullable())]).unwrap(),
        ["ALTER TABLE `posts` MODIFY COLUMN `code` INT DEFAULT 1 COMMENT 'it''s a code'"]
    );
    assert_eq!(
        rendered(&[alter(code(), code().renamed_from("number".into()))]).unwrap(),
        [""; 0]
    );
}

#[track_caller]
fn refused(operation: Operation) -> Error {
    let error = rendered(&[operation]).expect_err("an operation that is refused");
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(error.table(), Some("posts"), "{error}");
    assert!(error.hint().is_some(), "{error}");
    error
}

#[test]
fn what_mysql_can_not_change_is_refused() {
    let code = || Column::new("code", Type::Int32);
    let using = Operation::AlterColumn {
        table: "posts".into(),
        from: code(),
        to: Column::new("code", Type::Int64),
        fill: None,
        using: Some("code * 2".into()),
    };
    assert_eq!(refused(using).column(), Some("code"));
    let virtual_code = code().generated(Generated::computed("author + 1".into()));
    assert_eq!(refused(alter(virtual_code, code())).column(), Some("code"));
    let author = || Column::new("author", Type::Int64);
    let generated = author().generated(Generated::stored("code + 1".into()));
    assert_eq!(refused(alter(author(), generated)).column(), Some("author"));
    let options = Operation::SetTableOptions {
        table: "posts".into(),
        from: vec![TableOption::new("mysql", "KEY_BLOCK_SIZE").value("8")],
        to: Vec::new(),
    };
    assert!(refused(options).message().contains("KEY_BLOCK_SIZE"));
}

#[test]
fn a_column_becomes_generated_at_its_place() {
    let code = || Column::new("code", Type::Int32).nullable();
    let generated = code().generated(Generated::computed("author + 1".into()));
    assert_eq!(
        rendered(&[alter(code(), generated)]).unwrap(),
        ["ALTER TABLE `posts` DROP COLUMN `code`, \
          ADD COLUMN `code` INT GENERATED ALWAYS AS (author + 1) VIRTUAL AFTER `author`"]
    );
}
