#include "collectors/services/service_names.h"

namespace lapwing::collectors::services {
namespace {

constexpr std::string_view kUnnamed = "unnamed";

// The label of the rest is nobody's name.
std::string free_name(const std::string& name) {
  return name == kOtherServices ? "other_service" : name;
}

}  // namespace

ServiceId ServiceNames::resolve(const ServiceIdentity& identity, std::size_t own_series_limit) {
  std::string name = free_name(identity.name);
  auto known = by_name_.find(name);
  if (known == by_name_.end() && by_name_.size() >= kServiceLimit) {
    ++refused_;
    name = kUnnamed;
    known = by_name_.find(name);
  }
  if (known != by_name_.end()) return known->second;
  const ServiceId id{next_id_++};
  const bool own = own_series_ < own_series_limit;
  by_id_[id] = std::make_shared<const Service>(Service{id, name, identity.kind, own});
  by_name_.emplace(std::move(name), id);
  own_series_ += own ? 1 : 0;
  return id;
}

const std::shared_ptr<const Service>& ServiceNames::at(ServiceId id) const {
  static const std::shared_ptr<const Service> kNone;
  const auto known = by_id_.find(id);
  return known == by_id_.end() ? kNone : known->second;
}

void ServiceNames::set_own_series(ServiceId id, bool own_series) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end() || known->second->own_series == own_series) return;
  Service changed = *known->second;
  changed.own_series = own_series;
  known->second = std::make_shared<const Service>(std::move(changed));
  own_series_ += own_series ? 1 : std::size_t(-1);
}

void ServiceNames::forget(ServiceId id) {
  const auto known = by_id_.find(id);
  if (known == by_id_.end()) return;
  own_series_ -= known->second->own_series ? 1 : 0;
  by_name_.erase(known->second->name);
  by_id_.erase(known);
}

}  // namespace lapwing::collectors::services
