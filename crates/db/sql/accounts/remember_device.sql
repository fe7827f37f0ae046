SELECT fence.remember_device($1, $2, $3) AS tell
