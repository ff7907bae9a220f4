//! [`Native`]: the name of a type as the servers and their manuals write it, and the logical type that it stands for.
//!
//! The same function reads what the catalogue has and what a model's column is created with, so that both agree.

use std::borrow::Cow;

use orm_core::lex::{Lexer, Token, TokenKind, is_any};
use orm_core::types::{EnumType, Type, Width};

use super::expressions;
use super::prepare::string_value;
use crate::capability::LEXICAL_RULES;
use crate::types;

/// Holds the parts of a native type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Native {
    /// The name, in lower case and without its synonyms: `int`, `varchar`.
    pub(super) base: String,
    /// What is in parentheses. Labels are without quotes.
    pub(super) arguments: Vec<String>,
    unsigned: bool,
    zerofill: bool,
    charset: Option<String>,
    collation: Option<String>,
    /// The words that mean nothing here.
    rest: Vec<String>,
}

/// Describes the column that a native type makes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Logical {
    /// The logical type.
    pub(super) ty: Type,
    /// The length.
    pub(super) length: Option<u32>,
    /// Whether the dialect gives a column of this type and length the same native type.
    pub(super) is_exact: bool,
}

/// Selects how the server stores a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Bit,
    Decimal,
    Float,
    Text,
    Bytes,
    Date,
    DateTime,
    Time,
    Other,
}

impl Native {
    /// Reads a type.
    pub(super) fn parse(sql: &str) -> Self {
        let (sql, on_update) = split_on_update(sql);
        let tokens = significant(sql);
        let open = tokens.iter().position(|token| token.is_char('('));
        let close = tokens.iter().rposition(|token| token.is_char(')'));
        let mut native = Self::default();
        let words: Vec<String> = match (open, close) {
            (Some(open), Some(close)) if open < close => {
                native.arguments = arguments(&tokens[open + 1..close]);
                native.base = lower(&tokens[..open]).join(" ");
                lower(&tokens[close + 1..])
            }
            _ => lower(&tokens),
        };
        native.take_words(words);
        native.unify();
        if let Some(clock) = on_update {
            let clock = expressions::value(clock);
            native.rest.push(format!("on update {clock}"));
        }
        native
    }

