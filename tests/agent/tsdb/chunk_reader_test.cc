#include "agent/tsdb/chunk_reader.h"

#include <catch2/catch.hpp>
#include <random>

#include "tests/agent/tsdb/doubles.h"
#include "tests/agent/tsdb/support.h"

using namespace lapwing;
using namespace lapwing::tsdb;
using lapwing::tsdb::testing::same_bits;

namespace {

constexpr std::uint32_t kSamples = 250;

struct Encoded {
  std::vector<std::vector<double>> values;  ///< by slot
  std::string chunk;
};

/// Ten noisy counters, of which those from slot 5 on are twice what the one five slots before is.
Encoded related_series(std::int64_t first_time, std::uint32_t seed) {
  std::mt19937_64 random(seed);
  auto column = std::make_shared<TimeColumn>();
  for (std::uint32_t i = 0; i < kSamples; ++i)
    column->times[column->count++] = first_time + 1000 * i;
  Encoded encoded;
  std::vector<GroupSeries> series;
  for (std::uint32_t slot = 0; slot < 10; ++slot) {
    OpenRun run;
    std::vector<double> values;
    double level = 0;
    for (std::uint32_t i = 0; i < kSamples; ++i) {
      level += double(random() % 1000);
      values.push_back(slot < 5 ? level : encoded.values[slot - 5][i] * 2);
      run.append(column->times[i], values.back(), column, i);
    }
    series.push_back({slot, {run.seal()}});
    encoded.values.push_back(std::move(values));
  }
  Compressor compressor;
  encoded.chunk = encode_group(series, compressor)->front();
  return encoded;
}

std::vector<double> values_of(const GroupChunk& chunk, std::uint32_t slot) {
  std::vector<RunView> runs;
  chunk.add_runs(slot, runs);
  Columns columns;
  REQUIRE(read_runs(runs, {}, columns).ok());
  return columns.values;
}

}  // namespace

TEST_CASE("chunk reader: what was asked for is kept with what it refers to, the rest is not") {
  const Encoded encoded = related_series(1'000'000, 1);
  ChunkReader reader;
  const auto one = *reader.open(encoded.chunk, only_slot(2));
  CHECK(one->parts().size() == 1);
  CHECK(same_bits(values_of(*one, 2), encoded.values[2]));
  const auto related = *reader.open(encoded.chunk, only_slot(7));
  REQUIRE(related->parts().size() == 2);
  CHECK(related->parts()[0].values.referred);
  CHECK(same_bits(values_of(*related, 7), encoded.values[7]));
  const auto all = *reader.open(encoded.chunk, all_slots());
  CHECK(all->parts().size() == 10);
  CHECK(all->bytes() > related->bytes() + 8 * sizeof(GroupChunk::Part));
  CHECK((*reader.open(encoded.chunk, only_slot(11)))->parts().empty());
  std::vector<RunView> none;
  all->add_runs(11, none);
  CHECK(none.empty());
}

TEST_CASE("chunk reader: chunks stay as they are while others are opened") {
  const Encoded first = related_series(1'000'000, 1), second = related_series(1'000'000, 2),
                later = related_series(9'000'000, 3);
  ChunkReader reader;
  const auto a = *reader.open(first.chunk, all_slots());
  const auto b = *reader.open(second.chunk, all_slots());
  const auto c = *reader.open(later.chunk, all_slots());
  for (std::uint32_t slot = 0; slot < 10; ++slot) {
    CHECK(same_bits(values_of(*a, slot), first.values[slot]));
    CHECK(same_bits(values_of(*b, slot), second.values[slot]));
    CHECK(same_bits(values_of(*c, slot), later.values[slot]));
  }
  // Times that chunks have in common are in memory once.
  CHECK(a->parts()[0].times == b->parts()[0].times);
  CHECK(a->parts()[0].times != c->parts()[0].times);
  CHECK(a->bytes() >= b->bytes() + kSamples * sizeof(std::int64_t) / 2);
}

