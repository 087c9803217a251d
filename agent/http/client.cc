// One thread drives libcurl's multi handle; senders hand requests over and wake it.
#include "agent/http/client.h"

#include <pthread.h>

#include <deque>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "agent/http/header.h"
#include "agent/http/transfer.h"
#include "agent/http/url.h"

namespace lapwing::http {
namespace {

constexpr int kPollMillis = 1000;  // libcurl shortens it to its own next timeout.

}  // namespace

std::string_view ClientResponse::header(std::string_view name) const {
  return find_header(headers, name);
}

class Client::Impl {
 public:
  Impl(Log& log, metrics::Registry& registry, ClientOptions options)
      : log_(log),
        options_(options),
        answered_(requests(registry, "answered")),
        failed_(requests(registry, "failed")),
        rejected_(registry.counter("lapwing_http_client_rejected_total",
                                   "Outgoing requests that a full queue refused.")),
        waiting_gauge_(registry.gauge("lapwing_http_client_waiting_requests",
                                      "Outgoing requests that are not on the wire yet.")) {}

  ~Impl() {
    std::unique_lock lock(mutex_);
    stop_ = true;
    if (multi_ != nullptr) curl_->multi_wakeup(multi_);
    lock.unlock();
    if (thread_.joinable()) thread_.join();
    if (multi_ != nullptr) curl_->multi_cleanup(multi_);
  }

  void send(ClientRequest request, ClientCallback done) {
    std::unique_lock lock(mutex_);
    auto ready = start();
    if (!ready || stop_) {
      lock.unlock();
      failed_.add();
      return done(ready ? unavailable("the agent is stopping") : std::move(ready).error());
    }
    if (auto sound = validate(request); !sound) {
      refused_.emplace_back(std::move(done), std::move(sound).error());
    } else if (queue_.size() >= options_.queue_limit) {
      rejected_.add();
      refused_.emplace_back(std::move(done), unavailable(presentable_url(request.url) +
                                                         ": too many requests are waiting"));
    } else {
      queue_.push_back(std::make_unique<Transfer>(*curl_, std::move(request), std::move(done),
                                                  clock_.monotonic()));
    }
    curl_->multi_wakeup(multi_);
  }

 private:
  static metrics::Counter requests(metrics::Registry& registry, const char* result) {
    return registry.counter("lapwing_http_client_requests_total",
                            "Outgoing requests, by whether there was an answer of any status.",
                            {{"result", result}});
  }

  /// Loads libcurl and starts the thread, once. A failure is tried again by the next send.
  Result<void> start() {
    if (multi_ != nullptr) return {};
    auto curl = load_curl();
    if (!curl) {
      log_.warn("http client: {}; nothing can be called", curl.error().message);
      return std::move(curl).error();
    }
    curl_ = *curl;
    multi_ = curl_->multi_init();
    if (multi_ == nullptr) return unavailable("libcurl has no memory");
    // libcurl's own limit grows with the load.
    curl_->multi_setopt(multi_, CURLMOPT_MAXCONNECTS, long(options_.kept_connections));
    try {
      thread_ = std::thread([this] { run(); });
    } catch (const std::system_error& error) {
      curl_->multi_cleanup(std::exchange(multi_, nullptr));
      return unavailable(std::string("cannot start the client's thread: ") + error.what());
    }
    return {};
  }

  void run() {
    ::pthread_setname_np(::pthread_self(), "http-client");
    while (turn()) {
    }
    fail_all();
  }

  /// Moves everything on by one step; false when it is time to stop.
  bool turn() {
    answer_refused();
    begin_some();
    int running = 0;
    curl_->multi_perform(multi_, &running);
    finish_some();
    {
      const std::lock_guard lock(mutex_);
      if (stop_) return false;
      if (!queue_.empty() && active_.size() < options_.in_flight_limit) return true;
    }
    curl_->multi_poll(multi_, nullptr, 0, active_.empty() ? 60 * kPollMillis : kPollMillis,
                      nullptr);
    return true;
  }

  /// Also these callbacks come on this thread: the sender may hold a lock that they need.
  void answer_refused() {
    std::unique_lock lock(mutex_);
    auto refused = std::exchange(refused_, {});
    lock.unlock();
    for (auto& [done, error] : refused) {
      failed_.add();
      done(std::move(error));
    }
  }