    fn take_words(&mut self, words: Vec<String>) {
        let mut words = words.into_iter().peekable();
        let mut before: Vec<String> = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "unsigned" => self.unsigned = true,
                "zerofill" => (self.zerofill, self.unsigned) = (true, true),
                "signed" => {}
                "charset" => self.charset = words.next(),
                "character" if words.next_if(|next| next == "set").is_some() => {
                    self.charset = words.next();
                }
                "collate" => self.collation = words.next(),
                _ if self.base.is_empty() => before.push(word),
                _ => self.rest.push(word),
            }
        }
        if self.base.is_empty() {
            let count = if before.len() > 1 && is_two_words(&before[0], &before[1]) {
                2
            } else {
                before.len().min(1)
            };
            self.rest = before.split_off(count);
            self.base = before.join(" ");
        }
    }

    /// Replaces synonyms, and fills in the lengths that are left out.
    fn unify(&mut self) {
        let base = match self.base.as_str() {
            "bool" | "boolean" => {
                self.arguments = vec!["1".to_owned()];
                "tinyint"
            }
            "int1" => "tinyint",
            "int2" => "smallint",
            "int3" | "middleint" => "mediumint",
            "int4" | "integer" => "int",
            "int8" => "bigint",
            "dec" | "numeric" | "fixed" => "decimal",
            "double precision" | "real" | "float8" => "double",
            "float4" => "float",
            "character" | "nchar" | "national char" => "char",
            "character varying" | "char varying" | "nvarchar" | "national varchar" => "varchar",
            "long varchar" | "long" => "mediumtext",
            "long varbinary" => "mediumblob",
            "char byte" => "binary",
            "geomcollection" => "geometrycollection",
            _ => "",
        };
        if !base.is_empty() {
            base.clone_into(&mut self.base);
        }
        let is_bool = self.base == "tinyint"
            && !self.unsigned
            && self.arguments.first().is_some_and(|n| n == "1");
        match self.base.as_str() {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint"
                if !self.zerofill && !is_bool =>
            {
                self.arguments.clear();
            }
            "year" => self.arguments.clear(),
            "char" | "binary" | "bit" if self.arguments.is_empty() => {
                self.arguments.push("1".to_owned());
            }
            "decimal" => {
                for default in ["10", "0"].iter().skip(self.arguments.len()) {
                    self.arguments.push((*default).to_owned());
                }
            }
            "datetime" | "timestamp" | "time" if self.arguments == ["0"] => self.arguments.clear(),
            "float" if self.arguments.len() == 1 => {
                if self.number(0).is_some_and(|bits| bits > 24) {
                    "double".clone_into(&mut self.base);
                }
                self.arguments.clear();
            }
            _ => {}
        }
    }

    fn number(&self, at: usize) -> Option<u32> {
        self.arguments.get(at)?.parse().ok()
    }

    /// How a default of the type is stored.
    pub(super) fn kind(&self) -> Kind {
        match self.base.as_str() {
            "tinyint" | "smallint" | "mediumint" | "int" | "bigint" | "year" => Kind::Integer,
            "bit" => Kind::Bit,
            "decimal" => Kind::Decimal,
            "float" | "double" => Kind::Float,
            "char" | "varchar" | "enum" | "set" | "json" | "tinytext" | "text" | "mediumtext"
            | "longtext" => Kind::Text,
            "binary" | "varbinary" | "tinyblob" | "blob" | "mediumblob" | "longblob" => Kind::Bytes,
            "date" => Kind::Date,
            "datetime" | "timestamp" => Kind::DateTime,
            "time" => Kind::Time,
            _ => Kind::Other,
        }
    }

    /// The collation that the type names, alone or by its character set.
    pub(super) fn collation(&self) -> Option<Cow<'static, str>> {
        if let Some(own) = &self.collation {
            return Some(own.clone().into());
        }
        self.charset.as_deref().and_then(default_collation)
    }

    /// Whether a column of the type has a collation.
    pub(super) fn has_collation(&self) -> bool {
        self.kind() == Kind::Text && self.base != "json"
    }

    /// The type in SQL, without character set and collation.
    pub(super) fn to_sql(&self) -> String {
        let mut sql = self.base.clone();
        if !self.arguments.is_empty() {
            let is_labels = matches!(self.base.as_str(), "enum" | "set");
            let arguments: Vec<String> = self
                .arguments
                .iter()
                .map(|argument| {
                    if is_labels {
                        types::quoted(argument)
                    } else {
                        argument.clone()
                    }
                })
                .collect();
            sql.push('(');
            sql.push_str(&arguments.join(","));
            sql.push(')');
        }
        if self.unsigned {
            sql.push_str(" unsigned");
        }
        if self.zerofill {
            sql.push_str(" zerofill");
        }
        for word in &self.rest {
            sql.push(' ');
            sql.push_str(word);
        }
        sql
    }

    /// The logical type of a column. `name` is the name of an enumeration, which the server does not store.
    pub(super) fn logical(&self, name: impl FnOnce() -> String) -> Logical {
        let (ty, length, is_exact) = self
            .number_type()
            .or_else(|| self.text_type(name))
            .unwrap_or_else(|| {
                let (ty, is_exact) = self.other_type();
                (ty, None, is_exact)
            });
        let is_exact = is_exact && self.rest.is_empty() && !self.zerofill;
        Logical {
            ty,
            length: length.filter(|_| is_exact),
            is_exact,
        }
    }

    fn number_type(&self) -> Option<(Type, Option<u32>, bool)> {
        let sign = |signed: Type, width: Width| {
            if self.unsigned {
                Type::Unsigned(width)
            } else {
                signed
            }
        };
        let (ty, is_exact) = match self.base.as_str() {
            "tinyint" if self.arguments.is_empty() || self.zerofill => {
                (sign(Type::Int8, Width::W8), true)
            }
            "tinyint" => (Type::Bool, true),
            "smallint" => (sign(Type::Int16, Width::W16), true),
            "mediumint" => (sign(Type::Int32, Width::W32), false),
            "int" => (sign(Type::Int32, Width::W32), true),
            "bigint" => (sign(Type::Int64, Width::W64), true),
            "year" => (Type::Int16, false),
            "bit" if self.number(0).is_some_and(|bits| bits == 64) => {
                (Type::Unsigned(Width::W64), false)
            }
            "bit" => (Type::Int64, false),
            "float" => (Type::Float32, self.arguments.is_empty() && !self.unsigned),
            "double" => (Type::Float64, self.arguments.is_empty() && !self.unsigned),
            "decimal" => {
                let digits = |at| self.number(at).and_then(|digits| u8::try_from(digits).ok());
                let (precision, scale) = (digits(0).unwrap_or(10), digits(1).unwrap_or(0));
                let ty = Type::Decimal {
                    precision: precision.min(36),
                    scale: scale.min(36),
                };
                (ty, precision <= 36 && !self.unsigned)
            }
            _ => return None,
        };
        Some((ty, None, is_exact))
    }

    fn text_type(&self, name: impl FnOnce() -> String) -> Option<(Type, Option<u32>, bool)> {
        let length = self.number(0);
        Some(match self.base.as_str() {
            "varchar" => {
                let is_exact = length.is_some_and(|length| length <= types::VARCHAR_LIMIT);
                (Type::Text, length, is_exact)
            }
            "varbinary" => {
                let is_exact = length.is_some_and(|length| length <= types::VARBINARY_LIMIT);
                (Type::Bytes, length, is_exact)
            }
            "longtext" => (Type::Text, None, true),
            "longblob" => (Type::Bytes, None, true),
            "json" => (Type::Json, None, true),
            "enum" => {
                let labels: Vec<_> = self.arguments.iter().cloned().map(Cow::Owned).collect();
                let ty = EnumType::new(name().into(), labels.into()).native();
                (Type::Enum(ty), None, true)
            }
            "char" | "set" | "tinytext" | "text" | "mediumtext" | "inet4" | "inet6" => {
                (Type::Text, None, false)
            }
            "binary" if length == Some(16) => (Type::Uuid, None, true),
            _ => return None,
        })
    }

    fn other_type(&self) -> (Type, bool) {
        let is_micros = self.arguments == ["6"];
        match self.base.as_str() {
            "date" => (Type::Date, true),
            "time" => (Type::Time, is_micros),
            "datetime" => (Type::DateTime, is_micros),
            "timestamp" => (Type::Timestamp, false),
            "uuid" => (Type::Uuid, false),
            _ => (Type::Bytes, false),
        }
    }
}

