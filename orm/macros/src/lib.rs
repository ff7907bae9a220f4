//! The derives of the `orm` crate, which re-exports them; each documents what it requires.
//!
//! `model/`, `db_enum/`, `from_row/`, `patch/` and `polymorphic/` each read the user's syntax into data, check the data and write code
//! from it; `test_case.rs` is the attribute of tests; `attribute.rs`, `errors.rs` and `case.rs` serve all. The code that is written calls the traits
//! and functions of `orm::__private`; this crate knows nothing of databases.

mod attribute;
mod case;
mod custom_type;
mod db_enum;
mod db_type;
mod errors;
mod from_row;
mod model;
mod patch;
mod polymorphic;
mod test_case;

use proc_macro::TokenStream;

/// Maps a struct to a table: each field is a column.
///
/// ```text
/// #[derive(Model, Clone, Debug)]
/// #[orm(table = "posts", unique(author_id, title))]
/// pub struct Post {
///     #[orm(primary_key)]
///     pub id: i64,
///     #[orm(length = 200, index)]
///     pub title: String,
///     #[orm(references = User.id, on_delete = cascade)]
///     pub author_id: i64,
///     pub subtitle: Option<String>,
///     #[orm(server_default = raw("CURRENT_TIMESTAMP"))]
///     pub written: Option<NaiveDateTime>,
/// }
/// ```
///
/// For a struct with named fields and without generics. A field of type `BelongsTo<User>`,
/// `HasMany<Post>`, `HasOne<Profile>` or `ManyToMany<Tag>` is a relation and no column.
/// Beside the trait `Model` it gives
///
/// - a value `Post`, whose fields are the typed columns: `select(Post).filter(Post.title.eq("x"))`;
/// - a function `Post::builder()`, with a setter per column. A missing column is a compile error:
///   `session.add(Post::builder().title("x"))` fails because `author_id` is missing. Generated keys,
///   `Option`s, versions and columns with a default may be left out;
/// - an entry in the list of models that `orm::metadata()` returns.
///
/// # Attributes of the struct
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | `table = "posts"` | The table's name. Without it, the struct's name in snake_case, not put into the plural: `BlogPost` is `blog_post`. |
/// | `unique(a, b)` | A unique constraint over several fields. `unique(a, b, name = "…")` names it; `nulls_not_distinct` and `deferrable` are as on a field. A column of a flattened struct is `home.zip`. May stand several times. |
/// | `index(a, b desc)` | An index over several fields, with the options of "Indexes" below. May stand several times. |
/// | `check(name = "positive", raw = "price > 0")` | A CHECK constraint. The SQL is passed on as it is; `raw(postgres = "…", sqlite = "…")` has a text for each dialect. |
/// | `check(name = "adult", User.age.ge(18))` | A CHECK constraint of a typed condition over columns of the table: `"age" >= 18`. It is written for the dialects that are built into the program. |
/// | `foreign_key(a, b, references = (Order.shop, Order.number))` | A reference over several fields; takes `on_delete`, `on_update`, `deferrable`, `match` and `name` as well. |
/// | `exclude(method = "gist", room with "=", during with "&&")` | An exclusion constraint of PostgreSQL: `EXCLUDE USING gist ("room" WITH =, "during" WITH &&)`. Takes `name`, `where` and `deferrable`; an element may be `expr("…")`. |
/// | `comment = "who signs in"` | The comment of the table. |
/// | `option(mysql(engine = "MyISAM"), sqlite(strict))` | Options of CREATE TABLE in single dialects. `mysql` is for MariaDB, too. SQLite: `strict`, `without_rowid`. MySQL: `engine`, `charset`, `collate`, `row_format`, `auto_increment`, `partition_by`. PostgreSQL: `tablespace`, `with`, `unlogged`, `inherits`, `partition_by`. |
/// | `temporary` | CREATE TEMPORARY TABLE. |
/// | `attach(name = "log", create = "CREATE TRIGGER …", drop = "DROP TRIGGER …")` | A statement that follows CREATE TABLE, and the one that undoes it. `dialect = "sqlite"` runs it in one dialect alone. |
/// | `renamed_from = "people"` | The name that the table had before: the migration renames it. |
/// | `view = "SELECT …"` | The model reads a view, whose name is `table`, instead of a table: see "Views" below. |
/// | `order_by = name`, `order_by = (name, id.desc())` | The order of queries of the model that have none of their own. |
/// | `const_name = Posts` | Another name for the value, where the struct's is taken. |
/// | `builder = new_post` | Another name for the function, where the struct has a `builder` of its own. |
/// | `crate = path` | Where `orm` is, if it isn't `::orm`. |
///
/// Clippy reports a field in two `unique(…)` or `index(…)` of a struct as a duplicated attribute; it accepts
/// `unique = (a, b)`.
///
/// # Attributes of a field
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | `primary_key` | Part of the primary key: on one field, or on up to four in their order. Every model has one. |
/// | `auto_increment` | The database generates this key while it is 0. A single `i16`, `i32` or `i64` does so by itself, unless it refers to another row or has a default; `auto_increment = false` turns it off. |
/// | `sqlite_autoincrement = false` | On SQLite the generated key is a plain `INTEGER PRIMARY KEY`: inserts are faster, and the key of the last row may be given again once that row is deleted. By default it has `AUTOINCREMENT`, which never gives a key twice. Nothing changes on other databases. |
/// | `column = "name"` | The column's name, if it isn't the field's. |
/// | `unique`, `index` | A unique constraint or an index over this column alone. |
/// | `unique(nulls_not_distinct, deferrable = deferred)` | UNIQUE NULLS NOT DISTINCT, DEFERRABLE INITIALLY DEFERRED. `deferrable` alone is INITIALLY IMMEDIATE. `name = "…"` names it. |
/// | `index(desc, name = "…")` | The index with the options of "Indexes" below. |
/// | `precision = 12`, `scale = 2` | The digits of an exact decimal, and how many of them are after the point. It needs both. |
/// | `length = 50` | The most characters of a text, or bytes of a `Vec<u8>`. |
/// | `nullable`, `not_null` | The column is nullable although its field is no `Option`, or NOT NULL although it is one. Reading NULL into a field that is no `Option` is an error of the kind `Decode`. |
/// | `collation = "C"` | The collation of a text. |
/// | `sql_type(postgres = "citext", mysql = "MEDIUMTEXT")` | The column's type in CREATE TABLE of these dialects, which values of the field must suit; other dialects choose theirs. `mysql` is for MariaDB, too, unless there is `mariadb = "…"`. |
/// | `default = expression` | What the builder fills in: any Rust expression, evaluated for each row. |
/// | `update_default = Utc::now()` | What an UPDATE of other columns sets the column to, for each row, unless it is given a value: an expression, as for `default`. Bulk updates set it, too; `ON CONFLICT DO UPDATE` does not. It is not compared with its old value. |
/// | `deferred = "group"` | For a `Deferred` field: the columns of the group are read together. `deferred = false`: queries read the column unless they leave it out. |
/// | `server_default = 5` | What the database fills in: a number, a text, `true`, `false`, or SQL as `raw("CURRENT_TIMESTAMP")`. Of a primary key, a flush selects the expression first and inserts its value. The field is an `Option` or implements `Default`, since it has a value before the row is inserted. |
/// | `sequence = "numbers"` | The server default is the next value of that sequence, which is created before the table. As for `server_default`, the field has a value before the row is inserted. |
/// | `generated = "price * amount"` | A generated column, stored: `GENERATED ALWAYS AS (price * amount) STORED`. `generated(virtual, "…")` computes it when it is read; `generated(postgres = "…", sqlite = "…")` has an expression for each dialect. See "Generated columns" below. |
/// | `identity(always, start = 100, increment = 2)` | How the database numbers the key. With `always` it refuses keys that an INSERT gives: `GENERATED ALWAYS AS IDENTITY (START WITH 100 INCREMENT BY 2)`. |
/// | `comment = "in cents"` | The comment of the column. |
/// | `renamed_from = "mail"` | The name that the column had before: the migration renames it. |
/// | `references = User.id` | A foreign key to a field of another model, of the same type. |
/// | `deferrable = deferred`, `match = full` | DEFERRABLE INITIALLY DEFERRED and MATCH FULL of that foreign key. |
/// | `on_delete = cascade`, `on_update = …` | What the database does to this row: `cascade`, `restrict`, `set_null`, `set_default` or `no_action`. |
/// | `version` | An integer that counts the updates of the row, by which lost updates are found. |
/// | `synonym = login` | Another name of the typed column: `User.login` is the column `User.name`. May stand several times. |
/// | `flatten`, `prefix = "home_"` | The columns of a struct or an enum that derives `Embedded`, their names with the prefix. They stand behind the other columns. |
/// | `skip` | No column. Its type implements `Default`, which is what a loaded row has in it. |
///
/// # Indexes
///
/// ```text
/// #[orm(index(author_id, written desc, name = "newest", where = "title <> ''", include(title)))]
/// // CREATE INDEX "newest" ON "posts" ("author_id", "written" DESC) INCLUDE ("title") WHERE title <> ''
/// ```
///
/// | in `index(…)` | |
/// |-|-|
/// | `a desc`, `a(desc, nulls = last, length = 10, opclass = "…", collation = "…")` | A key with its options: the order, where NULLs are, how many characters are indexed (MySQL), the operator class (PostgreSQL) and the collation. On a field the options stand alone: `index(desc, length = 10)`. |
/// | `expr("lower(name)")`, `expr(postgres = "…", sqlite = "…") desc` | An expression as a key, in SQL. Such an index needs a name. |
/// | `name = "…"` | The name. Without it, `ix_posts_author_id_written`. |
/// | `unique`, `nulls_not_distinct` | CREATE UNIQUE INDEX, with NULLs that are equal. |
/// | `where = "…"`, `where(postgres = "…")`, `where(Post.title.ne(""))` | The rows that are indexed: SQL, or a typed condition as for `check`. |
/// | `include(c, d)` | Columns beside the keys. |
/// | `method = "gin"` | USING gin; on MySQL and MariaDB `fulltext` or `spatial`. |
/// | `concurrently` | On PostgreSQL, migrations create and drop the index CONCURRENTLY. |
///
/// What a database lacks is an error of the kind `Unsupported` when the table is created.
///
/// # Generated columns
///
/// No statement writes a generated column. The builder has no setter for it, an assignment to its field is not written, and
/// `update(Line).set(Line.sum, 3)` is an error of the kind `Usage`. A flush reads the values back, as those of server
/// defaults: the field is an `Option` or implements `Default`.
///
/// # Views
///
/// ```text
/// #[derive(Model)]
/// #[orm(table = "active_users", view = "SELECT id, name FROM users WHERE active", depends_on(User))]
/// struct ActiveUser {
///     #[orm(primary_key)]
///     id: i64,
///     name: String,
/// }
/// // CREATE VIEW "active_users" AS SELECT id, name FROM users WHERE active
/// ```
///
/// The model is read as any other. To write it is an error of the kind `Usage`. `view(postgres = "…", sqlite = "…")` has
/// a query for each dialect. `depends_on(User, Post)` names the models that the query reads, which are created first, and
/// `materialized` makes it a materialized view of PostgreSQL.
///
/// # Attributes of a relation
///
/// `BelongsTo<User>` references the row that a foreign key of the struct references, `BelongsTo<Option<User>>` by a key
/// that is nullable. `HasMany<Post>` and `HasOne<Profile>` are the other side: the rows that reference this one.
/// `ManyToMany<Tag>` are the rows that rows of a link table link with this one.
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | `key = author_id` | On `BelongsTo`: the field of the foreign key; `key(shop, number)` for several. Without it, the only foreign key that references the model. |
/// | `inverse = Post.author` | On `HasMany` and `HasOne`: the inverse relation. Without it, the only `BelongsTo` of the other model that references this one. |
/// | `cascade = delete` | On `HasMany` and `HasOne`: when an entity is deleted, the session deletes the entities of the other side first, loaded or not, at any depth. Where the foreign key has `on_delete = cascade`, the database does it, and rows that are not loaded are not read. |
/// | `cascade = set_null` | On `HasMany` and `HasOne`: the session sets their foreign keys to NULL first. |
/// | `orphans = delete` | On `HasMany` and `HasOne`: the session deletes an entity of the other side that is unlinked. |
/// | `order_by = Post.title`, `order_by = (Post.title, Post.id.desc())` | On `HasMany`, `ManyToMany` and `ViewOnly`: the order in which the list is loaded, by columns of the other model; then by its primary key. |
/// | `position = Task.position` | On `HasMany`: an integer column of the other model, NOT NULL, that has the positions of the list. The session keeps them: see `Session::move_to`. |
/// | `on(email = Order.email)` | On `ViewOnly`: fields of this struct, each with the column of the other model that has the same value. Without it the rows are those of the foreign key to this model, by the relation that `inverse` names. |
/// | `filter = Order.state.eq("paid")` | On `ViewOnly`: a further condition. |
/// | `limit = 3` | On `ViewOnly<Vec<Order>>`: the most rows for each entity. |
/// | `link_table = "post_tags"` | On `ManyToMany`: a table is generated with the foreign keys to both sides, which are its primary key: `post_id` and `tag_id`, the models' names and those of their keys; between rows of one model `from_user_id` and `to_user_id`. The database deletes a row of it with either side, and follows changed keys. |
/// | `inverse = Post.tags` | On `ManyToMany`: the relation of the other side, by the link rows of which it is. |
/// | `through = PostTag` | On `ManyToMany`: the link model. It has a `BelongsTo` to each side. |
/// | `inverse = Follow.follower, target = Follow.followed` | With `through`: the relations of the link model to this model and to the target, if it has several of one type. |
/// | `skip` | No relation, as at any field. |
///
/// # Visibility
///
/// A column and its setter are as visible as their field, and a private field is for the struct's module alone.
/// One that must be given is given there, by a function that begins the builder, as a struct literal would be
/// written there; a private `Option`, generated key, version or field with a default needs no value, so that the
/// builder can be completed anywhere. `references = User.id` needs to see `id`.
///
/// # Types of fields
///
/// A column is nullable if its field is an `Option`; `nullable` and `not_null` change the column alone. A column has the
/// length of its type, unless its field has one: see `derive(DbType)`. The builder takes a field for optional only where it
/// is written as `Option<…>`, and for a generated key only where it is written as `i64`, `i32` or `i16`:
/// a derive sees names, not types, so behind an alias the one must be given and the other needs
/// `auto_increment`.
#[proc_macro_derive(Model, attributes(orm))]
pub fn derive_model(input: TokenStream) -> TokenStream {
    model::derive(input.into()).into()
}

