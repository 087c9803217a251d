#include "agent/tsdb/record_log.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::testing::TemporaryDirectory;

namespace {

std::string texts(const RecordLog& log, TimeRange range = {}, std::size_t limit = 1000) {
  const auto records = log.read(range, limit);
  REQUIRE(records.ok());
  std::string all;
  for (const Record& record : *records)
    all += std::to_string(to_millis(record.time)) + record.bytes + " ";
  return all;
}

std::vector<std::string> files_of(const std::string& folder) {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    files.push_back(entry.path().string());
  return files;
}

}  // namespace

TEST_CASE("record_log: records are read at once, and after a restart") {
  const TemporaryDirectory folder;
  {
    RecordLog log(folder / "a", 1 << 20);
    CHECK(log.append(from_millis(1), "x"));
    CHECK(texts(log) == "1x ");
    REQUIRE(log.write().ok());
    CHECK(log.append(from_millis(2), "y"));
    CHECK(texts(log) == "1x 2y ");
    REQUIRE(log.write().ok());
    CHECK(*log.write() == 0);
  }
  RecordLog log(folder / "a", 1 << 20);
  REQUIRE(log.list().ok());
  CHECK(texts(log) == "1x 2y ");
  CHECK(log.append(from_millis(3), "z"));
  REQUIRE(log.write().ok());
  CHECK(texts(log) == "1x 2y 3z ");
  CHECK(texts(log, {from_millis(2), from_millis(2)}) == "2y ");
  CHECK(texts(log, {}, 2) == "2y 3z ");
  CHECK(texts(log, {from_millis(9), from_millis(10)}).empty());
}

TEST_CASE("record_log: the oldest make room, and the limit holds") {
  const TemporaryDirectory folder;
  constexpr std::uint64_t kLimit = 64 * 1024;
  RecordLog log(folder / "a", kLimit);
  const std::string bytes(1000, 'x');
  for (int i = 0; i < 500; ++i) {
    CHECK(log.append(from_millis(i), bytes));
    REQUIRE(log.write().ok());
    CHECK(log.bytes() <= kLimit + 1024);
  }
  const auto records = log.read({}, 1000);
  REQUIRE(records.ok());
  CHECK(records->size() > 40);
  CHECK(records->back().time == from_millis(499));
  CHECK(records->front().time > from_millis(400));
}

TEST_CASE("record_log: a torn end and a damaged place cost what they hit alone") {
  const TemporaryDirectory folder;
  {
    RecordLog log(folder / "a", 1 << 20);
    for (int i = 1; i <= 3; ++i) CHECK(log.append(from_millis(i), "text" + std::to_string(i)));
    REQUIRE(log.write().ok());
  }
  const std::string path = files_of(folder / "a").at(0);
  std::string content = *read_file(path);
  content[content.find("text2")] = 'T';
  std::ofstream(path, std::ios::binary) << content.substr(0, content.size() - 1);
  RecordLog log(folder / "a", 1 << 20);
  REQUIRE(log.list().ok());
  CHECK(texts(log) == "1text1 ");
  // What follows goes to a file of its own, never behind a torn end.
  CHECK(log.append(from_millis(4), "d"));
  REQUIRE(log.write().ok());
  CHECK(texts(log) == "1text1 4d ");
  CHECK(files_of(folder / "a").size() == 2);
}

TEST_CASE("record_log: decodes any bytes to what is sound in them") {
  const std::string one = encode_record(from_millis(7), "abc");
  CHECK(decode_records("").empty());
  CHECK(decode_records("\xF7LWR").empty());
  CHECK(decode_records(one.substr(1)).empty());
  REQUIRE(decode_records("junk\xF7LWRjunk" + one + "\xF7" + one).size() == 2);
  for (std::size_t size = 0; size < one.size(); ++size)
    CHECK(decode_records(one.substr(0, size)).empty());
}

TEST_CASE("record_log: what is too large is refused, what the disk does not take is bounded") {
  const TemporaryDirectory folder;
  folder.write("file", "");
  RecordLog log(folder / "file/below", 1 << 20);
  CHECK_FALSE(log.append(from_millis(1), std::string(RecordLog::kRecordLimitBytes + 1, 'x')));
  const std::string bytes(RecordLog::kRecordLimitBytes, 'x');
  for (int i = 0; i < 16; ++i) CHECK(log.append(from_millis(i), bytes));
  CHECK_FALSE(log.write().ok());
  CHECK_FALSE(log.append(from_millis(16), bytes));
  const auto records = log.read({}, 1000);
  REQUIRE(records.ok());
  CHECK(records->size() == 16);
  CHECK(records->front().time == from_millis(1));
}
