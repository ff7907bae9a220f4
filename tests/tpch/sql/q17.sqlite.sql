SELECT decimal_div(decimal_sum("lineitem"."extended_price") COLLATE decimal, ?, 2) COLLATE decimal
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE ("part"."brand" = ? AND "part"."container" = ?)
    AND "lineitem"."quantity" < ((
        SELECT decimal_mul(decimal_div(decimal_sum("lineitem"."quantity") COLLATE decimal, COUNT("lineitem"."quantity"), 10) COLLATE decimal, ?) COLLATE decimal
        FROM "lineitem"
        WHERE "lineitem"."part_key" = "part"."part_key"
    ) COLLATE decimal)
