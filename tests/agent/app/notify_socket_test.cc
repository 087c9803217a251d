#include "agent/app/notify_socket.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstring>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using app::NotifySocket;

namespace {

/// The receiving end, as systemd has it.
class ReceivingEnd {
 public:
  explicit ReceivingEnd(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, path.data(), path.size());
    REQUIRE(::bind(fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  }
  std::string receive() {
    char text[512];
    const ssize_t size = ::recv(fd_.get(), text, sizeof text, 0);
    return size < 0 ? "" : std::string(text, std::size_t(size));
  }

 private:
  UniqueFd fd_;
};

}  // namespace

TEST_CASE("notify socket: says ready with a status line, alive and stopping") {
  const testing::TemporaryDirectory folder;
  ReceivingEnd socket(folder / "notify");
  NotifySocket manager(folder / "notify", std::chrono::seconds(30));
  manager.ready("1,000 series\non port 5279");
  CHECK(socket.receive() == "READY=1\nSTATUS=1,000 series on port 5279");
  manager.alive();
  CHECK(socket.receive() == "WATCHDOG=1");
  manager.reloading();
  CHECK(socket.receive().starts_with("RELOADING=1\nMONOTONIC_USEC="));
  manager.stopping();
  CHECK(socket.receive().starts_with("STOPPING=1"));
}

TEST_CASE("notify socket: asks for alive twice a watchdog's time, and sends none without it") {
  const testing::TemporaryDirectory folder;
  ReceivingEnd socket(folder / "notify");
  CHECK(NotifySocket(folder / "notify", std::chrono::seconds(30)).alive_interval() == 15s);
  NotifySocket silent(folder / "notify", std::chrono::microseconds(0));
  silent.alive();
  CHECK(socket.receive().empty());
  CHECK(silent.alive_interval() == 0s);
}

TEST_CASE("notify socket: without a socket, or with nobody behind it, nothing happens") {
  NotifySocket("", std::chrono::microseconds(0)).ready("x");
  NotifySocket("/nowhere/notify", std::chrono::microseconds(0)).ready("x");
  NotifySocket(std::string(200, 'x'), std::chrono::microseconds(0)).ready("x");
  SUCCEED("none of them crashed or blocked");
}
