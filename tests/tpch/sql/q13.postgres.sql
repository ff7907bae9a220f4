SELECT "per_customer"."c1", COUNT(*)
FROM (
    SELECT "customer"."customer_key" AS "c0", COUNT("orders"."order_key") AS "c1"
    FROM "customer"
    LEFT JOIN "orders" ON "orders"."customer_key" = "customer"."customer_key"
        AND NOT ("orders"."comment" LIKE $1)
    GROUP BY "customer"."customer_key"
) AS "per_customer"
GROUP BY "per_customer"."c1"
ORDER BY COUNT(*) DESC, "per_customer"."c1" DESC
