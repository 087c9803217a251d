#include "alerting/disk_reserve.h"

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>

#include "tests/support/small_disk.h"

using namespace lapwing;
using namespace lapwing::alerting;

namespace {

constexpr std::size_t kBytes = 1 << 20;

}  // namespace

TEST_CASE("disk reserve: it takes nothing before it is asked to") {
  const testing::TemporaryDirectory folder;
  const DiskReserve reserve(folder / "room", kBytes);
  CHECK(reserve.held() == 0);
  CHECK_FALSE(std::filesystem::exists(folder / "room"));
}

TEST_CASE("disk reserve: what is given back step by step is taken again") {
  const testing::TemporaryDirectory folder;
  DiskReserve reserve(folder / "room", kBytes);
  reserve.refill();
  CHECK(reserve.held() == kBytes);
  CHECK(std::filesystem::file_size(folder / "room") == kBytes);
  CHECK_FALSE(reserve.disk_is_full());
  for (std::size_t steps = 1; steps <= kBytes / kReserveStepBytes; ++steps) {
    REQUIRE(reserve.give_back());
    CHECK(std::filesystem::file_size(folder / "room") == kBytes - steps * kReserveStepBytes);
  }
  CHECK(reserve.held() == 0);
  CHECK_FALSE(reserve.give_back());
  reserve.refill();
  CHECK(reserve.held() == kBytes);
}

TEST_CASE("disk reserve: what an earlier run left is taken over, but no empty length") {
  const testing::TemporaryDirectory folder;
  {
    DiskReserve before(folder / "room", kBytes);
    before.refill();
    before.give_back();
  }
  CHECK(DiskReserve(folder / "room", kBytes).held() == kBytes - kReserveStepBytes);
  CHECK(DiskReserve(folder / "room", 8192).held() == 8192);
  folder.write("sparse", "");
  std::filesystem::resize_file(folder / "sparse", kBytes);
  CHECK(DiskReserve(folder / "sparse", kBytes).held() < kBytes / 2);
}

TEST_CASE("disk reserve: a folder that is not there is no room") {
  const testing::TemporaryDirectory folder;
  DiskReserve reserve(folder / "none/room", kBytes);
  reserve.refill();
  CHECK(reserve.held() == 0);
  CHECK_FALSE(reserve.give_back());
}

TEST_CASE("disk reserve: on a full disk it gives room, and takes what others leave") {
  const testing::SmallDisk disk(4 * kBytes);
  if (!disk.mounted()) return;
  DiskReserve reserve(disk / "room", kBytes);
  reserve.refill();
  CHECK_FALSE(reserve.disk_is_full());
  disk.fill();
  CHECK(reserve.disk_is_full());
  CHECK(std::filesystem::space(disk / "").free == 0);
  CHECK(std::filesystem::file_size(disk / "room") == kBytes);
  REQUIRE(reserve.give_back());
  CHECK(std::filesystem::space(disk / "").free == kReserveStepBytes);
  CHECK(reserve.disk_is_full());
  // A writer has used one page of it.
  std::ofstream(disk / "data") << std::string(4096, 'x');
  reserve.refill();
  CHECK(reserve.held() == kBytes - 4096);
  CHECK(std::filesystem::space(disk / "").free == 0);
  disk.empty();
  reserve.refill();
  CHECK(reserve.held() == kBytes);
}
