SELECT "nation"."name",
    decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
INNER JOIN "region" ON "nation"."region_key" = "region"."region_key"
WHERE "customer"."nation_key" = "supplier"."nation_key"
    AND "region"."name" = ?
    AND ("orders"."order_date" >= ? AND "orders"."order_date" < ?)
GROUP BY "nation"."name"
ORDER BY decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal DESC
