SELECT SUM(`extended_price` * `discount`)
FROM `lineitem`
WHERE (`ship_date` >= ? AND `ship_date` < ?)
    AND `discount` BETWEEN CAST(? AS DECIMAL(65,30)) AND CAST(? AS DECIMAL(65,30))
    AND `quantity` < CAST(? AS DECIMAL(65,30))
