SELECT fence.dispatch_changes() AS told
