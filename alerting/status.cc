#include "alerting/status.h"

namespace lapwing::alerting {

std::string_view name(AlertState state) {
  switch (state) {
    case AlertState::Inactive:
      return "inactive";
    case AlertState::Pending:
      return "pending";
    case AlertState::Firing:
      return "firing";
  }
  return "inactive";
}

}  // namespace lapwing::alerting
