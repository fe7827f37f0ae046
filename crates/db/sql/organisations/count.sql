SELECT synthetic, genuine FROM fence.count_organisations()
