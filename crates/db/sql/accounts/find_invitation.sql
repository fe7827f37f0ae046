SELECT * FROM fence.find_invitation($1)
