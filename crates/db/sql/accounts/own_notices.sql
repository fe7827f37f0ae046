SELECT what, source, device, at FROM fence.own_notices($1)