/// Adds the columns of a struct or an enum to the models that flatten it: a value object, columns that several
/// models share, or the subtypes of a table.
///
/// ```text
/// #[derive(Embedded, Clone, Debug, Default, PartialEq)]
/// pub struct Address {
///     #[orm(length = 80)]
///     pub city: String,
///     #[orm(length = 10, index)]
///     pub zip: String,
/// }
///
/// #[derive(Model)]
/// pub struct User {
///     #[orm(primary_key)]
///     pub id: i64,
///     #[orm(flatten, prefix = "home_")]
///     pub home: Address,          // home_city, home_zip
///     #[orm(flatten, prefix = "work_")]
///     pub work: Option<Address>,  // nullable: None is NULL in both
/// }
/// ```
///
/// For a struct with named fields and without generics. Its fields take the attributes of a model's columns, but
/// `primary_key`, `auto_increment`, `identity`, `version`, `generated` and `renamed_from`; it has no relations and does not flatten another struct. Constraints are named
/// after the table and the columns of the model. The trait `Embedded` has examples.
///
/// Each field is a typed column: `User.home.city`. All of them at once are compared by `User.home.eq(&address)`, set by
/// `update(User).set_all(User.home.to(&address))`, and given to the session's verbs as `User.home`.
///
/// # Enums
///
/// An enum is single-table inheritance: its variants are the subtypes, and the rows of all of them are in one table.
///
/// ```text
/// #[derive(Embedded, Clone, Debug, PartialEq)]
/// #[orm(discriminator = "species")]
/// pub enum Kind {
///     Cat { lives: i32, coat: Option<i32> },
///     #[orm(rename = "hound")]
///     Dog { trained: bool, coat: Option<i32> },
///     Fish,
/// }
///
/// #[derive(Model)]
/// #[orm(table = "animals")]
/// pub struct Animal {
///     #[orm(primary_key)]
///     pub id: i64,
///     #[orm(flatten)]
///     pub kind: Kind, // species NOT NULL, lives, coat, trained
/// }
/// ```
///
/// The first column is the discriminator, a text with a CHECK of the variants' labels. Then come the fields of the variants,
/// whose columns are nullable. Fields of one name and type in several variants are one column, with the attributes that
/// it has in the first of them. Their types are `Default`: a session that reads a row as another variant than before sets the
/// columns one by one. The attributes of a field are those of a struct's, but for defaults: a variant gives all of its
/// fields.
///
/// `Animal.kind.is_cat()` is the condition that a row is of a variant. `Animal.kind.eq(&kind)` compares the discriminator and
/// the columns of the variant of `kind`. The type of `Animal.kind.species` is the enum `KindDiscriminator`, which is
/// generated and has the variants without their fields.
///
/// A query reads the columns of the variant that the discriminator names, and no others. A label of no variant, and NULL
/// in a field that is no `Option`, is an error of the kind `Decode`. An UPDATE of another variant sets the discriminator and the
/// new columns, and the old ones to NULL; one of a field also expects the discriminator.
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | on the enum, `discriminator = "species"` | The name of the discriminator, as a column and in `Animal.kind.species`; else `kind`. |
/// | on the enum, `rename_all = "…"`, `name = "…"` | As for `DbEnum`: the case of the labels, and the name of their type. |
/// | on a variant, `rename = "…"` | Its label; else its name in snake_case. |
#[proc_macro_derive(Embedded, attributes(orm))]
pub fn derive_embedded(input: TokenStream) -> TokenStream {
    model::derive_embedded(input.into()).into()
}

