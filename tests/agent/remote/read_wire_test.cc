#include "agent/remote/read_wire.h"

#include <bit>
#include <catch2/catch.hpp>
#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "agent/remote/wire.h"

using namespace lapwing;
using namespace lapwing::remote;

namespace {

std::string matcher(int kind, const std::string& name, const std::string& value) {
  std::string out;
  protozero::pbf_writer message(out);
  message.add_enum(1, kind);
  message.add_string(2, name);
  message.add_string(3, value);
  return out;
}

std::string query(std::int64_t from, std::int64_t to, const std::vector<std::string>& matchers) {
  std::string out;
  protozero::pbf_writer message(out);
  message.add_int64(1, from);
  message.add_int64(2, to);
  for (const std::string& one : matchers) message.add_message(3, one);
  message.add_message(4, std::string());  // hints
  return out;
}

std::string request(const std::vector<std::string>& queries, std::vector<int> types = {}) {
  std::string out;
  protozero::pbf_writer message(out);
  for (const std::string& one : queries) message.add_message(1, one);
  if (!types.empty()) message.add_packed_enum(2, types.begin(), types.end());
  return out;
}

}  // namespace

TEST_CASE("read wire: a request's queries, times and all kinds of matchers") {
  const auto read =
      read_read_request(request({query(1000, 2000,
                                       {matcher(0, "__name__", "up"), matcher(1, "a", "b"),
                                        matcher(2, "c", "d.*"), matcher(3, "e", "f|g")}),
                                 query(-5, 5, {})},
                                {1, 0}));
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  CHECK((*read)[0].range.from == from_millis(1000));
  CHECK((*read)[0].range.to == from_millis(2000));
  REQUIRE((*read)[0].matchers.size() == 4);
  CHECK((*read)[0].matchers[0].to_string() == "__name__=\"up\"");
  CHECK((*read)[0].matchers[1].kind() == MatchKind::NotEqual);
  CHECK((*read)[0].matchers[2].matches(std::string_view("deep")));
  CHECK((*read)[0].matchers[3].kind() == MatchKind::NotRegex);
  CHECK((*read)[1].range.from == from_millis(-5));
  CHECK(read_read_request("")->empty());
}

TEST_CASE("read wire: what is no request, or asks for what is not served, is Invalid") {
  for (const std::string& bad :
       {std::string("\x0a\x7f"), std::string("\x08\x01"), request({std::string("\x0a\x01x")}),
        request({query(0, 1, {matcher(4, "a", "b")})}),
        request({query(0, 1, {matcher(2, "a", "(")})}),
        request({query(0, 1, {matcher(0, "a", "\xff")})}), request({query(0, 1, {})}, {1}),
        request(std::vector<std::string>(kReadQueries + 1, query(0, 1, {}))),
        request({query(0, 1, std::vector<std::string>(kReadMatchers + 1, matcher(0, "a", "b")))})})
    CHECK(read_read_request(bad).error().kind == ErrorKind::Invalid);
}

TEST_CASE("read wire: every cut of a request is Invalid or a shorter request, never a crash") {
  const std::string whole = request({query(1000, 2000, {matcher(2, "c", "d.*")})}, {0});
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = read_read_request(std::string_view(whole).substr(0, size));
    if (read) CHECK(read->size() <= 1);
  }
}

TEST_CASE("read wire: a response carries labels and samples bit for bit, a result a query") {
  ReadResponse response;
  response.begin_result();
  Columns samples;
  samples.times = {from_millis(1000), from_millis(2000)};
  samples.values = {0.1, std::bit_cast<double>(kStaleBits)};
  response.add_series({{"__name__", "m"}, {"a", "b"}}, samples);
  CHECK(response.bytes() > 30);
  response.begin_result();
  std::string message;
  REQUIRE(uncompress(response.take_block(), 1000, message) == Compression::Sound);
  protozero::pbf_reader results(message);
  REQUIRE(results.next(1));
  protozero::pbf_reader result = results.get_message();
  REQUIRE(result.next(1));
  protozero::pbf_reader series = result.get_message();
  REQUIRE(series.next(1));
  protozero::pbf_reader label = series.get_message();
  REQUIRE((label.next(1) && label.get_string() == "__name__"));
  REQUIRE(series.next(1));
  series.skip();
  for (std::size_t i = 0; i < 2; ++i) {
    REQUIRE(series.next(2));
    protozero::pbf_reader sample = series.get_message();
    REQUIRE(sample.next(1));
    CHECK(std::bit_cast<std::uint64_t>(sample.get_double()) ==
          std::bit_cast<std::uint64_t>(samples.values[i]));
    REQUIRE(sample.next(2));
    CHECK(sample.get_int64() == to_millis(samples.times[i]));
  }
  CHECK_FALSE(result.next(1));
  REQUIRE(results.next(1));
  CHECK(results.get_view().size() == 0);
  CHECK_FALSE(results.next());
  CHECK(response.take_block() == std::string(1, '\0'));
}
