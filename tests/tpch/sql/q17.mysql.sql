SELECT ROUND(SUM(`lineitem`.`extended_price`) * 1.000 / NULLIF(CAST(? AS DECIMAL(65,30)), 0), 2)
FROM `lineitem`
INNER JOIN `part` ON `lineitem`.`part_key` = `part`.`part_key`
WHERE (`part`.`brand` = ? AND `part`.`container` = ?)
    AND `lineitem`.`quantity` < (
        SELECT (ROUND(SUM(`lineitem`.`quantity`) * 1.00000000000 / NULLIF(COUNT(`lineitem`.`quantity`), 0), 10)) * CAST(? AS DECIMAL(65,30))
        FROM `lineitem`
        WHERE `lineitem`.`part_key` = `part`.`part_key`
    )
