SELECT `priority`, COUNT(*)
FROM `orders`
WHERE (`order_date` >= ? AND `order_date` < ?)
    AND EXISTS (
        SELECT 1
        FROM `lineitem`
        WHERE `lineitem`.`order_key` = `orders`.`order_key`
            AND `lineitem`.`commit_date` < `lineitem`.`receipt_date`
    )
GROUP BY `priority`
ORDER BY `priority` ASC
