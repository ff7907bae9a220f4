SELECT EXTRACT(YEAR FROM `orders`.`order_date`) AS `selected_0`,
    ROUND(SUM(CASE WHEN `seller`.`name` = ? THEN `lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`) ELSE CAST(? AS DECIMAL(65,30)) END) * 1.00000 / NULLIF(SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)), 0), 4)
FROM `lineitem`
INNER JOIN `part` ON `lineitem`.`part_key` = `part`.`part_key`
INNER JOIN `supplier` ON `lineitem`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `orders` ON `lineitem`.`order_key` = `orders`.`order_key`
INNER JOIN `customer` ON `orders`.`customer_key` = `customer`.`customer_key`
INNER JOIN `nation` AS `buyer` ON `customer`.`nation_key` = `buyer`.`nation_key`
INNER JOIN `region` ON `buyer`.`region_key` = `region`.`region_key`
INNER JOIN `nation` AS `seller` ON `supplier`.`nation_key` = `seller`.`nation_key`
WHERE `region`.`name` = ?
    AND `part`.`type` = ?
    AND `orders`.`order_date` BETWEEN ? AND ?
GROUP BY `selected_0`
ORDER BY `selected_0` ASC
