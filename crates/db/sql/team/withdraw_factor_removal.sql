SELECT fence.withdraw_factor_removal($1, $2) AS was_open
