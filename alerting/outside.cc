#include "alerting/outside.h"

#include <algorithm>

#include "agent/base/json.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kAnswerLimitBytes = 64 * 1024;

void write_labels(JsonWriter& json, std::string_view key, const Labels& labels) {
  json.key(key).begin_object();
  for (const Label label : labels) json.key(label.name).string(label.value);
  json.end_object();
}

}  // namespace

struct OutsideAlertmanagers::State {
  State(HttpSender sender, Log& sink, metrics::Registry& registry)
      : http(std::move(sender)),
        log(sink),
        sent(registry.counter("lapwing_alertmanager_alerts_sent_total",
                              "Alerts that Alertmanagers elsewhere took.")),
        failed(registry.counter("lapwing_alertmanager_alerts_failed_total",
                                "Alerts that Alertmanagers elsewhere did not take.")),
        dropped(registry.counter("lapwing_alertmanager_alerts_dropped_total",
                                 "Alerts left out because too many waited.")) {}

  const HttpSender http;
  Log& log;
  const metrics::Counter sent;
  const metrics::Counter failed;
  const metrics::Counter dropped;
  std::mutex mutex;
  std::map<std::string, Queue> queues;  // by URL; guarded by mutex
};

std::vector<AlertNotice> relabelled(std::span<const AlertNotice> notices,
                                    const AlertRelabelling& relabel) {
  std::vector<AlertNotice> kept;
  for (const AlertNotice& notice : notices) {
    LabelsBuilder builder(notice.labels);
    if (relabel && !relabel(builder)) continue;
    kept.push_back(notice);
    if (relabel) kept.back().labels = builder.build();
  }
  return kept;
}

std::string encode_notices(std::span<const AlertNotice> notices) {
  std::string body;
  JsonWriter json(body);
  json.begin_array();
  for (const AlertNotice& notice : notices) {
    json.begin_object();
    write_labels(json, "labels", notice.labels);
    write_labels(json, "annotations", notice.annotations);
    json.key("startsAt").string(format_rfc3339_millis(notice.starts_at));
    json.key("endsAt").string(format_rfc3339_millis(notice.ends_at));
    json.key("generatorURL").string(notice.generator_url);
    json.end_object();
  }
  json.end_array();
  return body;
}

OutsideAlertmanagers::OutsideAlertmanagers(HttpSender http, Log& log, metrics::Registry& registry)
    : state_(std::make_shared<State>(std::move(http), log, registry)) {}

void OutsideAlertmanagers::apply(OutsideList list) {
  const std::lock_guard lock(state_->mutex);
  std::map<std::string, Queue> queues;
  for (auto& to : list) {
    Queue queue;
    if (const auto old = state_->queues.find(to->url); old != state_->queues.end())
      queue = std::move(old->second);
    const std::string url = to->url;
    queue.to = std::move(to);
    queues.insert_or_assign(url, std::move(queue));
  }
  state_->queues.swap(queues);
}

void OutsideAlertmanagers::post(std::span<const AlertNotice> notices) {
  std::vector<std::string> idle;
  {
    const std::lock_guard lock(state_->mutex);
    for (auto& [url, queue] : state_->queues) {
      for (AlertNotice& notice : relabelled(notices, queue.to->relabel))
        queue.waiting.push_back(std::move(notice));
      while (queue.waiting.size() > kOutsideQueueLimit) {
        queue.waiting.pop_front();
        state_->dropped.add();
      }
      if (!queue.under_way && !queue.waiting.empty()) idle.push_back(url);
    }
  }
  for (const std::string& url : idle) send_next(state_, url);
}

void OutsideAlertmanagers::send_next(const std::shared_ptr<State>& state, const std::string& url) {
  http::ClientRequest request;
  std::size_t count = 0;
  {
    const std::lock_guard lock(state->mutex);
    const auto found = state->queues.find(url);
    if (found == state->queues.end() || found->second.under_way || found->second.waiting.empty())
      return;
    Queue& queue = found->second;
    count = std::min(queue.waiting.size(), kOutsideBatch);
    const auto end = queue.waiting.begin() + std::ptrdiff_t(count);
    const std::vector<AlertNotice> batch(queue.waiting.begin(), end);
    queue.waiting.erase(queue.waiting.begin(), end);
    request.method = "POST";
    request.url = url;
    request.headers = {{"Content-Type", "application/json"}};
    request.timeout = queue.to->timeout;
    request.response_limit_bytes = kAnswerLimitBytes;
    request.body = encode_notices(batch);
    if (queue.to->prepare)
      if (const auto ready = queue.to->prepare(request); !ready) {
        state->failed.add(double(count));
        return state->log.warn("alertmanager {}: {}", url, ready.error().message);
      }
    queue.under_way = true;
  }
  state->http(std::move(request), [state, url, count](const Result<http::ClientResponse>& answer) {
    const bool taken = answer && answer->status / 100 == 2;
    (taken ? state->sent : state->failed).add(double(count));
    std::string error;
    if (!taken)
      error = answer ? "status " + std::to_string(answer->status) : answer.error().message;
    {
      const std::lock_guard lock(state->mutex);
      const auto found = state->queues.find(url);
      if (found == state->queues.end()) return;
      found->second.under_way = false;
      if (!error.empty() && error != found->second.last_error)
        state->log.warn("alertmanager {} did not take {} alerts: {}", url, count, error);
      found->second.last_error = error;
    }
    send_next(state, url);
  });
}

std::vector<std::string> OutsideAlertmanagers::urls() const {
  const std::lock_guard lock(state_->mutex);
  std::vector<std::string> urls;
  for (const auto& [url, queue] : state_->queues) urls.push_back(url);
  return urls;
}

}  // namespace lapwing::alerting
