SELECT fence.enter_job($1, $2, $3) AS organisation
