//! Native enums: their order and their labels in expressions.

use crate::*;

#[derive(DbEnum, Clone, Copy, Debug, PartialEq)]
#[orm(native)]
enum Size {
    Small,
    Large,
}

#[derive(Model, Clone, Debug)]
#[orm(table = "shirts")]
struct Shirt {
    #[orm(primary_key)]
    id: i64,
    size: Size,
    worn: Option<Size>,
}

#[test]
fn order() {
    golden!(
        "ORDER BY",
        select(Shirt.id).order_by((Shirt.size.desc(), Shirt.id)),
        [
            r#"SELECT "id" FROM "shirts" ORDER BY CASE "size" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END DESC, "id" ASC"#,
            r#"SELECT "id" FROM "shirts" ORDER BY "size" DESC, "id" ASC"#,
            "SELECT `id` FROM `shirts` ORDER BY CASE `size` WHEN 'small' THEN 0 WHEN 'large' THEN 1 END DESC, `id` ASC",
        ]
    );
    golden!(
        "a comparison by order, and one for equality",
        select(Shirt.id).filter(Shirt.size.lt(Size::Large) & Shirt.size.ne(Size::Large)),
        [
            r#"SELECT "id" FROM "shirts" WHERE CASE "size" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END < CASE ? WHEN 'small' THEN 0 WHEN 'large' THEN 1 END AND "size" <> ?"#,
            r#"SELECT "id" FROM "shirts" WHERE "size" < $1::"size" AND "size" <> $2"#,
            "SELECT `id` FROM `shirts` WHERE CASE `size` WHEN 'small' THEN 0 WHEN 'large' THEN 1 END < CASE ? WHEN 'small' THEN 0 WHEN 'large' THEN 1 END AND `size` <> ?",
        ]
    );
    golden!(
        "BETWEEN columns",
        select(Shirt.id).filter(Shirt.size.between(Shirt.worn, Size::Large)),
        [
            r#"SELECT "id" FROM "shirts" WHERE CASE "size" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END BETWEEN CASE "worn" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END AND CASE ? WHEN 'small' THEN 0 WHEN 'large' THEN 1 END"#,
            r#"SELECT "id" FROM "shirts" WHERE "size" BETWEEN "worn" AND $1::"size""#,
            "SELECT `id` FROM `shirts` WHERE CASE `size` WHEN 'small' THEN 0 WHEN 'large' THEN 1 END BETWEEN CASE `worn` WHEN 'small' THEN 0 WHEN 'large' THEN 1 END AND CASE ? WHEN 'small' THEN 0 WHEN 'large' THEN 1 END",
        ]
    );
}

#[test]
fn extremes() {
    golden!(
        "MIN, and MAX with FILTER",
        select((min(Shirt.size), max(Shirt.worn).filter(Shirt.id.gt(1)))),
        [
            r#"SELECT CASE MIN(CASE "size" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END) WHEN 0 THEN 'small' WHEN 1 THEN 'large' END, CASE MAX(CASE "worn" WHEN 'small' THEN 0 WHEN 'large' THEN 1 END) FILTER (WHERE "id" > ?) WHEN 0 THEN 'small' WHEN 1 THEN 'large' END FROM "shirts""#,
            r#"SELECT MIN("size"), MAX("worn") FILTER (WHERE "id" > $1) FROM "shirts""#,
            "SELECT CASE MIN(CASE `size` WHEN 'small' THEN 0 WHEN 'large' THEN 1 END) WHEN 0 THEN 'small' WHEN 1 THEN 'large' END, CASE MAX(CASE CASE WHEN `id` > ? THEN `worn` END WHEN 'small' THEN 0 WHEN 'large' THEN 1 END) WHEN 0 THEN 'small' WHEN 1 THEN 'large' END FROM `shirts`",
        ]
    );
}

#[test]
fn labels() {
    golden!(
        "a label without a column beside it has its type",
        select(Shirt.worn.coalesce(Size::Small)).filter(Shirt.size.in_([Size::Large])),
        [
            r#"SELECT COALESCE("worn", ?) FROM "shirts" WHERE "size" IN (?)"#,
            r#"SELECT COALESCE("worn", $1::"size") FROM "shirts" WHERE "size" = ANY($2)"#,
            "SELECT COALESCE(`worn`, ?) FROM `shirts` WHERE `size` IN (?)",
        ]
    );
}
