WITH "revenue" AS (
    SELECT "supplier_key" AS "c0", SUM("extended_price" * ($1::numeric - "discount")) AS "c1"
    FROM "lineitem"
    WHERE "ship_date" >= $2
        AND "ship_date" < $3
    GROUP BY "supplier_key"
)
SELECT "supplier"."supplier_key",
    "supplier"."name",
    "supplier"."address",
    "supplier"."phone",
    "revenue"."c1"
FROM "supplier"
INNER JOIN "revenue" ON "revenue"."c0" = "supplier"."supplier_key"
WHERE "revenue"."c1" = (WITH "revenue" AS (
    SELECT "lineitem"."supplier_key" AS "c0",
        SUM("lineitem"."extended_price" * ($4::numeric - "lineitem"."discount")) AS "c1"
    FROM "lineitem"
    WHERE "lineitem"."ship_date" >= $5
        AND "lineitem"."ship_date" < $6
    GROUP BY "lineitem"."supplier_key"
) SELECT MAX("revenue"."c1") FROM "revenue")
ORDER BY "supplier"."supplier_key" ASC
