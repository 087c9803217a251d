lapwing_fuzz(tsdb_records USES lapwing_tsdb)
