// The templates that notifications use unless told otherwise, by Alertmanager's names. Their texts
// are our own; what they give is what Alertmanager's give, byte for byte, but for the mail's page.
#pragma once

#include <string_view>

namespace lapwing::alerting {

extern const std::string_view kDefaultTemplates;

}  // namespace lapwing::alerting
