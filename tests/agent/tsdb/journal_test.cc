#include "agent/tsdb/journal.h"

#include <algorithm>
#include <bit>
#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "agent/base/file.h"
#include "tests/support/temporary_directory.h"

using namespace lapwing;
using namespace lapwing::tsdb;

namespace {

using Told = std::tuple<std::uint32_t, std::int64_t, std::uint64_t>;  // id, time, bits

struct Collected final : JournalSink {
  std::map<std::uint32_t, std::string> labels;
  std::vector<Told> samples_told;

  void series(std::uint32_t id, SeriesKind, const Labels& text) override {
    labels[id] = text.to_string();
  }
  void samples(std::string_view, std::int64_t time, std::span<const std::uint32_t> ids,
               std::span<const Timestamp> times, std::span<const double> values) override {
    for (std::size_t i = 0; i < ids.size(); ++i)
      samples_told.emplace_back(ids[i], times.empty() ? time : to_millis(times[i]),
                                std::bit_cast<std::uint64_t>(values[i]));
  }
};

constexpr int kSeriesCount = 5;
constexpr int kRestartEvery = 10;

struct Written {
  std::string bytes;
  std::vector<std::size_t> ends;  // of each frame
  Collected told;                 // what an undamaged replay tells
};

/// A segment of `frames` seconds; series are defined in the first frame.
Written write_segment(const std::string& folder, int frames) {
  JournalEncoder encoder;
  JournalWriter writer(folder, 77);
  std::vector<SeriesRef> refs;
  for (int i = 1; i <= kSeriesCount; ++i) {
    refs.push_back(SeriesRef(std::uint32_t(i * 100)));
    encoder.series(std::uint32_t(i * 100), SeriesKind::Gauge,
                   {{"__name__", "m"}, {"i", std::to_string(i)}});
  }
  Written written;
  std::mt19937 random(3);
  for (int second = 0; second < frames; ++second) {
    if (second % kRestartEvery == 0) encoder.restart();
    std::vector<double> values;
    for (int i = 0; i < kSeriesCount; ++i) values.push_back(double(random() % 3) / 4);
    std::vector<std::uint32_t> skipped;
    if (second == 7) skipped = {0, 3};
    encoder.batch("cpu", 1000 * second, refs, values, skipped);
    const SeriesRef late = refs[2];
    const Timestamp time = from_millis(second + 1);
    encoder.samples({&late, 1}, {&time, 1}, {values.data(), 1}, {});
    REQUIRE(writer.write(4, encoder.take(), from_millis(1000 * second)).ok());
    written.ends.push_back(read_file(folder + "/0000000004.wal")->size());
  }
  written.bytes = *read_file(folder + "/0000000004.wal");
  const SegmentReplay replay = replay_segment(written.bytes, written.told);
  REQUIRE(replay.header->epoch == 77);
  REQUIRE(replay.header->number == 4);
  REQUIRE(replay.frames == std::uint64_t(frames));
  REQUIRE(replay.damaged == 0);
  REQUIRE(replay.torn_bytes == 0);
  REQUIRE(written.told.samples_told.size() == std::size_t(frames * (kSeriesCount + 1) - 2));
  return written;
}

/// A segment of batches alone, of which many values change a little each second.
Written write_batches(const std::string& folder, int frames, bool continued) {
  constexpr std::uint32_t kPlaces = 300;
  JournalEncoder encoder;
  JournalWriter writer(folder, 77);
  std::vector<SeriesRef> refs;
  for (std::uint32_t i = 1; i <= kPlaces; ++i) {
    refs.push_back(SeriesRef(i));
    encoder.series(i, SeriesKind::Gauge, {{"__name__", "m"}, {"i", std::to_string(i)}});
  }
  Written written;
  std::vector<double> values(kPlaces);
  for (int second = 0; second < frames; ++second) {
    if (second % kRestartEvery == 0) encoder.restart();
    for (std::size_t i = 0; i < kPlaces; i += 3) values[i] += double(i * i % 1000) + second % 2;
    encoder.batch("cpu", 1000 * second, refs, values, {});
    const bool continues = encoder.continues();
    REQUIRE(continues == (second % kRestartEvery != 0));
    REQUIRE(writer
                .write(4, encoder.take(), from_millis(1000 * second),
                       continues && continued ? Context::Continues : Context::Alone)
                .ok());
    written.ends.push_back(read_file(folder + "/0000000004.wal")->size());
  }
  written.bytes = *read_file(folder + "/0000000004.wal");
  const SegmentReplay replay = replay_segment(written.bytes, written.told);
  REQUIRE(replay.frames == std::uint64_t(frames));
  REQUIRE(replay.damaged == 0);
  REQUIRE(written.told.samples_told.size() == std::size_t(frames) * kPlaces);
  return written;
}

}  // namespace

