SELECT verdict, tries_left FROM fence.prove_phone($2, $3, $4, make_interval(secs => $5)) WHERE $1::uuid IS NOT NULL
