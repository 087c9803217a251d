lapwing_fuzz(remote_read USES lapwing_remote)
