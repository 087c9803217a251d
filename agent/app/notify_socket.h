// NotifySocket: tells systemd that the agent is ready, alive, reloading or stopping.
// Source: sd_notify(3). Datagrams to $NOTIFY_SOCKET; written here because libsystemd would cost
// more memory than the thirty lines it saves. Without the variable, nothing is sent.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "agent/base/file.h"
#include "agent/base/time.h"

namespace lapwing::app {

/// One thread.
class NotifySocket {
 public:
  /// `socket_path`: $NOTIFY_SOCKET ("" for none; a leading '@' means the abstract namespace).
  /// `watchdog`: $WATCHDOG_USEC, zero for none.
  NotifySocket(std::string socket_path, std::chrono::microseconds watchdog);
  /// From the environment, which is left as it is.
  static NotifySocket from_environment();

  void ready(std::string_view status);
  void status(std::string_view status);
  void reloading();
  void stopping();
  void alive();

  /// How often alive() is wanted: half the watchdog's time; zero when there is no watchdog.
  Duration alive_interval() const;

 private:
  void send(std::string_view message);

  std::string socket_path_;
  std::chrono::microseconds watchdog_;
  UniqueFd socket_;
};

}  // namespace lapwing::app
