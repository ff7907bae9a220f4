SELECT ROUND((SUM(CASE WHEN `part`.`type` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C' THEN `lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`) END) * CAST(? AS DECIMAL(65,30))) * 1.00000 / NULLIF(SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`)), 0), 4)
FROM `lineitem`
INNER JOIN `part` ON `lineitem`.`part_key` = `part`.`part_key`
WHERE `lineitem`.`ship_date` >= ?
    AND `lineitem`.`ship_date` < ?
