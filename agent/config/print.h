// Prints a configuration tree as YAML, with every secret as `<secret>`: what the API shows.
#pragma once

#include <string>

#include "agent/config/value.h"

namespace lapwing::config {

/// YAML that parse_yaml reads back to the same tree but for secrets. Hidden are the values of keys
/// that Prometheus and Alertmanager call secret (passwords, tokens, keys, receivers' addresses)
/// and the password part of any address.
std::string print_yaml(const Value& root);

}  // namespace lapwing::config
