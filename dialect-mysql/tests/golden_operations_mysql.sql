== before
CREATE TABLE `users` (
    `id` BIGINT AUTO_INCREMENT NOT NULL,
    `name` VARCHAR(50) COLLATE utf8mb4_0900_bin NOT NULL,
    `email` VARCHAR(100) COLLATE utf8mb4_0900_bin,
    `age` INT NOT NULL DEFAULT 7,
    `size` ENUM('small', 'large') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small',
    `doubled` BIGINT GENERATED ALWAYS AS (char_length(name) * 2) STORED,
    `parts` SMALLINT UNSIGNED NOT NULL,
    CONSTRAINT `pk_users` PRIMARY KEY (`id`),
    CONSTRAINT `uq_users_name` UNIQUE (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE INDEX `ix_users_email` ON `users` (`email`);
CREATE TABLE `posts` (
    `id` BIGINT NOT NULL,
    `author_id` BIGINT NOT NULL,
    `title` VARCHAR(80) COLLATE utf8mb4_0900_bin NOT NULL,
    CONSTRAINT `pk_posts` PRIMARY KEY (`id`),
    CONSTRAINT `fk_posts_author_id_users` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin;
CREATE VIEW log AS SELECT id FROM posts;
CREATE VIEW `names` AS SELECT parts FROM users;
== schema
CREATE SCHEMA `audit`;
--
DROP SCHEMA `audit`;
== sequence
error: mysql does not support sequences: sequence counter
  hint: use an auto-increment column
--
DROP SEQUENCE `counter`;
== sequence: options
error: mysql does not support sequences: sequence numbers
  hint: use an auto-increment column
--
error: mysql does not support sequences: sequence numbers
  hint: use an auto-increment column
== view
CREATE VIEW `adults` AS SELECT id FROM users WHERE age > 17;
--
DROP VIEW `adults`;
== enum
--
== enum: a label is added
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('small', 'large', 'huge') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
--
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('small', 'large') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
== enum: labels are inserted
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('tiny', 'small', 'medium', 'it''s', 'large') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
--
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('small', 'large') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
== enum: a label is removed
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('small') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
--
ALTER TABLE `users` MODIFY COLUMN `size` ENUM('small', 'large') COLLATE utf8mb4_0900_bin NOT NULL DEFAULT 'small';
== table
CREATE TABLE `notes` (
    `id` BIGINT NOT NULL,
    CONSTRAINT `pk_notes` PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin COMMENT='it''s a table';
CREATE INDEX `ix_notes_id` ON `notes` (`id`);
--
DROP TABLE `notes`;
== table: name
RENAME TABLE `posts` TO `articles`;
--
RENAME TABLE `articles` TO `posts`;
== table: comment
ALTER TABLE `posts` COMMENT = 'what''s new';
--
ALTER TABLE `posts` COMMENT = '';
== table: options
ALTER TABLE `posts` DEFAULT CHARSET=latin1;
ALTER TABLE `posts` ROW_FORMAT=DYNAMIC;
--
ALTER TABLE `posts` DEFAULT CHARSET=utf8mb4;
ALTER TABLE `posts` ROW_FORMAT=DEFAULT;
== attached SQL
DROP VIEW log;
--
CREATE VIEW log AS SELECT id FROM posts;
== column
ALTER TABLE `posts` ADD COLUMN `views` INT;
--
ALTER TABLE `posts` DROP COLUMN `views`;
== column: default, comment
ALTER TABLE `posts` ADD COLUMN `views` INT NOT NULL DEFAULT 0 COMMENT 'it''s counted';
--
ALTER TABLE `posts` DROP COLUMN `views`;
== column: filled by a constant
ALTER TABLE `posts` ADD COLUMN `views` INT;
UPDATE `posts` SET `views` = 1;
ALTER TABLE `posts` MODIFY COLUMN `views` INT NOT NULL;
--
ALTER TABLE `posts` DROP COLUMN `views`;
== column: filled by an expression
ALTER TABLE `posts` ADD COLUMN `slug` VARCHAR(40) COLLATE utf8mb4_0900_bin;
UPDATE `posts` SET `slug` = lower(title);
ALTER TABLE `posts` MODIFY COLUMN `slug` VARCHAR(40) COLLATE utf8mb4_0900_bin NOT NULL;
--
ALTER TABLE `posts` DROP COLUMN `slug`;
== column: name
ALTER TABLE `posts` RENAME COLUMN `title` TO `headline`;
--
ALTER TABLE `posts` RENAME COLUMN `headline` TO `title`;
== column: length
ALTER TABLE `users` MODIFY COLUMN `name` VARCHAR(60) COLLATE utf8mb4_0900_bin NOT NULL;
--
ALTER TABLE `users` MODIFY COLUMN `name` VARCHAR(50) COLLATE utf8mb4_0900_bin NOT NULL;
== column: type
ALTER TABLE `users` MODIFY COLUMN `age` VARCHAR(10) COLLATE utf8mb4_0900_bin NOT NULL DEFAULT '7';
--
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 7;
== column: type by an expression
ALTER TABLE `users` MODIFY COLUMN `email` BIGINT;
--
ALTER TABLE `users` MODIFY COLUMN `email` VARCHAR(100) COLLATE utf8mb4_0900_bin;
== column: NOT NULL
UPDATE `users` SET `email` = '' WHERE `email` IS NULL;
ALTER TABLE `users` MODIFY COLUMN `email` VARCHAR(100) COLLATE utf8mb4_0900_bin NOT NULL;
--
ALTER TABLE `users` MODIFY COLUMN `email` VARCHAR(100) COLLATE utf8mb4_0900_bin;
== column: another default
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 8;
--
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 7;
== column: no default
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL;
--
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 7;
== column: comment
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 7 COMMENT 'in years';
--
ALTER TABLE `users` MODIFY COLUMN `age` INT NOT NULL DEFAULT 7;
== column: auto-increment
ALTER TABLE `posts` MODIFY COLUMN `id` BIGINT AUTO_INCREMENT NOT NULL;
--
ALTER TABLE `posts` MODIFY COLUMN `id` BIGINT NOT NULL;
== column: nothing
--
== column: numbers
error: column id of table users has GENERATED ALWAYS AS IDENTITY, which mysql does not support (users.id)
  hint: leave out `always`: an INSERT may then give a value
--
error: column id of table users has GENERATED ALWAYS AS IDENTITY, which mysql does not support (users.id)
  hint: leave out `always`: an INSERT may then give a value
== column: another expression
ALTER TABLE `users` MODIFY COLUMN `doubled` BIGINT GENERATED ALWAYS AS (char_length(name) * 3) STORED;
--
ALTER TABLE `users` MODIFY COLUMN `doubled` BIGINT GENERATED ALWAYS AS (char_length(name) * 2) STORED;
== column: no expression
ALTER TABLE `users` MODIFY COLUMN `doubled` BIGINT;
--
ALTER TABLE `users` DROP COLUMN `doubled`, ADD COLUMN `doubled` BIGINT GENERATED ALWAYS AS (char_length(name) * 2) STORED AFTER `size`;
== primary key
ALTER TABLE `posts` DROP PRIMARY KEY;
--
ALTER TABLE `posts` ADD CONSTRAINT `pk_posts` PRIMARY KEY (`id`);
== unique constraint
ALTER TABLE `posts` ADD CONSTRAINT `uq_posts_title` UNIQUE (`title`);
--
ALTER TABLE `posts` DROP INDEX `uq_posts_title`;
== foreign key
ALTER TABLE `posts` DROP FOREIGN KEY `fk_posts_author_id_users`, DROP INDEX `fk_posts_author_id_users`;
--
ALTER TABLE `posts` ADD CONSTRAINT `fk_posts_author_id_users` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`);
== second foreign key
ALTER TABLE `posts` ADD CONSTRAINT `fk_other` FOREIGN KEY (`author_id`) REFERENCES `users` (`id`) ON DELETE CASCADE;
--
ALTER TABLE `posts` DROP FOREIGN KEY `fk_other`;
== check
ALTER TABLE `users` ADD CONSTRAINT `ck_users_age` CHECK (age > 0);
--
ALTER TABLE `users` DROP CHECK `ck_users_age`;
== check of a type
--
== index
CREATE INDEX `ix_posts_title` ON `posts` (`title`);
--
ALTER TABLE `posts` DROP INDEX `ix_posts_title`;
== index: unique
CREATE UNIQUE INDEX `once` ON `posts` (`title`);
--
ALTER TABLE `posts` DROP INDEX `once`;
== index: concurrently
CREATE INDEX `ix_posts_title` ON `posts` (`title`);
--
ALTER TABLE `posts` DROP INDEX `ix_posts_title`;
== index: name
ALTER TABLE `users` RENAME INDEX `ix_users_email` TO `by_email`;
--
ALTER TABLE `users` RENAME INDEX `by_email` TO `ix_users_email`;
