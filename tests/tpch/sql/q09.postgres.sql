SELECT "nation"."name",
    CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4),
    SUM(("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount")) - ("partsupp"."supply_cost" * "lineitem"."quantity"))
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
INNER JOIN "partsupp" ON "lineitem"."part_key" = "partsupp"."part_key"
    AND "lineitem"."supplier_key" = "partsupp"."supplier_key"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE "part"."name" LIKE $2
GROUP BY "nation"."name", CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4)
ORDER BY "nation"."name" ASC, CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4) DESC
