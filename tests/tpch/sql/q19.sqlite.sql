SELECT decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE (("part"."brand" = ? AND "part"."container" IN (?, ?, ?, ?) AND "part"."size" BETWEEN ? AND ? AND "lineitem"."quantity" BETWEEN ? AND ?) OR ("part"."brand" = ? AND "part"."container" IN (?, ?, ?, ?) AND "part"."size" BETWEEN ? AND ? AND "lineitem"."quantity" BETWEEN ? AND ?) OR ("part"."brand" = ? AND "part"."container" IN (?, ?, ?, ?) AND "part"."size" BETWEEN ? AND ? AND "lineitem"."quantity" BETWEEN ? AND ?))
    AND "lineitem"."ship_mode" IN (?, ?)
    AND "lineitem"."ship_instructions" = ?
