#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("nfsd: version 4 counts operations, not its one procedure") {
  BareHost host;
  host.proc("net/rpc/nfsd", "th 8 0\nio 5 6\nproc4 2 2 10853\nproc4ops 4 0 0 0 1098\n");
  CHECK(host.bed.run("nfsd") ==
        Samples{{"node_nfsd_server_threads", 8},
                {"node_nfsd_disk_bytes_read_total", 5},
                {"node_nfsd_disk_bytes_written_total", 6},
                {R"(node_nfsd_requests_total{method="Access",proto="4"})", 1098}});
}

TEST_CASE("nfsd: lines that are cut short lose what they lack") {
  BareHost host;
  host.proc("net/rpc/nfsd", "rc 1\nrpc 2 3\nnet 4\nproc2\n");
  CHECK(host.bed.run("nfsd") ==
        Samples{{"node_nfsd_reply_cache_hits_total", 1}, {"node_nfsd_server_rpcs_total", 2}});
}