TEST_CASE("journal: frames that continue take less and tell the same") {
  const testing::TemporaryDirectory folder, other;
  const Written alone = write_batches(folder.path(), 40, false);
  const Written continued = write_batches(other.path(), 40, true);
  CHECK(continued.told.samples_told == alone.told.samples_told);
  CHECK(continued.bytes.size() * 10 < alone.bytes.size() * 8);
}

TEST_CASE("journal: damage costs frames that continue up to the next restart, none behind it") {
  const testing::TemporaryDirectory folder;
  const Written written = write_batches(folder.path(), 40, true);
  const std::set<Told> all(written.told.samples_told.begin(), written.told.samples_told.end());
  const std::size_t each = all.size() / 40;
  for (std::size_t frame = 1; frame < 40; ++frame) {
    std::string bytes = written.bytes;
    const std::size_t at = written.ends[frame] - 3;
    bytes[at] = char(bytes[at] ^ 4);
    Collected told;
    const SegmentReplay replay = replay_segment(bytes, told);
    CHECK(replay.damaged == 1);
    // Its own and those that build on it.
    const std::size_t lost = kRestartEvery - frame % kRestartEvery;
    REQUIRE(told.samples_told.size() == (40 - lost) * each);
    REQUIRE(replay.frames == 40 - lost);
    for (const Told& sample : told.samples_told) REQUIRE(all.count(sample) == 1);
  }
}

