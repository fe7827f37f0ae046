SELECT fence.prove_again($1, $2)::text
