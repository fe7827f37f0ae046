SELECT fence.ask_factor_removal($1, $2) AS due
