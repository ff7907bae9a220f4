SELECT "seller"."name",
    "buyer"."name",
    date_part('year', "lineitem"."ship_date"),
    decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" AS "seller" ON "supplier"."nation_key" = "seller"."nation_key"
INNER JOIN "nation" AS "buyer" ON "customer"."nation_key" = "buyer"."nation_key"
WHERE ("seller"."name", "buyer"."name") IN ((?, ?), (?, ?))
    AND "lineitem"."ship_date" BETWEEN ? AND ?
GROUP BY "seller"."name", "buyer"."name", date_part('year', "lineitem"."ship_date")
ORDER BY "seller"."name" ASC, "buyer"."name" ASC, date_part('year', "lineitem"."ship_date") ASC
