SELECT CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4),
    ROUND(DIV(SUM(CASE WHEN "seller"."name" = $1 THEN "lineitem"."extended_price" * ($2::numeric - "lineitem"."discount") ELSE $3::numeric END) * 100000, NULLIF(SUM("lineitem"."extended_price" * ($4::numeric - "lineitem"."discount")), 0)) * 0.00001, 4)
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
INNER JOIN "supplier" ON "lineitem"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "nation" AS "buyer" ON "customer"."nation_key" = "buyer"."nation_key"
INNER JOIN "region" ON "buyer"."region_key" = "region"."region_key"
INNER JOIN "nation" AS "seller" ON "supplier"."nation_key" = "seller"."nation_key"
WHERE "region"."name" = $5
    AND "part"."type" = $6
    AND "orders"."order_date" BETWEEN $7 AND $8
GROUP BY CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4)
ORDER BY CAST(EXTRACT(YEAR FROM "orders"."order_date") AS int4) ASC
