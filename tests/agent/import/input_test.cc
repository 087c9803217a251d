#include "agent/import/input.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include <catch2/catch.hpp>

#include "tests/agent/import/packed.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::import;

namespace {

Result<std::string> all_of(Input& input, std::size_t piece) {
  std::string out, buffer(piece, '\0');
  while (true) {
    const auto got = input.read(buffer);
    if (!got) return got.error();
    if (*got == 0) return out;
    out.append(buffer, 0, *got);
  }
}

Result<std::string> content_of(const std::string& bytes, std::size_t piece = 1000) {
  const testing::TemporaryDirectory folder;
  folder.write("f", bytes);
  auto input = Input::open(folder.path() + "/f");
  REQUIRE(input);
  CHECK(input->size() == bytes.size());
  auto out = all_of(*input, piece);
  if (out) CHECK(input->position() == bytes.size());
  return out;
}

}  // namespace

TEST_CASE("input: plain, gzip and zstd are told by their first bytes") {
  const std::string text = testing::some_text(300'000);
  for (const std::size_t piece : {1'000u, 131'072u, 1'000'000u}) {
    CHECK(*content_of(text, piece) == text);
    CHECK(*content_of(testing::gzip(text), piece) == text);
    CHECK(*content_of(testing::zstd(text), piece) == text);
  }
}

TEST_CASE("input: packed parts in a row are one text") {
  CHECK(*content_of(testing::gzip("one ") + testing::gzip("two")) == "one two");
  CHECK(*content_of(testing::zstd("one ") + testing::zstd("two")) == "one two");
}

TEST_CASE("input: empty and tiny files") {
  CHECK(*content_of("") == "");
  CHECK(*content_of("a") == "a");
  CHECK(*content_of("\x1f") == "\x1f");
  CHECK(*content_of(testing::gzip("")) == "");
  CHECK(*content_of(testing::zstd("")) == "");
}

TEST_CASE("input: a packed file that is cut off or damaged is Corrupt") {
  const std::string text = testing::some_text(100'000);
  for (const std::string& packed : {testing::gzip(text), testing::zstd(text)}) {
    for (const std::size_t size : {packed.size() - 1, packed.size() / 2, std::size_t{10}}) {
      const auto out = content_of(packed.substr(0, size));
      REQUIRE_FALSE(out);
      CHECK(out.error().kind == ErrorKind::Corrupt);
      CHECK(out.error().message == "the packed text is cut off");
    }
    std::string damaged = packed;
    damaged[packed.size() / 2] = char(damaged[packed.size() / 2] ^ 0x55);
    damaged[packed.size() / 2 + 1] = char(damaged[packed.size() / 2 + 1] ^ 0x55);
    const auto out = content_of(damaged);
    REQUIRE_FALSE(out);
    CHECK(out.error().kind == ErrorKind::Corrupt);
  }
}

TEST_CASE("input: a pipe gives what comes, however little at a time") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Input input{UniqueFd(ends[0])};
  CHECK_FALSE(input.size());
  const std::string packed = testing::zstd("through a pipe");
  REQUIRE(::write(ends[1], packed.data(), packed.size()) == ssize_t(packed.size()));
  ::close(ends[1]);
  CHECK(*all_of(input, 3) == "through a pipe");
}

TEST_CASE("input: what cannot be opened says so") {
  const testing::TemporaryDirectory folder;
  CHECK(Input::open(folder.path() + "/none").error().kind == ErrorKind::NoData);
  CHECK(Input::open(folder.path()).error().kind == ErrorKind::Invalid);
}
