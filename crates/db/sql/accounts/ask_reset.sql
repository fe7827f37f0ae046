SELECT fence.ask_reset($1, $2, $3)::text
