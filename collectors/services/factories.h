// The collectors of services; the table that names them is collectors/registry.cc.
#pragma once

#include <memory>

namespace lapwing::collectors {

class Collector;
struct FactoryInput;

namespace services {

std::unique_ptr<Collector> make_service_network(const FactoryInput& input);
std::unique_ptr<Collector> make_services(const FactoryInput& input);

}  // namespace services
}  // namespace lapwing::collectors
