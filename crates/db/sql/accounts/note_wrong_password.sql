SELECT fence.note_wrong_password($1, $2, $3)
