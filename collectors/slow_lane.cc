#include "collectors/slow_lane.h"

#include <pthread.h>

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace lapwing::collectors {
namespace {

// Threads that wait for work. Two collectors share most ticks of the slow ones; a thread for the
// second of them each time would cost more than one that waits.
constexpr std::size_t kIdleThreads = 2;

}  // namespace

class SlowLane::Ticket {
 public:
  Ticket(Work the_work, Done is_done) : work(std::move(the_work)), done(std::move(is_done)) {}

  Work work;
  Done done;
  bool running = false;      // guarded by State::mutex
  bool left_behind = false;  // guarded by State::mutex
  bool gave_place = false;   // guarded by State::mutex: its thread is not among the active
};

struct SlowLane::State {
  std::mutex mutex;
  std::condition_variable work_came;
  std::condition_variable work_ended;
  std::deque<std::shared_ptr<Ticket>> queue;     // guarded by mutex
  std::vector<std::shared_ptr<Ticket>> running;  // guarded by mutex, without those left behind
  std::size_t active = 0;                        // guarded by mutex: threads that take work
  std::size_t idle = 0;                          // guarded by mutex
  std::size_t left_behind = 0;                   // guarded by mutex
  bool stop = false;                             // guarded by mutex
};

SlowLane::SlowLane() : state_(std::make_shared<State>()) {}

SlowLane::~SlowLane() {
  std::unique_lock lock(state_->mutex);
  state_->stop = true;
  state_->queue.clear();
  state_->work_came.notify_all();
  state_->work_ended.wait_for(lock, kPatience, [&] { return state_->running.empty(); });
  for (const auto& ticket : state_->running) ticket->left_behind = true;
}

std::shared_ptr<SlowLane::Ticket> SlowLane::submit(Work work, Done done) {
  auto ticket = std::make_shared<Ticket>(std::move(work), std::move(done));
  const std::lock_guard lock(state_->mutex);
  state_->queue.push_back(ticket);
  if (state_->idle < state_->queue.size() && state_->active < kThreadLimit) {
    try {
      std::thread([state = state_] { run(state); }).detach();
      ++state_->active;
    } catch (const std::system_error&) {
      // No thread to be had now: the work waits for one that is there, or becomes overdue, which
      // its owner sees.
    }
  }
  state_->work_came.notify_one();
  return ticket;
}

bool SlowLane::leave_behind(const std::shared_ptr<Ticket>& ticket) {
  const std::lock_guard lock(state_->mutex);
  ticket->left_behind = true;
  if (std::erase(state_->queue, ticket) > 0) return false;
  if (std::erase(state_->running, ticket) == 0) return true;
  if (state_->left_behind >= kLeftBehindLimit) return true;
  ticket->gave_place = true;
  ++state_->left_behind;
  --state_->active;
  return true;
}

std::size_t SlowLane::left_behind() const {
  const std::lock_guard lock(state_->mutex);
  return state_->left_behind;
}

void SlowLane::run(const std::shared_ptr<State>& state) {
  pthread_setname_np(pthread_self(), "collect-slow");
  std::unique_lock lock(state->mutex);
  while (!state->stop) {
    if (state->queue.empty()) {
      if (state->idle >= kIdleThreads) break;
      ++state->idle;
      state->work_came.wait(lock, [&] { return state->stop || !state->queue.empty(); });
      --state->idle;
      continue;
    }
    const std::shared_ptr<Ticket> ticket = std::move(state->queue.front());
    state->queue.pop_front();
    state->running.push_back(ticket);
    lock.unlock();
    ticket->work();
    lock.lock();
    if (!ticket->left_behind) {
      // Still counted as running, so that the lane outlives what `done` calls.
      lock.unlock();
      ticket->done();
      lock.lock();
    }
    std::erase(state->running, ticket);
    state->work_ended.notify_all();
    if (ticket->gave_place) {
      --state->left_behind;
      return;
    }
  }
  --state->active;
}

}  // namespace lapwing::collectors
