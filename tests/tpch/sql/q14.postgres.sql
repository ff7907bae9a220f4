SELECT ROUND(DIV((SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount")) FILTER (WHERE "part"."type" LIKE $2) * $3::numeric) * 100000, NULLIF(SUM("lineitem"."extended_price" * ($4::numeric - "lineitem"."discount")), 0)) * 0.00001, 4)
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE "lineitem"."ship_date" >= $5
    AND "lineitem"."ship_date" < $6
