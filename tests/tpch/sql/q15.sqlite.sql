WITH "revenue" AS (
    SELECT "supplier_key" AS "c0",
        decimal_sum(decimal_mul("extended_price", decimal_sub(?, "discount") COLLATE decimal) COLLATE decimal) COLLATE decimal AS "c1"
    FROM "lineitem"
    WHERE "ship_date" >= ?
        AND "ship_date" < ?
    GROUP BY "supplier_key"
)
SELECT "supplier"."supplier_key",
    "supplier"."name",
    "supplier"."address",
    "supplier"."phone",
    "revenue"."c1"
FROM "supplier"
INNER JOIN "revenue" ON "revenue"."c0" = "supplier"."supplier_key"
WHERE "revenue"."c1" = ((WITH "revenue" AS (
    SELECT "lineitem"."supplier_key" AS "c0",
        decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal AS "c1"
    FROM "lineitem"
    WHERE "lineitem"."ship_date" >= ?
        AND "lineitem"."ship_date" < ?
    GROUP BY "lineitem"."supplier_key"
) SELECT MAX("revenue"."c1") COLLATE decimal FROM "revenue") COLLATE decimal)
ORDER BY "supplier"."supplier_key" ASC