/// Stores an enum in a column, as one of a fixed set of labels.
///
/// ```text
/// #[derive(DbEnum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
/// pub enum Status {
///     Draft,
///     InReview,              // "in_review"
///     #[orm(rename = "public")]
///     Published,
/// }
/// ```
///
/// For an enum of plain variants that is `Clone`. Reading a label that no variant has is an error. An
/// enum that is also `Debug`, `Eq` and `Hash` may be a primary key.
///
/// # Attributes
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | on a variant, `rename = "…"` | Its label. |
/// | on the enum, `rename_all = "…"` | The case of the other labels: `snake_case` (the default), `kebab-case`, `lowercase`, `UPPERCASE`, `PascalCase` or `SCREAMING_SNAKE_CASE`. |
/// | on the enum, `name = "…"` | The type's name, for databases that name their enumerations; else the enum's in snake_case. |
/// | on the enum, `native` | The columns have the database's own enumerated type: on PostgreSQL one of CREATE TYPE, on MySQL and MariaDB `ENUM(…)`; on SQLite a text with a CHECK, as without `native`. The values are ordered by the declaration of the variants on every database; without `native` by their labels. Such a label has 1 to 63 bytes and no space at its end. |
/// | on the enum, `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_derive(DbEnum, attributes(orm))]
pub fn derive_db_enum(input: TokenStream) -> TokenStream {
    db_enum::derive(input.into()).into()
}

