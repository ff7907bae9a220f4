//! Tests of `split.rs`, `lex.rs` and `body.rs` together: real scripts, and random ones.

use proptest::prelude::*;

use super::{Lexis, split};

#[track_caller]
fn check(lexis: Lexis, script: &str, expected: &[(usize, &str)]) {
    let found = split(script, lexis).unwrap();
    let found: Vec<_> = found
        .iter()
        .map(|statement| (statement.line, statement.text))
        .collect();
    assert_eq!(found, expected);
}

/// Each item of `statements` is one statement, followed by a sentinel.
#[track_caller]
fn check_whole(lexis: Lexis, statements: &[&str]) {
    for statement in statements {
        check(
            lexis,
            &format!("{statement};\nSELECT 1"),
            &[
                (1, statement),
                (1 + statement.matches('\n').count() + 1, "SELECT 1"),
            ],
        );
    }
}

#[test]
fn an_expression_in_a_body_without_a_block_is_no_block() {
    check_whole(
        Lexis::Mysql,
        &[
            "CREATE FUNCTION f(x INT) RETURNS INT DETERMINISTIC RETURN CASE WHEN x > 1 THEN IF(x > 5, 6, 7) ELSE 0 END",
            "CREATE FUNCTION f(x INT) RETURNS INT RETURN CASE x WHEN 1 THEN CASE WHEN 1 THEN REPEAT('a', 2) END ELSE IF(1, 2, 3) END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = CASE WHEN 1 THEN IF(2, 3, 4) ELSE REPEAT('a', 2) END",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW CASE WHEN 1 THEN IF 2 THEN SET @a = 1; END IF; END CASE",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO IF 1 THEN DO IF(1, 2, 3); END IF",
            "CREATE PROCEDURE p() BEGIN DO IF(1, 2, 3); WHILE 1 DO DO REPEAT('a', 2); IF 1 THEN DO 1; END IF; END WHILE; END",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO DO IF(1, 2, 3)",
        ],
    );
    check_whole(
        Lexis::Postgres,
        &["CREATE FUNCTION f(x int) RETURNS int RETURN CASE WHEN x > 1 THEN 2 ELSE 3 END"],
    );
}

#[test]
fn nothing_makes_no_statements() {
    for lexis in [Lexis::Sqlite, Lexis::Postgres, Lexis::Mysql] {
        check(lexis, "", &[]);
        check(lexis, "\u{feff} ;; -- a\n ; /* b */ ;\n", &[]);
    }
}

#[test]
fn the_last_semicolon_is_optional_and_lines_count() {
    let script = "-- head\n\nCREATE TABLE a (\n  b INT -- why;\n);\r\n/* x\n */ DROP TABLE a";
    check(
        Lexis::Sqlite,
        script,
        &[
            (3, "CREATE TABLE a (\n  b INT -- why;\n)"),
            (7, "DROP TABLE a"),
        ],
    );
}

#[test]
fn triggers_of_sqlite_are_whole() {
    check_whole(
        Lexis::Sqlite,
        &[
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET x = 1; DELETE FROM b; END",
            "CREATE TEMP TRIGGER IF NOT EXISTS t AFTER INSERT ON a WHEN CASE new.x WHEN 1 THEN 1 END\nBEGIN SELECT CASE WHEN (1) THEN (2) END; UPDATE a SET \"end\" = new.end;\nEND",
            "create /* x; */ trigger t after insert on a begin select 1; -- it;\nend",
        ],
    );
    check(
        Lexis::Sqlite,
        "BEGIN; SELECT 1; END; SELECT 2",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "END"), (1, "SELECT 2")],
    );
}

#[test]
fn bodies_of_postgres_are_whole() {
    check_whole(
        Lexis::Postgres,
        &[
            "CREATE FUNCTION f() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RETURN 1; END; $$",
            "CREATE OR REPLACE FUNCTION f(a int) RETURNS int BEGIN ATOMIC SELECT CASE WHEN a > 1 THEN 1 END; SELECT 2; END",
            "CREATE PROCEDURE p() LANGUAGE sql BEGIN ATOMIC\nINSERT INTO a VALUES (1);\nEND",
            "CREATE RULE r AS ON INSERT TO a DO ALSO (INSERT INTO b VALUES (1); DELETE FROM c)",
            "DO $do$ BEGIN EXECUTE 'a;'; END $do$",
            "CREATE FUNCTION f() RETURNS int RETURN CASE WHEN true THEN 1 END",
        ],
    );
    check(
        Lexis::Postgres,
        "BEGIN; SELECT 1; END",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "END")],
    );
}

