//! From builders and rows to structs, from structs to values, and what has changed.

use super::*;

#[test]
fn a_builder_fills_in_what_it_was_not_given() {
    let row = BlogPost::builder().title("Hello").author_id(7).into_row();
    assert_eq!(row.unset.iter().collect::<Vec<_>>(), [5, 6, 7, 8, 9]);
    let post = row.value;
    assert_eq!((post.id, post.rating, post.version), (0, 3, 1));
    assert_eq!(
        (post.picture, post.answers, post.status),
        (None, None, Status::Draft)
    );
}

#[test]
fn a_builder_takes_what_it_is_given() {
    let name = String::from("name");
    let user = User::builder()
        .id(5)
        .username(&name)
        .email(Some("x"))
        .into_row()
        .value;
    assert_eq!(
        user,
        User {
            id: 5,
            username: "name".into(),
            email: Some("x".into())
        }
    );
    let mut builder = User::builder().username(name).email(String::from("y"));
    if user.id == 5 {
        builder = builder.email(None::<String>);
    }
    assert_eq!(builder.into_row().value.email, None);

    let row = BlogPost::builder()
        .rating(5)
        .picture(b"png")
        .status(Status::InReview)
        .answers(3)
        .version(2)
        .visible(false)
        .author_id(1)
        .weight(1.5)
        .title("twice")
        .title("Title".to_owned())
        .into_row();
    assert_eq!(row.unset.iter().collect::<Vec<_>>(), [6, 9]);
    let post = row.value;
    assert_eq!(
        (post.title.as_str(), post.rating, post.answers),
        ("Title", 5, Some(3))
    );
    assert_eq!(
        (post.picture, post.status, post.version),
        (Some(b"png".to_vec()), Status::InReview, 2)
    );
}

#[test]
fn keys_that_the_database_does_not_generate_are_required() {
    let line = Line::builder()
        .shop(1)
        .number(2)
        .line(3)
        .article("nail")
        .into_row()
        .value;
    assert_eq!(line.key(), (1, 2, 3));
    let order = Order::builder().shop(1).into_row().value;
    assert_eq!((order.key(), Order::def().generated), ((1, 0), Some(1)));
    assert_eq!(Line::def().generated, None);
    assert_eq!(Line::def().primary_key, [0, 1, 2]);
}

#[test]
fn a_struct_is_a_row_too() {
    let post = post();
    let row = BlogPost {
        written: None,
        ..post.clone()
    }
    .into_row();
    assert_eq!(
        row.unset.iter().collect::<Vec<_>>(),
        [6],
        "the server fills what is None"
    );
    assert!(post.into_row().unset.is_empty());
}

#[test]
fn values_are_read_by_position() {
    let post = post();
    assert_eq!(post.value(0), ValueRef::Int(9));
    assert_eq!(post.value(1), ValueRef::Text("Title"));
    assert_eq!(post.value(5), ValueRef::Text("public"));
    assert_eq!(post.value(11), ValueRef::Null);
    assert_eq!(post.value(99), ValueRef::Null);
}

#[test]
fn values_are_assigned_by_position() {
    let mut post = post();
    assert_eq!(post.assign(0, ValueRef::Int(77)), Ok(()));
    assert_eq!(post.assign(5, ValueRef::Text("in_review")), Ok(()));
    assert_eq!((post.id, post.status), (77, Status::InReview));
    assert_eq!(
        post.assign(0, ValueRef::Int(i64::MAX)),
        Err(ConversionError::Range)
    );
    assert_eq!(post.assign(0, ValueRef::Null), Err(ConversionError::Kind));
    assert_eq!(
        post.assign(5, ValueRef::Text("gone")),
        Err(ConversionError::Range)
    );
    assert_eq!(
        post.assign(12, ValueRef::Int(1)),
        Err(ConversionError::Range),
        "no such column"
    );
    assert_eq!(post.id, 77);
}

#[test]
fn rows_become_structs_from_any_column_on() {
    let mut row = Fake(vec![Value::Bool(true)]);
    row.0
        .extend((0..12).map(|position| post().value(position).to_value()));
    let decoded = BlogPost::decode(&row, 1).expect("a row");
    assert_eq!(
        decoded,
        BlogPost {
            words: Vec::new(),
            ..post()
        }
    );
    assert_eq!(BlogPost::decode_key(&row, 1).expect("a key"), 9);

    let keys = Fake(vec![Value::Int(1), Value::Int(2), Value::Int(3)]);
    assert_eq!(Line::decode_key(&keys, 0).expect("a key"), (1, 2, 3));

    row.0[2] = Value::Null;
    let error = BlogPost::decode(&row, 1).expect_err("a title is not null");
    assert_eq!(
        (error.table(), error.column()),
        (Some("blog_post"), Some("title"))
    );
}

#[test]
fn changes_are_found_by_column() {
    let old = post();
    let mut new = old.snapshot();
    assert!(
        new.words.is_empty(),
        "what is no column is left at its default"
    );
    assert!(new.changes(&old).is_empty());
    new.title.push('!');
    new.weight = f64::NAN;
    new.answers = Some(1);
    let changes = new.changes(&old);
    assert_eq!(changes.iter().collect::<Vec<_>>(), [1, 7, 11]);
    assert!(
        new.changes(&new.snapshot()).is_empty(),
        "NaN is the same NaN"
    );

    new.words = vec!["kept"];
    new.restore(old.snapshot());
    assert!(new.changes(&old).is_empty());
    assert_eq!(new.words, ["kept"]);
}

#[test]
fn an_alias_has_the_same_columns_under_another_name() {
    let manager = User.alias("manager");
    assert_eq!(manager.email.source(), "manager");
    assert_eq!(manager.email.position(), User.email.position());
    assert_eq!((manager.source(), User.source()), ("manager", "users"));
    assert_eq!(
        format!("{User:?} {manager:?} {:?}", User.email),
        "users manager users.email"
    );
}