/// Makes a type of the program's own the type of a column: in models, keys, comparisons, lists and raw SQL.
///
/// ```text
/// #[derive(DbType, Clone, Debug, PartialEq, Eq, Hash)]
/// #[orm(length = 254)]
/// pub struct Email(String); // a VARCHAR(254), compared as a text
///
/// #[derive(DbType, Clone, Debug, PartialEq)]
/// #[orm(codec)] // encoded and decoded by `impl Codec for Amount`
/// pub struct Amount {
///     cents: i64,
/// }
/// ```
///
/// A new type has the type of its only field in the database, so that `User.email.eq("x")` and
/// `User.email.eq(Email("x".into()))` both compile. A type with a codec is compared with values of its own. A type
/// that is also `Debug`, `Eq` and `Hash` may be a primary key.
///
/// # Attributes
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | `codec` | Encoded and decoded by its `Codec`. |
/// | `length = 254` | The length of every column of a new type over a text or bytes, unless its field has another one. A type over this one inherits it. |
/// | `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_derive(DbType, attributes(orm))]
pub fn derive_db_type(input: TokenStream) -> TokenStream {
    db_type::derive(input.into()).into()
}

/// Reads rows into a struct of the program's own: those of typed queries by fields that the compiler checks, and those of raw
/// SQL by the names of their columns.
///
/// ```text
/// #[derive(FromRow)]
/// pub struct Summary {
///     pub name: String,
///     pub posts: i64,
/// }
///
/// // SELECT "users"."name", COUNT("posts"."id") FROM "users" LEFT JOIN "posts" ON … GROUP BY "users"."id"
/// let rows: Vec<Summary> = select(Summary.name(User.name).posts(count(Post.id)))
///     .left_join(Post)
///     .group_by(User)
///     .all(&mut conn)?;
/// let rows: Vec<Summary> = raw("SELECT name, COUNT(*) AS posts FROM …").all(&mut conn)?;
/// ```
///
/// For a struct with named fields and without generics. Each field has a type that a column can hold, or is another struct
/// that derives `FromRow`, or an `Option` of one.
///
/// Beside the trait `FromRow` it gives a value `Summary` with a method for each field, which takes the column or expression that
/// is selected for it, in any order. Its type must be that of the field; an `Option` takes both. A field without a column is
/// a compile error that names it. A field that is a struct takes the columns of that struct: `author(Author.id(User.id))`; an
/// `Option` of one takes `optional(Author.id(User.id))` of the nullable side of an outer join, and is `None` if each of its
/// columns is NULL. The whole is selected, returned by `returning(…)`, or made a derived table, whose `columns()` have the names
/// of the fields. No entity is tracked for such a row.
///
/// Columns of raw SQL are found by name, once for all rows, and their order doesn't matter; others are ignored. The columns of
/// a struct in the field `author` begin with the name of the field: `author_id`.
///
/// # Attributes
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | on a field, `column = "…"` | The column's name in raw SQL, if it isn't the field's. |
/// | on the struct, `const_name = Summaries` | Another name for the value, where the struct's is taken. |
/// | on the struct, `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_derive(FromRow, attributes(orm))]
pub fn derive_from_row(input: TokenStream) -> TokenStream {
    from_row::derive(input.into()).into()
}

