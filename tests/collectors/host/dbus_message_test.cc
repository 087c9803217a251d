#include "collectors/host/dbus_message.h"

#include <catch2/catch.hpp>

#include "tests/collectors/host/dbus_wire.h"

using namespace lapwing;
using namespace lapwing::collectors::host::dbus;

TEST_CASE("dbus message: a call says what it is, and how long") {
  const std::string bytes =
      encode_call(7, {"org.x", "/org/x", "org.freedesktop.DBus.Properties", "Get"}, {"a", "bc"});
  CHECK(*message_bytes(bytes) == bytes.size());
  const auto message = parse_message(bytes);
  REQUIRE(message.ok());
  CHECK(message->type == MessageType::Call);
  CHECK(message->signature == "ss");
  BodyReader reader(message->body);
  CHECK(reader.string() == "a");
  CHECK(reader.string() == "bc");
  CHECK(reader.at_end());
  CHECK(reader.done().ok());
}

TEST_CASE("dbus message: an answer names the call; an error has a name") {
  const std::string bytes = testing::answer(3, 9, "", "org.freedesktop.DBus.Error.NoReply");
  const auto message = parse_message(bytes);
  REQUIRE(message.ok());
  CHECK(message->type == MessageType::Error);
  CHECK(message->reply_serial == 9);
  CHECK(message->error_name == "org.freedesktop.DBus.Error.NoReply");
}

TEST_CASE("dbus message: cut short or of another kind is Invalid, wherever it is cut") {
  const std::string bytes = testing::answer(2, 9, testing::text_property("running"));
  REQUIRE(parse_message(bytes).ok());
  for (std::size_t length = 0; length < bytes.size(); ++length)
    CHECK_FALSE(parse_message(std::string_view(bytes).substr(0, length)).ok());
  std::string other = bytes;
  other[0] = 'B';
  CHECK_FALSE(message_bytes(other).ok());
  std::string huge = bytes;
  huge[7] = 0x7f;
  CHECK_FALSE(message_bytes(huge).ok());
}

TEST_CASE("dbus message: a reader that failed stays so") {
  BodyReader reader(std::string_view("\x05\0\0\0ab", 6));
  CHECK(reader.string().empty());
  CHECK(reader.u32() == 0);
  CHECK(reader.u64() == 0);
  CHECK(reader.failed());
  CHECK_FALSE(reader.done().ok());
}
