// What this binary is; set by the build.
#pragma once

#include <string_view>

namespace lapwing::app {

extern const std::string_view kVersion;   ///< "0.1.0"
extern const std::string_view kRevision;  ///< the commit, or "unknown" outside a checkout
extern const std::string_view kCompiler;  ///< "g++ 12.2.0"

}  // namespace lapwing::app
