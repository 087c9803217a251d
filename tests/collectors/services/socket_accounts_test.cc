#include "collectors/services/socket_accounts.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {

constexpr std::uint64_t kWebCgroup = 100;
constexpr std::uint64_t kDatabaseCgroup = 200;
constexpr std::uint16_t kWebPort = 80;

std::shared_ptr<const ServiceMap> services(bool database_has_series = true) {
  ServiceMap::Tables tables;
  tables.services.push_back(std::make_shared<Service>(Service{ServiceId(0), "web"}));
  tables.services.push_back(std::make_shared<Service>(
      Service{ServiceId(1), "database", ServiceKind::Unit, database_has_series}));
  tables.cgroups = {{kWebCgroup, 0}, {kDatabaseCgroup, 1}};
  tables.listeners = {{.inode = 1, .port = kWebPort, .service = 0},
                      {.inode = 2, .port = 81, .service = Listener::kNoService}};
  return std::make_shared<ServiceMap>(std::move(tables));
}

SocketReport connection(std::uint64_t cookie, std::uint64_t received, std::uint64_t cgroup,
                        std::uint16_t port = 40'000) {
  SocketReport report;
  report.cookie = cookie;
  report.cgroup = cgroup;
  report.local_port = port;
  report.state = TcpState::Established;
  report.has_counters = true;
  report.counters = {.received_bytes = received,
                     .sent_bytes = 2 * received,
                     .sent_segments = received / 10,
                     .retransmits = received / 100,
                     .received_segments = received / 10};
  return report;
}

struct Bed {
  void pass(const std::vector<SocketReport>& sockets) {
    accounts.begin_pass(map);
    for (const SocketReport& socket : sockets) accounts.see(socket);
    accounts.end_pass();
  }
  std::uint64_t received(std::string_view label) const {
    const auto found = accounts.accounts().find(label);
    return found == accounts.accounts().end() ? 0 : found->second.counters.received_bytes;
  }
  const NetworkAccount& of(std::string_view label) const {
    return accounts.accounts().find(label)->second;
  }

  std::shared_ptr<const ServiceMap> map = services();
  SocketAccounts accounts;
};

}  // namespace

TEST_CASE("socket accounts: what was there at first counts from then on, later ones from birth") {
  Bed bed;
  bed.pass({connection(1, 1000, kWebCgroup)});
  CHECK(bed.received("web") == 0);
  bed.pass({connection(1, 1500, kWebCgroup), connection(2, 300, kWebCgroup)});
  CHECK(bed.received("web") == 800);
  CHECK(bed.of("web").counters.sent_bytes == 1600);
  CHECK(bed.of("web").counters.retransmits == 5 + 3);
  CHECK(bed.of("web").initiated == 1);
  CHECK(bed.of("web").accepted == 0);
}

TEST_CASE("socket accounts: incoming ones are the listener's, outgoing ones the control group's") {
  Bed bed;
  bed.pass({});
  bed.pass({connection(1, 100, kDatabaseCgroup, kWebPort), connection(2, 200, kDatabaseCgroup),
            connection(3, 400, 0), connection(4, 800, kDatabaseCgroup, 81)});
  CHECK(bed.received("web") == 100);
  CHECK(bed.of("web").accepted == 1);
  CHECK(bed.received("database") == 200 + 800);  // nobody knows who listens on 81
  CHECK(bed.of("database").accepted == 1);
  CHECK(bed.of("database").initiated == 1);
  CHECK(bed.received("other") == 400);
}

TEST_CASE("socket accounts: closed ones add their last bytes, short ones all of theirs") {
  Bed bed;
  bed.accounts.closed(connection(9, 50, 0, kWebPort));  // before the first look: not ours
  bed.pass({connection(1, 1000, kWebCgroup)});
  bed.accounts.closed(connection(1, 1700, 0));
  CHECK(bed.received("web") == 700);
  bed.accounts.closed(connection(2, 60, 0, kWebPort));
  CHECK(bed.received("web") == 760);
  CHECK(bed.of("web").accepted == 1);
  bed.accounts.closed(connection(3, 40, 0));  // went out, and nobody saw who opened it
  CHECK(bed.received("other") == 40);
  bed.accounts.closed(connection(4, 0, 0));  // was never connected
  CHECK(bed.of("other").initiated == 1);
  CHECK(bed.accounts.sockets() == 0);
}

