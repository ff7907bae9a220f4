//! A model as data: as parsed, with the spans of errors, and as resolved, with positions instead of names.

use std::collections::HashSet;

use super::condition::Check;
use super::sql_text::SqlText;
use proc_macro2::{Span, TokenStream};
use syn::{Attribute, Expr, Ident, LitBool, LitInt, LitStr, Path, Type, Visibility};

/// A struct as the user wrote it.
pub(super) struct Parsed {
    pub(super) head: Head,
    /// The fields that are columns.
    pub(super) fields: Vec<Field>,
    /// The fields that are relations.
    pub(super) relations: Vec<RelationField>,
    /// The fields whose structs' columns are the model's.
    pub(super) parts: Vec<Part>,
    /// The fields that are neither.
    pub(super) skipped: Vec<(Ident, Type)>,
    pub(super) uniques: Vec<Group>,
    pub(super) indexes: Vec<Group>,
    pub(super) exclusions: Vec<Group>,
    pub(super) checks: Vec<Check>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// What else the table has: statements about `it`, the table of the schema.
    pub(super) options: Vec<TokenStream>,
    pub(super) view: ViewAttributes,
    /// The order of its queries: `order_by = (title, id.desc())`, each with whether it is DESC.
    pub(super) order: Vec<(FieldPath, bool)>,
}

/// What the attribute of a struct says of its view.
#[derive(Default)]
pub(super) struct ViewAttributes {
    /// The query: `view = "SELECT …"`.
    pub(super) query: Option<SqlText>,
    pub(super) materialized: Option<Span>,
    /// The models that the query reads: `depends_on(User)`.
    pub(super) depends_on: Vec<Path>,
}

/// The names of a model.
pub(super) struct Head {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    /// Where the `orm` crate is.
    pub(super) orm: Path,
    pub(super) table: String,
    /// The name of the value whose fields are the columns.
    pub(super) value: Ident,
    /// Every word of the struct and its attributes: names that helpers must not take.
    pub(super) words: HashSet<String>,
    /// The name of the function that begins a builder.
    pub(super) builder: Ident,
}

/// A field that is a column, as the user wrote it.
pub(super) struct Field {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    /// The type of the field, if it is a `Deferred` of that type.
    pub(super) deferred: Option<Type>,
    pub(super) docs: Vec<Attribute>,
    pub(super) attributes: ColumnAttributes,
}

/// A field whose struct's columns are the model's.
pub(super) struct Part {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    /// What the names of its columns begin with.
    pub(super) prefix: String,
}

/// A field that is a relation, as the user wrote it.
pub(super) struct RelationField {
    pub(super) ident: Ident,
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    pub(super) kind: RelationType,
    /// The model that the relation references, as it is written.
    pub(super) target: Type,
    /// Whether there may be no entity: `BelongsTo<Option<User>>`.
    pub(super) is_optional: bool,
    /// The fields of the foreign key: `key = author_id`, `key(shop, number)`.
    pub(super) key: Vec<Ident>,
    /// The inverse relation: `inverse = Letter.sender`.
    pub(super) inverse: Option<Target>,
    pub(super) policy: Policy,
    /// The link model: `through = PostTag`.
    pub(super) through: Option<Path>,
    /// The relation of the link model that references the target: `target = Follow.followed`.
    pub(super) link_target: Option<Target>,
    /// The order of the list: `order_by = Post.title`, `position = Post.position`.
    pub(super) order: Vec<OrderItem>,
    /// Whether its column has the positions.
    pub(super) keeps_positions: bool,
    /// The table of the link rows: `link_table = "post_tags"`.
    pub(super) link_table: Option<LitStr>,
    pub(super) view: ViewOptions,
}

/// What the attribute of a relation that is only read says.
#[derive(Default)]
pub(super) struct ViewOptions {
    /// The fields, each with the column of the other model that has the same value: `on(email = Order.email)`.
    pub(super) on: Vec<(Ident, Target)>,
    /// The further condition: `filter = Order.is_paid`.
    pub(super) filter: Option<Expr>,
    /// The most rows for each entity: `limit = 3`.
    pub(super) limit: Option<u64>,
}

/// The rows that a relation that is only read selects.
pub(super) struct View {
    pub(super) key: ViewKey,
    pub(super) filter: Option<Expr>,
    pub(super) limit: Option<u64>,
}

