SELECT "return_flag",
    "line_status",
    decimal_sum("quantity") COLLATE decimal,
    decimal_sum("extended_price") COLLATE decimal,
    decimal_sum(decimal_mul("extended_price", decimal_sub(?, "discount") COLLATE decimal) COLLATE decimal) COLLATE decimal,
    decimal_sum(decimal_mul(decimal_mul("extended_price", decimal_sub(?, "discount") COLLATE decimal) COLLATE decimal, decimal_add(?, "tax") COLLATE decimal) COLLATE decimal) COLLATE decimal,
    decimal_div(decimal_sum("quantity") COLLATE decimal, COUNT("quantity"), 2) COLLATE decimal,
    decimal_div(decimal_sum("extended_price") COLLATE decimal, COUNT("extended_price"), 2) COLLATE decimal,
    decimal_div(decimal_sum("discount") COLLATE decimal, COUNT("discount"), 2) COLLATE decimal,
    COUNT(*)
FROM "lineitem"
WHERE "ship_date" <= ?
GROUP BY "return_flag", "line_status"
ORDER BY "return_flag" ASC, "line_status" ASC
