#include "collectors/host/space_reader.h"

#include <catch2/catch.hpp>

#include <future>

#include "tests/collectors/support.h"

using namespace lapwing;
using lapwing::testing::BareHost;
using lapwing::testing::Samples;
using namespace lapwing::collectors::host;

namespace {

constexpr std::chrono::milliseconds kPatience{50};

// A path that hangs until the test lets go; shared, for its thread may outlive the test.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open{opened.get_future()};
};

SpaceAnswer answered() {
  SpaceAnswer answer;
  answer.state = SpaceAnswer::State::Answered;
  return answer;
}

std::vector<SpaceAnswer::State> states(const std::vector<SpaceAnswer>& answers) {
  std::vector<SpaceAnswer::State> found;
  for (const SpaceAnswer& answer : answers) found.push_back(answer.state);
  return found;
}

}  // namespace

TEST_CASE("space reader: a mount that hangs costs itself alone, until it answers again") {
  const auto gate = std::make_shared<Gate>();
  const auto asked = std::make_shared<std::atomic<int>>(0);
  SpaceReader reader(
      [gate, asked](const std::string& path) {
        if (path == "/dead") {
          ++*asked;
          gate->open.wait();
        }
        return answered();
      },
      kPatience);
  using enum SpaceAnswer::State;
  const std::vector<std::string> paths = {"/a", "/dead", "/b"};
  CHECK(states(reader.read(paths)) == std::vector{Answered, Hangs, Answered});
  CHECK(states(reader.read(paths)) == std::vector{Answered, Hangs, Answered});
  CHECK(reader.hanging() == 1);
  CHECK(*asked == 1);  // Not asked a second time while the first call is out.
  gate->opened.set_value();
  for (int i = 0; i < 1000 && reader.hanging() > 0; ++i) (void)reader.read({"/a"});
  CHECK(reader.hanging() == 0);
  CHECK(states(reader.read(paths)) == std::vector{Answered, Answered, Answered});
}

TEST_CASE("space reader: when too many hang, the rest is not asked, and the wait is bounded") {
  const auto gate = std::make_shared<Gate>();
  {
    SpaceReader reader(
        [gate](const std::string&) {
          gate->open.wait();
          return answered();
        },
        kPatience);
    std::vector<std::string> paths;
    for (int i = 0; i < 40; ++i) paths.push_back("/" + std::to_string(i));
    const auto answers = reader.read(paths);
    CHECK(answers.front().state == SpaceAnswer::State::Hangs);
    CHECK(answers.back().state == SpaceAnswer::State::Unasked);
    CHECK(reader.hanging() == SpaceReader::kHangsInRound);
  }
  gate->opened.set_value();
}

TEST_CASE("space reader: the kernel's answer, and its error") {
  CHECK(SpaceReader::ask_kernel("/").space.f_bsize > 0);
  CHECK(SpaceReader::ask_kernel("/does/not/exist").error_number == ENOENT);
}
