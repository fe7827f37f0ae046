SELECT fence.own_factor_removal($1) AS due
