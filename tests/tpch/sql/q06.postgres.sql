SELECT SUM("extended_price" * "discount")
FROM "lineitem"
WHERE ("ship_date" >= $1 AND "ship_date" < $2)
    AND "discount" BETWEEN $3 AND $4
    AND "quantity" < $5
