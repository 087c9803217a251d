#include "collectors/scrape/page_memory.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::scrape;

namespace {

/// Takes a page as one that reads it would: what is expected without a look-up. The texts that
/// needed one, "+" before those that were new.
std::string take(PageMemory& memory, std::initializer_list<std::string_view> page,
                 bool sound = true) {
  std::string looked_up;
  memory.begin_page();
  for (const std::string_view text : page) {
    PageMemory::Line* const expected = memory.expected();
    if (expected != nullptr && memory.text(*expected) == text) {
      memory.place_expected(*expected);
      continue;
    }
    std::uint32_t number = memory.find(text);
    const bool is_new = number == PageMemory::kNone;
    if (is_new) number = memory.add(text, PageMemory::Kind::Series);
    memory.place(number);
    looked_up += (is_new ? "+" : "") + std::string(text) + " ";
  }
  memory.end_page(sound);
  return looked_up;
}

}  // namespace

TEST_CASE("page memory: a page seen before needs no look-up") {
  PageMemory memory;
  CHECK(take(memory, {"a", "b", "c"}) == "+a +b +c ");
  CHECK(take(memory, {"a", "b", "c"}).empty());
  CHECK(take(memory, {"a", "b", "c"}).empty());
}

TEST_CASE("page memory: an insertion, a loss and a move cost one look-up each") {
  PageMemory memory;
  take(memory, {"a", "b", "c", "d", "e"});
  CHECK(take(memory, {"a", "x", "b", "c", "d", "e"}) == "+x ");
  CHECK(take(memory, {"a", "x", "c", "d", "e"}) == "c ");
  CHECK(take(memory, {"e", "a", "x", "c", "d"}) == "e a ");
  CHECK(take(memory, {"e", "a", "x", "c", "d"}).empty());
}

TEST_CASE("page memory: a line is placed once a page") {
  PageMemory memory;
  memory.begin_page();
  const std::uint32_t a = memory.add("a", PageMemory::Kind::Series);
  CHECK(memory.place(a));
  CHECK_FALSE(memory.place(a));
  memory.end_page(true);
  CHECK(memory.live() == 1);
  CHECK(take(memory, {"a", "a"}) == "a ");
  CHECK(memory.live() == 1);
}

TEST_CASE("page memory: a broken page changes no order, but is the page before") {
  PageMemory memory;
  take(memory, {"a", "b", "c"});
  CHECK(take(memory, {"a", "x"}, false) == "+x ");
  CHECK(memory.page_before().size() == 2);
  CHECK(take(memory, {"a", "b", "c"}).empty());
  CHECK(memory.page_before().size() == 3);
  CHECK(take(memory, {"a"}, false).empty());
  CHECK(memory.page_before().size() == 1);
}

TEST_CASE("page memory: in another format nothing is expected, and all is known") {
  PageMemory memory;
  take(memory, {"a", "b"});
  memory.begin_page(PageMemory::Format::Other);
  CHECK(memory.expected() == nullptr);
  CHECK(memory.place(memory.find("a")));
  CHECK(memory.expected() == nullptr);
  CHECK(memory.place(memory.find("b")));
  memory.end_page(true);
  CHECK(take(memory, {"a", "b"}).empty());
}

TEST_CASE("page memory: what changes each time is forgotten, what stays is found again") {
  PageMemory memory;
  std::size_t most = 0;
  for (int i = 0; i < 5'000; ++i) {
    const std::string fresh = "fresh" + std::to_string(i);
    take(memory, {"a", fresh, "z"});
    memory.forget_vanished();
    most = std::max(most, memory.bytes());
  }
  CHECK(memory.size() <= 3 + 256);
  CHECK(most < 150'000);
  CHECK(take(memory, {"a", "z"}) == "z ");
  CHECK(memory.find("fresh0") == PageMemory::kNone);
}

TEST_CASE("page memory: at the limit what has vanished makes room") {
  PageMemory memory;
  take(memory, {"a", "b", "c"});
  CHECK(memory.forget_vanished(3) == 0);
  take(memory, {"a", "c"});
  CHECK(memory.forget_vanished(4) == 0);
  CHECK(memory.forget_vanished(3) == 1);
  CHECK(memory.find("b") == PageMemory::kNone);
  CHECK(take(memory, {"a", "c"}).empty());
}
