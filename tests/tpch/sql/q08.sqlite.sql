SELECT date_part('year', "orders"."order_date"),
    decimal_div(decimal_sum(CASE WHEN "seller"."name" = ? THEN decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal ELSE ? END COLLATE decimal) COLLATE decimal, decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal, 4) COLLATE decimal
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "nation" AS "buyer" ON "customer"."nation_key" = "buyer"."nation_key"
INNER JOIN "region" ON "buyer"."region_key" = "region"."region_key"
INNER JOIN "nation" AS "seller" ON "supplier"."nation_key" = "seller"."nation_key"
WHERE "region"."name" = ?
    AND "part"."type" = ?
    AND "orders"."order_date" BETWEEN ? AND ?
GROUP BY date_part('year', "orders"."order_date")
ORDER BY date_part('year', "orders"."order_date") ASC
