lapwing_fuzz(tsdb_column USES lapwing_tsdb)
