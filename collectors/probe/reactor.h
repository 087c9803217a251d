// Reactor: the one thread that all probes' sockets, timers and verdicts run on, by epoll(7).
// What waits for a socket waits here; nothing that runs here may block.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "agent/base/file.h"
#include "agent/base/time.h"

namespace lapwing::collectors::probe {

class Reactor {
 public:
  using Task = std::function<void()>;
  using Ready = std::function<void(std::uint32_t events)>;
  using Timer = std::pair<std::chrono::nanoseconds, std::uint64_t>;

  /// Cheap: the thread comes with the first post.
  explicit Reactor(const Clock& clock) : clock_(clock) {}
  ~Reactor() { stop(); }
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Runs the task on the thread. Any thread; false when there can be no thread.
  bool post(Task task);

  /// Ends the thread after the running task; what waits is dropped. Not from the thread itself.
  void stop();

  // What follows is the thread's own.

  /// Calls `ready` whenever the descriptor is (EPOLLIN, EPOLLOUT, …), until forget().
  void watch(int fd, std::uint32_t events, Ready ready);
  void change(int fd, std::uint32_t events);
  void forget(int fd);
  Timer after(std::chrono::nanoseconds delay, Task task);
  void cancel(Timer timer) { timers_.erase(timer); }

 private:
  bool start();
  void run();
  void run_posted();
  void run_timers();
  int wait_millis();

  const Clock& clock_;
  std::mutex mutex_;
  std::vector<Task> posted_;  // guarded by mutex_
  bool stop_ = false;         // guarded by mutex_
  UniqueFd epoll_;            // set once under mutex_, before the thread
  UniqueFd event_;            // the same

  // The thread's own. The number of a watch tells a descriptor from one before it.
  std::map<int, std::pair<std::uint32_t, std::shared_ptr<Ready>>> watches_;
  std::map<Timer, Task> timers_;
  std::uint64_t next_timer_ = 0;
  std::uint32_t next_watch_ = 0;
  std::thread thread_;
};

}  // namespace lapwing::collectors::probe
