SELECT `customer`.`customer_key`,
    `customer`.`name`,
    SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)),
    `customer`.`account_balance`,
    `nation`.`name`,
    `customer`.`address`,
    `customer`.`phone`,
    `customer`.`comment`
FROM `customer`
INNER JOIN `nation` ON `customer`.`nation_key` = `nation`.`nation_key`
INNER JOIN `orders` ON `orders`.`customer_key` = `customer`.`customer_key`
INNER JOIN `lineitem` ON `lineitem`.`order_key` = `orders`.`order_key`
WHERE (`orders`.`order_date` >= ? AND `orders`.`order_date` < ?)
    AND `lineitem`.`return_flag` = ?
GROUP BY `customer`.`customer_key`, `nation`.`nation_key`
ORDER BY SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)) DESC
LIMIT ?
