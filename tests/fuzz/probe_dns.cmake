lapwing_fuzz(probe_dns USES lapwing_collectors)
