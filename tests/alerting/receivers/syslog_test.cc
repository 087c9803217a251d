#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include <catch2/catch.hpp>

#include "agent/base/file.h"
#include "tests/alerting/receivers/sending.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::alerting;
namespace at = lapwing::alerting::testing;

namespace {

/// A daemon's socket.
struct Daemon {
  lapwing::testing::TemporaryDirectory folder;
  std::string path = folder / "socket";
  UniqueFd socket{::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)};

  Daemon() {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(socket.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  std::string read() const {
    std::array<char, 8192> buffer{};
    const ssize_t size = ::recv(socket.get(), buffer.data(), buffer.size(), 0);
    return size > 0 ? std::string(buffer.data(), std::size_t(size)) : std::string();
  }
};

}  // namespace

TEST_CASE("syslog: one line as syslog(3) writes it") {
  const Daemon daemon;
  const auto to = at::receiver(
      "syslog", "socket: '" + daemon.path + "', facility: local0, severity: crit, text: \"a\\nb\"");
  CHECK(at::send(*to).result->outcome == DeliveryOutcome::Delivered);
  const std::string line = daemon.read();
  CHECK(line.substr(0, 9) == "<130>Nov ");
  CHECK(line.ends_with(" lapwing: a b"));
}

TEST_CASE("syslog: an entry with fields for the journal") {
  const Daemon daemon;
  const auto to =
      at::receiver("syslog", "protocol: journal, socket: '" + daemon.path + "', text: \"a\\nb\"");
  CHECK(to->kind() == "journal");
  at::send(*to, {at::answer(200)}, at::one_ended());
  const std::string entry = daemon.read();
  CHECK(entry.find(std::string("MESSAGE\n\x03\0\0\0\0\0\0\0a\nb\n", 20)) == 0);
  CHECK(entry.find("\nPRIORITY=5\n") != std::string::npos);
  CHECK(entry.find("\nSYSLOG_IDENTIFIER=lapwing\n") != std::string::npos);
  CHECK(entry.find("\nLAPWING_STATUS=resolved\n") != std::string::npos);
}

TEST_CASE("syslog: a daemon that is away is tried again; mistakes are errors") {
  const auto gone = at::send(*at::receiver("syslog", "socket: /nowhere/log"));
  CHECK(gone.result->outcome == DeliveryOutcome::Retry);
  CHECK(at::errors("syslog", "facility: kernel") == 1);
  CHECK(at::errors("syslog", "severity: bad") == 1);
  CHECK(at::errors("syslog", "socket: /" + std::string(200, 'x')) == 1);
}
