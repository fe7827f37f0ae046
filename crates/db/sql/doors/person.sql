SELECT organisation, phone FROM fence.enter_person($1, $2, $3, $4)
