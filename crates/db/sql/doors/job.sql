SELECT fence.enter_jobs($1, $2) AS organisation
