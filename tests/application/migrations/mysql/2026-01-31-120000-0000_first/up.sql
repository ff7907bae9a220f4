CREATE TABLE `products` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `name` VARCHAR(80) COLLATE utf8mb4_bin NOT NULL,
    `stock` INT NOT NULL,
    CONSTRAINT `pk_products` PRIMARY KEY (`id`),
    CONSTRAINT `uq_products_name` UNIQUE (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE TABLE `orders` (
    `id` BIGINT NOT NULL AUTO_INCREMENT,
    `product_id` BIGINT NOT NULL,
    `quantity` INT NOT NULL,
    `shipped` BOOLEAN NOT NULL,
    CONSTRAINT `pk_orders` PRIMARY KEY (`id`),
    CONSTRAINT `fk_orders_product_id_products` FOREIGN KEY (`product_id`) REFERENCES `products` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

CREATE INDEX `ix_orders_product_id` ON `orders` (`product_id`);
