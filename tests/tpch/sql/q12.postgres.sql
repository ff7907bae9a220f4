SELECT "lineitem"."ship_mode",
    COUNT(*) FILTER (WHERE "orders"."priority" = ANY($1)),
    COUNT(*) FILTER (WHERE NOT ("orders"."priority" = ANY($2)))
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
WHERE "lineitem"."ship_mode" = ANY($3)
    AND "lineitem"."commit_date" < "lineitem"."receipt_date"
    AND "lineitem"."ship_date" < "lineitem"."commit_date"
    AND ("lineitem"."receipt_date" >= $4 AND "lineitem"."receipt_date" < $5)
GROUP BY "lineitem"."ship_mode"
ORDER BY "lineitem"."ship_mode" ASC
