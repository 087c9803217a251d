// POST /api/v1/read: what Prometheus's remote_read client asks. Statuses and words follow
// Prometheus 3.5's handler; external labels are taken out of the matchers and added to the series,
// as there.
#include "agent/remote/read_wire.h"

#include <algorithm>
#include <string>
#include <utility>

#include "agent/remote/wire.h"
#include "dashboard/api/handlers.h"

namespace lapwing::dashboard::api {
namespace {

/// Of an unpacked request: queries with a handful of matchers each.
constexpr std::size_t kRequestLimitBytes = 1 << 20;
/// Of an answer before compression: the answer is held whole, and a query may take 32 MB in all.
/// Some 1.3 million samples.
constexpr std::size_t kAnswerLimitBytes = 24u << 20;

http::Response refusal(int status, std::string message) {
  return http::text_response(status, std::move(message) + "\n");
}

/// The client asks for this server's external labels; the series here do not have them.
std::vector<Matcher> without_external(const std::vector<Matcher>& matchers,
                                      const Labels& external) {
  std::vector<Matcher> kept;
  for (const Matcher& matcher : matchers)
    if (matcher.kind() != MatchKind::Equal || matcher.value().empty() ||
        external.get(matcher.label()) != matcher.value())
      kept.push_back(matcher);
  return kept;
}

/// The series' own labels win.
Labels with_external(const Labels& labels, const Labels& external) {
  if (external.empty()) return labels;
  LabelsBuilder builder(external);
  for (const Label label : labels) builder.set(label.name, label.value);
  return builder.build();
}

Result<void> answer(const Dependencies& from, const http::Request& request,
                    const remote::ReadQuery& query, const Labels& external,
                    remote::ReadResponse& out) {
  out.begin_result();
  if (query.range.to < query.range.from) return {};
  const std::vector<Matcher> matchers = without_external(query.matchers, external);
  const auto set = from.source.select(matchers, query.range);
  if (!set) return set.error();
  Columns samples;
  for (std::size_t i = 0; i < (*set)->size(); ++i) {
    if (request.abandoned != nullptr && *request.abandoned)
      return unavailable("the client has hung up");
    if (auto read = (*set)->read(i, samples); !read && read.error().kind != ErrorKind::Corrupt)
      return read;
    if (samples.size() == 0) continue;
    constexpr std::size_t kSampleBytes = 18;
    if (out.bytes() + samples.size() * kSampleBytes > kAnswerLimitBytes)
      return invalid("exceeded sample limit: the answer would be larger than " +
                     std::to_string(kAnswerLimitBytes) +
                     " bytes; ask for a shorter range or fewer series");
    out.add_series(with_external((*set)->labels(i), external), samples);
  }
  return {};
}

}  // namespace

http::Response remote_read(const Dependencies& from, const http::Request& request) {
  std::string message;
  switch (remote::uncompress(request.body, kRequestLimitBytes, message)) {
    case remote::Compression::Sound:
      break;
    case remote::Compression::Broken:
      return refusal(400, "snappy: corrupt input");
    case remote::Compression::TooLarge:
      return refusal(413, "the request is too large");
  }
  const auto queries = remote::read_read_request(message);
  if (!queries) return refusal(400, queries.error().message);
  const Labels external = from.external_labels ? from.external_labels() : Labels();
  remote::ReadResponse out;
  for (const remote::ReadQuery& query : *queries)
    if (const auto done = answer(from, request, query, external, out); !done)
      return refusal(done.error().kind == ErrorKind::Invalid ? 400 : 500, done.error().message);
  http::Response response;
  response.content_type = "application/x-protobuf";
  response.headers.emplace_back("Content-Encoding", "snappy");
  response.body = out.take_block();
  return response;
}

}  // namespace lapwing::dashboard::api
