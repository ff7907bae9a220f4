SELECT "idle"."c0", COUNT(*), SUM("idle"."c1")
FROM (
    SELECT LEFT("phone", $1) AS "c0", "account_balance" AS "c1"
    FROM "customer"
    WHERE LEFT("phone", $2) = ANY($3)
        AND "account_balance" > (
            SELECT ROUND(DIV(SUM("customer"."account_balance") * 100000000000, NULLIF(COUNT("customer"."account_balance"), 0)) * 0.00000000001, 10)
            FROM "customer"
            WHERE "customer"."account_balance" > $4
                AND LEFT("customer"."phone", $5) = ANY($6)
        )
        AND NOT (EXISTS (
            SELECT 1
            FROM "orders"
            WHERE "orders"."customer_key" = "customer"."customer_key"
        ))
) AS "idle"
GROUP BY "idle"."c0"
ORDER BY "idle"."c0" ASC
