SELECT "supplier"."name", "supplier"."address"
FROM "supplier"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
WHERE "supplier"."supplier_key" IN (
    SELECT "partsupp"."supplier_key"
    FROM "partsupp"
    WHERE "partsupp"."part_key" IN (
        SELECT "part"."part_key"
        FROM "part"
        WHERE instr("part"."name", ?) = 1
    )
        AND (CAST("partsupp"."available" AS TEXT) COLLATE decimal) > ((
            SELECT decimal_mul(decimal_sum("lineitem"."quantity") COLLATE decimal, ?) COLLATE decimal
            FROM "lineitem"
            WHERE "lineitem"."part_key" = "partsupp"."part_key"
                AND "lineitem"."supplier_key" = "partsupp"."supplier_key"
                AND ("lineitem"."ship_date" >= ? AND "lineitem"."ship_date" < ?)
        ) COLLATE decimal)
)
    AND "nation"."name" = ?
ORDER BY "supplier"."name" ASC
