#include <snappy.h>

#include <protozero/pbf_reader.hpp>
#include <protozero/pbf_writer.hpp>

#include "tests/dashboard/fixture.h"

namespace lapwing::dashboard {
namespace {

std::string read_body(Timestamp from, Timestamp to,
                      const std::vector<std::pair<std::string, std::string>>& equal) {
  std::string message, block;
  {
    protozero::pbf_writer request(message);
    protozero::pbf_writer query(request, 1);
    query.add_int64(1, to_millis(from));
    query.add_int64(2, to_millis(to));
    for (const auto& [name, value] : equal) {
      protozero::pbf_writer matcher(query, 3);
      matcher.add_string(2, name);
      matcher.add_string(3, value);
    }
  }
  snappy::Compress(message.data(), message.size(), &block);
  return block;
}

/// Each series of the answer as its labels and the number of its samples.
std::vector<std::string> series_of(const http::Response& response) {
  std::string message;
  REQUIRE(snappy::Uncompress(response.body.data(), response.body.size(), &message));
  std::vector<std::string> all;
  protozero::pbf_reader results(message);
  while (results.next(1)) {
    protozero::pbf_reader result = results.get_message();
    while (result.next(1)) {
      protozero::pbf_reader series = result.get_message();
      std::string text;
      int samples = 0;
      while (series.next()) {
        const bool is_label = series.tag() == 1;
        protozero::pbf_reader field = series.get_message();
        if (!is_label) {
          ++samples;
          continue;
        }
        while (field.next()) {
          const bool is_name = field.tag() == 1;
          text += field.get_string() + (is_name ? "=" : " ");
        }
      }
      all.push_back(text + std::to_string(samples));
    }
  }
  return all;
}

TEST_CASE("remote read: gives the samples of the range, both ends included") {
  testing::Fixture fixture;
  const auto response =
      fixture.ask("POST", "/api/v1/read",
                  read_body(testing::kNow - 30s, testing::kNow, {{"__name__", "requests_total"}}));
  REQUIRE(response.status == 200);
  CHECK(response.content_type == "application/x-protobuf");
  CHECK(response.headers[0] == std::pair<std::string, std::string>("Content-Encoding", "snappy"));
  // Own labels win over the external ones (job=outside, site=berlin).
  CHECK(series_of(response) ==
        std::vector<std::string>{"__name__=requests_total code=200 job=web site=berlin 3",
                                 "__name__=requests_total code=500 job=web site=berlin 3"});
}

TEST_CASE("remote read: matchers on external labels find the series, which do not have them") {
  testing::Fixture fixture;
  const auto ask = [&](const std::string& site) {
    return series_of(fixture.ask(
        "POST", "/api/v1/read",
        read_body(testing::kNow - 30s, testing::kNow, {{"__name__", "up"}, {"site", site}})));
  };
  CHECK(ask("berlin").size() == 1);
  CHECK(ask("paris").empty());
}

TEST_CASE("remote read: the empty request and an empty range have empty answers") {
  testing::Fixture fixture;
  CHECK(fixture.ask("POST", "/api/v1/read", std::string(1, '\0')).body == std::string(1, '\0'));
  const auto none = fixture.ask("POST", "/api/v1/read",
                                read_body(testing::kNow, testing::kNow - 1s, {{"__name__", "up"}}));
  CHECK(none.status == 200);
  CHECK(series_of(none).empty());
}

TEST_CASE("remote read: broken requests are refused") {
  testing::Fixture fixture;
  CHECK(fixture.ask("POST", "/api/v1/read", "garbage").status == 400);
  CHECK(fixture.ask("POST", "/api/v1/read", "").status == 400);
  CHECK(fixture.ask("POST", "/api/v1/read", std::string("\x01\x00\x0a", 3)).status == 400);
}

}  // namespace
}  // namespace lapwing::dashboard
