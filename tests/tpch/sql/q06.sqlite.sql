SELECT decimal_sum(decimal_mul("extended_price", "discount") COLLATE decimal) COLLATE decimal
FROM "lineitem"
WHERE ("ship_date" >= ? AND "ship_date" < ?)
    AND "discount" BETWEEN ? AND ?
    AND "quantity" < ?
