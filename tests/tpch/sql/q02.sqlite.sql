SELECT "supplier"."account_balance",
    "supplier"."name",
    "nation"."name",
    "part"."part_key",
    "part"."manufacturer",
    "supplier"."address",
    "supplier"."phone",
    "supplier"."comment"
FROM "part"
INNER JOIN "partsupp" ON "partsupp"."part_key" = "part"."part_key"
INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
INNER JOIN "region" ON "nation"."region_key" = "region"."region_key"
WHERE "part"."size" = ?
    AND orm_ends_with("part"."type", ?)
    AND "region"."name" = ?
    AND "partsupp"."supply_cost" = ((
        SELECT MIN("partsupp"."supply_cost") COLLATE decimal
        FROM "partsupp"
        INNER JOIN "supplier" ON "partsupp"."supplier_key" = "supplier"."supplier_key"
        INNER JOIN "nation" ON "supplier"."nation_key" = "nation"."nation_key"
        INNER JOIN "region" ON "nation"."region_key" = "region"."region_key"
        WHERE "partsupp"."part_key" = "part"."part_key"
            AND "region"."name" = ?
    ) COLLATE decimal)
ORDER BY "supplier"."account_balance" DESC, "nation"."name" ASC, "supplier"."name" ASC, "part"."part_key" ASC
LIMIT ?
