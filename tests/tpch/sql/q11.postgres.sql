SELECT "partsupp"."part_key",
    SUM("partsupp"."supply_cost" * (CAST("partsupp"."available" AS numeric)))
FROM "partsupp"
INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE "nation"."name" = $1
GROUP BY "partsupp"."part_key"
HAVING SUM("partsupp"."supply_cost" * (CAST("partsupp"."available" AS numeric))) > (
    SELECT SUM("partsupp"."supply_cost" * (CAST("partsupp"."available" AS numeric))) * $2::numeric
    FROM "partsupp"
    INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
    INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
    WHERE "nation"."name" = $3
)
ORDER BY SUM("partsupp"."supply_cost" * (CAST("partsupp"."available" AS numeric))) DESC
