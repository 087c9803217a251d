lapwing_fuzz(remote_write USES lapwing_remote)
