#include "collectors/host/dbus_connection.h"

#include <catch2/catch.hpp>

#include "tests/collectors/host/fake_bus.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::host::dbus;
using namespace lapwing::testing;

namespace {
constexpr Call kCall{"org.x", "/x", "org.x", "Ask"};
}

TEST_CASE("dbus connection: a call gets its own answer, others are passed over") {
  const TemporaryDirectory folder;
  const FakeBus bus(folder / "bus", [](std::uint32_t serial, const std::string&) {
    return answer(2, serial + 500, "") + answer(2, serial, text_property("yes"));
  });
  auto connection = Connection::open(folder / "bus");
  REQUIRE(connection.ok());
  const auto message = connection->call(kCall, {"x"});
  REQUIRE(message.ok());
  BodyReader reader(message->body);
  CHECK(reader.signature() == "s");
  CHECK(reader.string() == "yes");
}

TEST_CASE("dbus connection: an error's name comes back, a closed connection is Unavailable") {
  const TemporaryDirectory folder;
  const FakeBus bus(folder / "bus", [calls = 0](std::uint32_t serial, const std::string&) mutable {
    return ++calls == 1 ? answer(3, serial, "", "org.x.Broken") : std::string();
  });
  auto connection = Connection::open(folder / "bus");
  REQUIRE(connection.ok());
  const auto refused = connection->call(kCall, {});
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message == "Ask: org.x.Broken");
  const auto closed = connection->call(kCall, {});
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().kind == ErrorKind::Unavailable);
}

TEST_CASE("dbus connection: where nothing listens there is no data") {
  const TemporaryDirectory folder;
  const auto connection = Connection::open(folder / "bus");
  REQUIRE_FALSE(connection.ok());
  CHECK(connection.error().kind == ErrorKind::NoData);
  CHECK_FALSE(Connection::open(std::string(200, 'x')).ok());
}