#[test]
fn bodies_of_mysql_are_whole_without_a_delimiter() {
    check_whole(
        Lexis::Mysql,
        &[
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.x = IF(NEW.y, 1, 2)",
            "CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW IF (NEW.x < 0) THEN SET NEW.x = 0; ELSEIF NEW.x > 9 THEN SET NEW.x = 9; END IF",
            "CREATE DEFINER = `u`@`%` TRIGGER t AFTER INSERT ON a FOR EACH ROW FOLLOWS s BEGIN SET @a = 1; SET @b = 2; END",
            "CREATE DEFINER=event@localhost PROCEDURE p(IN a INT)\nBEGIN\n  DECLARE i INT DEFAULT 0;\n  DECLARE EXIT HANDLER FOR SQLEXCEPTION BEGIN ROLLBACK; END;\n  lbl: WHILE i < 3 DO SET i = i + 1; END WHILE lbl;\n  REPEAT SET i = i - 1; UNTIL i = 0 END REPEAT;\n  LOOP LEAVE x; END LOOP;\n  CASE a WHEN 1 THEN IF a THEN SELECT 1; END IF; ELSE SELECT REPEAT('a', 2); END CASE;\n  SELECT CASE WHEN a THEN IF(a, 1, 2) ELSE IF(a, 3, 4) END;\n  FOR r IN 1..3 DO SELECT r; END FOR;\n  DROP TABLE IF EXISTS b;\nEND",
            "CREATE PROCEDURE IF NOT EXISTS p() BEGIN END",
            "CREATE AGGREGATE FUNCTION f(x INT) RETURNS INT BEGIN RETURN CASE x WHEN 1 THEN 2 END; END",
            "CREATE OR REPLACE FUNCTION f() RETURNS INT DETERMINISTIC RETURN 1",
            "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO BEGIN DELETE FROM a; END",
            "BEGIN NOT ATOMIC SELECT 1; SELECT 2; END",
            "CREATE DEFINER = root@localhost VIEW v AS SELECT 1",
            "CREATE TABLE event (begin INT, `end` INT)",
        ],
    );
    check(
        Lexis::Mysql,
        "BEGIN; SELECT 1; COMMIT",
        &[(1, "BEGIN"), (1, "SELECT 1"), (1, "COMMIT")],
    );
}

#[test]
fn the_delimiter_command_is_followed() {
    let script = "SELECT 1;\nDELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\n\ndelimiter ;\nSELECT 2;";
    check(
        Lexis::Mysql,
        script,
        &[
            (1, "SELECT 1"),
            (3, "CREATE PROCEDURE p() BEGIN SELECT 1; END"),
            (6, "SELECT 2"),
        ],
    );
    check(
        Lexis::Mysql,
        "DELIMITER $$\nSELECT 1; END$$\nDELIMITER ;\n",
        &[(2, "SELECT 1; END")],
    );
    check(Lexis::Sqlite, "DELIMITER //;", &[(1, "DELIMITER //")]);
}

#[test]
fn what_is_never_closed_is_told_with_its_line() {
    let error = split("SELECT 1;\nSELECT 'a;\n;", Lexis::Postgres).unwrap_err();
    assert_eq!((error.what, error.line), ("a text", 2));
}

fn lexis() -> impl Strategy<Value = Lexis> {
    prop_oneof![
        Just(Lexis::Sqlite),
        Just(Lexis::Postgres),
        Just(Lexis::Mysql)
    ]
}

