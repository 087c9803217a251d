// Workers: the few threads that run handlers, behind bounded queues of complete requests. Queries
// have threads and a queue of their own: long ones must not keep a health check waiting.
#pragma once

#include <array>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "agent/base/log.h"
#include "agent/base/time.h"
#include "agent/http/adapter.h"
#include "agent/http/mailbox.h"
#include "agent/http/router.h"
#include "agent/http/server.h"
#include "agent/http/server_metrics.h"

namespace lapwing::http {

struct Job {
  ConnectionId connection = 0;
  RawRequest request;
  std::string peer;
  std::chrono::nanoseconds arrived{};
  Lane lane = Lane::Quick;
  std::optional<Response> ready{};  ///< the answer that its handler gave later
};

class Workers {
 public:
  /// Everything must outlive it.
  Workers(const ServerOptions& options, const Router& router, std::shared_ptr<Mailbox> mailbox,
          ServerMetrics& metrics, const Clock& clock, Log& log);
  /// Waits for running handlers, however long they take.
  ~Workers();

  void start();
  /// False when its lane's queue is full: the job is dropped. Any thread.
  bool submit(Job job);
  /// Drops what waits and starts nothing more. Waits at most `patience` for running handlers;
  /// false when one is still running then.
  bool stop(Duration patience);

 private:
  struct Queue {
    std::condition_variable changed;
    std::deque<Job> jobs;
    std::size_t limit = 0;
    std::size_t running = 0;  // handlers at work
  };

  void run(Lane lane);
  Queue& queue(Lane lane) { return queues_[std::size_t(lane)]; }
  bool is_idle() const;
  void report(Lane lane);
  void work(Adapter& adapter, Job job);
  void open_stream(Handled handled, const Job& job);
  void wait_for_answer(Handled handled, const Job& job);

  /// How late answers find their way back, or that there is none any more.
  struct Return {
    std::mutex mutex;
    Workers* workers = nullptr;  // guarded by mutex
  };
  void take_back(Job job);

  const ServerOptions& options_;
  const Router& router_;
  const std::shared_ptr<Mailbox> mailbox_;
  ServerMetrics& metrics_;
  const Clock& clock_;
  Log& log_;
  std::mutex mutex_;
  std::array<Queue, kLanes> queues_;  // guarded by mutex_
  bool stop_ = false;                 // guarded by mutex_
  const std::shared_ptr<Return> return_ = std::make_shared<Return>();
  std::vector<std::thread> threads_;
};

}  // namespace lapwing::http
