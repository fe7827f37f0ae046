SELECT organisation, booking FROM fence.enter_link($1, $2, $3, $4)