/// A piece that holds what could be mistaken for the end of a statement, in the words of a database.
fn piece(lexis: Lexis) -> BoxedStrategy<String> {
    let text = "[a-z;\n \"`$é-]{0,8}";
    let common = prop_oneof![
        "[a-z][a-z0-9_]{0,6}".prop_map(|word| format!("x{word}")),
        text.prop_map(|text| format!("'{text}''{text}'")),
        text.prop_map(|text| format!("/* {text} */")),
        text.prop_map(|text| format!("-- {}\n", text.replace('\n', ""))),
        Just("(1, 2)".to_owned()),
        Just("a.end".to_owned()),
        Just("\n".to_owned()),
    ];
    let own = match lexis {
        Lexis::Sqlite => "[a-z;\n '\"-]{0,8}"
            .prop_map(|text| format!("[{text}]"))
            .boxed(),
        Lexis::Postgres => prop_oneof![
            ("[a-z]{0,3}", "[a-z;\n '\"-]{0,8}").prop_map(|(t, text)| format!("${t}${text}${t}$")),
            "[a-z; ]{0,8}".prop_map(|text| format!("E'{text}\\'{text}'")),
            "[a-z; ']{0,8}".prop_map(|text| format!("/* {text} /* ; */ {text} */")),
        ]
        .boxed(),
        Lexis::Mysql => prop_oneof![
            "[a-z; ]{0,8}".prop_map(|text| format!("\"{text}\\\"{text}\"")),
            "[a-z; ']{0,8}".prop_map(|text| format!("# {text}\n")),
            "[a-z;\n '\"-]{0,8}".prop_map(|text| format!("`{text}`")),
        ]
        .boxed(),
    };
    prop_oneof![4 => common, 2 => own].boxed()
}

fn statements() -> impl Strategy<Value = (Lexis, Vec<String>)> {
    lexis().prop_flat_map(|lexis| {
        // A word at each end, so that neither is a comment, which wouldn't be part of the statement.
        let statement = prop::collection::vec(piece(lexis), 0..6)
            .prop_map(|pieces| format!("SELECT {} xx", pieces.join(" ")));
        (Just(lexis), prop::collection::vec(statement, 0..6))
    })
}

proptest! {
    #[test]
    fn what_was_joined_is_split_again((lexis, statements) in statements()) {
        let mut script = String::new();
        let mut expected = Vec::new();
        for statement in &statements {
            script.push_str("-- a comment; 'of its own\n ;");
            expected.push((1 + script.matches('\n').count(), statement.as_str()));
            script.push_str(statement);
            script.push_str("\n;\n");
        }
        let found = split(&script, lexis).unwrap();
        let found: Vec<_> = found.iter().map(|found| (found.line, found.text)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn any_text_is_split_or_refused(lexis in lexis(), text in "(?s).{0,80}") {
        if let Ok(statements) = split(&text, lexis) {
            for statement in statements {
                prop_assert!(!statement.text.trim().is_empty());
                prop_assert!(text.contains(statement.text));
            }
        }
    }

    #[test]
    fn any_words_are_split_or_refused(
        lexis in lexis(),
        words in prop::collection::vec(
            prop::sample::select(vec![
                "CREATE", "TRIGGER", "PROCEDURE", "BEGIN", "END", "CASE", "IF", "LOOP", "WHILE",
                "REPEAT", "FOR", "THEN", "ELSE", "DELIMITER", "$$", "'", "\\", ";", "(", ")", "\n",
                "/*", "*/", "--", "#", "NOT", "ATOMIC", "DEFINER", "ROW", ".", ":", "é", "[", "]",
            ]),
            0..40,
        ),
    ) {
        let script = words.join(" ");
        if let Ok(statements) = split(&script, lexis) {
            for statement in statements {
                prop_assert!(script.contains(statement.text));
            }
        }
    }
}

#[test]
fn characteristics_may_precede_the_body_of_a_function() {
    for characteristics in [
        "READS SQL DATA",
        "MODIFIES SQL DATA",
        "CONTAINS SQL",
        "NO SQL",
        "LANGUAGE SQL NOT DETERMINISTIC",
        "DETERMINISTIC COMMENT 'a; b'",
        "SQL SECURITY INVOKER",
        "COMMENT 'x' READS SQL DATA SQL SECURITY DEFINER",
    ] {
        let function = format!(
            "CREATE FUNCTION f(a INT) RETURNS INT {characteristics} IF a > 0 THEN RETURN 1; ELSE RETURN 2; END IF"
        );
        let script = format!("{function};\nSELECT data, IF(1, 2, 3);\nSELECT 1");
        let statements = split(&script, Lexis::Mysql).unwrap();
        assert_eq!(statements.len(), 3, "{characteristics}");
        assert_eq!(statements[0].text, function);
    }
}
