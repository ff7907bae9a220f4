SELECT "nation"."name", SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount"))
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
INNER JOIN "region" ON "nation"."region_key" = "region"."region_key"
WHERE "customer"."nation_key" = "supplier"."nation_key"
    AND "region"."name" = $2
    AND ("orders"."order_date" >= $3 AND "orders"."order_date" < $4)
GROUP BY "nation"."name"
ORDER BY SUM("lineitem"."extended_price" * ($5::numeric - "lineitem"."discount")) DESC
