#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "tests/collectors/support.h"

using namespace lapwing;
using namespace lapwing::testing;

namespace {

// Two connected TCP sockets on the loopback.
struct Connection {
  Connection() {
    UniqueFd listener(::socket(AF_INET, SOCK_STREAM, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listener.get(), plain, size) == 0);
    REQUIRE(::listen(listener.get(), 8) == 0);
    REQUIRE(::getsockname(listener.get(), plain, &size) == 0);
    near = UniqueFd(::socket(AF_INET, SOCK_STREAM, 0));
    REQUIRE(::connect(near.get(), plain, size) == 0);
    far = UniqueFd(::accept(listener.get(), nullptr, nullptr));
    REQUIRE(bool(far));
  }
  void send(std::size_t bytes) const {
    std::string text(bytes, 'x');
    REQUIRE(::send(near.get(), text.data(), text.size(), 0) == ssize_t(bytes));
    REQUIRE(::recv(far.get(), text.data(), text.size(), MSG_WAITALL) == ssize_t(bytes));
  }
  UniqueFd near;
  UniqueFd far;
};

double sum_of(const Samples& found, const std::string& start) {
  double sum = 0;
  for (const auto& [series, value] : found)
    if (series.rfind(start + "{", 0) == 0) sum += value;
  return sum;
}

}  // namespace

TEST_CASE("service network: bytes between two looks are counted once, whoever they are of") {
  HostBed bed;
  const auto collector = bed.make("service_network");
  const Connection connection;
  connection.send(5'000);
  const Samples first = bed.run(*collector);
  if (bed.failed(ErrorKind::NoData)) return;  // built without sock_diag
  REQUIRE(bed.last.ok());
  connection.send(20'000);
  bed.clock.advance(10s);
  const Samples second = bed.run(*collector);
  REQUIRE(bed.last.ok());
  // Other sockets of this machine may have done something too.
  const auto rise = [&](const std::string& name) {
    return sum_of(second, name) - sum_of(first, name);
  };
  CHECK(rise("service_network_receive_bytes_total") >= 20'000);
  CHECK(rise("service_network_transmit_bytes_total") >= 20'000);
  CHECK(second.count(R"(service_tcp_connections{service="other",state="established"})") == 1);
  CHECK(second.count("service_network_lost_reports_total") == 1);
}

TEST_CASE("service network: a look that was dear is not repeated at once") {
  HostBed bed;
  const auto collector = bed.make("service_network");
  const Connection connection;
  const Samples first = bed.run(*collector);
  if (bed.failed(ErrorKind::NoData)) return;
  const Connection another;
  // No time has passed, so that any look so soon would take more than its share of a CPU. Bytes are
  // no sign of one: other sockets of this machine may have closed, which the kernel tells at once.
  const Samples second = bed.run(*collector);
  CHECK(sum_of(second, "service_tcp_connections") == sum_of(first, "service_tcp_connections"));
  CHECK(sum_of(first, "service_tcp_connections") > 0);
}
