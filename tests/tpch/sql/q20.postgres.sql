SELECT "supplier"."name", "supplier"."address"
FROM "supplier"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE "supplier"."supplier_key" IN (
    SELECT "partsupp"."supplier_key"
    FROM "partsupp"
    WHERE "partsupp"."part_key" IN (
        SELECT "part"."part_key"
        FROM "part"
        WHERE "part"."name" LIKE $1
    )
        AND (CAST("partsupp"."available" AS numeric)) > (
            SELECT SUM("lineitem"."quantity") * $2::numeric
            FROM "lineitem"
            WHERE "lineitem"."part_key" = "partsupp"."part_key"
                AND "lineitem"."supplier_key" = "partsupp"."supplier_key"
                AND ("lineitem"."ship_date" >= $3 AND "lineitem"."ship_date" < $4)
        )
)
    AND "nation"."name" = $5
ORDER BY "supplier"."name" ASC
