SELECT fence.own_proof_is_fresh($1) AS fresh
