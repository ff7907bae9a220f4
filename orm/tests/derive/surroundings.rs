//! Names, visibility and sizes that a derive might trip over.

use super::*;

/// Names that a derive might trip over.
#[allow(
    clippy::module_inception,
    reason = "the file is about one module of hostile names"
)]
mod surroundings {
    use super::ModelDef;

    // None of these is Rust's own.
    #[derive(Clone, Debug)]
    pub(super) struct Option;
    pub(super) struct Result;
    pub(super) struct String;
    pub(super) struct Vec;
    #[expect(non_snake_case, dead_code, reason = "shadows the prelude's")]
    pub(super) const fn Some() {}
    #[expect(dead_code, reason = "shadows the prelude's")]
    pub(super) enum Shadow {
        Ok,
        None,
    }
    #[expect(unused_imports, reason = "shadows the prelude's")]
    use Shadow::{None, Ok};

    /// Fields with the names of methods, keywords and helpers.
    #[derive(orm::Model)]
    pub(super) struct Names {
        #[orm(primary_key)]
        pub(super) key: i64,
        pub(super) r#type: std::string::String,
        pub(super) columns: std::option::Option<i32>,
        pub(super) new: bool,
        pub(super) value: f32,
        pub(super) alias: i64,
        pub(super) source: i64,
        pub(super) builder: i64,
        pub(super) build: i64,
        pub(super) into_row: i64,
        pub(super) given: i64,
        pub(super) unset: i64,
        pub(super) row: i64,
        pub(super) start: i64,
        pub(super) position: i64,
        pub(super) this: std::vec::Vec<u8>,
    }

    impl Names {
        pub(super) const fn r#type(&self) -> i64 {
            self.key + 1
        }
    }

    pub(super) fn def() -> &'static ModelDef {
        let _ = (Option, Result, String, Vec);
        <Names as orm::mapping::Model>::def()
    }
}

#[test]
fn any_name_may_be_a_field() {
    use surroundings::Names;
    let def = surroundings::def();
    assert_eq!(def.names[1], "type");
    assert_eq!(def.fields[1], "type");
    assert_eq!(Names.r#type.name(), "type");
    assert_eq!(Names.alias("n").alias.source(), "n");
    let names = Names::builder()
        .r#type("x")
        .new(true)
        .value(1.0)
        .alias(1)
        .source(2)
        .builder(3)
        .build(4)
        .into_row(5)
        .given(6)
        .unset(7)
        .row(8)
        .start(9)
        .position(10)
        .this([1, 2]);
    let names = NewRow::into_row(names).value;
    assert_eq!((names.key, names.columns, names.r#type()), (0, None, 1));
    assert_eq!(names.value(1), ValueRef::Text("x"));
}

#[test]
fn a_model_may_hide_and_be_renamed() {
    mod inner {
        pub(super) mod re {
            pub(crate) use orm as renamed;
        }
        /// With other helpers of its own.
        #[derive(super::Model)]
        #[orm(crate = re::renamed, const_name = Guests, builder = invite)]
        pub(super) struct Guest {
            #[orm(primary_key)]
            pub(super) id: i64,
        }
        #[expect(non_snake_case, dead_code, reason = "takes the value's name")]
        pub(super) const fn Guest() {}
        impl Guest {
            pub(super) const fn builder(&self) -> i64 {
                self.id
            }
        }
        /// Reached by its path.
        #[derive(super::Model)]
        pub(super) struct Visitor {
            #[orm(primary_key)]
            pub(super) id: i64,
        }
        #[derive(super::DbEnum, Clone)]
        #[orm(crate = re::renamed)]
        pub(super) enum Mood {
            Good,
        }
    }
    use inner::{Guest, Guests};
    assert_eq!(Guests.id.name(), "id");
    assert_eq!(Guest::invite().id(3).into_row().value.builder(), 3);
    assert_eq!(inner::Mood::Good.label(), "good");
    /// Refers to a model whose value has another name.
    #[derive(Model)]
    struct Visit {
        #[orm(primary_key)]
        id: i64,
        #[orm(references = Guest.id)]
        guest_id: Option<i64>,
        #[orm(references = inner::Visitor.id)]
        visitor_id: Option<i64>,
    }
    let tables = Visit::def()
        .references
        .iter()
        .map(|reference| (reference.target)().table);
    assert_eq!(tables.collect::<Vec<_>>(), ["guest", "visitor"]);
    assert_eq!(Visit.guest_id.name(), "guest_id");
    let visit = Visit::builder().into_row().value;
    assert_eq!(
        (visit.id, visit.guest_id, visit.visitor_id),
        (0, None, None)
    );
}

/// A model of a hundred columns: more than the 64 of a machine word.
macro_rules! wide {
    ($($field:ident)+) => {
        #[derive(Model)]
        struct Wide {
            #[orm(primary_key)]
            id: i64,
            $($field: i32,)+
        }

        #[test]
        fn a_model_may_be_wide() {
            let wide = Wide::builder()$(.$field(7))+.into_row().value;
            let mut changed = wide.snapshot();
            changed.x98 = 8;
            assert_eq!(Wide::def().columns.len(), 100);
            assert_eq!(changed.changes(&wide).iter().collect::<Vec<_>>(), [99]);
            assert_eq!(wide.key(), 0);
        }
    };
}

wide! {
    x0 x1 x2 x3 x4 x5 x6 x7 x8 x9 x10 x11 x12 x13 x14 x15 x16 x17 x18 x19 x20 x21 x22 x23 x24 x25
    x26 x27 x28 x29 x30 x31 x32 x33 x34 x35 x36 x37 x38 x39 x40 x41 x42 x43 x44 x45 x46 x47 x48
    x49 x50 x51 x52 x53 x54 x55 x56 x57 x58 x59 x60 x61 x62 x63 x64 x65 x66 x67 x68 x69 x70 x71
    x72 x73 x74 x75 x76 x77 x78 x79 x80 x81 x82 x83 x84 x85 x86 x87 x88 x89 x90 x91 x92 x93 x94
    x95 x96 x97 x98
}

/// A model that can't be moved out of.
#[derive(Model)]
struct Dropped {
    #[orm(primary_key)]
    id: i64,
}

impl Drop for Dropped {
    fn drop(&mut self) {
        self.id = -1;
    }
}

#[test]
fn a_model_may_have_a_destructor() {
    let mut dropped = Dropped::builder().into_row().value;
    let other = Dropped::builder().id(3).into_row().value;
    dropped.restore(other);
    assert_eq!(dropped.key(), 3);
}
