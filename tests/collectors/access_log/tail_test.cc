#include "collectors/access_log/tail.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::collectors::access_log;

namespace {

struct Bed {
  Bed() { make_tail({}); }
  void make_tail(std::optional<Position> from) { tail.emplace(path, std::move(from)); }
  void append(const std::string& text, const std::string& suffix = "") {
    std::ofstream(path + suffix, std::ios::app) << text;
  }
  /// The lines that one look gives, each with a comma after it.
  std::string look() {
    std::string lines;
    now += std::chrono::seconds(1);
    const auto read =
        tail->look(now, [&](std::string_view line) { lines.append(line).append(","); });
    missing = !read;
    return lines;
  }
  void rename() { std::filesystem::rename(path, path + ".1"); }
  void truncate() { std::filesystem::resize_file(path, 0); }

  testing::TemporaryDirectory folder;
  const std::string path = folder.path() + "/access.log";
  std::optional<Tail> tail;
  Tail::Instant now{};
  bool missing = false;
};

}  // namespace

TEST_CASE("tail: begins at the end of what is there, not within a line") {
  Bed bed;
  bed.append("old\nhalf");
  CHECK(bed.look() == "");
  bed.append(" a line\nnew\n");
  CHECK(bed.look() == "new,");
}

TEST_CASE("tail: a line counts when its end has come") {
  Bed bed;
  bed.append("");
  bed.look();
  bed.append("on");
  CHECK(bed.look() == "");
  bed.append("e\n\ntwo\n");
  CHECK(bed.look() == "one,two,");
}

TEST_CASE("tail: a file that comes later is read from its beginning") {
  Bed bed;
  CHECK(bed.look() == "");
  CHECK(bed.missing);
  bed.append("first\n");
  CHECK(bed.look() == "first,");
  CHECK_FALSE(bed.missing);
}

TEST_CASE("tail: after a rename the old file is read on until its writer has noticed") {
  Bed bed;
  bed.append("");
  bed.look();
  bed.append("a\n");
  bed.rename();
  bed.append("b\n", ".1");
  CHECK(bed.look() == "a,b,");
  bed.append("c\n", ".1");
  bed.append("d\n");
  CHECK(bed.look() == "c,d,");
  bed.append("e\n");
  CHECK(bed.look() == "e,");
  CHECK(bed.tail->counts().rotations == 1);
  bed.now += Tail::kLinger;
  bed.look();
  bed.append("too late\n", ".1");
  CHECK(bed.look() == "");
}

TEST_CASE("tail: a file that was cut is read from its beginning, also when it has grown past") {
  Bed bed;
  bed.append("0123456789\n");
  bed.look();
  bed.truncate();
  bed.append("a\n");
  CHECK(bed.look() == "a,");
  bed.truncate();
  bed.append("b is longer than what was there\n");
  CHECK(bed.look() == "b is longer than what was there,");
  CHECK(bed.tail->counts().truncations == 2);
}

TEST_CASE("tail: what was copied before the cut is read from the copy") {
  Bed bed;
  bed.append("one\n");
  bed.look();
  bed.append("two\nthr");
  CHECK(bed.look() == "two,");
  bed.append("ee\nfour\n");
  std::filesystem::copy_file(bed.path, bed.path + ".1");
  bed.truncate();
  bed.append("five\n");
  CHECK(bed.look() == "three,four,five,");
}

TEST_CASE("tail: a restart goes on where it was, through a rename or a cut in between") {
  for (const char* way : {"nothing", "rename", "copy"}) {
    Bed bed;
    bed.append("");
    bed.look();
    bed.append("one\nhal");
    CHECK(bed.look() == "one,");
    const auto position = bed.tail->position();
    REQUIRE(position);
    bed.append("f\ntwo\n");
    if (way == std::string("rename")) bed.rename();
    if (way == std::string("copy")) {
      std::filesystem::copy_file(bed.path, bed.path + ".1");
      bed.truncate();
    }
    if (way != std::string("nothing")) bed.append("three\n");
    bed.make_tail(position);
    CHECK(bed.look() == (way == std::string("nothing") ? "half,two," : "half,two,three,"));
  }
}

TEST_CASE("tail: lines past the limit are left out and counted, those after them are not") {
  Bed bed;
  bed.append("");
  bed.look();
  bed.append(std::string(Tail::kLineLimitBytes + 1, 'x') + "\nok\n");
  CHECK(bed.look() == "ok,");
  bed.append(std::string(3 * Tail::kLineLimitBytes, 'x'));
  CHECK(bed.look() == "");
  bed.append("end\nok\n");
  CHECK(bed.look() == "ok,");
  CHECK(bed.tail->counts().long_lines == 2);
}

TEST_CASE("tail: what is no regular file is Invalid") {
  testing::TemporaryDirectory folder;
  Tail tail(folder.path(), {});
  CHECK_FALSE(tail.look({}, [](std::string_view) {}));
}
