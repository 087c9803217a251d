#include "collectors/host/conntrack.h"

#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

namespace {

void write_counts(const BareHost& host) {
  host.proc("sys/net/netfilter/nf_conntrack_count", "33\n");
  host.proc("sys/net/netfilter/nf_conntrack_max", "262144\n");
}

constexpr const char* kHeader =
    "entries clashres found new invalid ignore delete chainlength insert insert_failed drop "
    "early_drop icmp_error expect_new expect_create expect_delete search_restart\n";

}  // namespace

TEST_CASE("conntrack: counters are summed over the CPUs, in hexadecimal") {
  BareHost host;
  write_counts(host);
  host.proc("net/stat/nf_conntrack", std::string(kHeader) +
                                         "21 1 2 3 a 5 6 7 8 9 10 11 12 13 14 15 16\n"
                                         "21 0 1 0 f 1 0 0 1 1 1 1 0 0 0 0 1\n");
  CHECK(host.bed.run("conntrack") == Samples{{"node_nf_conntrack_entries", 33},
                                             {"node_nf_conntrack_entries_limit", 262'144},
                                             {"node_nf_conntrack_stat_found", 3},
                                             {"node_nf_conntrack_stat_invalid", 25},
                                             {"node_nf_conntrack_stat_ignore", 6},
                                             {"node_nf_conntrack_stat_insert", 9},
                                             {"node_nf_conntrack_stat_insert_failed", 10},
                                             {"node_nf_conntrack_stat_drop", 17},
                                             {"node_nf_conntrack_stat_early_drop", 18},
                                             {"node_nf_conntrack_stat_search_restart", 23}});
  CHECK(host.bed.last.ok());
}

TEST_CASE("conntrack: a kernel without the table still has the two counts") {
  BareHost host;
  write_counts(host);
  CHECK(host.bed.run("conntrack") ==
        Samples{{"node_nf_conntrack_entries", 33}, {"node_nf_conntrack_entries_limit", 262'144}});
  CHECK(host.bed.last.ok());
  host.proc("net/stat/nf_conntrack", "entries clashres found");
  CHECK(host.bed.run("conntrack").size() == 2);
}

TEST_CASE("conntrack: a row cut short counts as far as it goes") {
  BareHost host;
  write_counts(host);
  host.proc("net/stat/nf_conntrack", std::string(kHeader) + "21 0 7 0 2\n");
  const Samples found = host.bed.run("conntrack");
  CHECK(found.at("node_nf_conntrack_stat_found") == 7);
  CHECK(found.at("node_nf_conntrack_stat_invalid") == 2);
  CHECK(found.at("node_nf_conntrack_stat_search_restart") == 0);
}

TEST_CASE("conntrack: malformed counts and rows are Invalid, a missing limit is no data") {
  BareHost host;
  host.proc("sys/net/netfilter/nf_conntrack_count", "33\n");
  host.bed.run("conntrack");
  CHECK(host.bed.failed(ErrorKind::NoData));
  for (const char* limit : {"", "many\n"}) {
    host.proc("sys/net/netfilter/nf_conntrack_max", limit);
    host.bed.run("conntrack");
    CHECK(host.bed.failed(ErrorKind::Invalid));
  }
  write_counts(host);
  host.proc("net/stat/nf_conntrack", std::string(kHeader) + "21 0 g\n");
  host.bed.run("conntrack");
  CHECK(host.bed.failed(ErrorKind::Invalid));
}
