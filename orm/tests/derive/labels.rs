//! Enums as labels.

use super::*;

#[test]
fn an_enum_is_a_label() {
    assert_eq!(Status::LABELS, ["draft", "in_review", "public"]);
    assert_eq!(Status::Published.label(), "public");
    assert_eq!(Status::from_label("in_review"), Some(Status::InReview));
    assert_eq!(Status::from_label("InReview"), None);
    let Type::Enum(ty) = &BlogPost::def().columns[5].ty else {
        panic!("an enumeration")
    };
    assert_eq!((ty.name.as_ref(), ty.labels.len()), ("status", 3));
}

#[test]
fn labels_come_in_every_case() {
    /// In kebab case.
    #[derive(DbEnum, Clone)]
    #[orm(rename_all = "kebab-case", name = "shape_kind")]
    enum Kebab {
        RoundedBox,
        #[orm(rename = "O")]
        Circle,
    }
    /// In screaming snake case, and a key.
    #[derive(DbEnum, Clone, Debug, PartialEq, Eq, Hash)]
    #[orm(rename_all = "SCREAMING_SNAKE_CASE")]
    enum Level {
        VeryHigh,
        r#Low,
    }
    /// Keyed by an enum.
    #[derive(Model)]
    struct Limit {
        #[orm(primary_key)]
        level: Level,
        most: i64,
    }
    assert_eq!(Kebab::LABELS, ["rounded-box", "O"]);
    assert_eq!(
        (Kebab::RoundedBox.label(), Kebab::Circle.label()),
        ("rounded-box", "O")
    );
    assert_eq!(Level::LABELS, ["VERY_HIGH", "LOW"]);
    let limit = Limit::builder().level(Level::Low).most(5).into_row().value;
    assert_eq!((limit.key(), limit.most), (Level::Low, 5));
    assert_eq!(Limit::def().generated, None);
}
