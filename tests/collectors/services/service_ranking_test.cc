#include "collectors/services/service_ranking.h"

#include <catch2/catch.hpp>

using namespace lapwing;
using namespace lapwing::collectors::services;

namespace {
constexpr Timestamp kNow = from_millis(1'700'000'000'000);

Rank rank(std::uint32_t id, double use, bool own, Duration ago = 1h, bool present = true) {
  return {ServiceId(id), use, own, present, kNow - ago};
}
RankChange given(std::uint32_t id) { return {ServiceId(id), true}; }
RankChange taken(std::uint32_t id) { return {ServiceId(id), false}; }
}  // namespace

TEST_CASE("service_ranking: free places go to the largest") {
  CHECK(rerank({rank(1, 0.1, false), rank(2, 0.3, false), rank(3, 0.2, false)}, 2, kNow) ==
        std::vector{given(2), given(3)});
  CHECK(rerank({}, 2, kNow).empty());
  CHECK(rerank({rank(1, 0.1, false)}, 0, kNow).empty());
}

TEST_CASE("service_ranking: a lead of half as much takes a place, less does not") {
  CHECK(rerank({rank(1, 0.2, true), rank(2, 0.29, false)}, 1, kNow).empty());
  CHECK(rerank({rank(1, 0.2, true), rank(2, 0.31, false)}, 1, kNow) ==
        std::vector{taken(1), given(2)});
  // Among those that use next to nothing nobody leads.
  CHECK(rerank({rank(1, 0, true), rank(2, 0.0004, false)}, 1, kNow).empty());
}

TEST_CASE("service_ranking: who came within the last minute stays") {
  CHECK(rerank({rank(1, 0.2, true, 30s), rank(2, 0.9, false)}, 1, kNow).empty());
  CHECK(rerank({rank(1, 0.2, true, 30s), rank(3, 0.3, true), rank(2, 0.9, false)}, 2, kNow) ==
        std::vector{taken(3), given(2)});
}

TEST_CASE("service_ranking: who was there from the start may go at once") {
  CHECK(rerank({{ServiceId(1), 0.2, true}, rank(2, 0.9, false)}, 1, kNow) ==
        std::vector{taken(1), given(2)});
}

TEST_CASE("service_ranking: two of about equal use do not take turns") {
  std::vector<Rank> services = {rank(1, 0.1, true), rank(2, 0.1, false)};
  int changes = 0;
  for (int i = 0; i < 100; ++i) {
    services[0].use = i % 2 == 0 ? 0.09 : 0.11;
    services[1].use = i % 2 == 0 ? 0.11 : 0.09;
    changes += int(rerank(services, 1, kNow).size());
  }
  CHECK(changes == 0);
}

TEST_CASE("service_ranking: the absent lose their place, and so does who is past a lowered limit") {
  CHECK(rerank({rank(1, 0.2, true, 1h, false), rank(2, 0.1, false)}, 1, kNow) ==
        std::vector{taken(1), given(2)});
  CHECK(rerank({rank(1, 0.2, true), rank(2, 0.1, true)}, 1, kNow) == std::vector{taken(2)});
}
