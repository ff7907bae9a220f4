SELECT "return_flag",
    "line_status",
    SUM("quantity"),
    SUM("extended_price"),
    SUM("extended_price" * ($1::numeric - "discount")),
    SUM(("extended_price" * ($2::numeric - "discount")) * ($3::numeric + "tax")),
    ROUND(DIV(SUM("quantity") * 1000, NULLIF(COUNT("quantity"), 0)) * 0.001, 2),
    ROUND(DIV(SUM("extended_price") * 1000, NULLIF(COUNT("extended_price"), 0)) * 0.001, 2),
    ROUND(DIV(SUM("discount") * 1000, NULLIF(COUNT("discount"), 0)) * 0.001, 2),
    COUNT(*)
FROM "lineitem"
WHERE "ship_date" <= $4
GROUP BY "return_flag", "line_status"
ORDER BY "return_flag" ASC, "line_status" ASC
