SELECT "customer"."customer_key",
    "customer"."name",
    SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount")),
    "customer"."account_balance",
    "nation"."name",
    "customer"."address",
    "customer"."phone",
    "customer"."comment"
FROM "customer"
INNER JOIN "nation" ON "customer"."nation_key" = "nation"."nation_key"
INNER JOIN "orders" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "lineitem" ON "lineitem"."order_key" = "orders"."order_key"
WHERE ("orders"."order_date" >= $2 AND "orders"."order_date" < $3)
    AND "lineitem"."return_flag" = $4
GROUP BY "customer"."customer_key", "nation"."nation_key"
ORDER BY SUM("lineitem"."extended_price" * ($5::numeric - "lineitem"."discount")) DESC
LIMIT $6