fn is_two_words(first: &str, second: &str) -> bool {
    matches!(
        (first, second),
        ("double", "precision")
            | ("character" | "char", "varying")
            | ("national", "char" | "varchar")
            | ("long", "varchar" | "varbinary")
            | ("char", "byte")
    )
}

fn lower(tokens: &[Token<'_>]) -> Vec<String> {
    tokens
        .iter()
        .map(|token| token.value().to_lowercase())
        .collect()
}

/// What is between commas: numbers as they are, strings without quotes.
fn arguments(tokens: &[Token<'_>]) -> Vec<String> {
    let parts = tokens.split(|token| token.is_char(','));
    parts
        .map(|part| {
            let texts = part.iter().map(|token| match token.kind {
                TokenKind::String => string_value(token.text),
                _ => token.text.to_lowercase(),
            });
            texts.collect()
        })
        .collect()
}

/// The collation of text of a character set that names none.
pub(super) fn default_collation(charset: &str) -> Option<Cow<'static, str>> {
    Some(match charset {
        "latin1" => "latin1_swedish_ci".into(),
        "latin2" => "latin2_general_ci".into(),
        "ascii" => "ascii_general_ci".into(),
        "utf8" | "utf8mb3" => "utf8mb3_general_ci".into(),
        "ucs2" => "ucs2_general_ci".into(),
        "utf16" => "utf16_general_ci".into(),
        "binary" => "binary".into(),
        _ => return None,
    })
}

/// The type or default, and what follows ON UPDATE.
pub(super) fn split_on_update(sql: &str) -> (&str, Option<&str>) {
    let tokens = significant(sql);
    let is_it = |pair: &[Token<'_>]| {
        pair.iter().all(|token| token.kind == TokenKind::Word)
            && is_any(pair[0].text, &["on"])
            && is_any(pair[1].text, &["update"])
    };
    match tokens.windows(2).position(is_it) {
        Some(at) => (&sql[..tokens[at].start], Some(&sql[tokens[at + 1].end()..])),
        None => (sql, None),
    }
}

/// The tokens without blanks and comments.
pub(super) fn significant(sql: &str) -> Vec<Token<'_>> {
    Lexer::new(sql, LEXICAL_RULES)
        .filter(|token| !token.is_trivia())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sql: &str) -> (Type, Option<u32>, bool) {
        let logical = Native::parse(sql).logical(|| "t_c".to_owned());
        (logical.ty, logical.length, logical.is_exact)
    }

    #[test]
    fn native_types_are_read_back() {
        let decimal = Type::Decimal {
            precision: 12,
            scale: 2,
        };
        for (sql, ty, length) in [
            ("BOOLEAN", Type::Bool, None),
            ("tinyint(1)", Type::Bool, None),
            ("tinyint(4)", Type::Int8, None),
            ("tinyint(1) unsigned", Type::Unsigned(Width::W8), None),
            ("int(11)", Type::Int32, None),
            ("INTEGER UNSIGNED", Type::Unsigned(Width::W32), None),
            ("bigint(20) unsigned", Type::Unsigned(Width::W64), None),
            ("double precision", Type::Float64, None),
            ("FLOAT(30)", Type::Float64, None),
            ("float(7)", Type::Float32, None),
            ("DECIMAL(12, 2)", decimal, None),
            ("character varying(20)", Type::Text, Some(20)),
            ("varchar(5) CHARACTER SET latin1", Type::Text, Some(5)),
            ("longtext", Type::Text, None),
            ("JSON", Type::Json, None),
            ("binary(16)", Type::Uuid, None),
            ("datetime(6)", Type::DateTime, None),
            ("time(6)", Type::Time, None),
        ] {
            assert_eq!(of(sql), (ty, length, true), "{sql}");
        }
    }

    #[test]
    fn other_types_keep_their_name() {
        for (sql, ty, native) in [
            (
                "MEDIUMINT(9) UNSIGNED",
                Type::Unsigned(Width::W32),
                "mediumint unsigned",
            ),
            (
                "int(5) zerofill",
                Type::Unsigned(Width::W32),
                "int(5) unsigned zerofill",
            ),
            ("char", Type::Text, "char(1)"),
            ("year(4)", Type::Int16, "year"),
            ("bit", Type::Int64, "bit(1)"),
            ("datetime(0)", Type::DateTime, "datetime"),
            ("TIMESTAMP(3)", Type::Timestamp, "timestamp(3)"),
            (
                "DATETIME(3) ON UPDATE NOW(3)",
                Type::DateTime,
                "datetime(3) on update current_timestamp(3)",
            ),
            ("SET('x', \"y\")", Type::Text, "set('x','y')"),
            (
                "numeric(5) unsigned",
                Type::Decimal {
                    precision: 5,
                    scale: 0,
                },
                "decimal(5,0) unsigned",
            ),
            ("Point", Type::Bytes, "point"),
            ("double(5,2)", Type::Float64, "double(5,2)"),
        ] {
            let native_type = Native::parse(sql);
            assert_eq!(of(sql), (ty, None, false), "{sql}");
            assert_eq!(native_type.to_sql(), native);
            assert_eq!(Native::parse(native), native_type);
        }
    }

    #[test]
    fn labels_are_without_quotes() {
        let native = Native::parse(r"enum('a\\b','c''d', 'é,f')");
        assert_eq!(native.arguments, [r"a\b", "c'd", "é,f"]);
        assert_eq!(Native::parse(&native.to_sql()), native);
    }

    #[test]
    fn a_character_set_has_a_collation() {
        let native = Native::parse("TEXT CHARACTER SET latin1");
        assert_eq!(native.collation().as_deref(), Some("latin1_swedish_ci"));
        assert_eq!(native.to_sql(), "text");
    }
}
