#include "collectors/services/service_ranking.h"

#include <algorithm>

namespace lapwing::collectors::services {
namespace {

constexpr double kLead = 1.5;
constexpr double kLeast = 0.0005;  // of the host: below that a lead is noise
constexpr Duration kTenure = 60s;
constexpr std::size_t kSwapsACall = 3;

bool is_new(const Rank& rank, Timestamp now) {
  return rank.since != kBeginningOfTime && now >= rank.since && now - rank.since < kTenure;
}

}  // namespace

std::vector<RankChange> rerank(const std::vector<Rank>& services, std::size_t limit,
                               Timestamp now) {
  std::vector<RankChange> changes;
  std::vector<Rank> inside;
  std::vector<Rank> outside;
  for (const Rank& rank : services) {
    if (rank.own_series && rank.present) inside.push_back(rank);
    if (!rank.own_series && rank.present) outside.push_back(rank);
    if (rank.own_series && !rank.present) changes.push_back({rank.service, false});
  }
  const auto larger = [](const Rank& a, const Rank& b) {
    return a.use != b.use ? a.use > b.use : a.service < b.service;
  };
  std::sort(inside.begin(), inside.end(), larger);
  std::sort(outside.begin(), outside.end(), larger);
  while (inside.size() > limit) {  // The limit was lowered.
    changes.push_back({inside.back().service, false});
    inside.pop_back();
  }
  auto next = outside.begin();
  for (std::size_t free = limit - inside.size(); free > 0 && next != outside.end(); --free, ++next)
    changes.push_back({next->service, true});
  auto last = inside.rbegin();
  for (std::size_t swaps = 0; swaps < kSwapsACall && next != outside.end(); ++swaps, ++next) {
    while (last != inside.rend() && is_new(*last, now)) ++last;
    if (last == inside.rend() || next->use <= kLead * last->use + kLeast) break;
    changes.push_back({last->service, false});
    changes.push_back({next->service, true});
    ++last;
  }
  return changes;
}

}  // namespace lapwing::collectors::services
