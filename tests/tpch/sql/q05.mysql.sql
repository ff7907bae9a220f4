SELECT `nation`.`name`,
    SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`))
FROM `lineitem`
INNER JOIN `orders` ON `lineitem`.`order_key` = `orders`.`order_key`
INNER JOIN `customer` ON `orders`.`customer_key` = `customer`.`customer_key`
INNER JOIN `supplier` ON `lineitem`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
INNER JOIN `region` ON `nation`.`region_key` = `region`.`region_key`
WHERE `customer`.`nation_key` = `supplier`.`nation_key`
    AND `region`.`name` = ?
    AND (`orders`.`order_date` >= ? AND `orders`.`order_date` < ?)
GROUP BY `nation`.`name`
ORDER BY SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)) DESC
