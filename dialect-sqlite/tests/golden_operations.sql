== before
CREATE TABLE "users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
CREATE INDEX "ix_users_email" ON "users" ("email");
CREATE TABLE "posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
CREATE VIEW log AS SELECT id FROM posts;
CREATE VIEW "names" AS SELECT parts FROM users;
== schema
error: sqlite does not support CREATE SCHEMA and DROP SCHEMA
  hint: attach a file under the name of the schema, or leave the schema out
--
error: sqlite does not support CREATE SCHEMA and DROP SCHEMA
  hint: attach a file under the name of the schema, or leave the schema out
== sequence
error: sqlite does not support sequences: sequence counter
  hint: use an auto-increment column
--
DROP SEQUENCE "counter";
== sequence: options
error: sqlite does not support sequences: sequence numbers
  hint: use an auto-increment column
--
error: sqlite does not support sequences: sequence numbers
  hint: use an auto-increment column
== view
CREATE VIEW "adults" AS SELECT id FROM users WHERE age > 17;
--
DROP VIEW "adults";
== enum
--
== enum: a label is added
--
== enum: labels are inserted
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(6) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== enum: a label is removed
--
== table
CREATE TABLE "notes" (
    "id" INTEGER NOT NULL,
    CONSTRAINT "pk_notes" PRIMARY KEY ("id")
);
CREATE INDEX "ix_notes_id" ON "notes" ("id");
--
DROP TABLE "notes";
== table: name
ALTER TABLE "posts" RENAME TO "articles";
--
ALTER TABLE "articles" RENAME TO "posts";
== table: comment
--
== table: options
--
== attached SQL
DROP VIEW log;
--
CREATE VIEW log AS SELECT id FROM posts;
== column
ALTER TABLE "posts" ADD COLUMN "views" INTEGER;
--
ALTER TABLE "posts" DROP COLUMN "views";
== column: default, comment
ALTER TABLE "posts" ADD COLUMN "views" INTEGER NOT NULL DEFAULT 0;
--
ALTER TABLE "posts" DROP COLUMN "views";
== column: filled by a constant
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    "views" INTEGER NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title", "views") SELECT "posts"."id", "posts"."author_id", "posts"."title", (1) FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
ALTER TABLE "posts" DROP COLUMN "views";
== column: filled by an expression
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    "slug" VARCHAR(40) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title", "slug") SELECT "posts"."id", "posts"."author_id", "posts"."title", (lower(title)) FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
ALTER TABLE "posts" DROP COLUMN "slug";
== column: name
ALTER TABLE "posts" RENAME COLUMN "title" TO "headline";
--
ALTER TABLE "posts" RENAME COLUMN "headline" TO "title";
== column: length
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(60) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: type
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" VARCHAR(10) NOT NULL DEFAULT '7',
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", CAST("users"."age" AS TEXT), "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", CASE WHEN "users"."age" IS NULL OR CAST("users"."age" AS INTEGER) = "users"."age" COLLATE BINARY AND CAST("users"."age" AS INTEGER) BETWEEN -2147483648 AND 2147483647 THEN CAST("users"."age" AS INTEGER) ELSE json_extract('{}', 'users.age has a value that is no i32: ' || "users"."age") END, "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: type by an expression
error: the SQL for the values of users.email has no text for sqlite (users.email)
  hint: add the expression for sqlite
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", CAST("users"."email" AS TEXT), "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: NOT NULL
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100) NOT NULL,
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", COALESCE("users"."email", ''), "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: another default
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 8,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: no default
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: comment
--
== column: auto-increment
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: nothing
--
== column: numbers
error: column id of table users has GENERATED ALWAYS AS IDENTITY, which sqlite does not support (users.id)
  hint: leave out `always`: an INSERT may then give a value
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: another expression
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 3) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== column: no expression
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "doubled", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."doubled", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== primary key
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== unique constraint
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "uq_posts_title" UNIQUE ("title"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== foreign key
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== second foreign key
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id"),
    CONSTRAINT "fk_other" FOREIGN KEY ("author_id") REFERENCES "users" ("id") ON DELETE CASCADE
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_posts" (
    "id" INTEGER NOT NULL,
    "author_id" INTEGER NOT NULL,
    "title" VARCHAR(80) NOT NULL,
    CONSTRAINT "pk_posts" PRIMARY KEY ("id"),
    CONSTRAINT "fk_posts_author_id_users" FOREIGN KEY ("author_id") REFERENCES "users" ("id")
);
INSERT INTO "new_posts" ("id", "author_id", "title") SELECT "posts"."id", "posts"."author_id", "posts"."title" FROM "posts";
DROP VIEW log;
DROP TABLE "posts";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_posts" RENAME TO "posts";
PRAGMA legacy_alter_table = OFF;
CREATE VIEW log AS SELECT id FROM posts;
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== check
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name"),
    CONSTRAINT "ck_users_age" CHECK (age > 0)
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== check of a type
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name"),
    CONSTRAINT "ck_users_parts" CHECK ("parts" BETWEEN 0 AND 65535)
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
--
-- no transaction;
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;
CREATE TABLE "new_users" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(50) NOT NULL,
    "email" VARCHAR(100),
    "age" INTEGER NOT NULL DEFAULT 7,
    "size" VARCHAR(5) NOT NULL DEFAULT 'small',
    "doubled" INTEGER GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    "parts" INTEGER NOT NULL,
    CONSTRAINT "pk_users" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_users_name" UNIQUE ("name")
);
INSERT INTO "new_users" ("id", "name", "email", "age", "size", "parts") SELECT "users"."id", "users"."name", "users"."email", "users"."age", "users"."size", "users"."parts" FROM "users";
DELETE FROM "sqlite_sequence" WHERE name = 'new_users';
INSERT INTO "sqlite_sequence" (name, seq) SELECT 'new_users', seq FROM "sqlite_sequence" WHERE name = 'users';
DROP TABLE "users";
PRAGMA legacy_alter_table = ON;
ALTER TABLE "new_users" RENAME TO "users";
PRAGMA legacy_alter_table = OFF;
CREATE INDEX "ix_users_email" ON "users" ("email");
PRAGMA foreign_key_check;
COMMIT;
PRAGMA foreign_keys = ON;
== index
CREATE INDEX "ix_posts_title" ON "posts" ("title");
--
DROP INDEX "ix_posts_title";
== index: unique
CREATE UNIQUE INDEX "once" ON "posts" ("title");
--
DROP INDEX "once";
== index: concurrently
CREATE INDEX "ix_posts_title" ON "posts" ("title");
--
DROP INDEX "ix_posts_title";
== index: name
DROP INDEX "ix_users_email";
CREATE INDEX "by_email" ON "users" ("email");
--
DROP INDEX "by_email";
CREATE INDEX "ix_users_email" ON "users" ("email");
