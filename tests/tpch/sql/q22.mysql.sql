SELECT `idle`.`c0`, COUNT(*), SUM(`idle`.`c1`)
FROM (
    SELECT LEFT(`phone`, ?) AS `c0`, `account_balance` AS `c1`
    FROM `customer`
    WHERE LEFT(`phone`, ?) IN (?, ?, ?, ?, ?, ?, ?, ?)
        AND `account_balance` > (
            SELECT ROUND(SUM(`customer`.`account_balance`) * 1.00000000000 / NULLIF(COUNT(`customer`.`account_balance`), 0), 10)
            FROM `customer`
            WHERE `customer`.`account_balance` > CAST(? AS DECIMAL(65,30))
                AND LEFT(`customer`.`phone`, ?) IN (?, ?, ?, ?, ?, ?, ?, ?)
        )
        AND NOT (EXISTS (
            SELECT 1
            FROM `orders`
            WHERE `orders`.`customer_key` = `customer`.`customer_key`
        ))
) AS `idle`
GROUP BY `idle`.`c0`
ORDER BY `idle`.`c0` ASC
