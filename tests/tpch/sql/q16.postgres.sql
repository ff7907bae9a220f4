SELECT "part"."brand", "part"."type", "part"."size", COUNT(DISTINCT "partsupp"."supplier_key")
FROM "part"
INNER JOIN "partsupp" ON "partsupp"."part_key" = "part"."part_key"
WHERE "part"."brand" <> $1
    AND NOT ("part"."type" LIKE $2)
    AND "part"."size" = ANY($3)
    AND "partsupp"."supplier_key" NOT IN (
        SELECT "supplier"."supplier_key"
        FROM "supplier"
        WHERE "supplier"."comment" LIKE $4
    )
GROUP BY "part"."brand", "part"."type", "part"."size"
ORDER BY COUNT(DISTINCT "partsupp"."supplier_key") DESC, "part"."brand" ASC, "part"."type" ASC, "part"."size" ASC
