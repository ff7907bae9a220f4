SELECT "lineitem"."ship_mode",
    COUNT(*) FILTER (WHERE "orders"."priority" IN (?, ?)),
    COUNT(*) FILTER (WHERE NOT ("orders"."priority" IN (?, ?)))
FROM "lineitem"
INNER JOIN "orders" ON "lineitem"."order_key" = "orders"."order_key"
WHERE "lineitem"."ship_mode" IN (?, ?)
    AND "lineitem"."commit_date" < "lineitem"."receipt_date"
    AND "lineitem"."ship_date" < "lineitem"."commit_date"
    AND ("lineitem"."receipt_date" >= ? AND "lineitem"."receipt_date" < ?)
GROUP BY "lineitem"."ship_mode"
ORDER BY "lineitem"."ship_mode" ASC
