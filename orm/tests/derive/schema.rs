//! Tables, columns, keys and references that the derive makes of a struct.

use super::*;

#[test]
fn a_table_is_named_after_its_struct() {
    assert_eq!(User::def().table, "users");
    assert_eq!(BlogPost::def().table, "blog_post");
    assert_eq!(BlogPost::def().name, "BlogPost");
    assert_eq!(BlogPost::def().module, MODULE);
}

#[test]
fn columns_are_the_fields_that_are_not_skipped() {
    let def = BlogPost::def();
    let expected = [
        "id", "title", "author", "rating", "picture", "status", "written", "weight", "visible",
        "reads", "version", "answers",
    ];
    assert_eq!(def.names, expected);
    let names = def.columns.iter().map(|column| column.name.as_ref());
    assert_eq!(names.collect::<Vec<_>>(), expected);
    assert_eq!((def.fields[2], def.fields[11]), ("author_id", "answers"));
    assert_eq!(BlogPost.answers.position(), 11);
    assert_eq!(BlogPost.author_id.name(), "author");
    assert_eq!(BlogPost.author_id.source(), "blog_post");

    let nullable = def
        .columns
        .iter()
        .filter(|column| column.nullable)
        .map(|column| column.name.as_ref());
    assert_eq!(
        nullable.collect::<Vec<_>>(),
        ["picture", "written", "answers"]
    );
    assert_eq!(def.columns[3].ty, Type::Int16);
    assert_eq!(def.columns[4].ty, Type::Bytes);
    assert_eq!(def.columns[4].length, Some(1000));
    assert_eq!(def.columns[1].collation.as_deref(), Some("C"));
    assert!(def.columns[0].auto_increment && !def.columns[3].auto_increment);
    assert_eq!((def.generated, def.version), (Some(0), Some(10)));
}

#[test]
fn server_defaults_are_data() {
    let default = |position: usize| BlogPost::def().columns[position].server_default.as_ref();
    let expected = [
        ServerDefault::Literal(Literal::Text("draft".into())),
        ServerDefault::Raw("CURRENT_TIMESTAMP".into()),
        ServerDefault::Literal(Literal::Float(-0.5)),
        ServerDefault::Literal(Literal::Bool(true)),
        ServerDefault::Literal(Literal::Int(-1)),
    ];
    for (position, expected) in (5..).zip(&expected) {
        assert_eq!(default(position), Some(expected));
    }
    assert!(
        default(3).is_none(),
        "a default of the builder is none of the server's"
    );
}

#[test]
fn constraints_name_positions() {
    let def = BlogPost::def();
    let uniques: Vec<_> = def.uniques.iter().map(|u| u.columns).collect();
    assert_eq!(uniques, [&[2, 1][..], &[1, 3][..]]);
    let uniques: Vec<_> = def
        .schema
        .uniques
        .iter()
        .map(|u| (u.name.as_ref(), u.columns.join(" ")))
        .collect();
    let expected = [
        ("uq_blog_post_author_title", "author title"),
        ("uq_rated", "title rating"),
    ];
    assert_eq!(
        uniques,
        expected.map(|(name, columns)| (name, columns.to_owned()))
    );
    let indexes: Vec<_> = def.indexes.iter().map(|i| i.columns).collect();
    assert_eq!(indexes, [&[3, 2][..], &[1, 3][..], &[1][..]]);
    let indexes: Vec<_> = def.schema.indexes.iter().map(|i| i.name.as_ref()).collect();
    let expected = [
        "ix_blog_post_rating_author",
        "ix_by_title",
        "ix_blog_post_title",
    ];
    assert_eq!(indexes, expected);
    let checks: Vec<_> = def
        .schema
        .checks
        .iter()
        .map(|check| check.name.as_ref())
        .collect();
    assert_eq!(checks, ["ck_blog_post_status", "ck_blog_post_positive"]);
    assert_eq!(User::def().uniques[0].columns, [1]);
}

