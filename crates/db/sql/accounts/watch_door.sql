SELECT fence.watch_door() AS more