/// Changes some columns of a row: a struct whose fields are `Option`s of the model's.
///
/// ```text
/// #[derive(Patch, Default)]
/// #[orm(model = User)]
/// pub struct UserPatch {
///     pub name: Option<String>,
///     pub email: Option<Option<String>>, // nullable: Some(None) sets NULL
/// }
/// ```
///
/// For a struct with named fields and without generics. Each field has the name of a field of the model that is a
/// column, and is an `Option` of its type. A column that the patch doesn't have can't be changed by it. The trait `Patch`
/// has an example.
///
/// # Attributes
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | on the struct, `model = User` | The model. |
/// | on a field, `skip` | No column of the model. |
/// | on the struct, `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_derive(Patch, attributes(orm))]
pub fn derive_patch(input: TokenStream) -> TokenStream {
    patch::derive(input.into()).into()
}

/// Selects a model and its subtypes by one query, as an enum: joined-table inheritance with polymorphic loading.
///
/// ```text
/// #[derive(Polymorphic)]
/// #[orm(discriminator = Employee.kind)]
/// pub enum Staff<X: Executor = Session> {
///     Engineer(X::Of<Employee>, X::Of<Engineer>), // "engineer"
///     #[orm(label = "boss")]
///     Manager(X::Of<Employee>, X::Of<Manager>),
///     #[orm(other)]
///     Employee(X::Of<Employee>), // the base alone
/// }
///
/// for person in select(Staff).order_by(Employee.name).all(&mut session)? {
///     match person {
///         Staff::Engineer(employee, engineer) => …, // Ref<Employee>, Ref<Engineer>
///         Staff::Manager(employee, manager) => …,
///         Staff::Employee(employee) => …,
///     }
/// }
/// // SELECT … FROM "employees"
/// // LEFT JOIN "engineers" ON "engineers"."id" = "employees"."id"
/// // LEFT JOIN "managers" ON "managers"."id" = "employees"."id" ORDER BY "employees"."name" ASC
/// ```
///
/// Each model has a table of its own. The primary key of a subtype is a foreign key to that of the base, and the two rows
/// have the same key. A column of the base, the discriminator, has a label, which determines the subtype of each row; its type is a
/// text, an enum that derives `DbEnum`, an integer or another type of a column.
///
/// For an enum with one type parameter, the executor: a session returns `Staff`, with handles in its variants, and a
/// connection `Staff<Connection>`, with structs. Beside the trait `Polymorphic`, which has an example, it gives
///
/// - a value `Staff`, which is selected: alone, `optional(…)`, or in a tuple. The LEFT JOIN of each subtype comes with it;
///   conditions, ORDER BY and further joins take columns and relations of the base and of the subtypes;
/// - a method `base`, which returns the first field of any variant;
/// - `Debug`, `Clone`, `Copy`, `PartialEq` and `Eq`, as far as the entities have them. They are not derived, since the
///   standard library's derives ask them of the executor, too.
///
/// The discriminator decides on the variant. A label that no variant has, and a row of a subtype that is missing, are
/// errors of the kind `Decode`. Rows of other subtypes with the same key are ignored. Criteria of a subtype hide the whole
/// row. FOR UPDATE locks the rows of the base and of the subtypes, on PostgreSQL those of the base alone.
///
/// # Attributes
///
/// | `#[orm(…)]` | |
/// |-|-|
/// | on the enum, `discriminator = Employee.kind` | The base, and its column with the labels. |
/// | on a variant, `label = "boss"`, `label = 3`, `label = JobKind::Manager` | Its label, a text or a value of the column's type. Without it, the variant's name in snake_case. |
/// | on a variant, `other` | It takes the rows whose label no other variant has. On a variant of the base alone. |
/// | on the enum, `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_derive(Polymorphic, attributes(orm))]
pub fn derive_polymorphic(input: TokenStream) -> TokenStream {
    polymorphic::derive(input.into()).into()
}

