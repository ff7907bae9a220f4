SELECT `partsupp`.`part_key`,
    SUM(`partsupp`.`supply_cost` * (CAST(`partsupp`.`available` AS DECIMAL(65,30))))
FROM `partsupp`
INNER JOIN `supplier` ON `partsupp`.`supplier_key` = `supplier`.`supplier_key`
INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
WHERE `nation`.`name` = ?
GROUP BY `partsupp`.`part_key`
HAVING SUM(`partsupp`.`supply_cost` * (CAST(`partsupp`.`available` AS DECIMAL(65,30)))) > (
    SELECT SUM(`partsupp`.`supply_cost` * (CAST(`partsupp`.`available` AS DECIMAL(65,30)))) * CAST(? AS DECIMAL(65,30))
    FROM `partsupp`
    INNER JOIN `supplier` ON `partsupp`.`supplier_key` = `supplier`.`supplier_key`
    INNER JOIN `nation` ON `supplier`.`nation_key` = `nation`.`nation_key`
    WHERE `nation`.`name` = ?
)
ORDER BY SUM(`partsupp`.`supply_cost` * (CAST(`partsupp`.`available` AS DECIMAL(65,30)))) DESC
