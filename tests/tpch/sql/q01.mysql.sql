SELECT `return_flag`,
    `line_status`,
    SUM(`quantity`),
    SUM(`extended_price`),
    SUM(`extended_price` * (CAST(? AS DECIMAL(65,30)) - `discount`)),
    SUM((`extended_price` * (CAST(? AS DECIMAL(65,30)) - `discount`)) * (CAST(? AS DECIMAL(65,30)) + `tax`)),
    ROUND(SUM(`quantity`) * 1.000 / NULLIF(COUNT(`quantity`), 0), 2),
    ROUND(SUM(`extended_price`) * 1.000 / NULLIF(COUNT(`extended_price`), 0), 2),
    ROUND(SUM(`discount`) * 1.000 / NULLIF(COUNT(`discount`), 0), 2),
    COUNT(*)
FROM `lineitem`
WHERE `ship_date` <= ?
GROUP BY `return_flag`, `line_status`
ORDER BY `return_flag` ASC, `line_status` ASC
