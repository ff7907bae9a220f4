SELECT decimal_div(decimal_mul(decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) FILTER (WHERE instr("part"."type", ?) = 1) COLLATE decimal, ?) COLLATE decimal, decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal, 4) COLLATE decimal
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE "lineitem"."ship_date" >= ?
    AND "lineitem"."ship_date" < ?
