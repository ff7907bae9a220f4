SELECT "orders"."order_key",
    decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal,
    "orders"."order_date",
    "orders"."ship_priority"
FROM "orders"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "lineitem" ON "lineitem"."order_key" = "orders"."order_key"
WHERE "customer"."market_segment" = ?
    AND "orders"."order_date" < ?
    AND "lineitem"."ship_date" > ?
GROUP BY "orders"."order_key"
ORDER BY decimal_sum(decimal_mul("lineitem"."extended_price", decimal_sub(?, "lineitem"."discount") COLLATE decimal) COLLATE decimal) COLLATE decimal DESC, "orders"."order_date" ASC
LIMIT ?
