lapwing_fuzz(sock_diag USES lapwing_collectors)
