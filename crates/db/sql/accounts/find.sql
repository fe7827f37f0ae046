SELECT * FROM fence.account_at($1)
