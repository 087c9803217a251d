// App: the whole agent. Builds the parts from a Plan, starts a Loop for each thread, reloads, and
// stops everything in reverse order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "agent/app/plan.h"
#include "agent/base/log.h"
#include "agent/base/result.h"

namespace lapwing::app {

class App {
 public:
  struct Options {
    std::vector<std::string> files;  ///< none: the defaults
    std::string data_folder;         ///< made where it is missing
    PlanOverrides overrides;
  };

  /// Everything runs when it returns: samples are being collected and the port answers. Otherwise
  /// one clear message (Invalid: the configuration; Unavailable: port or folder). `log` outlives
  /// the App.
  static Result<std::unique_ptr<App>> start(Options options, Log& log);
  /// Stops: no sample that was acknowledged is lost.
  ~App();

  /// "http://127.0.0.1:5279".
  std::string url() const;
  /// Reads the configuration anew: all of it takes effect between ticks, or nothing does and the
  /// error, also logged, says why. What cannot change while running (the address, the store)
  /// keeps its value and is warned about. Any thread.
  Result<void> reload();
  /// One line for the service manager: series, samples a second, firing alerts.
  std::string status_line() const;
  /// False when a thread's step hangs: the watchdog then must not be fed.
  bool alive() const;

 private:
  class Parts;
  explicit App(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

}  // namespace lapwing::app
