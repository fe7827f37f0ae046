SELECT * FROM fence.find_account($1)
