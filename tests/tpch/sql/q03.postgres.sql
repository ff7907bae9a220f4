SELECT "orders"."order_key",
    SUM("lineitem"."extended_price" * ($1::numeric - "lineitem"."discount")),
    "orders"."order_date",
    "orders"."ship_priority"
FROM "orders"
INNER JOIN "customer" ON "orders"."customer_key" = "customer"."customer_key"
INNER JOIN "lineitem" ON "lineitem"."order_key" = "orders"."order_key"
WHERE "customer"."market_segment" = $2
    AND "orders"."order_date" < $3
    AND "lineitem"."ship_date" > $4
GROUP BY "orders"."order_key"
ORDER BY SUM("lineitem"."extended_price" * ($5::numeric - "lineitem"."discount")) DESC, "orders"."order_date" ASC
LIMIT $6