TEST_CASE("socket accounts: the sum over labels is what all sockets did, whoever has series") {
  Bed bed;
  bed.pass({});
  std::uint64_t total = 0;
  for (std::uint64_t round = 1; round <= 20; ++round) {
    bed.map = services(round % 3 != 0);
    std::vector<SocketReport> sockets;
    for (std::uint64_t cookie = 1; cookie <= round; ++cookie)
      sockets.push_back(
          connection(cookie, round * 100 * cookie, cookie % 2 == 0 ? kDatabaseCgroup : kWebCgroup));
    bed.pass(sockets);
    total = 0;
    for (const SocketReport& socket : sockets) total += socket.counters.received_bytes;
    CHECK(bed.received("web") + bed.received("database") + bed.received("other") == total);
  }
  CHECK(bed.received("other") > 0);
}

TEST_CASE("socket accounts: a socket that one look misses is not counted twice") {
  Bed bed;
  bed.pass({});
  bed.pass({connection(1, 1000, kWebCgroup)});
  bed.pass({});
  bed.pass({connection(1, 1100, kWebCgroup)});
  CHECK(bed.received("web") == 1100);
  for (int i = 0; i < 3; ++i) bed.pass({});
  CHECK(bed.accounts.sockets() == 0);
}

TEST_CASE("socket accounts: counters that fall are left as they are") {
  Bed bed;
  bed.pass({});
  bed.pass({connection(1, 1000, kWebCgroup)});
  bed.pass({connection(1, 900, kWebCgroup)});
  bed.pass({connection(1, 1010, kWebCgroup)});
  CHECK(bed.received("web") == 1010);
}

TEST_CASE("socket accounts: states and queues are as of the newest look") {
  Bed bed;
  SocketReport listener;
  listener.state = TcpState::Listen;
  listener.inode = 1;
  listener.cookie = 5;
  listener.accept_queue = 3;
  listener.accept_limit = 4;
  listener.drops = 10;
  SocketReport closing = connection(2, 0, kWebCgroup);
  closing.state = TcpState::CloseWait;
  bed.pass({listener, closing, connection(3, 10, kWebCgroup)});
  const NetworkAccount& web = bed.of("web");
  CHECK(web.by_state[std::size_t(TcpState::CloseWait)] == 1);
  CHECK(web.by_state[std::size_t(TcpState::Established)] == 1);
  CHECK(web.listeners == 1);
  CHECK(web.accept_queue == 3);
  CHECK(web.fullest_accept_queue == 0.75);
  CHECK(web.listen_drops == 0);  // what was dropped before the first look
  listener.drops = 12;
  bed.pass({listener});
  CHECK(web.listen_drops == 2);
  CHECK(web.by_state[std::size_t(TcpState::CloseWait)] == 0);
  CHECK((web.states_seen >> unsigned(TcpState::CloseWait) & 1U) == 1);
  bed.pass({});
  CHECK(web.listeners == 0);
}

TEST_CASE(
    "socket accounts: round trips count by what came in, idle ones where there is nothing else") {
  Bed bed;
  const auto timed = [](std::uint64_t cookie, std::uint64_t received, std::uint32_t microseconds) {
    SocketReport report = connection(cookie, received, kWebCgroup);
    report.round_trip_microseconds = microseconds;
    return report;
  };
  bed.pass({timed(1, 0, 1000), timed(2, 0, 3000)});
  CHECK(bed.of("web").has_round_trip);
  CHECK(bed.of("web").round_trip_seconds == Approx(0.002));
  bed.pass({timed(1, 0, 1000), timed(2, 100, 3000), timed(3, 0, 0)});
  CHECK(bed.of("web").round_trip_seconds == Approx(0.003));
  CHECK(bed.of("web").longest_round_trip_seconds == Approx(0.003));
  bed.pass({});
  CHECK_FALSE(bed.of("web").has_round_trip);
}

TEST_CASE("socket accounts: sockets past the limit are told of") {
  Bed bed;
  std::vector<SocketReport> sockets;
  for (std::uint64_t cookie = 1; cookie <= SocketAccounts::kSocketLimit + 3; ++cookie)
    sockets.push_back(connection(cookie, 10, kWebCgroup));
  bed.pass(sockets);
  CHECK(bed.accounts.untracked() == 3);
  CHECK(bed.accounts.sockets() == SocketAccounts::kSocketLimit);
  CHECK(bed.of("web").by_state[1] == SocketAccounts::kSocketLimit + 3);
}
