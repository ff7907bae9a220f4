SELECT `supplier`.`name`, `supplier`.`address`
FROM `supplier`
INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
WHERE `supplier`.`supplier_key` IN (
    SELECT `partsupp`.`supplier_key`
    FROM `partsupp`
    WHERE `partsupp`.`part_key` IN (
        SELECT `part`.`part_key`
        FROM `part`
        WHERE `part`.`name` LIKE ? COLLATE utf8mb4_0900_bin ESCAPE x'5C'
    )
        AND (CAST(`partsupp`.`available` AS DECIMAL(65,30))) > (
            SELECT SUM(`lineitem`.`quantity`) * CAST(? AS DECIMAL(65,30))
            FROM `lineitem`
            WHERE `lineitem`.`part_key` = `partsupp`.`part_key`
                AND `lineitem`.`supplier_key` = `partsupp`.`supplier_key`
                AND (`lineitem`.`ship_date` >= ? AND `lineitem`.`ship_date` < ?)
        )
)
    AND `nation`.`name` = ?
ORDER BY `supplier`.`name` ASC
