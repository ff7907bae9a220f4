SELECT "customer"."name",
    "customer"."customer_key",
    "orders"."order_key",
    "orders"."order_date",
    "orders"."total_price",
    SUM("lineitem"."quantity")
FROM "customer"
INNER JOIN "orders" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "lineitem" ON "lineitem"."order_key" = "orders"."order_key"
WHERE "orders"."order_key" IN (
    SELECT "lineitem"."order_key"
    FROM "lineitem"
    GROUP BY "lineitem"."order_key"
    HAVING SUM("lineitem"."quantity") > $1
)
GROUP BY "customer"."customer_key", "orders"."order_key"
ORDER BY "orders"."total_price" DESC, "orders"."order_date" ASC
LIMIT $2
