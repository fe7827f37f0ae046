SELECT email, name FROM fence.find_reset($1)
