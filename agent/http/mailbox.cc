// The list is bounded by its writers: one answer a connection, one letter a stream at a time.
#include "agent/http/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <utility>

#include "agent/http/event_stream.h"

namespace lapwing::http {

Mailbox::Mailbox() : event_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Mailbox::post(Letter letter) {
  {
    const std::lock_guard lock(mutex_);
    letters_.push_back(std::move(letter));
  }
  wake();
}

void Mailbox::wake() {
  const std::uint64_t one = 1;
  // EAGAIN means that the counter is full, and so readable: nothing is lost.
  [[maybe_unused]] const auto written = ::write(event_.get(), &one, sizeof one);
}

std::vector<Letter> Mailbox::collect() {
  std::uint64_t count = 0;
  [[maybe_unused]] const auto read = ::read(event_.get(), &count, sizeof count);
  const std::lock_guard lock(mutex_);
  return std::exchange(letters_, {});
}

}  // namespace lapwing::http
