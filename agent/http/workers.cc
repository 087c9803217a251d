// A worker never touches a socket: the answer goes back through the mailbox.
#include "agent/http/workers.h"

#include <pthread.h>
#include <sys/resource.h>

#include <exception>
#include <utility>

#include "agent/http/event_stream.h"

namespace lapwing::http {
namespace {

constexpr int kNiceness = 5;

}  // namespace

Workers::Workers(const ServerOptions& options, const Router& router,
                 std::shared_ptr<Mailbox> mailbox, ServerMetrics& metrics, const Clock& clock,
                 Log& log)
    : options_(options),
      router_(router),
      mailbox_(std::move(mailbox)),
      metrics_(metrics),
      clock_(clock),
      log_(log) {
  return_->workers = this;
}

Workers::~Workers() {
  {
    const std::lock_guard lock(return_->mutex);
    return_->workers = nullptr;
  }
  stop(0ms);
  for (std::thread& thread : threads_) thread.join();
}

void Workers::start() {
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { run(); });
}

bool Workers::submit(Job job) {
  const std::size_t bytes = job.request.body.size();
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || jobs_.size() >= options_.queue_limit) return false;
    jobs_.push_back(std::move(job));
    mailbox_->request_bytes += bytes;
  }
  changed_.notify_one();
  return true;
}

bool Workers::stop(Duration patience) {
  std::unique_lock lock(mutex_);
  stop_ = true;
  jobs_.clear();
  changed_.notify_all();
  return changed_.wait_for(lock, patience, [this] { return running_ == 0; });
}

void Workers::run() {
  ::pthread_setname_np(::pthread_self(), "http-worker");
  // A thread's own on Linux: where processors are short, a query waits and collection does not.
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  Adapter adapter(router_, log_);
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stop_ || !jobs_.empty(); });
    if (stop_) return;
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    ++running_;
    lock.unlock();
    work(adapter, std::move(job));
    lock.lock();
    --running_;
    if (stop_) changed_.notify_all();
  }
}

void Workers::work(Adapter& adapter, Job job) {
  const std::size_t bytes = job.request.body.size();
  Handled handled = adapter.handle(std::move(job.request), job.peer, std::move(job.ready));
  mailbox_->request_bytes -= bytes;
  if (handled.later) return wait_for_answer(std::move(handled), job);
  const std::chrono::duration<double> seconds = clock_.monotonic() - job.arrived;
  if (handled.on_stream && mailbox_->streams >= options_.event_stream_limit) {
    metrics_.rejected("event_streams");
    handled.on_stream = nullptr;
    handled.status = 503;
    handled.answer = refusal_answer(503, "too many event streams", {{"Retry-After", "5"}});
  }
  metrics_.answered(handled.route, handled.status, seconds.count());
  if (handled.on_stream)
    open_stream(std::move(handled), job);
  else
    mailbox_->post({job.connection, std::move(handled.answer), nullptr});
}

// A late answer goes before what waits: its request has waited already, and their number is that of
// the connections.
void Workers::take_back(Job job) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    jobs_.push_front(std::move(job));
  }
  changed_.notify_one();
}

void Workers::wait_for_answer(Handled handled, const Job& job) {
  auto later = std::make_shared<Job>(
      Job{job.connection, std::move(handled.request), job.peer, job.arrived, std::nullopt});
  Respond respond = [later, to = return_](Response response) {
    const std::lock_guard lock(to->mutex);
    if (to->workers == nullptr || later->ready) return;
    // An answer that would come later still is none.
    response.later = nullptr;
    later->ready = std::move(response);
    to->workers->take_back(std::move(*later));
  };
  try {
    handled.later(respond);
  } catch (...) {
    log_.error("http: the handler of {} failed; answered 500", handled.route);
    respond(text_response(500, "internal error\n"));
  }
}

void Workers::open_stream(Handled handled, const Job& job) {
  const auto stream =
      std::make_shared<StreamBuffer>(mailbox_, job.connection, options_.event_buffer_limit_bytes);
  // The head must be in the mailbox before the first event.
  mailbox_->post({job.connection, std::move(handled.answer), stream});
  try {
    handled.on_stream(stream);
  } catch (const std::exception& error) {
    log_.error("http: the stream of {} failed ({}); it is closed", handled.route, error.what());
    stream->abandon();
  } catch (...) {
    log_.error("http: the stream of {} failed; it is closed", handled.route);
    stream->abandon();
  }
}

}  // namespace lapwing::http