TEST_CASE("journal: a window knows what follows a frame that is alone, until something is lost") {
  JournalWindow window;
  CHECK(window.before(Context::Alone) == std::string_view());
  CHECK_FALSE(window.before(Context::Continues).has_value());
  window.add("ab", Context::Alone);
  window.add("c", Context::Continues);
  CHECK(window.before(Context::Continues) == "abc");
  window.add(std::string(100'000, 'x') + "yz", Context::Continues);
  CHECK(window.before(Context::Continues)->size() == 16 * 1024);
  CHECK(window.before(Context::Continues)->ends_with("xyz"));
  window.lost();
  CHECK_FALSE(window.before(Context::Continues).has_value());
  window.add("d", Context::Alone);
  CHECK(window.before(Context::Continues) == "d");
}

TEST_CASE("journal: cut at any byte, all whole frames before the cut are told") {
  const testing::TemporaryDirectory folder;
  const Written written = write_segment(folder.path(), 25);
  REQUIRE(written.told.labels.size() == kSeriesCount);
  for (std::size_t cut = 0; cut <= written.bytes.size(); ++cut) {
    Collected told;
    const SegmentReplay replay =
        replay_segment(std::string_view(written.bytes).substr(0, cut), told);
    std::uint64_t whole = 0;
    while (whole < written.ends.size() && written.ends[std::size_t(whole)] <= cut) ++whole;
    REQUIRE(replay.frames == whole);
    REQUIRE(replay.damaged == 0);
    REQUIRE(replay.header.has_value() == (cut >= 32));
    REQUIRE(told.samples_told.size() <= written.told.samples_told.size());
    REQUIRE(std::equal(told.samples_told.begin(), told.samples_told.end(),
                       written.told.samples_told.begin()));
  }
}

TEST_CASE("journal: a flipped bit costs at most its frame and what builds on it") {
  const testing::TemporaryDirectory folder;
  const Written written = write_segment(folder.path(), 40);
  const std::set<Told> all(written.told.samples_told.begin(), written.told.samples_told.end());
  std::mt19937 random(4);
  for (int round = 0; round < 400; ++round) {
    std::string bytes = written.bytes;
    // The first frame holds the definitions; damage there costs the segment's series.
    const std::size_t at = written.ends[0] + random() % (bytes.size() - written.ends[0]);
    bytes[at] = char(bytes[at] ^ (1 << (random() % 8)));
    Collected told;
    const SegmentReplay replay = replay_segment(bytes, told);
    REQUIRE(replay.damaged + (replay.torn_bytes > 0 ? 1 : 0) >= 1);
    for (const Told& sample : told.samples_told) REQUIRE(all.count(sample) == 1);
    const std::size_t most_lost = kRestartEvery * kSeriesCount + 1;
    REQUIRE(told.samples_told.size() + most_lost >= all.size());
    REQUIRE(told.samples_told.size() < written.told.samples_told.size());
  }
}

TEST_CASE("journal: damage in the last frame is no torn tail, a frame that was cut is") {
  const testing::TemporaryDirectory folder;
  const Written written = write_segment(folder.path(), 12);
  const auto replayed = [](std::string_view bytes) {
    Collected told;
    return replay_segment(bytes, told);
  };
  const std::size_t last = written.ends[10], size = written.bytes.size() - last;
  for (const std::size_t at : {last, last + 5, last + 9, size + last - 1}) {
    std::string flipped = written.bytes;
    flipped[at] = char(flipped[at] ^ 1);
    INFO(at - last);
    CHECK(replayed(flipped).damaged == 1);
    CHECK(replayed(flipped).torn_bytes == 0);
  }
  std::string zeroed = written.bytes;
  zeroed.replace(last, size, size, '\0');
  CHECK(replayed(zeroed).damaged == 1);
  std::string all = written.bytes;
  for (std::size_t frame = 0; frame < 12; ++frame) all[written.ends[frame] - 1] ^= 1;
  CHECK(replayed(all).damaged == 1);
  CHECK(replayed(all).frames == 0);
  const std::string_view cut = std::string_view(written.bytes).substr(0, last + size - 1);
  CHECK(replayed(cut).damaged == 0);
  CHECK(replayed(cut).torn_bytes == size - 1);
}

TEST_CASE("journal: frames missing without a trace are noticed, zeroed ones too") {
  const testing::TemporaryDirectory folder;
  const Written written = write_segment(folder.path(), 40);
  std::string missing = written.bytes;
  missing.erase(written.ends[11], written.ends[12] - written.ends[11]);
  std::string zeroed = written.bytes;
  zeroed.replace(written.ends[11], written.ends[13] - written.ends[11],
                 written.ends[13] - written.ends[11], '\0');
  for (const std::string& bytes : {missing, zeroed}) {
    Collected told;
    CHECK(replay_segment(bytes, told).damaged >= 1);
    // The last restart comes at second 30: all from there on is told.
    CHECK(std::equal(told.samples_told.end() - 60, told.samples_told.end(),
                     written.told.samples_told.end() - 60));
  }
}

TEST_CASE("journal: segments are dropped when all of their samples are elsewhere") {
  const testing::TemporaryDirectory folder;
  JournalWriter writer(folder.path(), 1);
  REQUIRE(writer.write(1, "", from_millis(1000)).ok());
  REQUIRE(writer.write(2, "", from_millis(5000)).ok());
  REQUIRE(writer.write(3, "", from_millis(2000)).ok());
  REQUIRE(writer.sync().ok());
  writer.drop(2, from_millis(3000));
  auto left = list_segments(folder.path());
  REQUIRE(left->size() == 2);
  CHECK(left->front().number == 2);
  writer.drop(3, from_millis(9000));
  left = list_segments(folder.path());
  REQUIRE(left->size() == 1);  // The current one stays.
  CHECK(left->front().number == 3);
  CHECK(writer.bytes() == left->front().bytes);
}

TEST_CASE("journal: a folder that is gone is Unavailable, and writing goes on when it is back") {
  const testing::TemporaryDirectory folder;
  JournalWriter writer(folder / "journal", 1);
  CHECK(writer.write(1, "", kBeginningOfTime).error().kind != ErrorKind::Corrupt);
  REQUIRE(make_directories(folder / "journal").ok());
  CHECK(writer.write(1, "", kBeginningOfTime).ok());
  Collected told;
  CHECK(replay_segment(*read_file(folder / "journal/0000000001.wal"), told).frames == 1);
}
