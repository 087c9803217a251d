#include "agent/remote/wire.h"

#include <catch2/catch.hpp>

#include "tests/agent/remote/write_message.h"

namespace lapwing::remote {
namespace {

using testing::packed;
using testing::request_message;
using testing::TestSeries;

/// What a visitor heard, as text: one line a series, with its samples.
struct Heard {
  std::string text;
  std::uint64_t exemplars = 0;
  std::uint64_t histograms = 0;
  bool too_many_labels = false;

  WireVisitor visitor() {
    return {[this](const WireSeries& series) {
              for (const Label& label : series.labels)
                text.append(label.name).append("=").append(label.value).append(" ");
              text += "#" + std::to_string(series.samples) + "\n";
              exemplars += series.exemplars;
              histograms += series.histograms;
              too_many_labels = too_many_labels || series.has_too_many_labels;
            },
            [this](Sample sample) {
              text += std::to_string(to_millis(sample.time)) + ":" +
                      std::to_string(int(sample.value)) + "\n";
            }};
  }
};

std::string heard(const std::string& message, std::size_t label_limit = 10) {
  Heard all;
  const auto totals = read_write_request(message, label_limit, all.visitor());
  return totals.ok() ? all.text : "refused: " + totals.error().message;
}

}  // namespace

TEST_CASE("snappy: a block comes back as it was") {
  const std::string text(100'000, 'x');
  std::string out = "before";
  CHECK(uncompress(packed(text), text.size(), out) == Compression::Sound);
  CHECK(out == text);
  CHECK(uncompress(packed(""), 10, out) == Compression::Sound);
  CHECK(out.empty());
}

TEST_CASE("snappy: empty, truncated and scrambled blocks are Broken") {
  std::string out;
  const std::string block = packed("some text that is long enough to be cut, long enough");
  CHECK(uncompress("", 1000, out) == Compression::Broken);
  for (std::size_t size = 1; size < block.size(); ++size)
    CHECK(uncompress(block.substr(0, size), 1000, out) == Compression::Broken);
  CHECK(uncompress("\xff\xff\xff\xff\xff\xff", 1000, out) == Compression::Broken);
  CHECK(uncompress(block + "x", 1000, out) == Compression::Broken);
}

TEST_CASE("snappy: what says to be too large is refused before memory is asked for") {
  std::string out;
  const std::string block = packed(std::string(1001, 'x'));
  CHECK(uncompress(block, 1000, out) == Compression::TooLarge);
  CHECK(uncompress(block, 1001, out) == Compression::Sound);
  // 32 MiB in five bytes: within the limit, but no block of that length can be so large.
  CHECK(uncompress("\x80\x80\x80\x10x", 64u << 20, out) == Compression::Broken);
  CHECK(out.capacity() < 10'000);
}

TEST_CASE("write request: series come with their labels and samples, in order") {
  CHECK(heard(request_message(
            {{{{"__name__", "up"}, {"job", "a"}}, {{from_millis(1), 5}, {from_millis(-2), 6}}},
             {{{"__name__", "down"}}, {}}})) ==
        "__name__=up job=a #2\n1:5\n-2:6\n__name__=down #0\n");
}

TEST_CASE("write request: labels are known before samples in whatever order the fields come") {
  TestSeries series{{{"__name__", "up"}}, {{from_millis(1), 5}}};
  series.samples_first = true;
  CHECK(heard(request_message({series})) == "__name__=up #1\n1:5\n");
}

TEST_CASE("write request: an empty message has no series") { CHECK(heard("").empty()); }

TEST_CASE("write request: exemplars, histograms and metadata are counted") {
  Heard all;
  const auto totals = read_write_request(
      request_message({{{{"__name__", "a"}}, {}, 2, 3}, {{{"__name__", "b"}}, {}, 1, 0}}, 4), 10,
      all.visitor());
  REQUIRE(totals.ok());
  CHECK(totals->metadata == 4);
  CHECK(all.exemplars == 3);
  CHECK(all.histograms == 3);
}

TEST_CASE("write request: labels past the limit are left out and told") {
  Heard all;
  const std::string message =
      request_message({{{{"a", "1"}, {"b", "2"}, {"c", "3"}}, {{from_millis(1), 5}}}});
  REQUIRE(read_write_request(message, 2, all.visitor()).ok());
  CHECK(all.text == "a=1 b=2 #1\n1:5\n");
  CHECK(all.too_many_labels);
  Heard fits;
  REQUIRE(read_write_request(message, 3, fits.visitor()).ok());
  CHECK_FALSE(fits.too_many_labels);
}

TEST_CASE("write request: unknown fields are skipped") {
  std::string message = request_message({{{{"__name__", "up"}}, {{from_millis(1), 5}}}});
  protozero::pbf_writer writer(message);
  writer.add_string(77, "new");
  writer.add_uint64(78, 5);
  CHECK(heard(message) == "__name__=up #1\n1:5\n");
}

TEST_CASE("write request: a truncated message is Invalid and nothing of it is visited") {
  const std::string message =
      request_message({{{{"__name__", "up"}}, {{from_millis(1), 5}}, 1, 1}}, 1);
  const std::size_t second = message.size();
  const std::string two = message + request_message({{{{"__name__", "b"}}, {{from_millis(1), 5}}}});
  for (std::size_t size = second + 1; size < two.size(); ++size)
    CHECK(heard(two.substr(0, size)).find("refused: not a prometheus.WriteRequest") == 0);
}

TEST_CASE("write request: a field of the wrong type is Invalid") {
  std::string message;
  protozero::pbf_writer(message).add_uint64(1, 5);
  CHECK(heard(message).find("wrong type") != std::string::npos);
  std::string sample;
  protozero::pbf_writer(sample).add_string(1, "12345678");
  std::string series;
  protozero::pbf_writer(series).add_message(2, sample);
  std::string request;
  protozero::pbf_writer(request).add_message(1, series);
  CHECK(heard(request).find("wrong type") != std::string::npos);
}

}  // namespace lapwing::remote
