lapwing_fuzz(tsdb_buckets USES lapwing_tsdb)
