#include "agent/http/mailbox.h"

#include <catch2/catch.hpp>

#include <poll.h>

#include "agent/http/event_stream.h"

using namespace lapwing::http;

namespace {

bool readable(const Mailbox& mailbox) {
  pollfd entry{mailbox.fd(), POLLIN, 0};
  return ::poll(&entry, 1, 0) == 1;
}

}  // namespace

TEST_CASE("mailbox: letters come in order, and the descriptor tells that there are some") {
  Mailbox mailbox;
  CHECK(!readable(mailbox));
  mailbox.post({1, {"a", "", true}, nullptr});
  mailbox.post({2, {"b", "", true}, nullptr});
  CHECK(readable(mailbox));
  const auto letters = mailbox.collect();
  REQUIRE(letters.size() == 2);
  CHECK(letters[0].connection == 1);
  CHECK(letters[1].answer.head == "b");
  CHECK(!readable(mailbox));
  CHECK(mailbox.collect().empty());
}

TEST_CASE("mailbox: wake brings no letter") {
  Mailbox mailbox;
  mailbox.wake();
  CHECK(readable(mailbox));
  CHECK(mailbox.collect().empty());
  CHECK(!readable(mailbox));
}
