SELECT "seller"."name",
    "buyer"."name",
    CAST(EXTRACT(YEAR FROM "lineitem"."ship_date") AS int4),
    SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount"))
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" AS "seller" ON "supplier"."nation_key" = "seller"."nation_key"
INNER JOIN "nation" AS "buyer" ON "customer"."nation_key" = "buyer"."nation_key"
WHERE ("seller"."name", "buyer"."name") IN (($2, $3), ($4, $5))
    AND "lineitem"."ship_date" BETWEEN $6 AND $7
GROUP BY "seller"."name", "buyer"."name", CAST(EXTRACT(YEAR FROM "lineitem"."ship_date") AS int4)
ORDER BY "seller"."name" ASC, "buyer"."name" ASC, CAST(EXTRACT(YEAR FROM "lineitem"."ship_date") AS int4) ASC