/// What the rows of a relation that is only read have in common with their owner.
pub(super) enum ViewKey {
    /// The foreign key of the inverse relation, which may be named.
    Inverse(Option<Target>),
    /// The values of columns: the positions and types of the own ones, and the other ones.
    Columns(Vec<(usize, Type, Target)>),
}

/// A column in the order of a list.
pub(super) struct OrderItem {
    pub(super) column: Target,
    pub(super) is_descending: bool,
}

/// What the session does with the entities of the other side.
#[derive(Clone, Copy)]
pub(super) struct Policy {
    /// The name of a variant of `Cascade`, for when the owner is deleted.
    pub(super) cascade: &'static str,
    /// Whether those that are unlinked are deleted.
    pub(super) deletes_orphans: bool,
}

/// The type of a relation field.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationType {
    BelongsTo,
    HasMany,
    HasOne,
    ManyToMany,
    /// `ViewOnly<Vec<Order>>`, `ViewOnly<Option<Order>>`.
    ViewOnly,
}

/// The attributes of a column, each with the place it was written at.
#[derive(Default)]
pub(super) struct ColumnAttributes {
    pub(super) column: Option<LitStr>,
    pub(super) primary_key: Option<Span>,
    pub(super) auto_increment: Option<(bool, Span)>,
    pub(super) sqlite_autoincrement: Option<Span>,
    /// The options of its unique constraint.
    pub(super) unique: Option<Vec<TokenStream>>,
    /// The options of its index, and whether it is unique.
    pub(super) index: Option<(Vec<TokenStream>, bool)>,
    pub(super) length: Option<LitInt>,
    pub(super) precision: Option<(LitInt, Span)>,
    pub(super) scale: Option<(LitInt, Span)>,
    pub(super) default: Option<Expr>,
    pub(super) server_default: Option<ServerDefault>,
    pub(super) update_default: Option<(Expr, Span)>,
    pub(super) references: Option<Target>,
    pub(super) on_delete: Option<Ident>,
    pub(super) on_update: Option<Ident>,
    /// Options of the foreign key, each with its place and its name.
    pub(super) key_options: Vec<(Span, &'static str, TokenStream)>,
    pub(super) version: Option<Span>,
    /// The call that makes it a generated column.
    pub(super) generated: Option<(TokenStream, Span)>,
    /// The call that numbers the key.
    pub(super) identity: Option<(TokenStream, Span)>,
    /// The call that states the column's old name.
    pub(super) renamed_from: Option<(TokenStream, Span)>,
    /// Where it is `nullable` or `not_null`, and which of them.
    pub(super) nullability: Option<(Span, &'static str)>,
    /// Other names of the typed column.
    pub(super) synonyms: Vec<Ident>,
    pub(super) deferred: Option<(Deferral, Span)>,
    pub(super) options: Vec<ColumnOption>,
}

/// When queries leave a column out.
#[derive(Clone)]
pub(super) enum Deferral {
    /// Always, alone or together with a group.
    Group(Option<LitStr>),
    /// Only where a query asks for that.
    Asked,
}

/// What an attribute states about the column in the database, and nothing else needs to know.
pub(super) struct ColumnOption {
    /// A call of the builder of `schema::Column`: `.length(50)`.
    pub(super) call: TokenStream,
    /// A trait that the field's type must have, in `orm/src/mapping/check.rs`.
    pub(super) needs: Option<&'static str>,
}

/// `models::User.id`.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) model: Path,
    pub(super) field: Ident,
}

/// What the database fills in.
pub(super) enum ServerDefault {
    Bool(LitBool),
    /// With its sign.
    Int(TokenStream),
    /// With its sign.
    Float(TokenStream),
    Text(LitStr),
    Raw(SqlText),
    /// The next value of the sequence of this name.
    Sequence(LitStr),
}

/// `(a, b, name = "…")` of a unique constraint, an index or an exclusion constraint.
#[derive(Default)]
pub(super) struct Group {
    pub(super) fields: Vec<FieldPath>,
    /// The columns that an index has beside its keys.
    pub(super) include: Vec<FieldPath>,
    /// Statements about `it`, the constraint of the schema.
    pub(super) options: Vec<TokenStream>,
    pub(super) is_named: bool,
    /// Where an index is `unique`.
    pub(super) unique: Option<Span>,
    /// Where an option is that needs a unique constraint or index.
    pub(super) nulls_not_distinct: Option<Span>,
}

/// `title`, or `home.city`: a field, or one of a flattened struct.
pub(super) struct FieldPath {
    pub(super) field: Ident,
    pub(super) inner: Option<Ident>,
}

/// `foreign_key(a, b, references = (Order.shop, Order.number))`.
#[derive(Default)]
pub(super) struct ForeignKey {
    pub(super) fields: Vec<Ident>,
    pub(super) targets: Vec<Target>,
    pub(super) on_delete: Option<Ident>,
    pub(super) on_update: Option<Ident>,
    /// Statements about `it`, the foreign key of the schema.
    pub(super) options: Vec<TokenStream>,
}

/// A model whose parts fit together.
pub(super) struct Model {
    pub(super) head: Head,
    pub(super) columns: Vec<Column>,
    pub(super) relations: Vec<Relation>,
    pub(super) parts: Vec<Part>,
    pub(super) skipped: Vec<(Ident, Type)>,
    /// The positions of the primary key's columns.
    pub(super) key: Vec<usize>,
    /// The position of the key that the database generates.
    pub(super) generated: Option<usize>,
    /// The position of the version.
    pub(super) version: Option<usize>,
    pub(super) uniques: Vec<Columns>,
    pub(super) indexes: Vec<Columns>,
    pub(super) exclusions: Vec<Columns>,
    pub(super) checks: Vec<Check>,
    pub(super) references: Vec<Reference>,
    /// What else the table has: statements about `it`, the table of the schema.
    pub(super) options: Vec<TokenStream>,
    pub(super) view: ViewAttributes,
    /// The order of its queries, each column with whether it is DESC.
    pub(super) order: Vec<(Position, bool)>,
}

/// A column.
pub(super) struct Column {
    pub(super) ident: Ident,
    /// The field's: its column and its setter are no more visible than it is.
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    /// Its name in the database.
    pub(super) name: String,
    /// Other names of the typed column.
    pub(super) synonyms: Vec<Ident>,
    /// Where it is `nullable` or `not_null`, and which of them.
    pub(super) nullability: Option<(Span, &'static str)>,
    /// Whether it has a length of its own, and not that of its type.
    pub(super) has_length: bool,
    /// Whether it has a precision and a scale.
    pub(super) has_digits: bool,
    pub(super) options: Vec<ColumnOption>,
    pub(super) server_default: Option<ServerDefault>,
    /// Whether it is a generated column, which is never written.
    pub(super) is_computed: bool,
    /// What an UPDATE sets it to that sets other columns.
    pub(super) update_default: Option<Expr>,
    /// The type of the field and when it is left out, if it is a `Deferred`.
    pub(super) deferred: Option<(Type, Deferral)>,
    pub(super) fill: Fill,
}

/// A relation.
pub(super) struct Relation {
    pub(super) ident: Ident,
    /// The field's.
    pub(super) vis: Visibility,
    pub(super) ty: Type,
    pub(super) docs: Vec<Attribute>,
    /// The model that it references, as it is written.
    pub(super) target: Type,
    pub(super) side: Side,
    /// The order of the list. Empty if it is the primary key's.
    pub(super) order: Vec<OrderItem>,
    /// Whether its column has the positions of the members.
    pub(super) keeps_positions: bool,
}

/// Which model has the foreign key of a relation.
pub(super) enum Side {
    /// This one.
    Own {
        is_optional: bool,
        /// Which one of the references is the foreign key.
        reference: usize,
        /// The positions of its columns.
        columns: Vec<usize>,
    },
    /// The other one.
    Other {
        /// The name of a variant of `RelationKind`.
        kind: &'static str,
        /// The inverse relation, if it was named.
        inverse: Option<Target>,
        policy: Policy,
    },
    /// The model of the link rows, to both.
    Link(Link),
    /// None is the relation's own: it is only read.
    View(View),
}

/// Which model the link rows of a relation many to many are of.
pub(super) enum Link {
    /// One of the user's.
    Model {
        path: Path,
        /// Its relations to this model and to the target, if they were named.
        named: Option<(Target, Target)>,
    },
    /// One that is generated, of this table.
    Table(LitStr),
    /// That of the target's relation to this model.
    Inverse(Target),
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            cascade: "None",
            deletes_orphans: false,
        }
    }
}