  void begin_some() {
    std::vector<std::unique_ptr<Transfer>> overdue;
    std::vector<std::unique_ptr<Transfer>> chosen;
    const std::chrono::nanoseconds now = clock_.monotonic();
    {
      const std::lock_guard lock(mutex_);
      std::deque<std::unique_ptr<Transfer>> kept;
      for (auto& transfer : queue_) {
        if (now - transfer->asked_at() >= transfer->timeout())
          overdue.push_back(std::move(transfer));
        else if (active_.size() + chosen.size() < options_.in_flight_limit)
          chosen.push_back(std::move(transfer));
        else
          kept.push_back(std::move(transfer));
      }
      queue_ = std::move(kept);
      waiting_gauge_.set(double(queue_.size()));
    }
    for (auto& transfer : overdue) fail(*transfer, "timed out while waiting for its turn");
    for (auto& transfer : chosen) begin(std::move(transfer), now);
  }

  void begin(std::unique_ptr<Transfer> transfer, std::chrono::nanoseconds now) {
    const auto left =
        transfer->timeout() - std::chrono::duration_cast<Duration>(now - transfer->asked_at());
    CURL* const handle = transfer->begin(std::max(left, Duration(1)));
    if (handle == nullptr || curl_->multi_add_handle(multi_, handle) != CURLM_OK)
      return fail(*transfer, "libcurl cannot begin the request");
    active_.emplace(handle, std::move(transfer));
  }

  void finish_some() {
    int left = 0;
    while (CURLMsg* const message = curl_->multi_info_read(multi_, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      const CURLcode code = message->data.result;  // The message dies with the handle.
      CURL* const handle = message->easy_handle;
      curl_->multi_remove_handle(multi_, handle);
      std::unique_ptr<Transfer> transfer = std::move(active_.extract(handle).mapped());
      if (code == CURLE_OK && transfer->follow(clock_.monotonic())) {
        begin(std::move(transfer), clock_.monotonic());
        continue;
      }
      (code == CURLE_OK ? answered_ : failed_).add();
      transfer->finish(code, clock_.monotonic());
    }
  }

  void fail(Transfer& transfer, const std::string& reason) {
    failed_.add();
    transfer.fail(reason);
  }

  void fail_all() {
    answer_refused();
    for (auto& [handle, transfer] : active_) {
      curl_->multi_remove_handle(multi_, handle);
      fail(*transfer, "the agent is stopping");
    }
    active_.clear();
    std::unique_lock lock(mutex_);
    auto waiting = std::exchange(queue_, {});
    lock.unlock();
    for (auto& transfer : waiting) fail(*transfer, "the agent is stopping");
  }

  Log& log_;
  const ClientOptions options_;
  const SystemClock clock_;
  const metrics::Counter answered_;
  const metrics::Counter failed_;
  const metrics::Counter rejected_;
  const metrics::Gauge waiting_gauge_;
  std::mutex mutex_;
  std::optional<CurlLibrary> curl_;              // set once under mutex_, before the thread
  CURLM* multi_ = nullptr;                       // the same
  std::deque<std::unique_ptr<Transfer>> queue_;  // guarded by mutex_
  std::vector<std::pair<ClientCallback, Error>> refused_;        // guarded by mutex_
  bool stop_ = false;                                            // guarded by mutex_
  std::unordered_map<CURL*, std::unique_ptr<Transfer>> active_;  // the thread's own
  std::thread thread_;
};

Client::Client(Log& log, metrics::Registry& registry, ClientOptions options)
    : impl_(std::make_unique<Impl>(log, registry, options)) {}
Client::~Client() = default;

void Client::send(ClientRequest request, ClientCallback done) {
  impl_->send(std::move(request), std::move(done));
}

Result<ClientResponse> Client::exchange(ClientRequest request) {
  // Shared, since set_value may still be at work when the waiting thread goes on.
  const auto promise = std::make_shared<std::promise<Result<ClientResponse>>>();
  auto answer = promise->get_future();
  send(std::move(request),
       [promise](Result<ClientResponse> result) { promise->set_value(std::move(result)); });
  return answer.get();
}

}  // namespace lapwing::http
