SELECT fence.keep_question($1, $2, $3, $4)::text
