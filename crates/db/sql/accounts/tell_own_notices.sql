SELECT what FROM fence.tell_own_notices($1)
