SELECT `orders`.`order_key`,
    SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)),
    `orders`.`order_date`,
    `orders`.`ship_priority`
FROM `orders`
INNER JOIN `customer` ON `orders`.`customer_key` = `customer`.`customer_key`
INNER JOIN `lineitem` ON `lineitem`.`order_key` = `orders`.`order_key`
WHERE `customer`.`market_segment` = ?
    AND `orders`.`order_date` < ?
    AND `lineitem`.`ship_date` > ?
GROUP BY `orders`.`order_key`
ORDER BY SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)) DESC, `orders`.`order_date` ASC
LIMIT ?
