// A worker never touches a socket: the answer goes back through the mailbox.
#include "agent/http/workers.h"

#include <pthread.h>
#include <sys/resource.h>

#include <algorithm>
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
  queue(Lane::Quick).limit = options.queue_limit;
  queue(Lane::Queries).limit = options.query_queue_limit;
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
  for (int i = 0; i < options_.workers; ++i) threads_.emplace_back([this] { run(Lane::Quick); });
  for (int i = 0; i < options_.query_workers; ++i)
    threads_.emplace_back([this] { run(Lane::Queries); });
}

bool Workers::submit(Job job) {
  const std::size_t bytes = job.request.body.size();
  const Lane lane = job.lane;
  Queue& queue = this->queue(lane);
  {
    const std::lock_guard lock(mutex_);
    if (stop_ || queue.jobs.size() >= queue.limit) return false;
    queue.jobs.push_back(std::move(job));
    mailbox_->request_bytes += bytes;
    report(lane);
  }
  queue.changed.notify_one();
  return true;
}

void Workers::report(Lane lane) {
  metrics_.queue(lane, queue(lane).jobs.size(), queue(lane).running);
}

bool Workers::is_idle() const {
  return std::all_of(queues_.begin(), queues_.end(),
                     [](const Queue& queue) { return queue.running == 0; });
}

bool Workers::stop(Duration patience) {
  std::unique_lock lock(mutex_);
  stop_ = true;
  for (Queue& queue : queues_) {
    queue.jobs.clear();
    queue.changed.notify_all();
  }
  // Whoever ends the last handler tells the first queue.
  return queues_.front().changed.wait_for(lock, patience, [this] { return is_idle(); });
}

void Workers::run(Lane lane) {
  ::pthread_setname_np(::pthread_self(), lane == Lane::Quick ? "http-worker" : "http-query");
  // A thread's own on Linux: where processors are short, a query waits and collection does not.
  ::setpriority(PRIO_PROCESS, 0, kNiceness);
  Adapter adapter(router_, log_);
  Queue& queue = this->queue(lane);
  std::unique_lock lock(mutex_);
  while (true) {
    queue.changed.wait(lock, [&] { return stop_ || !queue.jobs.empty(); });
    if (stop_) return;
    Job job = std::move(queue.jobs.front());
    queue.jobs.pop_front();
    ++queue.running;
    report(lane);
    lock.unlock();
    work(adapter, std::move(job));
    lock.lock();
    --queue.running;
    report(lane);
    if (stop_) queues_.front().changed.notify_all();
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
  std::condition_variable* changed = nullptr;
  {
    const std::lock_guard lock(mutex_);
    if (stop_) return;
    Queue& queue = this->queue(job.lane);
    changed = &queue.changed;
    queue.jobs.push_front(std::move(job));
  }
  changed->notify_one();
}

void Workers::wait_for_answer(Handled handled, const Job& job) {
  auto later = std::make_shared<Job>(Job{job.connection, std::move(handled.request), job.peer,
                                         job.arrived, job.lane, std::nullopt});
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
