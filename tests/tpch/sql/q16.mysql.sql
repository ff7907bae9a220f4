SELECT `part`.`brand`, `part`.`type`, `part`.`size`, COUNT(DISTINCT `partsupp`.`supplier_key`)
FROM `part`
INNER JOIN `partsupp` ON `partsupp`.`part_key` = `part`.`part_key`
WHERE `part`.`brand` <> ?
    AND NOT (`part`.`type` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C')
    AND `part`.`size` IN (?, ?, ?, ?, ?, ?, ?, ?)
    AND `partsupp`.`supplier_key` NOT IN (
        SELECT `supplier`.`supplier_key`
        FROM `supplier`
        WHERE `supplier`.`comment` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
    )
GROUP BY `part`.`brand`, `part`.`type`, `part`.`size`
ORDER BY COUNT(DISTINCT `partsupp`.`supplier_key`) DESC, `part`.`brand` ASC, `part`.`type` ASC, `part`.`size` ASC
