// ServiceNames: the services that there are, each with its number.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "collectors/services/identity.h"
#include "collectors/services/service_map.h"

namespace lapwing::collectors::services {

/// One thread's.
class ServiceNames {
 public:
  /// Past this many at once all new ones are the one service "unnamed".
  static constexpr std::size_t kServiceLimit = 2000;

  /// The service of that name, made when it is new: one name, one service, whichever kind came
  /// first. A new one has series of its own while `own_series_limit` leaves room.
  ServiceId resolve(const ServiceIdentity& identity, std::size_t own_series_limit);
  /// Null for an id that was forgotten.
  const std::shared_ptr<const Service>& at(ServiceId id) const;
  /// Takes or gives series of its own.
  void set_own_series(ServiceId id, bool own_series);
  /// Gone: its id is never used again, its name gets a new one when it returns.
  void forget(ServiceId id);

  /// By name.
  const std::map<std::string, ServiceId, std::less<>>& all() const { return by_name_; }
  std::size_t own_series() const { return own_series_; }
  /// Processes that found the limit reached, since the start.
  std::uint64_t refused() const { return refused_; }

 private:
  std::map<std::string, ServiceId, std::less<>> by_name_;
  std::map<ServiceId, std::shared_ptr<const Service>> by_id_;
  std::uint32_t next_id_ = 0;
  std::size_t own_series_ = 0;
  std::uint64_t refused_ = 0;
};

}  // namespace lapwing::collectors::services
