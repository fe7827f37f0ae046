SELECT fence.forgive_password($1, $2, $3, $4)
