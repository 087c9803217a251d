#include "agent/cli/run.h"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <ctime>

#include "agent/app/app.h"
#include "agent/app/notify_socket.h"
#include "agent/cli/arguments.h"
#include "agent/cli/command.h"

namespace lapwing::cli {
namespace {

constexpr std::array<Option, 6> kOptions = {{
    {"config", "FILE", "configuration file; may be given several times, the files merge", true},
    {"data", "DIR",
     "where series and alert state are kept\n(default: /var/lib/lapwing as root, else "
     "~/.local/share/lapwing)"},
    {"listen", "HOST:PORT",
     "where to serve; port 0 lets the kernel choose (default: 127.0.0.1:5279)"},
    {"collectors", "none|default",
     "none: collect nothing of this host by itself (default: default)"},
    {"latency", "off|on", "off: do not look at packets (default: on, where it may)"},
    {"log-level", "LEVEL", "debug, info, warn or error (default: info)"},
}};

constexpr Syntax kSyntax = {
    .command = "lapwing run",
    .operands = "",
    .summary =
        "Collects this host every second, keeps it, evaluates alert rules, notifies and "
        "shows it all.",
    .options = kOptions,
    .details =
        "Without --config it runs on good defaults: every collector that this host has data for,\n"
        "the shipped alert rules, a week of history, the page on http://127.0.0.1:5279.\n\n"
        "Signals: SIGHUP reloads the configuration, SIGTERM and SIGINT stop.\n\n"
        "  lapwing run\n"
        "  lapwing run --config /etc/lapwing/lapwing.yml --config team.yml\n"
        "  lapwing run --data /tmp/try --listen :9000 --log-level debug\n",
};

std::string default_data_folder() {
  const char* home = std::getenv("HOME");
  if (::geteuid() == 0 || home == nullptr) return "/var/lib/lapwing";
  return std::string(home) + "/.local/share/lapwing";
}

/// The signals that main waits for; blocked in every thread, so that none is interrupted.
sigset_t waited_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGHUP, SIGINT, SIGTERM}) ::sigaddset(&signals, number);
  return signals;
}

/// The next signal, or 0 after `timeout`.
int next_signal(const sigset_t& signals, Duration timeout) {
  timespec wait{};
  wait.tv_sec = timeout.count() / 1000;
  wait.tv_nsec = (timeout.count() % 1000) * 1'000'000;
  const int number = ::sigtimedwait(&signals, nullptr, &wait);
  return number > 0 ? number : 0;
}

/// Serves signals and the watchdog until told to stop.
void wait_for_end(app::App& agent, app::NotifySocket& manager, const sigset_t& signals, Log& log) {
  constexpr Duration kStatusInterval = 5s;
  const Duration alive = manager.alive_interval();
  const Duration tick = alive > 0ms ? std::min(alive, kStatusInterval) : kStatusInterval;
  while (true) {
    const int number = next_signal(signals, tick);
    if (number == SIGINT || number == SIGTERM) {
      log.info("stopping: {}", number == SIGINT ? "interrupted" : "asked to by SIGTERM");
      return;
    }
    if (number == SIGHUP) {
      manager.reloading();
      (void)agent.reload();  // It has logged what was wrong; the old configuration stays.
      manager.ready(agent.status_line());
    }
    if (agent.alive()) manager.alive();
    manager.status(agent.status_line());
  }
}

/// Scrape targets, clients and day files need descriptors; the soft limit of 1,024 is there for
/// programs that use select(2), which we do not.
void raise_descriptor_limit() {
  constexpr rlim_t kDescriptors = 16'384;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= kDescriptors) return;
  limit.rlim_cur = std::min(limit.rlim_max, kDescriptors);
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

int run_with(const Arguments& arguments, Log& log) {
  raise_descriptor_limit();
  const sigset_t signals = waited_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  app::App::Options options;
  const auto files = arguments.all("config");
  options.files.assign(files.begin(), files.end());
  options.data_folder = arguments.get("data", default_data_folder());
  options.overrides.listen = arguments.get("listen");
  options.overrides.no_collectors = arguments.get("collectors", "default") == "none";
  options.overrides.no_latency = arguments.get("latency", "on") == "off";

  auto started = app::App::start(options, log);
  if (!started) {
    log.error("{}", started.error().message);
    return kFailure;
  }
  app::App& agent = **started;
  app::NotifySocket manager = app::NotifySocket::from_environment();
  manager.ready(agent.status_line());
  log.info("serving on {}", agent.url());
  wait_for_end(agent, manager, signals, log);
  manager.stopping();
  return kSuccess;
}

int usage_error(const std::string& message) {
  std::fprintf(stderr, "lapwing run: %s\n", message.c_str());
  return kUsageError;
}

}  // namespace

int run_agent(const std::vector<std::string>& words) {
  const auto arguments = parse_arguments(kSyntax, words);
  if (!arguments) return usage_error(arguments.error().message);
  if (arguments->help()) {
    std::fputs(help_text(kSyntax).c_str(), stdout);
    return kSuccess;
  }
  const std::string collectors = arguments->get("collectors", "default");
  if (collectors != "none" && collectors != "default")
    return usage_error("--collectors takes none or default, not \"" + collectors + "\"");
  const std::string latency = arguments->get("latency", "on");
  if (latency != "on" && latency != "off")
    return usage_error("--latency takes on or off, not \"" + latency + "\"");
  const auto level = parse_log_level(arguments->get("log-level", "info"));
  if (!level) return usage_error("--log-level: " + level.error().message);
  Log log(*level);
  return run_with(*arguments, log);
}

}  // namespace lapwing::cli
