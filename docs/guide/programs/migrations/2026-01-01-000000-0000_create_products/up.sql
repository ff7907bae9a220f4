CREATE TABLE "products" (
    "id" INTEGER NOT NULL,
    "name" VARCHAR(80) NOT NULL,
    "price" BIGINT NOT NULL DEFAULT 0,
    CONSTRAINT "pk_products" PRIMARY KEY ("id" AUTOINCREMENT),
    CONSTRAINT "uq_products_name" UNIQUE ("name")
);
