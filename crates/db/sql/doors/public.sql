SELECT fence.enter_public($1, $2, $3) AS organisation
