SELECT "idle"."c0", COUNT(*), decimal_sum("idle"."c1") COLLATE decimal
FROM (
    SELECT orm_left("phone", ?) AS "c0", "account_balance" AS "c1"
    FROM "customer"
    WHERE orm_left("phone", ?) IN (?, ?, ?, ?, ?, ?, ?, ?)
        AND "account_balance" > ((
            SELECT decimal_div(decimal_sum("customer"."account_balance") COLLATE decimal, COUNT("customer"."account_balance"), 10) COLLATE decimal
            FROM "customer"
            WHERE "customer"."account_balance" > ?
                AND orm_left("customer"."phone", ?) IN (?, ?, ?, ?, ?, ?, ?, ?)
        ) COLLATE decimal)
        AND NOT (EXISTS (
            SELECT 1
            FROM "orders"
            WHERE "orders"."customer_key" = "customer"."customer_key"
        ))
) AS "idle"
GROUP BY "idle"."c0"
ORDER BY "idle"."c0" ASC
