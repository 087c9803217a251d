#include <catch2/catch.hpp>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;

TEST_CASE("infiniband: words of 32 bits become bytes, states are numbers") {
  BareHost host;
  host.sys("class/infiniband/mlx4_0/ports/1/counters/port_rcv_data", "10\n");
  host.sys("class/infiniband/mlx4_0/ports/1/counters/link_downed", "N/A (no PMA)\n");
  host.sys("class/infiniband/mlx4_0/ports/1/state", "4: ACTIVE\n");
  host.sys("class/infiniband/mlx4_0/ports/1/rate", "40 Gb/sec (4X QDR)\n");
  CHECK(host.bed.run("infiniband") ==
        Samples{{R"(node_infiniband_port_data_received_bytes_total{device="mlx4_0",port="1"})", 40},
                {R"(node_infiniband_state_id{device="mlx4_0",port="1"})", 4},
                {R"(node_infiniband_rate_bytes_per_second{device="mlx4_0",port="1"})", 5e9},
                {R"(node_infiniband_info{board_id="",device="mlx4_0",firmware_version="",)"
                 R"(hca_type=""})",
                 1}});
}
