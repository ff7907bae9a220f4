SELECT "partsupp"."part_key",
    decimal_sum(decimal_mul("partsupp"."supply_cost", CAST("partsupp"."available" AS TEXT) COLLATE decimal) COLLATE decimal) COLLATE decimal
FROM "partsupp"
INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE "nation"."name" = ?
GROUP BY "partsupp"."part_key"
HAVING decimal_sum(decimal_mul("partsupp"."supply_cost", CAST("partsupp"."available" AS TEXT) COLLATE decimal) COLLATE decimal) COLLATE decimal > ((
    SELECT decimal_mul(decimal_sum(decimal_mul("partsupp"."supply_cost", CAST("partsupp"."available" AS TEXT) COLLATE decimal) COLLATE decimal) COLLATE decimal, ?) COLLATE decimal
    FROM "partsupp"
    INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
    INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
    WHERE "nation"."name" = ?
) COLLATE decimal)
ORDER BY decimal_sum(decimal_mul("partsupp"."supply_cost", CAST("partsupp"."available" AS TEXT) COLLATE decimal) COLLATE decimal) COLLATE decimal DESC
