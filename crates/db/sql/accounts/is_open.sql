SELECT fence.account_is_open($1) AS open
