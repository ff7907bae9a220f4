SELECT SUM(`lineitem`.`extended_price` * (CAST(? AS DECIMAL(65,30)) - `lineitem`.`discount`))
FROM `lineitem`
INNER JOIN `part` ON `lineitem`.`part_key` = `part`.`part_key`
WHERE ((`part`.`brand` = ? AND `part`.`container` IN (?, ?, ?, ?) AND `part`.`size` BETWEEN ? AND ? AND `lineitem`.`quantity` BETWEEN CAST(? AS DECIMAL(65,30)) AND CAST(? AS DECIMAL(65,30))) OR (`part`.`brand` = ? AND `part`.`container` IN (?, ?, ?, ?) AND `part`.`size` BETWEEN ? AND ? AND `lineitem`.`quantity` BETWEEN CAST(? AS DECIMAL(65,30)) AND CAST(? AS DECIMAL(65,30))) OR (`part`.`brand` = ? AND `part`.`container` IN (?, ?, ?, ?) AND `part`.`size` BETWEEN ? AND ? AND `lineitem`.`quantity` BETWEEN CAST(? AS DECIMAL(65,30)) AND CAST(? AS DECIMAL(65,30))))
    AND `lineitem`.`ship_mode` IN (?, ?)
    AND `lineitem`.`ship_instructions` = ?
