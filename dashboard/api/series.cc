// labels, label values and series: what exists, without its samples.
#include <algorithm>
#include <iterator>

#include "agent/base/utf8.h"
#include "dashboard/api/envelope.h"
#include "dashboard/api/handlers.h"
#include "dashboard/api/parameters.h"
#include "dashboard/api/values.h"

namespace lapwing::dashboard::api {
namespace {

using MatcherSets = std::vector<std::vector<Matcher>>;
using Names = std::vector<std::string>;

/// The union, over all matcher sets (or over everything when there are none), of what `ask` says.
template <typename Ask>
Result<Names> merged(const MatcherSets& sets, const Ask& ask) {
  if (sets.empty()) return ask(std::span<const Matcher>());
  Names all;
  for (const std::vector<Matcher>& matchers : sets) {
    Result<Names> names = ask(std::span<const Matcher>(matchers));
    if (!names) return names;
    all.insert(all.end(), std::make_move_iterator(names->begin()),
               std::make_move_iterator(names->end()));
  }
  std::sort(all.begin(), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  return all;
}

http::Response list_of(const Result<Names>& names, std::size_t limit) {
  if (!names) return failure(names.error());
  Success success;
  Names warnings;
  std::size_t count = names->size();
  if (limit != 0 && count > limit) {
    count = limit;
    warnings.emplace_back(kTruncated);
  }
  success.json().begin_array();
  for (std::size_t i = 0; i < count; ++i) success.json().string((*names)[i]);
  success.json().end_array();
  return std::move(success).response(warnings);
}

/// What labels and label values have in common; `ask(matchers, range)` gives the names.
template <typename Ask>
http::Response names_response(const http::Request& request, const Ask& ask) {
  const Result<std::size_t> limit = limit_parameter(request);
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const Result<TimeRange> range = range_parameters(request);
  if (!range) return failure(ErrorType::BadData, range.error().message);
  const Result<MatcherSets> sets = matcher_parameters(request);
  if (!sets) return failure(ErrorType::BadData, sets.error().message);
  if (range->to < range->from) return list_of(Names(), 0);
  return list_of(
      merged(*sets, [&](std::span<const Matcher> matchers) { return ask(matchers, *range); }),
      *limit);
}

/// The labels of every series that meets one of the sets, sorted, each once.
Result<std::vector<Labels>> find_series(const SeriesSource& source, const MatcherSets& sets,
                                        TimeRange range) {
  std::vector<Labels> found;
  for (const std::vector<Matcher>& matchers : sets) {
    const auto set = source.select(matchers, range);
    if (!set) return set.error();
    found.reserve(found.size() + (*set)->size());
    for (std::size_t i = 0; i < (*set)->size(); ++i) found.push_back((*set)->labels(i));
  }
  if (sets.size() > 1) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return found;
}

}  // namespace

http::Response labels(const Dependencies& from, const http::Request& request) {
  return names_response(request, [&](std::span<const Matcher> matchers, TimeRange range) {
    return from.source.label_names(matchers, range);
  });
}

http::Response label_values(const Dependencies& from, const http::Request& request) {
  const std::string given = request.path_arguments.empty() ? "" : request.path_arguments[0];
  const std::string name = unescape_name(given);
  if (name.empty() || !is_utf8(name))
    return failure(ErrorType::BadData, "invalid label name: " + quoted(name));
  return names_response(request, [&](std::span<const Matcher> matchers, TimeRange range) {
    return from.source.label_values(name, matchers, range);
  });
}

http::Response series(const Dependencies& from, const http::Request& request) {
  if (!request.has_parameter("match[]"))
    return failure(ErrorType::BadData, "no match[] parameter provided");
  const Result<std::size_t> limit = limit_parameter(request);
  if (!limit) return failure(ErrorType::BadData, limit.error().message);
  const Result<TimeRange> range = range_parameters(request);
  if (!range) return failure(ErrorType::BadData, range.error().message);
  const Result<MatcherSets> sets = matcher_parameters(request);
  if (!sets)
    return failure(ErrorType::BadData, invalid_parameter("match[]", sets.error().message).message);
  std::vector<Labels> found;
  if (range->from <= range->to) {
    Result<std::vector<Labels>> all = find_series(from.source, *sets, *range);
    if (!all) return failure(all.error());
    found = std::move(*all);
  }
  Names warnings;
  if (*limit != 0 && found.size() > *limit) {
    found.resize(*limit);
    warnings.emplace_back(kTruncated);
  }
  Success success;
  std::string& out = success.text();
  out.reserve(out.size() + found.size() * 160);
  out += '[';
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (i > 0) out += ',';
    append_labels(out, found[i]);
  }
  out += ']';
  return std::move(success).response(warnings);
}

}  // namespace lapwing::dashboard::api
