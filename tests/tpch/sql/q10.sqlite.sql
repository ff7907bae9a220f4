SELECT "customer"."customer_key",
    "customer"."name",
    decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal,
    "customer"."account_balance",
    "nation"."name",
    "customer"."address",
    "customer"."phone",
    "customer"."comment"
FROM "customer"
INNER JOIN "nation" ON "customer"."nation_key" = "nation"."nation_key"
INNER JOIN "orders" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "lineitem" ON "lineitem"."order_key" = "orders"."order_key"
WHERE ("orders"."order_date" >= ? AND "orders"."order_date" < ?)
    AND "lineitem"."return_flag" = ?
GROUP BY "customer"."customer_key", "nation"."nation_key"
ORDER BY decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal DESC
LIMIT ?
