SELECT fence.note_sign_in($1, $2, $3)::text
