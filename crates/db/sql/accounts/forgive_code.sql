SELECT fence.forgive_code($1, $2)
