SELECT ROUND(DIV(SUM("lineitem"."extended_price") * 1000, NULLIF($1::numeric, 0)) * 0.001, 2)
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE ("part"."brand" = $2 AND "part"."container" = $3)
    AND "lineitem"."quantity" < (
        SELECT (ROUND(DIV(SUM("lineitem"."quantity") * 100000000000, NULLIF(COUNT("lineitem"."quantity"), 0)) * 0.00000000001, 10)) * $4::numeric
        FROM "lineitem"
        WHERE "lineitem"."part_key" = "part"."part_key"
    )
