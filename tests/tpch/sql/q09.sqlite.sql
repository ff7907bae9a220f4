SELECT "nation"."name",
    date_part('year', "orders"."order_date"),
    decimal_sum(decimal_sub(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal, decimal_mul("partsupp"."supply_cost", "lineitem"."quantity") COLLATE decimal) COLLATE decimal) COLLATE decimal
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
INNER JOIN "partsupp" ON "lineitem"."part_key" = "partsupp"."part_key"
    AND "lineitem"."supplier_key" = "partsupp"."supplier_key"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE instr("part"."name", ?) > 0
GROUP BY "nation"."name", date_part('year', "orders"."order_date")
ORDER BY "nation"."name" ASC, date_part('year', "orders"."order_date") DESC
