SELECT `nation`.`name`,
    EXTRACT(YEAR FROM `orders`.`order_date`) AS `selected_1`,
    SUM((`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)) - (`partsupp`.`supply_cost` * `lineitem`.`quantity`))
FROM `lineitem`
INNER JOIN `part` ON `lineitem`.`part_key` = `part`.`part_key`
INNER JOIN `partsupp` ON `lineitem`.`part_key` = `partsupp`.`part_key`
    AND `lineitem`.`supplier_key` = `partsupp`.`supplier_key`
INNER JOIN `orders` ON `lineitem`.`order_key` = `orders`.`order_key`
INNER JOIN `supplier` ON `lineitem`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
WHERE `part`.`name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
GROUP BY `nation`.`name`, `selected_1`
ORDER BY `nation`.`name` ASC, `selected_1` DESC
