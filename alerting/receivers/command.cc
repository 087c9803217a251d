// Command receiver: runs a program with fixed arguments, no shell, and the webhook's JSON on its
// standard input. Ours, for the brave: `notifications.allow_commands` must be true.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "agent/base/file.h"
#include "alerting/receivers/kinds.h"
#include "alerting/receivers/webhook.h"

namespace lapwing::alerting {
namespace {

constexpr std::size_t kOutputLimit = 200;  ///< bytes of its output that are shown
constexpr auto kLook = std::chrono::milliseconds(20);

struct CommandOptions {
  std::vector<std::string> words;
  Duration timeout = 10s;
  bool send_resolved = true;
};

struct Pipe {
  UniqueFd out;
  UniqueFd in;
};

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return system_error("pipe", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// The program's standard input: a pipe whose reader has gone would raise SIGPIPE in us.
Result<Pipe> make_socket_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return system_error("socketpair", errno);
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

/// One run of the program, on a thread of its own.
class Run {
 public:
  Run(const CommandOptions& options, std::string body, std::vector<std::string> environment)
      : options_(options), body_(std::move(body)), environment_(std::move(environment)) {}

  DeliveryResult work(const std::stop_token& stop) {
    if (auto started = start(); !started) return {DeliveryOutcome::Retry, started.error().message};
    const auto end = std::chrono::steady_clock::now() + options_.timeout;
    int status = 0;
    while (::waitpid(child_, &status, WNOHANG) == 0) {
      exchange();
      if (std::chrono::steady_clock::now() < end && !stop.stop_requested()) continue;
      ::kill(-child_, SIGKILL);
      ::waitpid(child_, &status, 0);
      return {DeliveryOutcome::Retry, "it took longer than " + format_duration(options_.timeout)};
    }
    exchange();
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
      DeliveryResult taken;
      taken.receipt = output_;
      return taken;
    }
    const std::string how = WIFEXITED(status) ? "exit status " + std::to_string(WEXITSTATUS(status))
                                              : "signal " + std::to_string(WTERMSIG(status));
    return {DeliveryOutcome::Retry, how + (output_.empty() ? "" : ": " + output_)};
  }

 private:
  Result<void> start() {
    auto input = make_socket_pair();
    if (!input) return input.error();
    auto output = make_pipe();
    if (!output) return output.error();
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input->out.get(), STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output->in.get(), STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, output->in.get(), STDERR_FILENO);
    posix_spawnattr_t attributes;
    posix_spawnattr_init(&attributes);
    // A group of its own, so that what it started ends with it; nothing of our signal mask.
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    std::vector<char*> words;
    for (const std::string& word : options_.words) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    std::vector<char*> environment;
    for (std::string& one : environment_) environment.push_back(one.data());
    environment.push_back(nullptr);
    const int failed =
        ::posix_spawn(&child_, words[0], &actions, &attributes, words.data(), environment.data());
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (failed != 0) return system_error("run " + options_.words[0], failed);
    to_ = std::move(input->in);
    from_ = std::move(output->out);
    ::fcntl(to_.get(), F_SETFL, O_NONBLOCK);
    ::fcntl(from_.get(), F_SETFL, O_NONBLOCK);
    return {};
  }

  /// Writes what the program will read and reads what it says, without waiting long.
  void exchange() {
    std::array<pollfd, 2> ends{{{to_ ? to_.get() : -1, POLLOUT, 0}, {from_.get(), POLLIN, 0}}};
    ::poll(ends.data(), ends.size(), int(kLook.count()));
    if (to_ && ends[0].revents != 0) {
      const ssize_t written =
          ::send(to_.get(), body_.data() + sent_, body_.size() - sent_, MSG_NOSIGNAL);
      if (written > 0) sent_ += std::size_t(written);
      if ((written < 0 && errno != EAGAIN) || sent_ == body_.size()) to_.reset();
    }
    std::array<char, 4096> buffer{};
    const ssize_t read = ::read(from_.get(), buffer.data(), buffer.size());
    if (read > 0 && output_.size() < kOutputLimit)
      output_.append(buffer.data(), std::min(std::size_t(read), kOutputLimit - output_.size()));
    if (read == 0) std::this_thread::sleep_for(kLook);  // It has closed its output and goes on.
  }

  const CommandOptions options_;
  const std::string body_;
  std::vector<std::string> environment_;
  pid_t child_ = -1;
  UniqueFd to_;
  UniqueFd from_;
  std::size_t sent_ = 0;
  std::string output_;
};

class CommandReceiver final : public Receiver {
 public:
  explicit CommandReceiver(CommandOptions options) : own_(std::move(options)) {}

  std::string_view kind() const override { return "command"; }
  bool send_resolved() const override { return own_.send_resolved; }

  void send(const Notification& notification, const DeliveryContext& context,
            Done done) const override {
    std::vector<std::string> environment = {
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        std::string("LAPWING_STATUS=") + (notification.any_firing() ? "firing" : "resolved"),
        "LAPWING_RECEIVER=" + notification.key.receiver,
        "LAPWING_IDEMPOTENCY_KEY=" + notification.idempotency_key};
    auto run = std::make_shared<Run>(own_, webhook_payload(notification, context.external_url, 0),
                                     std::move(environment));
    const std::lock_guard lock(mutex_);
    // One sending at a time: the thread before has called back, and ends.
    thread_ = std::jthread(
        [run, done = std::move(done)](const std::stop_token& stop) { done(run->work(stop)); });
  }

 private:
  const CommandOptions own_;
  mutable std::mutex mutex_;
  mutable std::jthread thread_;  // guarded by mutex_; last, so that it ends first
};

}  // namespace

ReceiverPointer read_command(config::Mapping& map, const ReceiverGlobals&) {
  CommandOptions own;
  own.words = map.strings("command");
  if (own.words.empty() || !own.words[0].starts_with('/'))
    map.error("command", "expected a list: the program's absolute path, then its arguments");
  own.timeout = map.duration("timeout", own.timeout);
  if (own.timeout <= Duration{}) map.error("timeout", "must be longer than 0");
  own.send_resolved = map.flag("send_resolved", true);
  return std::make_shared<CommandReceiver>(std::move(own));
}

}  // namespace lapwing::alerting