/// Runs a test once on each kind of database, each time on a database of its own.
///
/// ```text
/// #[orm::test]
/// fn ships_once(db: TestDatabase) -> orm::Result<()> { … }
///
/// #[orm::test(models(User, Post))]
/// fn finds_posts(mut session: Session) { … }
///
/// #[orm::test(migrations = "migrations/{dialect}")]
/// fn migrates(engine: Engine) -> orm::Result<()> { … }
/// ```
///
/// The function becomes one test of the standard test harness for each dialect whose feature of `orm` is on:
/// `ships_once::sqlite`, `ships_once::postgres`, `ships_once::mysql`, `ships_once::mariadb`. `orm::testing` documents on
/// which databases they run, and what a test gets there.
///
/// It takes one argument, a `TestDatabase`, an `Engine`, a `Session` or a `Connection`, and returns nothing, or a
/// `Result` whose error fails the test. `#[should_panic]` and `#[ignore]` work as on any test.
///
/// | `#[orm::test(…)]` | |
/// |-|-|
/// | `models(User, Post)` | Creates the tables of these models. The default is all registered models. |
/// | `migrations = "migrations"` | Applies the migrations of a folder. The path is relative to the package; `{dialect}` in it is replaced by the dialect's name. Needs `orm-migrate` among the dev-dependencies. |
/// | `set_up = function` | Calls a function that creates the tables: `fn(&Engine) -> Result<(), E>`. |
/// | `options = function` | Calls a function with the options of the engine: `fn(EngineOptions) -> EngineOptions`. It may set criteria and hooks. |
/// | `rollback` | The test runs in a transaction that is rolled back, on a database that other tests use, too. It may commit. |
/// | `crate = path` | Where `orm` is, if it isn't `::orm`. |
#[proc_macro_attribute]
pub fn test(arguments: TokenStream, item: TokenStream) -> TokenStream {
    test_case::expand(arguments.into(), item.into()).into()
}