impl Relation {
    /// The positions of the foreign key's columns, if the model has it.
    pub(super) fn columns(&self) -> &[usize] {
        match &self.side {
            Side::Own { columns, .. } => columns,
            Side::Other { .. } | Side::Link(_) | Side::View(_) => &[],
        }
    }

    /// What the session does with the entities that it references.
    pub(super) fn policy(&self) -> Policy {
        match self.side {
            Side::Own { .. } | Side::Link(_) | Side::View(_) => Policy::default(),
            Side::Other { policy, .. } => policy,
        }
    }

    /// Whether the model has the foreign key.
    pub(super) fn is_own(&self) -> bool {
        matches!(self.side, Side::Own { .. })
    }
}

/// What a builder does about a column that it wasn't given.
pub(super) enum Fill {
    /// It isn't complete.
    Required,
    /// Leaves it null.
    Null,
    /// Leaves it to the database: a generated key.
    Generated,
    /// Leaves it to the database: a server default.
    Server,
    /// Begins to count.
    Version,
    /// Takes this.
    Default(Expr),
}

/// The columns of a constraint or an index.
pub(super) struct Columns {
    pub(super) positions: Vec<Position>,
    /// The columns that an index has beside its keys.
    pub(super) include: Vec<Position>,
    /// Statements about `it`, the constraint of the schema.
    pub(super) options: Vec<TokenStream>,
    pub(super) is_unique: bool,
}

