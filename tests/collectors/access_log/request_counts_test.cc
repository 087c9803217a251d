#include "collectors/access_log/request_counts.h"

#include <catch2/catch.hpp>

using namespace lapwing::collectors::access_log;

namespace {
std::string names(const RequestCounts& counts) {
  std::string text;
  for (const auto& cell : counts.cells())
    text += std::string(counts.host(cell)) + "/" + std::string(RequestCounts::method(cell)) + "/" +
            std::string(RequestCounts::status(cell)) + "=" + std::to_string(cell.requests) + " ";
  return text;
}
}  // namespace

TEST_CASE("request counts: labels are bounded whatever the lines say") {
  RequestCounts counts(2);
  counts.add({"GET", 200, -1, "a"});
  counts.add({"GET", 204, -1, "a"});
  counts.add({"BREW", 999, -1, "b"});
  counts.add({"", 0, -1, "c"});
  counts.add({"POST", 503, -1, "\xff"});
  counts.add({"POST", 503, -1, std::string(300, 'x')});
  counts.add({"POST", 503, -1, ""});
  CHECK(names(counts) ==
        "a/GET/2xx=2 b/other/other=1 other/other/other=1 other/POST/5xx=2 /POST/5xx=1 ");
}

TEST_CASE("request counts: without a host limit there is no host") {
  RequestCounts counts(0);
  counts.add({"GET", 101, -1, "a"});
  CHECK(names(counts) == "/GET/1xx=1 ");
}

TEST_CASE("request counts: durations fall into the bucket whose bound they reach") {
  RequestCounts counts(0);
  for (const double seconds : {0.0, 0.001, 0.0011, 10.0, 10.1})
    counts.add({"GET", 200, seconds, ""});
  counts.add({"GET", 200, -1, ""});
  const auto& cell = counts.cells().at(0);
  CHECK(cell.requests == 6);
  CHECK(cell.timed == 5);
  CHECK(cell.seconds == Approx(20.1021));
  CHECK(cell.buckets[0] == 2);
  CHECK(cell.buckets[1] == 1);
  CHECK(cell.buckets[12] == 1);
  CHECK(cell.buckets[13] == 1);
}