#[test]
fn references_reach_the_other_model() {
    let [author, answers] = BlogPost::def().references else {
        panic!("two references")
    };
    assert_eq!(author.columns, [2]);
    assert_eq!((author.target)().table, "users");
    assert_eq!(author.target_columns, [0]);
    assert_eq!(
        (author.on_delete, author.on_update),
        (Action::Cascade, Action::Restrict)
    );
    assert_eq!((answers.target)().table, "blog_post");
    assert_eq!(
        (answers.on_delete, answers.on_update),
        (Action::SetNull, Action::NoAction)
    );

    let [order] = Line::def().references else {
        panic!("one reference")
    };
    assert_eq!(
        (order.columns, order.target_columns),
        (&[0, 1][..], &[0, 1][..])
    );
    let line = &Line::def().schema.foreign_keys[0];
    assert_eq!(
        (line.name.as_ref(), line.table.as_ref()),
        ("fk_order", "orders")
    );
    assert_eq!(line.references, ["shop", "number"]);
    assert_eq!(line.on_delete, Action::Cascade);
    Metadata::of((User, BlogPost, Order, Line))
        .schema()
        .expect("models without contradictions");
}

#[test]
fn types_and_attributes_state_the_options_of_columns() {
    /// An address.
    #[derive(DbType, Clone, Debug)]
    #[orm(length = 254)]
    struct Email(String);

    /// A key with a length.
    #[derive(DbType, Clone, Debug, Default, PartialEq, Eq, Hash)]
    #[orm(length = 16)]
    struct Digest(Vec<u8>);

    /// A row whose columns differ from its fields.
    #[derive(Model)]
    #[orm(table = "letters")]
    struct Letter {
        #[orm(primary_key)]
        id: Digest,
        #[orm(synonym = addressee)]
        to: Email,
        #[orm(length = 100)]
        copy: Option<Email>,
        #[orm(references = Letter.id)]
        answers: Option<Digest>,
        #[orm(nullable)]
        weight: f64,
        #[orm(not_null, server_default = "new")]
        state: Option<Email>,
    }
    let script = Metadata::of((Letter,))
        .create_script(&orm_core::testing::AnsiDialect::new())
        .expect("a script");
    let expected = r#"CREATE TABLE "letters" (
    "id" VARBINARY(16) NOT NULL,
    "to" VARCHAR(254) NOT NULL,
    "copy" VARCHAR(100),
    "answers" VARBINARY(16),
    "weight" DOUBLE PRECISION,
    "state" VARCHAR(254) NOT NULL DEFAULT 'new',
    CONSTRAINT "pk_letters" PRIMARY KEY ("id"),
    CONSTRAINT "fk_letters_answers_letters" FOREIGN KEY ("answers") REFERENCES "letters" ("id")
);
"#;
    assert_eq!(script, expected);
    assert_eq!(Letter.addressee.name(), "to");
}

#[test]
fn models_register_themselves() {
    let here = Metadata::in_module(MODULE);
    let tables: Vec<_> = here.models().iter().map(|def| def.table).collect();
    for table in ["blog_post", "line", "orders", "users"] {
        assert!(tables.contains(&table), "{table} in {tables:?}");
    }
    assert_ne!(User::slot().index(), BlogPost::slot().index());
    assert_eq!(User::slot().index(), User::slot().index());
}

#[test]
fn a_key_may_be_given_by_its_default() {
    /// A key that the program makes.
    #[derive(Model)]
    struct Token {
        #[orm(primary_key, default = next())]
        id: i64,
        #[orm(default = "none")]
        note: Option<String>,
        #[orm(primary_key, auto_increment = false)]
        shard: i64,
    }
    const fn next() -> i64 {
        41 + 1
    }
    let token = Token::builder().shard(1).into_row().value;
    assert_eq!((token.id, token.note.as_deref()), (42, Some("none")));
}

#[test]
fn a_referring_or_unswitched_key_is_not_generated() {
    /// Shares the key of its user.
    #[derive(Model)]
    struct Profile {
        #[orm(primary_key, references = User.id)]
        user_id: i64,
    }
    /// Numbered by the program.
    #[derive(Model)]
    struct Numbered {
        #[orm(primary_key, auto_increment = false)]
        id: i64,
    }
    assert_eq!(
        (Profile::def().generated, Numbered::def().generated),
        (None, None)
    );
    assert_eq!(Profile::builder().user_id(4).into_row().value.user_id, 4);
    assert_eq!(Numbered::builder().id(4).into_row().value.id, 4);
}
