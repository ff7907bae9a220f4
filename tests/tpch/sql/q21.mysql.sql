SELECT `supplier`.`name`, COUNT(*)
FROM `lineitem`
INNER JOIN `supplier` ON `lineitem`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `orders` ON `lineitem`.`order_key` = `orders`.`order_key`
INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
WHERE `nation`.`name` = ?
    AND `orders`.`status` = ?
    AND `lineitem`.`receipt_date` > `lineitem`.`commit_date`
    AND EXISTS (
        SELECT 1
        FROM `lineitem` AS `other`
        WHERE `other`.`order_key` = `lineitem`.`order_key`
            AND `other`.`supplier_key` <> `lineitem`.`supplier_key`
    )
    AND NOT (EXISTS (
        SELECT 1
        FROM `lineitem` AS `other`
        WHERE `other`.`order_key` = `lineitem`.`order_key`
            AND `other`.`supplier_key` <> `lineitem`.`supplier_key`
            AND `other`.`receipt_date` > `other`.`commit_date`
    ))
GROUP BY `supplier`.`name`
ORDER BY COUNT(*) DESC, `supplier`.`name` ASC
LIMIT ?
