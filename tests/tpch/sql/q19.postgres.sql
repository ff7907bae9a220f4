SELECT SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount"))
FROM "lineitem"
INNER JOIN "part" ON "lineitem"."part_key" = "part"."part_key"
WHERE (("part"."brand" = $2 AND "part"."container" = ANY($3) AND "part"."size" BETWEEN $4 AND $5 AND "lineitem"."quantity" BETWEEN $6 AND $7) OR ("part"."brand" = $8 AND "part"."container" = ANY($9) AND "part"."size" BETWEEN $10 AND $11 AND "lineitem"."quantity" BETWEEN $12 AND $13) OR ("part"."brand" = $14 AND "part"."container" = ANY($15) AND "part"."size" BETWEEN $16 AND $17 AND "lineitem"."quantity" BETWEEN $18 AND $19))
    AND "lineitem"."ship_mode" = ANY($20)
    AND "lineitem"."ship_instructions" = $21
