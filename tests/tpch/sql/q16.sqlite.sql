SELECT "part"."brand", "part"."type", "part"."size", COUNT(DISTINCT "partsupp"."supplier_key")
FROM "part"
INNER JOIN "partsupp" ON "partsupp"."part_key" = "part"."part_key"
WHERE "part"."brand" <> ?
    AND NOT (instr("part"."type", ?) = 1)
    AND "part"."size" IN (?, ?, ?, ?, ?, ?, ?, ?)
    AND "partsupp"."supplier_key" NOT IN (
        SELECT "supplier"."supplier_key"
        FROM "supplier"
        WHERE orm_like("supplier"."comment", ?)
    )
GROUP BY "part"."brand", "part"."type", "part"."size"
ORDER BY COUNT(DISTINCT "partsupp"."supplier_key") DESC, "part"."brand" ASC, "part"."type" ASC, "part"."size" ASC