/// The position of a column in a constraint.
#[derive(PartialEq, Eq)]
pub(super) enum Position {
    Own(usize),
    /// A column of a flattened struct: its position is known to the compiler.
    Part(Ident, Ident),
}

impl Position {
    /// The position of a column of the model itself.
    pub(super) fn own(&self) -> Option<usize> {
        match self {
            Self::Own(position) => Some(*position),
            Self::Part(..) => None,
        }
    }
}

/// A foreign key.
pub(super) struct Reference {
    pub(super) positions: Vec<usize>,
    pub(super) targets: Vec<Target>,
    /// Statements about `it`, the foreign key of the schema.
    pub(super) options: Vec<TokenStream>,
    /// The name of a variant of `Action`.
    pub(super) on_delete: &'static str,
    /// The name of a variant of `Action`.
    pub(super) on_update: &'static str,
}

impl Column {
    /// The type of the field.
    pub(super) fn field_type(&self) -> &Type {
        match &self.deferred {
            Some((ty, _)) => ty,
            None => &self.ty,
        }
    }
}

impl ColumnOption {
    /// A call for fields of types that have the trait `needs`.
    pub(super) fn of(call: TokenStream, needs: &'static str) -> Self {
        let needs = Some(needs);
        Self { call, needs }
    }
}

impl Columns {
    /// One column.
    pub(super) fn single(position: usize, options: Vec<TokenStream>, is_unique: bool) -> Self {
        Self {
            positions: vec![Position::Own(position)],
            include: Vec::new(),
            options,
            is_unique,
        }
    }
}

impl Model {
    /// The builder's required columns, as positions. Each has a type parameter, in this order.
    pub(super) fn required(&self) -> Vec<usize> {
        let is_required = |position: &usize| matches!(self.columns[*position].fill, Fill::Required);
        (0..self.columns.len()).filter(is_required).collect()
    }

    /// The relations whose foreign keys the model has.
    pub(super) fn own_relations(&self) -> impl Iterator<Item = &Relation> {
        self.relations.iter().filter(|relation| relation.is_own())
    }

    /// The relations whose foreign key has the column at `position`.
    pub(super) fn relations_of(&self, position: usize) -> impl Iterator<Item = &Relation> {
        let has_it = move |relation: &&Relation| relation.columns().contains(&position);
        self.relations.iter().filter(has_it)
    }

    /// The name by which a required field is missed: a key that a relation fills in, by the relation's.
    pub(super) fn missing_name(&self, position: usize) -> &Ident {
        let mut relations = self.relations_of(position);
        let alone = relations.find(|relation| relation.columns().len() == 1);
        alone.map_or(&self.columns[position].ident, |relation| &relation.ident)
    }
}