TEST_CASE("chunk reader: a series of several parts has them all, in order") {
  // A column of four times, 1 to 4 s; slots 3, 4 and 3 again; of each part column, first and count.
  std::string content("\x04\x01\x04\x03\x06\x00\x03\x01\x00\x02\x01\x00\x01\x01\x02\x02", 16);
  // Flags, forms, bases, the times' slope and body: constants 1, 2 and 4.
  content += std::string("\x03\x00\x00\x00\x00\x00\x00\x00\xd0\x0f\x02\x04\x08", 13);
  content += std::string("\xd0\x0f\x01\x00", 4);
  Compressor compressor;
  const auto chunk = ChunkReader().open(*compressor.compress(content, 1), all_slots());
  REQUIRE(chunk.ok());
  CHECK(values_of(**chunk, 3) == std::vector<double>{1, 1, 4, 4});
  CHECK(values_of(**chunk, 4) == std::vector<double>{2});
}

TEST_CASE("chunk reader: times that do not rise are Corrupt for who needs them") {
  // Two columns of two times, 1 and 2 s, and 1 s twice; a part with each.
  std::string content("\x04\x02\x02\x02\x02\x00\x00\x01\x00\x02\x02\x00\x02", 13);
  content += std::string("\x03\x03\x00\x00\x00\x00\x00\x00\xd0\x0f\xd0\x0f\x02\x04", 14);
  content += std::string("\xd0\x0f\x00\x01\x01\x00\x00", 7);
  Compressor compressor;
  const std::string chunk = *compressor.compress(content, 1);
  ChunkReader reader;
  CHECK(values_of(**reader.open(chunk, only_slot(0)), 0) == std::vector<double>{1, 1});
  CHECK(reader.open(chunk, only_slot(1)).error().kind == ErrorKind::Corrupt);
  CHECK(reader.open(chunk, all_slots()).error().kind == ErrorKind::Corrupt);
}

TEST_CASE("chunk reader: cut, foreign and hostile content is Corrupt") {
  Compressor compressor;
  ChunkReader reader;
  const auto opens = [&](std::string_view content) {
    return reader.open(*compressor.compress(content, 1), only_slot(0)).ok();
  };
  CHECK_FALSE(opens(""));
  CHECK_FALSE(opens(std::string_view("\x01\x00\x00", 3)));
  CHECK(opens(std::string_view("\x04\x00\x00", 3)));
  // A part of a column of times that there is not, and a column of more times than one may have.
  CHECK_FALSE(opens(std::string_view("\x04\x00\x01\x00\x01\x00\x01\x00\x00\x00", 10)));
  CHECK_FALSE(opens("\x04\x01\xff\xff\xff\xff\x7f\x01"));
  // The first part has nothing before it whose samples could be its own.
  CHECK_FALSE(opens(std::string_view("\x04\x00\x01\x00\x00\x00\x00\x00", 8)));
}

TEST_CASE("chunk reader: a chunk whose columns refer to later ones or in circles is Corrupt") {
  Compressor compressor;
  const auto opens = [&](char first_reference, char second_reference) {
    // One column of two times, 1 and 2 s; two series of two samples with the same times. Of each
    // column flags, form and base; the slope of the times; a reference each; a body's length.
    std::string content("\x04\x01\x02\x02\x00\x00\x01\x00\x02\x00", 10);
    content += std::string("\x03\x05\x05\x00\x00\x00\xd0\x0f\x00\x00\xd0\x0f", 12);
    content += {1, first_reference, 1, second_reference};
    content += std::string("\x01\x00", 2);
    return ChunkReader().open(*compressor.compress(content, 1), all_slots()).ok();
  };
  CHECK_FALSE(opens(2, 0));
  CHECK_FALSE(opens(0, 2));
  CHECK_FALSE(opens(2, 2));
}
