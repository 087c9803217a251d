#include "collectors/services/service_names.h"

#include <cassert>

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
  const ServiceId id{std::uint32_t(by_id_.size())};
  const bool own = own_series_ < own_series_limit;
  by_id_.push_back(std::make_shared<const Service>(Service{id, name, identity.kind, own}));
  by_name_.emplace(std::move(name), id);
  own_series_ += own ? 1 : 0;
  return id;
}

const std::shared_ptr<const Service>& ServiceNames::at(ServiceId id) const {
  assert(std::size_t(id) < by_id_.size());
  return by_id_[std::size_t(id)];
}

void ServiceNames::set_own_series(ServiceId id, bool own_series) {
  auto& known = by_id_[std::size_t(id)];
  if (!known || known->own_series == own_series) return;
  Service changed = *known;
  changed.own_series = own_series;
  known = std::make_shared<const Service>(std::move(changed));
  own_series_ += own_series ? 1 : std::size_t(-1);
}

void ServiceNames::forget(ServiceId id) {
  auto& known = by_id_[std::size_t(id)];
  if (!known) return;
  set_own_series(id, false);
  by_name_.erase(known->name);
  known = nullptr;
}

}  // namespace lapwing::collectors::services
