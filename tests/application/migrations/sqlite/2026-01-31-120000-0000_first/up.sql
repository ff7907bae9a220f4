CREATE TABLE "products" (
    "id" INTEGER NOT NULL,
    "name" TEXT NOT NULL,
    "stock" INTEGER NOT NULL,
    CONSTRAINT "pk_products" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_products_name" UNIQUE ("name")
);

CREATE TABLE "orders" (
    "id" INTEGER NOT NULL,
    "product_id" INTEGER NOT NULL,
    "quantity" INTEGER NOT NULL,
    "shipped" BOOLEAN NOT NULL,
    CONSTRAINT "pk_orders" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "fk_orders_product_id_products" FOREIGN KEY ("product_id") REFERENCES "products" ("id")
);

CREATE INDEX "ix_orders_product_id" ON "orders" ("product_id");
