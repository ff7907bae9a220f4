SELECT `seller`.`name`,
    `buyer`.`name`,
    EXTRACT(YEAR FROM `lineitem`.`ship_date`) AS `selected_2`,
    SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`))
FROM `lineitem`
INNER JOIN `orders` ON `lineitem`.`order_key` = `orders`.`order_key`
INNER JOIN `customer` ON `orders`.`customer_key` = `customer`.`customer_key`
INNER JOIN `supplier` ON `lineitem`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `nation` AS `seller` ON `supplier`.`nation_key` = `seller`.`nation_key`
INNER JOIN `nation` AS `buyer` ON `customer`.`nation_key` = `buyer`.`nation_key`
WHERE (`seller`.`name`, `buyer`.`name`) IN ((?, ?), (?, ?))
    AND `lineitem`.`ship_date` BETWEEN ? AND ?
GROUP BY `seller`.`name`, `buyer`.`name`, `selected_2`
ORDER BY `seller`.`name` ASC, `buyer`.`name` ASC, `selected_2` ASC
