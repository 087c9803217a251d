#include "collectors/probe/reactor.h"

#include <pthread.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace lapwing::collectors::probe {

void Reactor::stop() {
  {
    const std::lock_guard lock(mutex_);
    stop_ = true;
    if (event_) ::eventfd_write(event_.get(), 1);
  }
  if (thread_.joinable()) thread_.join();
}

bool Reactor::start() {
  if (thread_.joinable()) return true;
  epoll_ = UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  event_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  epoll_event wanted{.events = EPOLLIN, .data = {.u64 = std::uint64_t(event_.get())}};
  if (!epoll_ || !event_ || ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, event_.get(), &wanted) != 0)
    return false;
  try {
    thread_ = std::thread([this] { run(); });
  } catch (const std::system_error&) {
    return false;
  }
  return true;
}

bool Reactor::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (stop_ || !start()) return false;
  posted_.push_back(std::move(task));
  if (posted_.size() == 1) ::eventfd_write(event_.get(), 1);
  return true;
}

void Reactor::watch(int fd, std::uint32_t events, Ready ready) {
  const std::uint32_t number = ++next_watch_;
  watches_[fd] = {number, std::make_shared<Ready>(std::move(ready))};
  epoll_event wanted{.events = events,
                     .data = {.u64 = std::uint64_t(number) << 32 | std::uint32_t(fd)}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &wanted);
}

void Reactor::change(int fd, std::uint32_t events) {
  const auto found = watches_.find(fd);
  if (found == watches_.end()) return;
  epoll_event wanted{.events = events,
                     .data = {.u64 = std::uint64_t(found->second.first) << 32 | std::uint32_t(fd)}};
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_MOD, fd, &wanted);
}

void Reactor::forget(int fd) {
  if (watches_.erase(fd) > 0) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

Reactor::Timer Reactor::after(std::chrono::nanoseconds delay, Task task) {
  const Timer timer{clock_.monotonic() + delay, ++next_timer_};
  timers_.emplace(timer, std::move(task));
  return timer;
}

void Reactor::run_posted() {
  std::vector<Task> tasks;
  {
    const std::lock_guard lock(mutex_);
    tasks.swap(posted_);
  }
  for (Task& task : tasks) std::exchange(task, nullptr)();
}

void Reactor::run_timers() {
  const std::chrono::nanoseconds now = clock_.monotonic();
  while (!timers_.empty() && timers_.begin()->first.first <= now) {
    const Task task = std::move(timers_.begin()->second);
    timers_.erase(timers_.begin());
    task();
  }
}

int Reactor::wait_millis() {
  if (timers_.empty()) return -1;
  const std::chrono::nanoseconds left = timers_.begin()->first.first - clock_.monotonic();
  const auto millis = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return int(std::clamp<std::int64_t>(millis, 0, 60'000));
}

void Reactor::run() {
  ::pthread_setname_np(::pthread_self(), "probe");
  std::array<epoll_event, 64> events{};
  while (true) {
    const int count = ::epoll_wait(epoll_.get(), events.data(), int(events.size()), wait_millis());
    {
      const std::lock_guard lock(mutex_);
      if (stop_) break;
    }
    for (int i = 0; i < count; ++i) {
      const std::uint64_t token = events[std::size_t(i)].data.u64;
      if (token == std::uint64_t(event_.get())) {
        eventfd_t ignored = 0;
        ::eventfd_read(event_.get(), &ignored);
        continue;
      }
      const auto found = watches_.find(int(token & 0xffffffff));
      if (found == watches_.end() || found->second.first != token >> 32) continue;
      const std::shared_ptr<Ready> ready = found->second.second;  // it may forget itself
      (*ready)(events[std::size_t(i)].events);
    }
    run_posted();
    run_timers();
  }
  watches_.clear();
  timers_.clear();
}

}  // namespace lapwing::collectors::probe
